package eservice

import (
	"context"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/text"
)

// Notices tells people that there is something for them to read: in the transaction of what
// happened, and without a word of what it is about.
type Notices interface {
	Notify(ctx context.Context, tx *db.Tx, person access.PersonID, template string, caseID [16]byte, service string) error
}

// Verdict is what a scanner says of a file.
type Verdict string

// The verdicts. Only a clean file is ever opened.
const (
	Clean     Verdict = "clean"
	Infected  Verdict = "infected"
	Unscanned Verdict = "unscanned" // tried and failed: is tried again, never taken as clean
	Held      Verdict = "held"      // there is no scanner
)

// Scanner looks at files for what should not be in them.
type Scanner interface {
	Scan(ctx context.Context, body []byte) Verdict
}

// Outside is the little that the residents' pages need from elsewhere; the app fills it.
type Outside struct {
	// Hint says in a language what a signing order that is pending or has failed waits for,
	// or why it failed. A code that is not known gets the text of its status.
	Hint func(l text.Lang, status, code string) string
	// QRSVG draws a code as an <svg> element and nothing else.
	QRSVG func(data string) (string, error)
	// World is the address of the page that approves BankID in the demo; empty outside it.
	World string
	// About is what a service is called and found by, by family. One that is not here goes
	// by the title of its form.
	About map[string]About
}

// About is what a service is called, as a noun, and the key of the life event that leads to it.
type About struct {
	Name func(l text.Lang) string
	Life string
}
