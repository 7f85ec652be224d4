package mypages

import (
	"bytes"
	"encoding/csv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/core/notify"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// The actions, the purposes and the record of this room.
const (
	Read    access.Action = "mypages.Read"    // her own pages
	ReadLog access.Action = "mypages.ReadLog" // who has seen her data
	Object  access.Action = "mypages.Object"  // say of an occasion that it is not right

	MyPages   access.Purpose = "my_pages"
	WhoLooked access.Purpose = "who_looked"

	logKind = "log"
)

// Log is a person's log of who has seen her data, as a record.
func Log(who access.PersonID) access.Ref { return access.Ref{Kind: logKind, ID: who} }

// group is what the purposes are gathered to in a drawing of months.
type group int

const (
	handling group = iota // an employee working on a case
	parties               // others who are part of her cases, such as the other guardian
	besides               // messages sent, checks by machine, and what has no group yet
	groups
)

// purposes are those with words of their own ("why_" and the key), and their group.
var purposes = map[string]group{
	"handle_case": handling, "inbox": handling,
	"apply": parties, "co_sign": parties, "sign": parties, "follow_case": parties, "my_pages": parties, "who_looked": parties, "contact": parties, "page": parties, "information": parties, "sign_in": parties,
	"notify": besides, "watch": besides, "not_me": besides,
}

func groupOf(purpose string) group {
	if g, ok := purposes[slug(purpose)]; ok {
		return g
	}
	return besides
}

// slug makes a key of the ledger one that texts can have: "sign-in" is sign_in.
func slug(key string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '_'
	}, key)
}

// month is a month of her log: how many occasions it had of each group.
type month struct {
	First  time.Time
	Counts [groups]int
}

// halfYear puts counts into the six months that end with now's, oldest first. A month in
// which nobody looked is there with nothing in it.
func halfYear(now time.Time, zone *time.Location, counts []ledger.Month) []month {
	now = now.In(zone)
	months := make([]month, 6)
	for i := range months {
		first := time.Date(now.Year(), now.Month()+time.Month(i-5), 1, 0, 0, 0, 0, zone)
		months[i].First = first
		for _, c := range counts {
			if c.First.Year() == first.Year() && c.First.Month() == first.Month() {
				months[i].Counts[groupOf(c.Purpose)] += c.Count
			}
		}
	}
	return months
}

func (m month) sum() int {
	sum := 0
	for _, n := range m.Counts {
		sum += n
	}
	return sum
}

// monthName is the month's name alone, "mars". The kit writes a month as the last word of a date.
func monthName(l text.Lang, t time.Time) string {
	words := strings.Fields(text.DayDate(l, t, t.Location()))
	return words[len(words)-1]
}

// cut takes a page of at most limit looks from a list, newest first, that was asked for
// with one more. Before is where the next page begins, zero when there is none. Looks of one
// instant are never parted, or a page that begins before it would lose some of them; when
// all of the list is one instant it is not ok, and more must be asked for.
func cut(list []ledger.Seen, limit int) (page []ledger.Seen, before time.Time, ok bool) {
	if len(list) <= limit {
		return list, time.Time{}, true
	}
	edge := list[limit].At
	n := slices.IndexFunc(list, func(s ledger.Seen) bool { return !s.At.After(edge) })
	if n == 0 {
		return nil, time.Time{}, false
	}
	return list[:n], list[n-1].At, true
}

// summary is the log in one sentence: how many employees looked, and who was last.
type summary struct {
	Employees int
	Last      ledger.Seen
}

// sumUp counts the employees among looks that are newest first. She herself, when she is
// one, is not counted.
func sumUp(looks []ledger.Seen) summary {
	var s summary
	seen := map[access.PersonID]bool{}
	for _, l := range looks {
		if l.Self || l.Kind != access.Officer && l.Kind != access.Steward || seen[l.Principal] {
			continue
		}
		seen[l.Principal] = true
		if s.Employees++; s.Employees == 1 {
			s.Last = l
		}
	}
	return s
}

// look is an occasion in words.
type look struct {
	Response   string
	At         time.Time
	Day, Clock string
	Role       string
	Unit       string
	Board      string
	Name       string // the working name, of employees only
	Why        string
	Kinds      []string
	Case       CaseLink
	Objected   time.Time // zero while she has not
}

// lookIn puts an occasion into words. Now decides whether the year is said.
func lookIn(l text.Lang, s ledger.Seen, now time.Time, zone *time.Location) look {
	t := In(l)
	out := look{Response: s.Response.String(), At: s.At, Day: dayIn(l, s.At, now, zone), Clock: text.At(l, s.At, zone),
		Role: roleIn(t, s), Why: whyIn(t, s), Kinds: kindsIn(t, s.Fields)}
	if employee(s) {
		out.Unit, out.Board, out.Name = s.Unit, s.Board, s.Name
	}
	return out
}

// shield says an occasion of the shielded unit as one of where such cases are handled. That the
// unit had to do with the case tells of the other party that she is protected.
func (l *look) shield(t Text) { l.Role, l.Unit, l.Board = t.RoleOfficer(), l.Case.Unit, l.Case.Board }

func employee(s ledger.Seen) bool { return s.Kind == access.Officer || s.Kind == access.Steward }

func dayIn(l text.Lang, at, now time.Time, zone *time.Location) string {
	day := text.DayDate(l, at, zone)
	if at.In(zone).Year() != now.In(zone).Year() {
		day += " " + strconv.Itoa(at.In(zone).Year())
	}
	first, size := utf8.DecodeRuneInString(day)
	return string(unicode.ToUpper(first)) + day[size:]
}

// roleIn says who looked, never another resident by name. A title is a key with words here,
// or the words themselves as the employer wrote them.
func roleIn(t Text, s ledger.Seen) string {
	switch {
	case s.Kind == access.Resident && s.Self:
		return t.You()
	case s.Kind == access.Resident:
		return t.OtherGuardian()
	case !employee(s):
		return t.ByMachine()
	case s.Title != "" && s.Title != slug(s.Title):
		return s.Title
	}
	if words, ok := t.ByKey("role_" + s.Title); ok {
		return words
	}
	return t.RoleOther()
}

func whyIn(t Text, s ledger.Seen) string {
	why, ok := t.ByKey("why_" + slug(s.Purpose))
	if !ok {
		why = t.WhyOther()
	}
	if s.Kind != access.Resident && !employee(s) {
		why += " " + t.NoHuman()
	}
	return why
}

// kindsIn says what was shown, each kind once.
func kindsIn(t Text, fields []string) []string {
	var kinds []string
	for _, field := range fields {
		if words := kindIn(t, field); !slices.Contains(kinds, words) {
			kinds = append(kinds, words)
		}
	}
	return kinds
}

// kindIn gives the words of a field, "case.body.income": its own ("kind_case_body_income"),
// or those for a part of what it is in ("kind_case_body_part"), or those of that.
func kindIn(t Text, field string) string {
	if words, ok := t.ByKey("kind_" + slug(field)); ok {
		return words
	}
	for whole := field; strings.Contains(whole, "."); {
		whole = whole[:strings.LastIndexByte(whole, '.')]
		for _, key := range []string{"kind_" + slug(whole) + "_part", "kind_" + slug(whole)} {
			if words, ok := t.ByKey(key); ok {
				return words
			}
		}
	}
	return t.KindOther()
}

// place is where in her log a page begins, and whether her own looks are in it.
type place struct {
	before time.Time // zero for the first page
	own    bool
}

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

// sheet writes looks as a table for a spreadsheet: RFC 4180, UTF-8 with the mark that
// spreadsheets know it by.
func sheet(t Text, looks []look, zone *time.Location) []byte {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	put := func(cells ...string) {
		for i, c := range cells {
			cells[i] = harmless(c)
		}
		_ = w.Write(cells) // into memory: it can't fail
	}
	put(t.ColTime(), t.ColRole(), t.ColUnit(), t.ColBoard(), t.ColName(), t.ColWhy(), t.ColKinds(), t.ColCase())
	for _, l := range looks {
		put(l.At.In(zone).Format("2006-01-02 15:04:05"), l.Role, l.Unit, l.Board, l.Name, l.Why, strings.Join(l.Kinds, ", "), l.Case.Ref)
	}
	w.Flush()
	return b.Bytes()
}

// harmless keeps a spreadsheet from reading a cell as a formula: what begins with a sign
// that starts one, after any space, gets an apostrophe before it.
func harmless(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " \u00a0"))
	if strings.ContainsRune("=+-@\t\r\n|＝＋－＠", first) {
		return "'" + cell
	}
	return cell
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

// reach is whether we can write to her.
type reach int

const (
	unknown reach = iota // she has given no address
	asked                // an address waits for its code
	reached              // an address is proven
)

// reachBy is how far her contact points have got. A proven one reaches her, whatever else
// waits for its code.
func reachBy(points []notify.Point) reach {
	r := unknown
	for _, p := range points {
		switch p.State {
		case notify.Proven:
			return reached
		case notify.Unproven:
			r = asked
		}
	}
	return r
}
