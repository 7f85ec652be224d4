// Package fault is the one kind of error that people meet. A fault has a kind, from
// which the answer's status follows in one table; a safe text, named by key and
// written in the reader's language where the answer is made; and a cause that is
// logged and never shown. Argument values never enter any of the three.
package fault

import (
	"errors"
	"fmt"
	"net/http"
)

// Kind says what went wrong, in few words.
type Kind int

// The kinds. An error that is no fault counts as Internal.
const (
	Internal    Kind = iota // ours: logged whole, answered blandly
	Invalid                 // what was sent can't be accepted as it is; Fields says where
	SignIn                  // nobody is signed in
	NotFound                // there is no such thing, or it is not yours: the two answer alike
	Refused                 // a known officer may not, and is told why
	Conflict                // somebody was there first, or the state has moved on
	Closed                  // switched off to protect people
	TooMany                 // asked too often
	TooLarge                // sent too much
	Unavailable             // something outside does not answer
)

var status = [...]int{
	Internal: http.StatusInternalServerError, Invalid: http.StatusUnprocessableEntity,
	SignIn: http.StatusUnauthorized, NotFound: http.StatusNotFound, Refused: http.StatusForbidden,
	Conflict: http.StatusConflict, Closed: http.StatusServiceUnavailable, TooMany: http.StatusTooManyRequests,
	TooLarge: http.StatusRequestEntityTooLarge, Unavailable: http.StatusServiceUnavailable,
}

var names = [...]string{"internal", "invalid", "sign_in", "not_found", "refused", "conflict", "closed", "too_many", "too_large", "unavailable"}

// String names the kind for logs and metrics.
func (k Kind) String() string { return names[k] }

// Status is the HTTP status that answers the kind.
func (k Kind) Status() int { return status[k] }

// Field is what is wrong with one field of a form: its name and the key of the text.
type Field struct {
	Name string
	Text string
}

// Fault is an error with a kind. Op names the verb that failed ("eservice.Sign").
type Fault struct {
	Kind   Kind
	Op     string
	Text   string // key of a safe text, may be empty
	Fields []Field
	Cause  error
}

// Error is for logs. It holds no argument values.
func (f *Fault) Error() string {
	s := f.Op + ": " + f.Kind.String()
	if f.Text != "" {
		s += " (" + f.Text + ")"
	}
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// New makes a fault; text is the key of what people read.
func New(k Kind, op, text string) *Fault { return &Fault{Kind: k, Op: op, Text: text} }

// Wrap adds the verb to an error and keeps its kind. A nil error stays nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return fmt.Errorf("%s: %w", op, err)
	}
	return &Fault{Kind: Internal, Op: op, Cause: err}
}

// As makes a fault of a kind out of a cause.
func As(k Kind, op string, cause error) *Fault { return &Fault{Kind: k, Op: op, Cause: cause} }

// KindOf tells the kind of any error; an error that is no fault is Internal.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Internal
}

// Is reports whether err is a fault of the kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }
