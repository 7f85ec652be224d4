package mypages

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/core/notify"
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
		{Method: "GET", Path: "/my/messages", Who: door.Residents, Action: notify.ReadNotice, Relation: self, Purpose: notify.Contact, Classes: names, Handle: s.getMessages},
		{Method: "POST", Path: "/my/messages/read", Who: door.Residents, Action: notify.MarkNotice, Relation: "receiver", Purpose: notify.Contact, Classes: names, Handle: s.postRead},
		{Method: "GET", Path: "/my/contact", Who: door.Residents, Action: notify.ReadPoint, Relation: self, Purpose: notify.Contact, Classes: names, Handle: s.getContact},
		{Method: "POST", Path: "/my/contact", Who: door.Residents, Action: notify.ChangePoint, Relation: self, Purpose: notify.Contact, Classes: names, Handle: s.postPoint},
		{Method: "POST", Path: "/my/contact/{point}/prove", Who: door.Residents, Action: notify.ChangePoint, Relation: "owner", Purpose: notify.Contact, Classes: names, Handle: s.postProof},
		{Method: "POST", Path: "/my/contact/{point}/withdraw", Who: door.Residents, Action: notify.ChangePoint, Relation: "owner", Purpose: notify.Contact, Classes: names, Handle: s.postWithdrawal},
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
	notices, points, err := s.told(ctx, v.By, newestMessages)
	if err != nil {
		return door.Answer{}, err
	}
	p.Reach = reachBy(points)
	if p.Messages, err = s.messages(ctx, v, notices); err != nil {
		return door.Answer{}, err
	}
	looks, err := s.looksSince(ctx, v.By, v.At, v.At.Add(-lookedBack))
	if err != nil {
		return door.Answer{}, err
	}
	if p.Looks = sumUp(looks); p.Looks.Employees > 0 {
		last, err := s.inWords(ctx, v, []ledger.Seen{p.Looks.Last})
		if err != nil {
			return door.Answer{}, err
		}
		l := last[0]
		p.Last = l.Role
		if l.Unit != "" {
			p.Last += ", " + l.Unit
		}
	}
	p.Frame, err = v.Frame(ctx, ui.Public, T(ctx).MyPages())
	return door.Answer{Page: home(p)}, err
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

const lookedPath = "/my/disclosures"

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
// she has said of them. The shielded unit is named to those alone who are protected themselves.
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
	protected, err := s.protected(ctx, v.By)
	if err != nil {
		return nil, err
	}
	looks := make([]look, len(page))
	for i, l := range page {
		looks[i] = lookIn(v.Lang, l, v.At, v.Zone)
		looks[i].Case, looks[i].Objected = links[l.Case], said[l.Response]
		if l.Shielded && !protected {
			looks[i].shield(T(ctx))
		}
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

const (
	newestMessages = 4   // on the first page
	allMessages    = 200 // on their own
)

// messages puts notices into words, with the ways to those cases that she may open.
func (s *Service) messages(ctx context.Context, v *door.Visit, notices []notify.Notice) ([]message, error) {
	var keys [][16]byte
	for _, n := range notices {
		if !n.Case.IsZero() {
			keys = append(keys, n.Case)
		}
	}
	links, err := s.cases.Links(ctx, v, keys)
	if err != nil {
		return nil, err
	}
	t := T(ctx)
	list := make([]message, len(notices))
	for i, n := range notices {
		list[i] = message{Title: strings.TrimSuffix(n.Line(v.Lang), "."), When: now(v).when(t, n.At), New: n.ReadAt == nil}
		if link, ok := links[n.Case]; ok {
			list[i].Href, list[i].About = link.Href, t.CaseRef(link.Ref)
		} else if n.Template == notify.ContactChanged {
			list[i].Href = "/my/contact"
		}
	}
	return list, nil
}

func (s *Service) getMessages(ctx context.Context, v *door.Visit) (door.Answer, error) {
	notices, _, err := s.told(ctx, v.By, allMessages)
	if err != nil {
		return door.Answer{}, err
	}
	var p messagesPage
	for _, n := range notices {
		if n.ReadAt == nil {
			p.Unread = append(p.Unread, ui.Hidden{Name: "notice", Value: n.ID.String()})
		}
	}
	if p.Messages, err = s.messages(ctx, v, notices); err != nil {
		return door.Answer{}, err
	}
	p.Frame, err = v.Frame(ctx, ui.Public, T(ctx).Messages())
	p.Frame.Crumbs = crumbs(T(ctx), "/my/messages", T(ctx).Messages())
	return door.Answer{Page: messages(p)}, err
}

// postRead marks the messages that the page showed, and not one that has come since.
func (s *Service) postRead(ctx context.Context, v *door.Visit) (door.Answer, error) {
	var read []notify.NoticeID
	for _, key := range v.Form["notice"] {
		var n notify.NoticeID
		if err := n.UnmarshalText([]byte(key)); err != nil {
			return door.Answer{}, fault.New(fault.NotFound, "mypages.postRead", "")
		}
		read = append(read, n)
	}
	if err := s.notify.MarkRead(ctx, v.By, read...); err != nil {
		return door.Answer{}, err
	}
	return door.See("/my/messages"), nil
}

// typed is what a form of the contact page sent and what is wrong with it.
type typed struct {
	Point         notify.PointID // whose code it is; zero for an address
	Address, Code string
	Broken        string // what to do about the field
}

func (s *Service) getContact(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return s.contact(ctx, v, typed{})
}

func (s *Service) contact(ctx context.Context, v *door.Visit, f typed) (door.Answer, error) {
	p := contactPage{Now: now(v), Typed: f}
	var err error
	if _, p.Points, err = s.told(ctx, v.By, 0); err != nil {
		return door.Answer{}, err
	}
	self, _, err := s.family(ctx, v.By)
	if err != nil {
		return door.Answer{}, err
	}
	if self.Protected {
		p.None, _ = notify.In(v.Lang).ByKey("address_protected")
	}
	p.Frame, err = v.Frame(ctx, ui.Public, T(ctx).ContactTitle())
	p.Frame.Crumbs = crumbs(T(ctx), "/my/contact", T(ctx).ContactTitle())
	a := door.Answer{Status: http.StatusOK}
	if f.Broken != "" {
		p.Frame.Errors, a.Status = true, http.StatusUnprocessableEntity
	}
	a.Page = contact(p)
	return a, err
}

// broken is what to do about a refused field, in the reader's language; false when the
// error is none that she can put right.
func broken(v *door.Visit, err error) (string, bool) {
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return "", false
	}
	return notify.In(v.Lang).ByKey(f.Fields[0].Text)
}

func (s *Service) postPoint(ctx context.Context, v *door.Visit) (door.Answer, error) {
	f := typed{Address: v.Form.Get("address")}
	_, err := s.notify.AddPoint(ctx, v.By, f.Address)
	return s.changed(ctx, v, f, err)
}

func (s *Service) postProof(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[any](v, "point")
	if err != nil {
		return door.Answer{}, err
	}
	f := typed{Point: notify.PointID(key), Code: v.Form.Get("code")}
	return s.changed(ctx, v, f, s.notify.ProvePoint(ctx, v.By, f.Point, f.Code))
}

func (s *Service) postWithdrawal(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[any](v, "point")
	if err != nil {
		return door.Answer{}, err
	}
	return s.changed(ctx, v, typed{}, s.notify.WithdrawPoint(ctx, v.By, notify.PointID(key)))
}

// changed goes back to the page, which says how it stands; with what was typed where a
// field has to be put right.
func (s *Service) changed(ctx context.Context, v *door.Visit, f typed, err error) (door.Answer, error) {
	if err == nil {
		return door.See("/my/contact"), nil
	}
	words, ok := broken(v, err)
	if !ok {
		return door.Answer{}, err
	}
	f.Broken = words
	return s.contact(ctx, v, f)
}

func (p contactPage) errors() []ui.FieldError {
	switch {
	case p.Typed.Broken == "":
		return nil
	case p.Typed.Point.IsZero():
		return []ui.FieldError{{ID: "address", Text: p.Typed.Broken}}
	}
	return []ui.FieldError{{ID: "code", Text: p.Typed.Broken}}
}

func (p contactPage) addressError() string {
	if !p.Typed.Point.IsZero() {
		return ""
	}
	return p.Typed.Broken
}

func (p contactPage) codeError(point notify.PointID) string {
	if p.Typed.Point != point {
		return ""
	}
	return p.Typed.Broken
}

func (p contactPage) codeTyped(point notify.PointID) string {
	if p.Typed.Point != point {
		return ""
	}
	return p.Typed.Code
}

func (p contactPage) addTitle(t Text) string {
	if reachBy(p.Points) == reached {
		return t.ChangeTitle()
	}
	return t.AddTitle()
}

// addVariant leaves the primary button to a code that waits.
func (p contactPage) addVariant() ui.Variant {
	if len(p.Points) == 0 {
		return ui.Primary
	}
	return ui.Secondary
}

// breakable shows an address that may be broken after its @ and its dots, where a line is
// narrower than it.
func breakable(address disclosure.Value) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b strings.Builder
		if err := door.Show(address).Render(ctx, &b); err != nil {
			return err
		}
		_, err := strings.NewReplacer("@", "@<wbr>", ".", ".<wbr>").WriteString(w, b.String())
		return err
	})
}
