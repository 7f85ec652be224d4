package mypages

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"tillit/internal/core/door"
	"tillit/internal/kit/ui"
)

// Cases is where her cases come from. Everything personal in what it gives is a component
// that opens when it is rendered.
type Cases interface {
	// Cases lists what she is a party to, is invited to or has begun, newest first.
	Cases(ctx context.Context, v *door.Visit) ([]CaseCard, error)
	// Links gives the ways to those of the cases that she may open. The others are left out.
	Links(ctx context.Context, v *door.Visit, cases [][16]byte) (map[[16]byte]CaseLink, error)
}

// CaseLink is the way to a case: its reference, which says nothing, and its page. Unit and Board
// are where such cases are handled as everybody may know: never the shielded unit.
type CaseLink struct{ Ref, Href, Unit, Board string }

// CaseCard is a case as her first page shows it. A draft has no Ref: it shows only in what
// waits for her. Steps are left out for a case that has ended.
type CaseCard struct {
	Title   templ.Component
	Href    string
	Ref     string
	Board   string
	Sent    time.Time // zero while it is not sent
	Steps   []ui.PathStep
	Next    templ.Component // what happens now, as a sentence; nil for none
	Waiting *Waiting        // what she must do; nil for nothing
	Ended   bool
}

// Waiting is something that waits for her. The first on the page gets the primary button.
type Waiting struct {
	Title  templ.Component
	Text   templ.Component // until when, and what else; nil for nothing
	Button string
	Href   string
}
