package closure

import (
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Closure is one thing that is closed, and who has asked to open it again.
type Closure struct {
	Target    string    `json:"target"`
	Why       string    `json:"why"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	OpeningBy string    `json:"openingBy,omitempty"`
}

// Event is one turn of a switch.
type Event struct {
	Target, What, Why, By string
	At                    time.Time
}

// The targets that stand alone.
const (
	SignIn = "sign-in" // nobody signs in any more; who is in stays in
	Egress = "egress"  // no mail, message or letter leaves
)

// Errors of the verbs.
var (
	ErrTarget = errors.New("closure: not a target: service/..., route/..., controller/..., class/..., egress or sign-in")
	ErrWhy    = errors.New("closure: a reason of 3 to 500 characters is needed")
	ErrOpen   = errors.New("closure: not closed")
	ErrSame   = errors.New("closure: two open, and the other must be somebody else")
)

var targets = regexp.MustCompile(`^(service/[a-z0-9-]{1,60}|route/.{1,200}|controller/[a-z0-9_-]{1,60}|class/(personal|sensitive|protected))$`)

// CheckTarget refuses what is no target with ErrTarget.
func CheckTarget(target string) error {
	if target == SignIn || target == Egress || targets.MatchString(target) {
		return nil
	}
	return ErrTarget
}

func checkWhy(why string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(why)); n < 3 || n > 500 {
		return ErrWhy
	}
	return nil
}

// Service is the target of a whole service.
func Service(key string) string { return "service/" + key }

// Controller is the target of everything that a board answers for.
func Controller(board string) string { return "controller/" + board }

// Route is the target of one path, all its methods.
func Route(path string) string { return "route/" + strings.TrimPrefix(path, "/") }
