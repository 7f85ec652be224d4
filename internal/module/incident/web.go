package incident

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/kit/db"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// Room is the stewards' pages.
type Room struct {
	db       *db.DB
	board    *closure.Board
	services Services
	doors    Doors
}

// Config is what the room is made of.
type Config struct {
	DB       *db.DB
	Board    *closure.Board
	Services Services
	Doors    Doors
}

// New makes the room.
func New(c Config) *Room { return &Room{c.DB, c.Board, c.Services, c.Doors} }

// Routes are for stewards, and open nothing personal.
func (r *Room) Routes() []door.Route {
	const nobody = access.Open | access.Internal
	return []door.Route{
		{Method: "GET", Path: "/steward", Who: door.Stewards, Action: Watch, Relation: "steward", Purpose: Watching, Classes: nobody, Handle: r.get},
		{Method: "POST", Path: "/steward/close", Who: door.Stewards, Action: Close, Relation: "steward", Purpose: Watching, Classes: nobody, Handle: r.postClose},
		{Method: "POST", Path: "/steward/open", Who: door.Stewards, Action: Open, Relation: "steward", Purpose: Watching, Classes: nobody, Handle: r.postOpen},
	}
}

const (
	turnsShown = 12
	turnsRead  = 60 // so that what was just done is among them, however busy the night
	missesBack = 7 * 24 * time.Hour
)

// typed is what a form sent and what is wrong with it, for the page that comes back.
type typed struct {
	Open        bool // the form that opens, of the row Target; else the one that closes
	Target, Why string
	TargetError string
	WhyError    string
	Other       string // wrong with no field
}

func (f typed) wrong() bool { return f.TargetError != "" || f.WhyError != "" || f.Other != "" }

func (r *Room) get(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return r.page(ctx, v, typed{})
}

func (r *Room) page(ctx context.Context, v *door.Visit, f typed) (door.Answer, error) {
	t := T(ctx)
	services, err := r.services(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	events, err := r.board.Events(ctx, turnsRead)
	if err != nil {
		return door.Answer{}, err
	}
	p := boardPage{Me: v.By.At.Name, At: v.At, Zone: v.Zone, Typed: f, Offered: targets(t, services, r.doors())}
	p.Closed, p.Open = board(r.board.All(), p.Offered)
	if p.Misses, p.Objections, err = seen(ctx, r.db, v.By, v.At.Add(-missesBack)); err != nil {
		return door.Answer{}, err
	}
	p.Done = p.done(t, events, v.Request.URL.Query().Get("done"))
	p.Turns = events[:min(turnsShown, len(events))]
	if p.Frame, err = v.Frame(ctx, ui.Steward, t.Title()); err != nil {
		return door.Answer{}, err
	}
	a := door.Answer{Page: steward(p)}
	if f.wrong() {
		p.Frame.Errors = true
		a.Page, a.Status = steward(p), http.StatusUnprocessableEntity
	}
	return a, nil
}

func (r *Room) postClose(ctx context.Context, v *door.Visit) (door.Answer, error) {
	t := T(ctx)
	f := typed{Target: v.Form.Get("target"), Why: strings.TrimSpace(v.Form.Get("why"))}
	services, err := r.services(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	if !slices.ContainsFunc(targets(t, services, r.doors()), func(o target) bool { return o.Key == f.Target }) {
		f.TargetError = t.ChooseTarget()
	}
	if f.Why == "" {
		f.WhyError = t.SayWhy()
	}
	if f.wrong() {
		return r.page(ctx, v, f)
	}
	err = r.board.Close(ctx, v.By.At.Name, f.Target, f.Why)
	switch {
	case errors.Is(err, closure.ErrWhy):
		f.WhyError = t.SayWhy()
		return r.page(ctx, v, f)
	case err != nil:
		return door.Answer{}, err
	}
	return done(f.Target), nil
}

func (r *Room) postOpen(ctx context.Context, v *door.Visit) (door.Answer, error) {
	t := T(ctx)
	f := typed{Open: true, Target: v.Form.Get("target"), Why: strings.TrimSpace(v.Form.Get("why"))}
	_, err := r.board.AskOpen(ctx, v.By.At.Name, f.Target, f.Why)
	switch {
	case errors.Is(err, closure.ErrWhy):
		f.WhyError = t.SayWhy()
	case errors.Is(err, closure.ErrSame):
		f.Other = t.AnotherMust()
	case errors.Is(err, closure.ErrOpen):
		f.Other = t.AlreadyOpen()
	case err != nil:
		return door.Answer{}, err
	default:
		return done(f.Target), nil
	}
	return r.page(ctx, v, f)
}

func done(target string) door.Answer { return door.See("/steward?done=" + url.QueryEscape(target)) }

// done says what this steward just did with a target, from the log of turns and nothing
// else. Closing what somebody had closed already says who and when.
func (p boardPage) done(t Text, events []closure.Event, target string) string {
	if target == "" {
		return ""
	}
	i := slices.IndexFunc(events, func(e closure.Event) bool { return e.Target == target })
	if i < 0 {
		return ""
	}
	name, at := nameOf(t, target, p.Offered), p.moment(t, events[i].At)
	switch {
	case events[i].What == "closed":
		return t.DoneClosed(name, at)
	case events[i].What == "opening" && events[i].By == p.Me:
		return t.DoneAsked(name, at)
	case events[i].What == "opened":
		return t.DoneOpened(name, at)
	}
	return ""
}

func (p boardPage) moment(t Text, at time.Time) string { return moment(t.Lang(), at, p.At, p.Zone) }

func (p boardPage) eyebrow(t Text) string {
	return capital(text.DayDate(t.Lang(), p.At, p.Zone)) + ", " + text.At(t.Lang(), p.At, p.Zone)
}

func (p boardPage) headline(t Text) string {
	n := len(p.Closed)
	if n == 0 {
		return t.AllOpen()
	}
	return t.ClosedNow(n, capital(text.Count(t.Lang(), n)))
}

func (p boardPage) objections(t Text) string {
	if p.Objections == 0 {
		return t.NoObjections()
	}
	return t.ObjectionsWait(p.Objections, capital(text.Count(t.Lang(), p.Objections)))
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// errors are the lines of the summary, each with the field that it is about.
func (p boardPage) errors() []ui.FieldError {
	var list []ui.FieldError
	if p.Typed.TargetError != "" {
		list = append(list, ui.FieldError{ID: "target", Text: p.Typed.TargetError})
	}
	if p.Typed.WhyError != "" {
		list = append(list, ui.FieldError{ID: p.whyID(), Text: p.Typed.WhyError})
	}
	if p.Typed.Other != "" {
		list = append(list, ui.FieldError{Text: p.Typed.Other})
	}
	return list
}

func (p boardPage) whyID() string {
	if p.Typed.Open {
		if i := slices.IndexFunc(p.Closed, func(c closure.Closure) bool { return c.Target == p.Typed.Target }); i >= 0 {
			return openID(i)
		}
		return ""
	}
	return "why"
}

func turned(t Text, what string) string {
	switch what {
	case "closed":
		return t.TurnedClosed()
	case "opening":
		return t.TurnedOpening()
	case "opened":
		return t.TurnedOpened()
	}
	return t.TurnedOther()
}

// mostSigns is how long a reason may be, as a closure takes it.
const mostSigns = 500

func openID(i int) string { return "why-" + strconv.Itoa(i) }

func (p boardPage) options() []ui.Option {
	options := make([]ui.Option, len(p.Offered))
	for i, o := range p.Offered {
		options[i] = ui.Option{Value: o.Key, Text: o.Name, Selected: !p.Typed.Open && o.Key == p.Typed.Target}
	}
	return options
}

func (p boardPage) closeWhy() string {
	if p.Typed.Open {
		return ""
	}
	return p.Typed.Why
}

func (p boardPage) closeError() string {
	if p.Typed.Open {
		return ""
	}
	return p.Typed.WhyError
}

func (p boardPage) openWhy(target string) string {
	if p.Typed.Open && p.Typed.Target == target {
		return p.Typed.Why
	}
	return ""
}

func (p boardPage) openError(target string) string {
	if p.Typed.Open && p.Typed.Target == target {
		return p.Typed.WhyError
	}
	return ""
}
