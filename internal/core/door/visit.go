package door

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/core/session"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
)

// Visit is one request from first byte to last, as its handler sees it.
type Visit struct {
	By      access.Actor
	Session session.Session
	Request *http.Request
	Form    url.Values // of a POST, parsed within the route's limit
	Lang    text.Lang
	Zone    *time.Location
	At      time.Time // when the visit began

	// What the ledger says of the artefact beside who and why; set by the handler.
	Controller access.BoardID
	Case       [16]byte

	door   *Door
	route  *Route
	secret *session.Secret
	nonce  *session.Secret
	self   person.Identity
}

// Answer is what a handler answers with: one of Page, To, File, JSON, Fragment or Plain, or
// nothing.
type Answer struct {
	Status   int             // 200 when zero
	Page     templ.Component // a whole page
	Fragment templ.Component // a piece of one, for a script
	To       string          // see other (303): a path of ours
	JSON     any
	Plain    string // text for machines, about nobody
	File     *File
	Secret   *session.Secret // begins a session in this browser
	Forget   bool            // ends what this browser remembers
	Nonce    *session.Secret // binds an order to this browser
	Location string          // of what was made (201)
	Lang     text.Lang       // the reader has chosen it
}

// File is a document that leaves: its name is a value of the same record.
type File struct {
	Name  disclosure.Value
	Media string
	Body  disclosure.Value
}

// See answers with another address of ours.
func See(path string) Answer { return Answer{To: path} }

// Key reads a key from the path; anything that is none is NotFound, as a key of nothing is.
func Key[K any](v *Visit, name string) (id.Of[K], error) {
	key, err := id.Parse[K](v.Request.PathValue(name))
	if err != nil {
		return key, fault.New(fault.NotFound, "door.Key", "")
	}
	return key, nil
}

// Browser is who asks at the eID: this browser, and the session that it has.
func (v *Visit) Browser() session.Browser {
	b := session.Browser{Old: v.secret, IP: clientIP(v.Request)}
	if v.nonce != nil {
		b.Nonce = *v.nonce
	}
	return b
}

// Secret is the cookie's secret of a signed-in visit; nil for nobody.
func (v *Visit) Secret() *session.Secret { return v.secret }

// WantsJSON reports whether the caller asked for JSON and not for a page.
func (v *Visit) WantsJSON() bool {
	return v.Request.Header.Get("Accept") == "application/json" || v.Request.URL.Query().Get("format") == "json"
}

// Leave makes the visit nobody's, when its session has ended: the page that follows knows
// nobody.
func (v *Visit) Leave() {
	v.By, v.Session, v.secret, v.self = access.Actor{}.Join(v.By), session.Session{}, nil, person.Identity{}
}

func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return "127.0.0.1"
	}
	return host
}

// response is the artefact as the ledger keeps it.
func (v *Visit) response(channel ledger.Channel, lines []ledger.Line, digest [32]byte) *ledger.Response {
	return &ledger.Response{
		ID: v.By.Request, By: v.By, Controller: v.Controller, Case: v.Case, Route: v.route.name(), Policy: v.door.policy,
		Purpose: v.route.Purpose, Channel: channel, Digest: digest, Lines: lines,
	}
}

type visitKey struct{}

// of finds the visit for this package's own templates.
func of(ctx context.Context) *Visit { v, _ := ctx.Value(visitKey{}).(*Visit); return v }
