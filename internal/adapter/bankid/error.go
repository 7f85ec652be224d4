package bankid

import (
	"strconv"
	"strings"

	"tillit/internal/kit/fault"
)

// Error is a call that gave no result. Its text is for the log; what people read is the
// text of ErrorKey. It unwraps to its ErrorCode and to its cause.
type Error struct {
	Code    ErrorCode
	Status  int    // HTTP status; 0 when there was no answer
	Details string // BankID's own explanation, thinned by scrub
	Cause   error
}

// Error says the code, the status, BankID's thinned explanation and the cause.
func (e *Error) Error() string {
	s := e.Code.Error()
	if e.Status != 0 {
		s += ", status " + strconv.Itoa(e.Status)
	}
	if e.Details != "" {
		s += ", details: " + e.Details
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the code and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Cause}
}

// asFault gives the error the kind that it has for whoever called. A missing order is
// an ordinary thing at collect and cancel; at auth and sign the same code means that we
// sent something wrong.
func asFault(call string, e *Error) *fault.Fault {
	kind := fault.Internal
	switch e.Code {
	case AlreadyInProgress:
		kind = fault.Conflict
	case InvalidParameters:
		if call == "collect" || call == "cancel" {
			kind = fault.NotFound
		}
	case RequestTimeout, InternalError, Maintenance, Unreachable, Garbled, UnknownService:
		kind = fault.Unavailable
	}
	return &fault.Fault{Kind: kind, Op: "bankid." + call, Text: ErrorKey(e.Code), Cause: e}
}

// passing reports whether the same call may succeed in a moment.
func (e *Error) passing() bool {
	switch e.Code {
	case RequestTimeout, InternalError, Maintenance, Unreachable, UnknownService:
		return true
	}
	return false
}

const (
	detailsLimit = 160 // bytes; the explanations that are documented are one short sentence
	wordLimit    = 24  // bytes; a longer word is data, not a word
)

// scrub keeps the words of an explanation and drops what may be about a person: every
// word with a digit or a sign that plain sentences lack, whatever stands in quotes, and
// words too long to be words.
func scrub(details string) string {
	var kept []string
	quoted := false
	for _, w := range strings.Fields(details) {
		marks := strings.Count(w, `"`) + strings.Count(w, `'`) + strings.Count(w, "`")
		if quoted || marks > 0 || len(w) > wordLimit || strings.ContainsFunc(w, notProse) {
			w = "#"
		}
		if marks%2 == 1 {
			quoted = !quoted
		}
		if w == "#" && len(kept) > 0 && kept[len(kept)-1] == "#" {
			continue
		}
		kept = append(kept, w)
	}
	s := strings.Join(kept, " ")
	if len(s) > detailsLimit {
		s = s[:detailsLimit]
	}
	return s
}

func notProse(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == ',' || r == ':' || r == '-' || r == '(' || r == ')')
}
