package smtp

import (
	"errors"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"tillit/internal/kit/fault"
)

// ErrLetter says that a letter can't be sent as it was prepared. It is a mistake of whoever
// prepared it; trying again does not help.
var ErrLetter = errors.New("smtp: malformed letter")

// Letter is one prepared mail to one receiver.
type Letter struct {
	From       string            // one address, a display name may stand before it
	ReturnPath string            // one bare address for bounces; empty means that of From
	To         string            // one bare address
	Subject    string            // one line
	Text       string            // the body as plain text
	HTML       string            // the same as HTML; may be empty
	MessageID  string            // without angle brackets: left@right
	Headers    map[string]string // further fields, such as Auto-Submitted and List-Unsubscribe
}

// reserved are the fields that the letter's own parts become, or that only servers write.
var reserved = []string{"from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "return-path", "received", "user-agent", "dkim-signature"}

const (
	longestAddress = 254 // RFC 5321 4.5.3.1.3, less the angle brackets
	longestLine    = 998 // RFC 5322 2.1.1
)

// check refuses, with ErrLetter in a fault of kind Invalid, what would not arrive as it was
// meant: a line break or another control character in a header field, more than one address,
// a display name before the receiver's, an address beyond ASCII, a field that the letter sets
// itself, a text that is no UTF-8, and anything that is missing.
func (l Letter) check() error {
	ok := isAddress(l.From, true) && isAddress(l.To, false) && (l.ReturnPath == "" || isAddress(l.ReturnPath, false)) &&
		isLine(l.Subject) && l.Subject != "" && isMessageID(l.MessageID) &&
		l.Text != "" && utf8.ValidString(l.Text) && utf8.ValidString(l.HTML)
	for name, value := range l.Headers {
		ok = ok && isFieldName(name) && isLine(value)
	}
	if !ok {
		return malformed()
	}
	return nil
}

func malformed() error { return fault.As(fault.Invalid, "smtp.Send", ErrLetter) }

func isAddress(s string, named bool) bool {
	if !isLine(s) {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || len(a.Address) > longestAddress {
		return false
	}
	for _, r := range a.Address {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return named || a.Address == s
}

// isLine reports whether s can stand in a header field: no control character, so no line of
// its own, and not longer than a line may be.
func isLine(s string) bool {
	control := func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' }
	return len(s) <= longestLine && utf8.ValidString(s) && !strings.ContainsFunc(s, control)
}

func isMessageID(s string) bool {
	left, right, ok := strings.Cut(s, "@")
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`<>@,;:()[]"\`, r) }
	return ok && left != "" && right != "" && len(s) <= longestAddress && !strings.ContainsFunc(left+right, odd)
}

func isFieldName(s string) bool {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }
	lower := strings.ToLower(s)
	return s != "" && !strings.ContainsFunc(s, odd) && !slices.Contains(reserved, lower) &&
		!strings.HasPrefix(lower, "content-") && !strings.HasPrefix(lower, "resent-")
}
