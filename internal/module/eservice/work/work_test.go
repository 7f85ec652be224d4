package work

import (
	"testing"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice"
)

var (
	stockholm = func() *time.Location { l, _ := time.LoadLocation("Europe/Stockholm"); return l }()
	tuesday   = instant{time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC), stockholm}
	me        = access.PersonID{1}
	colleague = access.PersonID{2}
)

func at(day, hour int) *time.Time {
	t := time.Date(2026, 3, day, hour, 0, 0, 0, stockholm)
	return &t
}

func TestDueIsSaidInWordsOfDays(t *testing.T) {
	for _, c := range []struct {
		name string
		c    eservice.Case
		want ui.DueProps
	}{
		{"yesterday", eservice.Case{DueAt: at(9, 23)}, ui.DueProps{When: "I går", Note: "1 dag sen", Late: true}},
		{"last week", eservice.Case{DueAt: at(3, 12)}, ui.DueProps{When: "3 mars", Note: "7 dagar sen", Late: true}},
		{"earlier today", eservice.Case{DueAt: at(10, 1)}, ui.DueProps{When: "I dag", Note: "klockan 01.00", Soon: true}},
		{"today", eservice.Case{DueAt: at(10, 16)}, ui.DueProps{When: "I dag", Note: "klockan 16", Soon: true}},
		{"tomorrow", eservice.Case{DueAt: at(11, 0)}, ui.DueProps{When: "I morgon", Note: "1 dag", Soon: true}},
		{"in two days", eservice.Case{DueAt: at(12, 9)}, ui.DueProps{When: "12 mars", Note: "2 dagar", Soon: true}},
		{"in a week", eservice.Case{DueAt: at(17, 9)}, ui.DueProps{When: "17 mars", Note: "7 dagar"}},
		{"in three weeks, over the change to summer time", eservice.Case{DueAt: at(31, 0)}, ui.DueProps{When: "31 mars", Note: "3 veckor"}},
		{"without a time", eservice.Case{}, ui.DueProps{When: "Ingen tid satt"}},
		{"the clock stands", eservice.Case{State: eservice.WaitingForCompletion, DueAt: at(3, 0), PausedAt: at(2, 0)}, ui.DueProps{When: "Tiden står still", Note: "sedan 2 mars"}},
		{"closed", eservice.Case{State: eservice.Archived, DueAt: at(3, 0), ClosedAt: at(9, 0)}, ui.DueProps{When: "I går"}},
	} {
		if got := due(In(text.SV), &c.c, tuesday); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestTheNextStepIsWhatIsToBeDone(t *testing.T) {
	as := func(state eservice.State, officer access.PersonID) eservice.Listed {
		return eservice.Listed{Case: eservice.Case{State: state, Officer: officer}}
	}
	message, completion, both := as(eservice.InProgress, me), as(eservice.InProgress, me), as(eservice.InProgress, me)
	message.NewMessage, completion.NewCompletion = true, true
	both.NewMessage, both.NewCompletion = true, true
	theirs := as(eservice.InProgress, colleague)
	theirs.NewMessage = true
	withdrawn := as(eservice.Archived, me)
	withdrawn.Outcome = eservice.Withdrawn
	for _, c := range []struct {
		name string
		c    eservice.Listed
		want string
	}{
		{"nobody has it", as(eservice.Submitted, access.PersonID{}), "Ta ärendet"},
		{"mine", as(eservice.InProgress, me), "Läs och besluta"},
		{"mine with a message", message, "Svara på meddelande"},
		{"mine with a completion", completion, "Läs kompletteringen"},
		{"mine with both", both, "Svara på meddelande"},
		{"a colleague's", theirs, "Läs ärendet"},
		{"mine that waits", as(eservice.WaitingForCompletion, me), "Läs ärendet"},
		{"decided", as(eservice.Archived, me), "Läs beslutet"},
		{"withdrawn", withdrawn, "Läs ärendet"},
	} {
		if got := next(In(text.SV), &c.c, me); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTheDayIsSaidCalmly(t *testing.T) {
	for _, c := range []struct {
		mine, free, late, today int
		want                    string
	}{
		{0, 0, 0, 0, "Du har inga ärenden just nu."},
		{0, 1, 0, 0, "Du har inga ärenden. Ett väntar på att någon tar det."},
		{0, 5, 0, 0, "Du har inga ärenden. Fem väntar på att någon tar dem."},
		{4, 5, 0, 0, "Inget är sent, och inget måste bli klart i dag."},
		{8, 0, 1, 1, "En sak är sen, en ska bli klar i dag. Resten hinner du."},
		{2, 0, 2, 0, "Två saker är sena."},
		{3, 0, 0, 2, "Två ska bli klara i dag. Resten hinner du."},
	} {
		in := &eservice.Inbox{Counts: map[eservice.List]int{eservice.Mine: c.mine, eservice.Unassigned: c.free}, Late: c.late, Today: c.today}
		if got := load(In(text.SV), in); got != c.want {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
		}
	}
}

// A key without words would fall back to a neutral one: these must not.
func TestEveryStateOutcomeAndEventHasWords(t *testing.T) {
	var keys []string
	for _, s := range states {
		keys = append(keys, "state_"+string(s))
	}
	for _, o := range eservice.Outcomes {
		keys = append(keys, "outcome_"+string(o), "choose_"+string(o))
	}
	for _, l := range eservice.Lists {
		keys = append(keys, "list_"+string(l), "caption_"+string(l), "empty_"+string(l))
	}
	for _, e := range []string{"signed_by_applicant", "signed_by_guardian", "submitted", "taken", "completion_asked", "completion_answered", "completion_out_of_time", "decided", "withdrawn"} {
		keys = append(keys, "event_"+e)
	}
	keys = append(keys, "outcome_"+string(eservice.Withdrawn), "caption_"+string(eservice.Every), "empty_"+string(eservice.Every),
		"write_reasons", "write_ask", "write_note", "write_body", "choose_outcome", "too_long", "not_text",
		"notice_taken_by_colleague", "notice_not_in_progress", "notice_refused_closed_case", "notice_refused_not_assigned")
	for _, key := range keys {
		if s, ok := In(text.SV).ByKey(key); !ok || s == "" {
			t.Errorf("no words for %s", key)
		}
	}
}
