package eservice

import (
	"context"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
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
