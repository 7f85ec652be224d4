package door

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/guard"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/core/session"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/observe"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// Config is what the doors are made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	IDs      *id.Source
	Chance   io.Reader
	Board    *closure.Board
	Sessions *session.Service
	People   *person.Service
	Ledger   *ledger.Writer
	Guard    *guard.Guard
	Site     ui.Site
	Zone     *time.Location
	Lang     text.Lang // where the reader asked for none
	Policy   string    // the decider's id
	Build    string
	Secure   bool // served over https: cookies say so
	Log      *slog.Logger
	Metrics  *observe.Metrics

	locks locks // all on; only the bench and test builds can turn one off
}

// Door is all routes, and the one way through them.
type Door struct {
	Config
	policy string
	routes table
	misses *misses
	tries  *tries
}

// New makes a house without doors.
func New(c Config) *Door {
	return &Door{Config: c, policy: c.Policy, misses: newMisses(), tries: newTries(c.Clock)}
}

// Add adds routes. They are checked by Handler.
func (d *Door) Add(routes ...Route) { d.routes = append(d.routes, routes...) }

// Declarations lists every route's declaration, in the order added.
func (d *Door) Declarations() []Declaration {
	list := make([]Declaration, len(d.routes))
	for i, r := range d.routes {
		list[i] = r.declaration()
	}
	return list
}

// Handler opens the doors. It refuses when any route lacks a part of its declaration.
func (d *Door) Handler() (http.Handler, error) {
	if err := d.routes.check(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for i := range d.routes {
		r := &d.routes[i]
		path := r.Path
		if path == "/" {
			path = "/{$}"
		}
		mux.HandleFunc(r.Method+" "+path, func(w http.ResponseWriter, req *http.Request) { d.serve(w, req, r) })
	}
	nowhere := &Route{Method: "GET", Path: "/{nowhere...}", Who: Anyone, Action: Public, Relation: "none", Purpose: Information, Classes: access.Open,
		Handle: func(context.Context, *Visit) (Answer, error) { return Answer{}, fault.New(fault.NotFound, "door", "") }}
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) { d.serve(w, req, nowhere) })
	return mux, nil
}

// written counts what leaves, for the request record.
type written struct {
	status int
	bytes  int64
	lines  int
}

// serve is the way of one request.
func (d *Door) serve(w http.ResponseWriter, req *http.Request, route *Route) {
	begun := d.Clock.Now()
	var out written
	var failed error
	v := &Visit{Request: req, Zone: d.Zone, At: begun, door: d, route: route, Lang: d.lang(req)}
	requestID := id.New[any](d.IDs)
	by, life := access.Actor{}.Enter(access.RequestID(requestID))
	v.By = by
	defer life.End()
	defer func() {
		if p := recover(); p != nil {
			// A panic's value may hold anything: only where it happened is logged.
			d.Log.Error("panic", "route", route.name(), "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			failed = fault.New(fault.Internal, "door.serve", "")
			if out.status == 0 {
				out = d.fail(w, v, failed)
			}
		}
		r := observe.Record{ID: requestID.String(), Route: route.name(), Method: req.Method, Status: out.status, Duration: d.Clock.Now().Sub(begun),
			Build: d.Build, Actor: string(v.By.Kind), Disclosures: out.lines, Bytes: out.bytes}
		if failed != nil {
			r.Fault = fault.KindOf(failed).String()
		}
		r.Write(req.Context(), d.Log)
		if d.Metrics != nil {
			d.Metrics.Request(r)
		}
	}()
	headers(w.Header())
	answer, err := d.enter(w, req, v, life)
	if err != nil {
		failed = err
		out = d.fail(w, v, err)
		return
	}
	out, err = d.send(w, v, answer)
	if err != nil {
		failed = err
		out = d.fail(w, v, err)
	}
}

// enter is the way in: closures, who it is, what was sent, and the handler.
func (d *Door) enter(w http.ResponseWriter, req *http.Request, v *Visit, life *access.Visit) (Answer, error) {
	if err := crossOrigin.Check(req); err != nil {
		return Answer{}, fault.As(fault.Refused, "door.enter", errors.New("cross-origin"))
	}
	if c, closed := d.Board.Closed(d.targets(v.route)...); closed {
		return Answer{}, &fault.Fault{Kind: fault.Closed, Op: "door.enter", Cause: closedError{c}}
	}
	if err := d.identify(req.Context(), v); err != nil {
		return Answer{}, err
	}
	if err := admit(v); err != nil {
		return Answer{}, err
	}
	if d.tries.tooMany(v) {
		return Answer{}, fault.New(fault.TooMany, "door.enter", "")
	}
	if req.Method == http.MethodPost {
		if err := v.readForm(w); err != nil {
			return Answer{}, err
		}
	}
	ctx := text.With(context.WithValue(req.Context(), visitKey{}, v), v.Lang)
	return v.route.Handle(ctx, v)
}

// crossOrigin refuses a change that another site asks for. GET never changes anything.
var crossOrigin = http.NewCrossOriginProtection()

func (d *Door) targets(r *Route) []string {
	targets := []string{closure.Route(r.Path)}
	if r.Service != "" {
		targets = append(targets, closure.Service(r.Service))
	}
	return targets
}

func (d *Door) identify(ctx context.Context, v *Visit) error {
	v.nonce = d.cookie(v.Request, nonceCookie)
	v.secret = d.cookie(v.Request, sessionCookie)
	if v.secret == nil {
		return nil
	}
	by, s, err := d.Sessions.Identify(ctx, *v.secret)
	if err != nil {
		return err
	}
	if by.IsNobody() {
		v.secret = nil
		return nil
	}
	v.By, v.Session = by.Join(v.By), s
	return nil
}

// admit asks at the door who may come to it at all.
func admit(v *Visit) error {
	switch {
	case v.route.Who == Anyone:
		return nil
	case v.By.IsNobody():
		return fault.New(fault.SignIn, "door.admit", "")
	case string(v.By.Kind) != string(v.route.Who):
		// Another kind of session than this part of the house is for: as if it did not exist.
		return fault.New(fault.NotFound, "door.admit", "")
	}
	return nil
}

const usualBody = 64 << 10

func (v *Visit) readForm(w http.ResponseWriter) error {
	limit := v.route.Body
	if limit == 0 {
		limit = usualBody
	}
	v.Request.Body = http.MaxBytesReader(w, v.Request.Body, limit)
	kind, _, _ := mime.ParseMediaType(v.Request.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = v.Request.ParseMultipartForm(1 << 20)
	case "application/json":
		err = v.readJSON()
	default:
		err = v.Request.ParseForm()
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "door.readForm", "too_large")
	}
	if err != nil {
		return &fault.Fault{Kind: fault.Invalid, Op: "door.readForm", Text: "malformed"}
	}
	if v.Form == nil {
		v.Form = v.Request.PostForm
	}
	return nil
}

// readJSON reads a flat object of texts as a form.
func (v *Visit) readJSON() error {
	fields := map[string]string{}
	if err := json.NewDecoder(v.Request.Body).Decode(&fields); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	v.Form = url.Values{}
	for name, value := range fields {
		v.Form.Set(name, value)
	}
	return nil
}

// send renders, notes, scans, and only then lets the bytes go.
func (d *Door) send(w http.ResponseWriter, v *Visit, a Answer) (written, error) {
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	d.setCookies(w, a)
	if a.To != "" {
		if !d.locks.guardOff {
			if err := d.scan(v, []byte(a.To), disclosure.NewRecorder(v.By, ledger.Opened, 0)); err != nil {
				return written{}, err
			}
		}
		w.Header().Set("Location", a.To)
		w.WriteHeader(http.StatusSeeOther)
		return written{status: http.StatusSeeOther}, nil
	}
	level := ledger.Opened
	if a.File != nil {
		level = ledger.Exported
	}
	passes := v.route.Classes
	if v.self.Known() { // her own name stands in the frame of every page, also of one about nobody
		passes |= access.Personal
		if v.self.Protected {
			passes |= access.Protected
		}
	}
	rec := disclosure.NewRecorder(v.By, level, passes&^d.closedClasses())
	body, channel, err := d.render(w, v, a, rec)
	if errors.Is(err, disclosure.ErrSealed) && d.closedClasses() != 0 {
		// What it can't do without is closed: a sign on the door, and no mistake of ours.
		return written{}, fault.As(fault.Closed, "door.send", err)
	}
	if err != nil {
		return written{}, err
	}
	lines := rec.Lines()
	if !d.locks.ledgerOff {
		if err := d.Ledger.Write(v.Request.Context(), v.response(channel, lines, sha256.Sum256(body))); err != nil {
			// No ledger line, no byte.
			return written{}, fault.As(fault.Unavailable, "door.send", err)
		}
	}
	// What a person sent us goes back as it came; a text that we wrote ourselves is looked through.
	ours := channel != ledger.File || strings.HasPrefix(a.File.Media, "text/")
	if !d.locks.guardOff && ours {
		if err := d.scan(v, body, rec); err != nil {
			return written{}, err
		}
	}
	if a.Location != "" {
		w.Header().Set("Location", a.Location)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.Status)
	n, _ := w.Write(body) // a client that has left is no fault of ours; the line stands
	return written{status: a.Status, bytes: int64(n), lines: len(lines)}, nil
}

func (d *Door) closedClasses() access.Class {
	var closed access.Class
	for _, c := range []access.Class{access.Personal, access.Sensitive, access.Protected} {
		if _, ok := d.Board.Closed("class/" + c.String()); ok {
			closed |= c
		}
	}
	return closed
}

func (d *Door) render(w http.ResponseWriter, v *Visit, a Answer, rec *disclosure.Recorder) ([]byte, ledger.Channel, error) {
	h := w.Header()
	switch {
	case a.JSON != nil:
		h.Set("Content-Type", "application/json; charset=utf-8")
		body, err := json.Marshal(a.JSON)
		return body, ledger.API, fault.Wrap("door.render", err)
	case a.File != nil:
		name, err := rec.Open(a.File.Name)
		if err != nil {
			return nil, 0, fault.Wrap("door.render", err)
		}
		body, err := rec.OpenFile(a.File.Body)
		if err != nil {
			return nil, 0, fault.Wrap("door.render", err)
		}
		h.Set("Content-Type", a.File.Media)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		return body, ledger.File, nil
	case a.Plain != "":
		h.Set("Content-Type", "text/plain; charset=utf-8")
		return []byte(a.Plain), ledger.HTML, nil
	case a.Page == nil && a.Fragment == nil:
		return nil, ledger.HTML, nil
	}
	ctx := text.With(disclosure.With(context.WithValue(v.Request.Context(), visitKey{}, v), rec), v.Lang)
	var b bytes.Buffer
	b.Grow(32 << 10)
	page := a.Page
	if page == nil {
		page = a.Fragment
	}
	if err := page.Render(ctx, &b); err != nil {
		return nil, 0, fault.Wrap("door.render", err)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	return b.Bytes(), ledger.HTML, nil
}

func headers(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Cookie")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()")
}

func (d *Door) lang(req *http.Request) text.Lang {
	if c, err := req.Cookie(d.cookieName(langCookie)); err == nil {
		if l, ok := text.Parse(c.Value); ok {
			return l
		}
	}
	return text.FromAccept(req.Header.Get("Accept-Language")).Or(d.Lang)
}

// closedError carries the closure to the page that explains it.
type closedError struct{ closure.Closure }

func (e closedError) Error() string { return "closed: " + strings.SplitN(e.Target, "/", 2)[0] }
