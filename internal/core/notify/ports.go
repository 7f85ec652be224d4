package notify

import (
	"context"
	"errors"
)

// Mailer takes a letter over. A nil error says that the other side has accepted it; one
// that is [ErrRefused] that it never will; any other that it may later. Errors hold nothing
// of the letter. The app bridges the mail adapter to it.
type Mailer interface {
	Send(ctx context.Context, l Letter) error
}

// ErrRefused says that the receiver's side has refused a letter for good.
var ErrRefused = errors.New("notify: refused by the other side")

// Letter is one mail to one address. It was not asked for by a mail, so it is marked
// Auto-Submitted: auto-generated (RFC 3834). MessageID is local@domain without brackets, the
// same for every try of one delivery.
type Letter struct {
	To         Address
	Subject    string
	Text, HTML string
	MessageID  string
}
