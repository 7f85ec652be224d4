package incident

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/kit/text"
)

var house = []door.Declaration{
	{Method: "GET", Path: "/", Guard: "anyone"},
	{Method: "GET", Path: "/my/cases/{case}", Guard: "resident", Service: "childcare"},
	{Method: "POST", Path: "/my/cases/{case}", Guard: "resident", Service: "childcare"},
	{Method: "GET", Path: "/my", Guard: "resident"},
	{Method: "GET", Path: "/stewardship", Guard: "anyone"},
	{Method: "GET", Path: "/steward", Guard: "steward"},
	{Method: "POST", Path: "/steward/open", Guard: "steward"},
	{Method: "GET", Path: "/rota", Guard: "steward"},
	{Method: "GET", Path: "/sign-in", Guard: "anyone"},
	{Method: "POST", Path: "/sign-in/bankid/{order}", Guard: "anyone"},
	{Method: "POST", Path: "/sign-out", Guard: "anyone"},
	{Method: "POST", Path: "/session/extend", Guard: "anyone"},
}

func TestTargets(t *testing.T) {
	list := targets(In(text.SV), []Service{{"childcare", "Ansök om förskola"}}, house)
	want := []target{
		{"sign-in", "Inloggning", true}, {"egress", "Utgående e-post", true}, {"service/childcare", "Tjänst: Ansök om förskola", true},
		{"class/personal", "Fältklass: personuppgifter", true}, {"class/sensitive", "Fältklass: känsliga uppgifter", true}, {"class/protected", "Fältklass: skyddade uppgifter", true},
		{"route/my", "Väg: /my", false}, {"route/my/cases/{case}", "Väg: /my/cases/{case}", false}, {"route/stewardship", "Väg: /stewardship", false},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	for _, o := range list {
		if err := closure.CheckTarget(o.Key); err != nil {
			t.Errorf("%s is offered and would be refused: %v", o.Key, err)
		}
	}
}

func TestEveryTargetHasAName(t *testing.T) {
	offered := []target{{Key: "service/childcare", Name: "Tjänst: Ansök om förskola"}}
	for key, want := range map[string]string{
		"service/childcare": "Tjänst: Ansök om förskola", "service/gone": "Tjänst: gone", "route/my/old/{id}": "Väg: /my/old/{id}",
		"controller/utbildning": "Nämnd: utbildning", "class/sensitive": "Fältklass: känsliga uppgifter", "class/new": "class/new", "what": "what",
	} {
		if got := nameOf(In(text.SV), key, offered); got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
}

func TestBoardHasClosedFirst(t *testing.T) {
	at := time.Date(2026, 3, 11, 2, 2, 15, 0, time.UTC)
	offered := targets(In(text.SV), nil, house)
	shut, open := board([]closure.Closure{
		{Target: "egress", At: at}, {Target: "route/my", At: at.Add(time.Minute)}, {Target: "class/personal", At: at},
	}, offered)
	keys := func(n int, key func(int) string) (list []string) {
		for i := range n {
			list = append(list, key(i))
		}
		return list
	}
	if got := keys(len(shut), func(i int) string { return shut[i].Target }); !slices.Equal(got, []string{"route/my", "class/personal", "egress"}) {
		t.Errorf("closed %v", got)
	}
	if got := keys(len(open), func(i int) string { return open[i].Key }); !slices.Equal(got, []string{"sign-in", "class/sensitive", "class/protected"}) {
		t.Errorf("open %v", got)
	}
}

func TestDoneIsWhatTheLogSays(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 11, 8, 6, 0, 0, time.UTC)
	p := boardPage{Me: "Rakel Sund", At: at.Add(time.Minute), Zone: zone}
	event := func(target, what, by string) closure.Event {
		return closure.Event{Target: target, What: what, By: by, At: at}
	}
	for _, c := range []struct {
		name   string
		events []closure.Event
		target string
		want   string
	}{
		{"nothing was done", nil, "", ""},
		{"said in the address alone", nil, "egress", ""},
		{"closed", []closure.Event{event("egress", "closed", "Rakel Sund")}, "egress", "Utgående e-post är stängd sedan i dag klockan 9.06."},
		{"asked", []closure.Event{event("egress", "opening", "Rakel Sund"), event("egress", "closed", "Amir Dahlgren")}, "egress", "Du bad om att få öppna Utgående e-post, i dag klockan 9.06. Nu behöver en annan i vakten göra detsamma."},
		{"another asked", []closure.Event{event("egress", "opening", "Amir Dahlgren")}, "egress", ""},
		{"opened", []closure.Event{event("sign-in", "closed", "Rakel Sund"), event("egress", "opened", "Rakel Sund")}, "egress", "Utgående e-post är öppen igen sedan i dag klockan 9.06."},
	} {
		t.Run(c.name, func(t *testing.T) {
			p.Offered = targets(In(text.SV), nil, house)
			if got := p.done(In(text.SV), c.events, c.target); got != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestAMomentAlwaysHasItsTimeOfDay(t *testing.T) {
	now := time.Date(2026, 3, 11, 0, 21, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{
		now.Add(-19 * time.Minute):                 "i dag klockan 00.02",
		now.Add(-22 * time.Minute):                 "tisdag 10 mars klockan 23.59",
		now.AddDate(0, 0, -3).Add(14 * time.Hour):  "söndag 8 mars klockan 14.21",
		now.AddDate(-1, 0, 0).Add(9 * time.Minute): "tisdag 11 mars klockan 00.30",
	} {
		if got := moment(text.SV, at, now, time.UTC); got != want {
			t.Errorf("%s: %q", at, got)
		}
	}
}

func TestTheGuardSpeaksTheReadersLanguage(t *testing.T) {
	for _, l := range text.Langs {
		if got := why(In(l), byGuard, "english words of the machine"); got == "" || strings.Contains(got, "machine") {
			t.Errorf("%s: %q", l, got)
		}
		if got := who(In(l), byGuard); got == byGuard {
			t.Errorf("%s: %q", l, got)
		}
	}
	if who(In(text.SV), "Rakel Sund") != "Rakel Sund" || why(In(text.SV), "Rakel Sund", "a reason") != "a reason" {
		t.Error("a steward's own words were changed")
	}
}
