package work

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice"
)

// instant is when a page is made, and in which zone it says so.
type instant struct {
	at   time.Time
	zone *time.Location
}

func (i instant) when(l text.Lang, at time.Time) string { return text.When(l, at, i.at, i.zone) }

// days is how many calendar days it is until at; negative when it has been.
func (i instant) days(at time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(i.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(at).Sub(day(i.at)) / (24 * time.Hour))
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// count writes how many as a word that begins a sentence.
func count(t Text, n int) string { return capital(text.Count(t.Lang(), n)) }

// words gives the text of a key, or of the other when the key has none.
func words(t Text, key string, other func() string) string {
	if s, ok := t.ByKey(key); ok {
		return s
	}
	return other()
}

// soon is how many days before its last day a case is drawn as soon due.
const soon = 2

// due is when a case must be done, in words of days.
func due(t Text, c *eservice.Case, now instant) ui.DueProps {
	l := t.Lang()
	switch {
	case c.State == eservice.Archived && c.ClosedAt != nil:
		return ui.DueProps{When: capital(now.when(l, *c.ClosedAt))}
	case c.State == eservice.WaitingForCompletion && c.PausedAt != nil:
		return ui.DueProps{When: t.DueStands(), Note: t.DueStandsSince(now.when(l, *c.PausedAt))}
	case c.DueAt == nil:
		return ui.DueProps{When: t.DueNone()}
	}
	days := now.days(*c.DueAt)
	p := ui.DueProps{When: capital(now.when(l, *c.DueAt)), Late: days < 0, Soon: days >= 0 && days <= soon}
	switch {
	case days < 0:
		p.Note = t.DaysLate(-days)
	case days == 0:
		p.When, p.Note = t.DueToday(), text.At(l, *c.DueAt, now.zone)
	case days >= 21:
		p.Note = t.WeeksLeft(days / 7)
	default:
		p.Note = t.DaysLeft(days)
	}
	return p
}

// next is what is to be done in a case, as the link to it says.
func next(t Text, c *eservice.Listed, me access.PersonID) string {
	switch {
	case c.State == eservice.Archived && c.Outcome != eservice.Withdrawn:
		return t.NextReadDecision()
	case c.State == eservice.Archived, c.State == eservice.WaitingForCompletion:
		return t.NextRead()
	case c.Officer.IsZero():
		return t.NextTake()
	case c.Officer != me:
		return t.NextRead()
	case c.NewMessage:
		return t.NextMessage()
	case c.NewCompletion:
		return t.NextCompletion()
	}
	return t.NextDecide()
}

// state is where a case is: a shape, a word and a colour.
func state(t Text, c *eservice.Case) templ.Component {
	if c.State == eservice.Archived {
		return ui.State(ui.Neutral, ui.Bar, stateWord(t, c))
	}
	if c.State == eservice.Submitted {
		return ui.State(ui.Accent, ui.Ring, stateWord(t, c))
	}
	return ui.State(ui.Neutral, ui.Ring, stateWord(t, c))
}

func stateWord(t Text, c *eservice.Case) string {
	if c.State == eservice.Archived {
		return words(t, "outcome_"+string(c.Outcome), t.StateArchived)
	}
	return words(t, "state_"+string(c.State), t.StateInProgress)
}

// standing is a case's state at the head of its page: late is said as well.
func standing(t Text, c *eservice.Case, now instant) templ.Component {
	if p := due(t, c, now); p.Late {
		return ui.State(ui.Danger, ui.Dot, t.StateLate(stateWord(t, c), p.Note))
	}
	return state(t, c)
}

// load says how the officer's day stands, in one calm sentence.
func load(t Text, in *eservice.Inbox) string {
	mine, free := in.Counts[eservice.Mine], in.Counts[eservice.Unassigned]
	switch {
	case mine == 0 && free > 0:
		return t.LoadTake(free, count(t, free))
	case mine == 0:
		return t.LoadNone()
	case in.Late == 0 && in.Today == 0:
		return t.LoadCalm()
	}
	var parts []string
	if in.Late > 0 {
		parts = append(parts, t.LoadLate(in.Late, count(t, in.Late)))
	}
	if in.Today > 0 {
		parts = append(parts, t.LoadToday(in.Today, text.Count(t.Lang(), in.Today)))
	}
	said := capital(strings.Join(parts, ", ")) + "."
	if mine > in.Late+in.Today {
		said += " " + t.LoadRest()
	}
	return said
}

// typed is what an officer wrote and what came of it: a page that comes back has all of it.
type typed struct {
	Ruling eservice.Ruling
	Ask    string
	Note   string
	Body   string
	To     string // whose thread Body is for

	Notice string        // why nothing was done, by key
	Errors []fault.Field // what is to be put right
}

// texts are what was written, whatever it was for.
func (w typed) texts() []string {
	return slices.DeleteFunc([]string{w.Ruling.Reasons, w.Ask, w.Note, w.Body}, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// field is the error of a field, in words; empty when it has none.
func (w typed) field(t Text, name string) string {
	for _, f := range w.Errors {
		if f.Name == name {
			return problem(t, f)
		}
	}
	return ""
}

func problem(t Text, f fault.Field) string {
	key := f.Text
	if key == "write_something" {
		key = "write_" + f.Name
	}
	return words(t, key, t.NotText)
}

// summary lists the errors with the ids of their fields.
func (w typed) summary(t Text) []ui.FieldError {
	var list []ui.FieldError
	for _, f := range w.Errors {
		e := ui.FieldError{ID: f.Name, Text: problem(t, f)}
		if f.Name == "body" {
			e.ID = bodyID(w.To)
		}
		list = append(list, e)
	}
	return list
}

// bodyID names the field for a message in one party's thread.
func bodyID(to string) string { return "body-" + to }

// handler is who handles the case, by the name in its history.
func handler(t Text, v *eservice.View) string {
	for _, e := range slices.Backward(v.Events) {
		if e.What == "taken" && e.By != "" {
			return e.By
		}
	}
	return t.Colleague()
}

// path is the case's history and what comes.
func path(t Text, v *eservice.View, now instant) []ui.PathStep {
	l := t.Lang()
	var steps []ui.PathStep
	for _, e := range v.Events {
		note := capital(now.when(l, e.At))
		if e.By != "" {
			note += " · " + e.By
		}
		steps = append(steps, ui.PathStep{Text: words(t, "event_"+e.What, t.EventOther), Note: ui.Str(note), Done: true})
	}
	by := func(at *time.Time) templ.Component {
		if at == nil {
			return nil
		}
		return ui.Str(t.ComesAtLatest(now.when(l, *at)))
	}
	switch v.State {
	case eservice.Archived:
		return steps
	case eservice.WaitingForCompletion:
		steps = append(steps, ui.PathStep{Text: t.ComesCompletion(), Note: by(waitsUntil(v)), Now: true})
		return append(steps, ui.PathStep{Text: t.ComesDecision()})
	case eservice.Submitted:
		steps = append(steps, ui.PathStep{Text: t.ComesHandler(), Now: true})
	default:
		steps = append(steps, ui.PathStep{Text: t.ComesHandling(), Now: true})
	}
	return append(steps, ui.PathStep{Text: t.ComesDecision(), Note: by(v.DueAt)})
}

// waitsUntil is until when the case waits for a completion.
func waitsUntil(v *eservice.View) *time.Time {
	for _, k := range slices.Backward(v.Completions) {
		if k.Answered == nil {
			return &k.DueAt
		}
	}
	return nil
}

// guarded reports whether the case has a protected person in it.
func guarded(v *eservice.View) bool {
	if v.Shielded {
		return true
	}
	for _, p := range v.People {
		if p.Protected || !p.Known() {
			return true
		}
	}
	return false
}

func threads(v *eservice.View, who access.PersonID) []eservice.Message {
	var list []eservice.Message
	for _, m := range v.Messages {
		if m.Party == who {
			list = append(list, m)
		}
	}
	return list
}

// signed is when a party signed, or where she is with it.
func signed(t Text, v *eservice.View, p eservice.Party, now instant) string {
	l := t.Lang()
	for _, s := range v.Signatures {
		if s.Person == p.Person {
			return t.PartySigned(now.when(l, s.At))
		}
	}
	switch p.State {
	case eservice.Identified:
		return t.PartyIdentified()
	case eservice.Declined:
		if p.Answered != nil {
			return t.PartyDeclined(now.when(l, *p.Answered))
		}
	case eservice.Removed:
		return t.PartyRemoved()
	case eservice.Expired:
		return t.PartyExpired()
	}
	return t.PartyInvited(now.when(l, p.InvitedAt))
}

// served is when a party got the decision and read it; empty before that.
func served(t Text, v *eservice.View, who access.PersonID, now instant) string {
	l := t.Lang()
	for _, s := range v.Served {
		switch {
		case s.Person != who:
		case s.ReadAt != nil:
			return t.ServedRead(now.when(l, s.At), now.when(l, *s.ReadAt))
		default:
			return t.Served(now.when(l, s.At))
		}
	}
	return ""
}

// readers says how many times the case has been read, and by whom in kind.
func readers(t Text, list []ledger.Reads) string {
	var said []string
	for _, r := range list {
		switch {
		case r.Own:
			said = append(said, t.ReadByYou(r.Count))
		case r.Kind == access.Officer:
			said = append(said, t.ReadByOfficers(r.Count))
		case r.Kind == access.Resident:
			said = append(said, t.ReadByParties(r.Count))
		default:
			said = append(said, t.ReadByOthers(r.Count))
		}
	}
	if len(said) == 0 {
		return t.ReadByNone()
	}
	return strings.Join(said, " ")
}
