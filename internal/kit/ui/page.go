package ui

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"tillit/internal/kit/fault"
)

// Kind is who a page is for; it sets the size, the density and the frame.
type Kind int

// Public is for residents, signed in or not. Form is inside a form: the main menu is gone.
// Work is for officers: dense. Steward is dense and dark.
const (
	Public Kind = iota
	Form
	Work
	Steward
)

func (k Kind) dense() bool { return k == Work || k == Steward }

// Site is the place that the pages belong to. The app makes one and hands it to every page.
type Site struct {
	Name    string // "Granvik", beside the mark and after each title
	Mark    MarkName
	Owner   string   // who answers for the pages, first in the footer
	Address []string // lines under it
	Columns [][]Link // of the footer
	Phone   string   // the other way, wherever a page can't help
}

// PageProps is a page's frame. The language is the context's (text.With).
//
// Who is the name of who is signed in, rendered as the header is; nil means nobody, and then
// SignIn is the address of the button, or "" for none. SignOut is posted to. Receipt is
// rendered last, when all of the page has been: it can say what was opened. Crumbs end with
// the page itself. Errors is set when the page comes back with something to put right.
type PageProps struct {
	Kind    Kind
	Site    Site
	Title   string // of the page; the place's name is added
	Errors  bool
	Scheme  Scheme
	Small   string // under the place's name: what part this is
	Home    string // where the mark goes
	Menu    []Link
	Langs   []Link // in their own languages
	Who     templ.Component
	SignIn  string
	SignOut string
	Crumbs  []Link
	Back    *Link
	Receipt templ.Component
	Session *SessionWarning
	Scripts []Script
	// Bleed leaves the width of main to the children: for a start page.
	Bleed bool
}

// Scheme is light or dark, or as the reader's device has it.
type Scheme string

// The schemes.
const (
	Auto  Scheme = ""
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

func (p PageProps) scheme() string {
	switch {
	case p.Scheme != Auto:
		return string(p.Scheme)
	case p.Kind == Steward:
		return string(Dark)
	}
	return "auto"
}

func (p PageProps) title(ctx context.Context) string {
	title := p.Title
	if p.Site.Name != "" && title != "" {
		title += " – "
	}
	title += p.Site.Name
	if p.Errors {
		return T(ctx).WrongTitle(title)
	}
	return title
}

func (p PageProps) htmlAttrs() templ.Attributes {
	if p.Kind.dense() {
		return templ.Attributes{"data-size": "sm"}
	}
	return nil
}

func (p PageProps) bodyAttrs() templ.Attributes {
	if p.Kind.dense() {
		return templ.Attributes{"class": "t-work", "data-density": "dense"}
	}
	return nil
}

func (p PageProps) menuLabel(ctx context.Context) string {
	if p.Small != "" {
		return p.Small
	}
	return T(ctx).Menu()
}

func (p PageProps) scripts() []Script {
	if p.Session == nil {
		return p.Scripts
	}
	return append([]Script{ScriptSession}, p.Scripts...)
}

// SessionWarning asks before an idle session ends. Idle is how many seconds a session
// lives without being used; the dialog comes 120 seconds before. Extend is posted to by
// script and answers 204 while the session lives. Gone is where the page goes when it has ended,
// so that nothing of it stays on the screen.
type SessionWarning struct {
	Idle   int
	Extend string
	Gone   string
}

// BareProps is a page without header and footer: a wallboard, a kiosk, a letter to print.
// The children are all of the body.
type BareProps struct {
	Title  string
	Scheme Scheme
	Kiosk  bool
	Renew  int    // seconds between renewals of main; 0 never
	Over   string // where a kiosk goes when nobody has touched it for After seconds
	After  int
}

func (p BareProps) bodyAttrs() templ.Attributes {
	a := templ.Attributes{}
	if p.Renew > 0 {
		a["data-renew"] = strconv.Itoa(p.Renew)
	}
	if p.Over != "" {
		a["data-start-over"], a["data-after"] = p.Over, strconv.Itoa(p.After)
	}
	return a
}

func (p BareProps) scripts() []Script {
	if p.Renew > 0 || p.Over != "" {
		return []Script{scriptPlace}
	}
	return nil
}

func (p BareProps) scheme() string {
	if p.Scheme == Auto {
		return "auto"
	}
	return string(p.Scheme)
}

// Script is one of the small scripts.
type Script string

// The scripts. A page names those it can use; nothing depends on them, but for a passkey,
// which a browser gives to a script alone.
const (
	ScriptSession  Script = "session.js"
	ScriptQR       Script = "qr.js"
	ScriptUpload   Script = "upload.js"
	ScriptAutosave Script = "autosave.js"
	ScriptPasskey  Script = "passkey.js"
	scriptPlace    Script = "place.js"
)

// QRProps is a code that is renewed while it is shown. Src answers with an <svg>; Status is
// posted to every two seconds and answers JSON {"status","text","next"}: while status is
// "pending" text is shown, and then the page goes to next. The children are the first code,
// Label its name for those who do not see it, and Text the first text.
type QRProps struct {
	Src    string
	Status string
	Label  string
	Text   string
}

// AutosaveProps keeps a form while it is filled in. Insert Autosave inside the form. URL is
// posted to with the form's fields each time the form rests, and answers 200 with one line of
// text, which is shown ("Sparat klockan 14.06"). Saved is the line shown from the start.
type AutosaveProps struct {
	URL   string
	Saved string
}

// PasskeyProps is a form that asks the reader's authenticator for a passkey: one that it has,
// or with New one that it makes. Its children are the fields that go with it. Begin is posted
// to and answers JSON {"challenge","options"}; Finish has {challenge} where the challenge goes,
// is posted the same fields and the authenticator's answer as "response", and answers {"next"}.
// Refused says in words what an answer with that kind of error means here. The page needs
// ScriptPasskey; without it the form says so and has no button.
type PasskeyProps struct {
	Begin   string
	Finish  string
	New     bool
	Button  string
	Refused map[fault.Kind]string
}

func (p PasskeyProps) attrs(ctx context.Context) templ.Attributes {
	t := T(ctx)
	a := templ.Attributes{"data-passkey": p.Finish, "data-text-waiting": t.PasskeyWaiting(), "data-text-cancelled": t.PasskeyCancelled(), "data-text-known": t.PasskeyKnown(),
		"data-text-unable": t.PasskeyUnable(), "data-text-failed": t.PasskeyFailed(), "data-text-" + fault.TooMany.String(): t.PasskeyTooMany()}
	if p.New {
		a["data-passkey-new"] = true
	}
	for kind, said := range p.Refused {
		a["data-text-"+kind.String()] = said
	}
	return a
}

// ReceiptProps is the line that says what the page opened, and the way to say that it is wrong.
type ReceiptProps struct {
	Text   templ.Component
	Report Link
}
