package hall

import (
	"context"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/kit/text"
)

// Outside is the little that the hall needs from elsewhere; the app fills it.
type Outside struct {
	// Services lists the services that residents can use, in a language, the most useful first.
	Services func(ctx context.Context, l text.Lang) ([]ServiceCard, error)
	// BankID is whether residents sign in with it here; where not, the page says what is to come.
	BankID bool
	// Hint says in a language what an order that is pending or has failed waits for, or why
	// it failed. A code that is not known gets the text of its status.
	Hint func(l text.Lang, status, code string) string
	// QRSVG draws a code as an <svg> element and nothing else.
	QRSVG func(data string) (string, error)
	// Contact is how to reach the municipality.
	Contact Contact
	// Cast lists the employees that the demo may sign in as, in the order to show; nil
	// outside the demo, and then there is no such door.
	Cast func(ctx context.Context) ([]Member, error)
	// World is the address of the page that approves BankID in the demo; empty outside it.
	World string
}

// ServiceCard is one service as the overview shows it, in the reader's language.
type ServiceCard struct {
	Key      string
	Href     string // its own page
	Name     string
	Text     string   // what it is, in a sentence or two
	Life     string   // key of the life event that leads to it (see Lives); empty for none
	Keywords []string // other words that people search by
	Closed   bool
	Since    time.Time // when it was closed
}

// Contact is how to reach the municipality. Empty parts are left out.
type Contact struct {
	Phone string
	Mail  string
	Visit string // the house, in one line
	Hours []Hours
}

// Hours is when the house is open on one weekday, as "08:00", local time.
type Hours struct {
	Day      time.Weekday
	From, To string
}

// Member is an employee of the demo's cast: an officer or a steward.
type Member struct {
	ID     string // in the cast
	Name   string // working name
	Title  string
	Unit   string
	Person access.PersonID
	Kind   access.Kind
}
