package mypages

import (
	"context"
	"net/url"
	"time"
	"unicode"
	"unicode/utf8"

	"tillit/internal/core/access"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// Routes are the resident's own pages. Each is for residents, and shows the one who asks.
func (s *Service) Routes() []door.Route {
	const (
		names = access.Open | access.Internal | access.Personal | access.Protected
		self  = "self"
	)
	return []door.Route{
		{Method: "GET", Path: "/my", Who: door.Residents, Action: Read, Relation: "self, guardian, party", Purpose: MyPages, Classes: names, Handle: s.getHome},
		{Method: "GET", Path: "/my/disclosures", Who: door.Residents, Action: ReadLog, Relation: self, Purpose: WhoLooked, Classes: names, Handle: s.getLooked},
		{Method: "GET", Path: "/my/disclosures.csv", Who: door.Residents, Action: ReadLog, Relation: self, Purpose: WhoLooked, Classes: names | access.Sensitive, Handle: s.getLog},
		{Method: "POST", Path: "/my/disclosures/{response}/object", Who: door.Residents, Action: Object, Relation: "subject of the occasion", Purpose: WhoLooked, Classes: names, Handle: s.postObjection},
	}
}

// instant is when a page is made, and in which zone it says so.
type instant struct {
	at   time.Time
	zone *time.Location
}

func now(v *door.Visit) instant { return instant{v.At, v.Zone} }

func (i instant) when(t Text, at time.Time) string { return text.When(t.Lang(), at, i.at, i.zone) }

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// lookedBack is how far the first page looks back for employees who looked.
const lookedBack = 30 * 24 * time.Hour

func (s *Service) getHome(ctx context.Context, v *door.Visit) (door.Answer, error) {
	p := homePage{Now: now(v)}
	var err error
	if p.Self, p.Children, err = s.family(ctx, v.By); err != nil {
		return door.Answer{}, err
	}
	cards, err := s.cases.Cases(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	p.Cases = stand(cards)
	looks, err := s.looksSince(ctx, v.By, v.At, v.At.Add(-lookedBack))
	if err != nil {
		return door.Answer{}, err
	}
	if p.Looks = sumUp(looks); p.Looks.Employees > 0 {
		l := lookIn(v.Lang, p.Looks.Last, v.At, v.Zone)
		p.Last = l.Role
		if l.Unit != "" {
			p.Last += ", " + l.Unit
		}
	}
	p.Frame, err = v.Frame(ctx, ui.Public, T(ctx).MyPages())
	return door.Answer{Page: home(p)}, err
}

// standing is her cases in the order of the page.
type standing struct {
	Waiting []Waiting
	Open    []CaseCard
	Ended   []CaseCard
}

// stand sorts the cards. A draft is no case yet: it only waits.
func stand(cards []CaseCard) standing {
	var s standing
	for _, c := range cards {
		if c.Waiting != nil {
			s.Waiting = append(s.Waiting, *c.Waiting)
		}
		switch {
		case c.Ref == "":
		case c.Ended:
			s.Ended = append(s.Ended, c)
		default:
			s.Open = append(s.Open, c)
		}
	}
	return s
}

func waits(t Text, n int) string {
	if n == 0 {
		return t.NothingWaits()
	}
	return t.Waits(n, capital(text.Count(t.Lang(), n)))
}

func employeesLooked(t Text, n int) string {
	if n == 0 {
		return t.NobodyLooked()
	}
	return t.EmployeesLooked(n, capital(text.Count(t.Lang(), n)))
}

// about is the line under a case's title: its reference, whose it is and when it was sent.
func about(t Text, c CaseCard, now instant) string {
	line := t.CaseRef(c.Ref)
	if c.Board != "" {
		line += " · " + c.Board
	}
	if !c.Sent.IsZero() {
		line += " · " + t.Sent(now.when(t, c.Sent))
	}
	return line
}

func crumbs(t Text, href, title string) []ui.Link {
	return []ui.Link{{Text: t.MyPages(), Href: "/my"}, {Text: title, Href: href}}
}

// place is where in her log a page begins, and whether her own looks are in it.
type place struct {
	before time.Time // zero for the first page
	own    bool
}

const lookedPath = "/my/disclosures"

func placeOf(q url.Values) (place, error) {
	p := place{own: q.Get("own") == "1"}
	if b := q.Get("before"); b != "" {
		at, err := time.Parse(time.RFC3339Nano, b)
		if err != nil {
			return place{}, fault.New(fault.NotFound, "mypages.placeOf", "")
		}
		p.before = at
	}
	return p, nil
}

func (p place) path() string {
	q := url.Values{}
	if p.own {
		q.Set("own", "1")
	}
	if !p.before.IsZero() {
		q.Set("before", p.before.UTC().Format(time.RFC3339Nano))
	}
	if len(q) == 0 {
		return lookedPath
	}
	return lookedPath + "?" + q.Encode()
}

func (p place) hidden() []ui.Hidden {
	var fields []ui.Hidden
	if p.own {
		fields = append(fields, ui.Hidden{Name: "own", Value: "1"})
	}
	if !p.before.IsZero() {
		fields = append(fields, ui.Hidden{Name: "before", Value: p.before.UTC().Format(time.RFC3339Nano)})
	}
	return fields
}

func (s *Service) getLooked(ctx context.Context, v *door.Visit) (door.Answer, error) {
	at, err := placeOf(v.Request.URL.Query())
	if err != nil {
		return door.Answer{}, err
	}
	p := lookedPage{Now: now(v), Own: at.own, Later: !at.before.IsZero(), Toggle: place{own: !at.own}.path(), Back: at.hidden()}
	before := at.before
	if before.IsZero() {
		before = soon(v.At)
	}
	page, older, err := s.looks(ctx, v.By, before, pageSize, at.own)
	if err != nil {
		return door.Answer{}, err
	}
	if !older.IsZero() {
		p.Earlier = place{older, at.own}.path()
	}
	if p.Looks, err = s.inWords(ctx, v, page); err != nil {
		return door.Answer{}, err
	}
	if !p.Later {
		since := halfYear(v.At, v.Zone, nil)[0].First
		counts, err := s.ledger.Months(ctx, v.By, since, v.Zone.String())
		if err != nil {
			return door.Answer{}, err
		}
		p.Half = chartOf(T(ctx), halfYear(v.At, v.Zone, counts))
	}
	p.Frame, err = v.Frame(ctx, ui.Public, T(ctx).WhoLooked())
	p.Frame.Crumbs = crumbs(T(ctx), lookedPath, T(ctx).WhoLooked())
	return door.Answer{Page: looked(p)}, err
}

// inWords puts occasions into words, with the ways to those cases that she may open and what
// she has said of them.
func (s *Service) inWords(ctx context.Context, v *door.Visit, page []ledger.Seen) ([]look, error) {
	said, err := s.objections(ctx, v.By, page)
	if err != nil {
		return nil, err
	}
	var keys [][16]byte
	for _, l := range page {
		if l.Case != [16]byte{} {
			keys = append(keys, l.Case)
		}
	}
	links, err := s.cases.Links(ctx, v, keys)
	if err != nil {
		return nil, err
	}
	looks := make([]look, len(page))
	for i, l := range page {
		looks[i] = lookIn(v.Lang, l, v.At, v.Zone)
		looks[i].Case, looks[i].Objected = links[l.Case], said[l.Response]
	}
	return looks, nil
}

func (l look) unit() string {
	if l.Unit != "" && l.Board != "" {
		return l.Unit + " · " + l.Board
	}
	return l.Unit + l.Board
}

func (p lookedPage) lead(t Text) string {
	if p.Own {
		return t.LookedLead() + " " + t.LookedOwnLead()
	}
	return t.LookedLead()
}

func (p lookedPage) toggle(t Text) string {
	if p.Own {
		return t.HideOwn()
	}
	return t.ShowOwn()
}

func (p lookedPage) none(t Text) string {
	if p.Later {
		return t.NoEarlier()
	}
	return t.NoLooks()
}

func (p lookedPage) latest() string { return place{own: p.Own}.path() }

// halfYearChart is the drawing of six months, and how many occasions they had.
type halfYearChart struct {
	Total int
	Chart ui.ChartProps
}

func chartOf(t Text, months []month) halfYearChart {
	l := t.Lang()
	c := ui.ChartProps{ID: "months-chart", Caption: t.ChartCaption(), RowHead: t.ColMonth(), Total: t.ColAll(), Newest: true, Beside: true, Series: []ui.ChartSeries{
		{Name: t.GroupHandling(), Short: t.GroupHandlingShort(), Paint: 1},
		{Name: t.GroupParties(), Short: t.GroupPartiesShort(), Paint: 2},
		{Name: t.GroupBesides(), Short: t.GroupBesidesShort(), Paint: 3},
	}}
	var total int
	most := months[0]
	for _, m := range months {
		name := monthName(l, m.First)
		c.Columns = append(c.Columns, ui.ChartColumn{Label: string([]rune(name)[:3]), Row: name, Counts: m.Counts[:]})
		total += m.sum()
		if m.sum() >= most.sum() {
			most = m
		}
	}
	long := func(m month) string { return monthName(l, m.First) + " " + m.First.Format("2006") }
	c.Title = t.ChartTitle(long(months[0]), long(months[len(months)-1]), monthName(l, most.First), text.Number(l, most.sum()))
	return halfYearChart{total, c}
}

// getLog is all of her log as a file, her own looks included.
func (s *Service) getLog(ctx context.Context, v *door.Visit) (door.Answer, error) {
	var all []ledger.Seen
	err := s.walk(ctx, v.By, soon(v.At), true, func(l ledger.Seen) bool {
		all = append(all, l)
		return true
	})
	if err != nil {
		return door.Answer{}, err
	}
	looks, err := s.inWords(ctx, v, all)
	if err != nil {
		return door.Answer{}, err
	}
	f, err := s.file(ctx, v.By, T(ctx).FileName(), sheet(T(ctx), looks, v.Zone))
	return door.Answer{File: &door.File{Name: f.Name, Media: "text/csv; charset=utf-8", Body: f.Body}}, err
}

func (s *Service) postObjection(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[any](v, "response")
	if err != nil {
		return door.Answer{}, err
	}
	response := access.RequestID(key)
	at, err := placeOf(v.Form)
	if err != nil {
		return door.Answer{}, err
	}
	if err := s.object(ctx, v.By, v.At, response); err != nil {
		return door.Answer{}, err
	}
	return door.See(at.path() + "#look-" + response.String()), nil
}
