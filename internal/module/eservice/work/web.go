package work

import (
	"context"
	"net/url"

	"tillit/internal/core/access"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice"
)

// Web is the officer's pages.
type Web struct {
	cases *eservice.Service
	reads *ledger.Reader
}

// NewWeb makes the pages on the service that decides; l tells who has read a case.
func NewWeb(s *eservice.Service, l *ledger.Reader) *Web { return &Web{cases: s, reads: l} }

// Routes are the officer's doors. The inbox lets no protected value pass, whoever reads it.
func (w *Web) Routes() []door.Route {
	const (
		names = access.Open | access.Internal | access.Personal
		whole = names | access.Sensitive | access.Protected
		unit  = "officer of the case's unit"
		mine  = "officer who handles the case"
	)
	way := func(method, path string, action access.Action, relation string, purpose access.Purpose, classes access.Class, h door.Handler) door.Route {
		return door.Route{Method: method, Path: path, Who: door.Officers, Action: action, Relation: relation, Purpose: purpose, Classes: classes, Service: "eservice", Handle: h}
	}
	return []door.Route{
		way("GET", "/work", eservice.ListCase, unit, eservice.Overall, names, w.inbox),
		way("POST", "/work/next", eservice.TakeCase, unit, eservice.Handle, names, w.takeNext),
		way("GET", "/work/cases/{case}", eservice.ReadCase, unit, eservice.Handle, whole, w.read),
		way("POST", "/work/cases/{case}/take", eservice.TakeCase, unit, eservice.Handle, whole, w.take),
		way("POST", "/work/cases/{case}/ask", eservice.HandleCase, mine, eservice.Handle, whole, w.ask),
		way("POST", "/work/cases/{case}/messages", eservice.HandleCase, mine, eservice.Handle, whole, w.write),
		way("POST", "/work/cases/{case}/notes", eservice.HandleCase, mine, eservice.Handle, whole, w.note),
		way("POST", "/work/cases/{case}/preview", eservice.Decide, mine, eservice.Handle, whole, w.preview),
		way("POST", "/work/cases/{case}/decision", eservice.Decide, mine, eservice.Handle, whole, w.decide),
		way("GET", "/work/files/{file}", eservice.ReadCase, unit, eservice.Handle, whole, w.file),
	}
}

// inboxPage is the inbox as one choice of list shows it.
type inboxPage struct {
	Frame ui.PageProps
	Now   instant
	Me    access.PersonID
	Want  eservice.Wanted
	Inbox *eservice.Inbox
	Units bool // she works in more than one
}

func (w *Web) inbox(ctx context.Context, v *door.Visit) (door.Answer, error) {
	q := v.Request.URL.Query()
	want := wanted(q)
	in, err := w.cases.InboxOf(ctx, v.By, want)
	if err == nil && q.Get("list") == "" && want.List == eservice.Mine && in.Counts[eservice.Mine] == 0 {
		// Nothing of her own: what somebody should take is what she came for.
		want.List = eservice.Unassigned
		in, err = w.cases.InboxOf(ctx, v.By, want)
	}
	if err != nil {
		return door.Answer{}, err
	}
	v.Controller = v.By.At.Board
	p := inboxPage{Now: instant{v.At, v.Zone}, Me: v.By.Person, Want: want, Inbox: in, Units: len(v.By.Units()) > 1}
	p.Frame, err = v.Frame(ctx, ui.Work, T(ctx).Inbox())
	return door.Answer{Page: inbox(p)}, err
}

// wanted reads what is asked for. A reference or a state is looked for in every list.
func wanted(q url.Values) eservice.Wanted {
	want := eservice.Wanted{List: eservice.Mine, Ref: q.Get("ref")}
	for _, l := range eservice.Lists {
		if q.Get("list") == string(l) {
			want.List = l
		}
	}
	for _, s := range states {
		if q.Get("state") == string(s) {
			want.State = s
		}
	}
	if want.Ref != "" || want.State != "" {
		want.List = eservice.Every
	}
	return want
}

// states are those that an officer can look for.
var states = []eservice.State{eservice.Submitted, eservice.InProgress, eservice.WaitingForCompletion, eservice.Archived}

func (p inboxPage) lead(t Text) string {
	return t.DayAnd(capital(text.DayDate(t.Lang(), p.Now.at, p.Now.zone)), load(t, p.Inbox))
}

func (p inboxPage) rail(t Text) ui.RailProps {
	r := ui.RailProps{Label: t.Lists()}
	for _, l := range eservice.Lists {
		r.Items = append(r.Items, ui.RailItem{Text: words(t, "list_"+string(l), t.Lists), Count: text.Number(t.Lang(), p.Inbox.Counts[l]), Href: "/work?list=" + string(l), Current: l == p.Want.List})
	}
	return r
}

func (p inboxPage) caption(t Text) string { return words(t, "caption_"+string(p.Want.List), t.Inbox) }

func (p inboxPage) empty(t Text) string { return words(t, "empty_"+string(p.Want.List), t.Inbox) }

func (p inboxPage) head(t Text) []string {
	first := t.ColDue()
	if p.Want.List == eservice.Done {
		first = t.ColClosed()
	}
	head := []string{first, t.ColNext(), t.ColCase(), t.ColWhom()}
	if p.Units {
		head = append(head, t.ColUnit())
	}
	return append(head, t.ColState())
}

func (p inboxPage) shown(t Text) string {
	n := len(p.Inbox.Cases)
	if n == eservice.MostListed {
		return t.ShownFirst(text.Number(t.Lang(), n))
	}
	return t.Shown(n)
}

func (p inboxPage) stateOptions(t Text) []ui.Option {
	list := []ui.Option{{Text: t.AnyState()}}
	for _, s := range states {
		list = append(list, ui.Option{Value: string(s), Text: words(t, "state_"+string(s), t.AnyState), Selected: s == p.Want.State})
	}
	return list
}

func (w *Web) takeNext(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, found, err := w.cases.TakeNext(ctx, v.By)
	if err != nil {
		return door.Answer{}, err
	}
	if !found {
		return door.See("/work?list=" + string(eservice.Unassigned)), nil
	}
	return door.See(casePath(key)), nil
}

func casePath(key eservice.CaseID) string { return "/work/cases/" + key.String() }
