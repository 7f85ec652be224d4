package childcare

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

var today = time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC)

var compiled = sync.OnceValues(func() (*formpack.Package, []formpack.Problem) { return formpack.Compile(Source, Env()) })

func published(t testing.TB) *formpack.Package {
	t.Helper()
	p, problems := compiled()
	for _, pr := range problems {
		t.Errorf("%s (%s): %s", pr.Field, pr.Rule, pr.Text)
	}
	if p == nil {
		t.FailNow()
	}
	return p
}

// whole is a form with nothing left to put right: Elsa, born in January 2025, to preschool.
func whole(p *formpack.Package) formpack.Input {
	return formpack.Input{
		Answers: map[string]any{
			"kind": "preschool", "child": "elsa", "start": "2026-08-01", "hours": int64(30),
			"choices": []string{"tall", "bjork"}, "basis": "work", "occupation": "Granviks sjukhus",
			"siblings": true, "sibling_unit": "gran", "current_care": "home", "languages": "svenska",
			"health": "Nötallergi", "contact": "phone", "phone": "070-174 06 05", "message": "Hej.",
		},
		Facts: facts("2025-01-17", 2),
		Rates: p.PickAll(Rates(), today, "granvik"),
		Lists: map[string][]formpack.Option{
			ListChildren: {{Value: "elsa", Label: "Elsa"}, {Value: "nils", Label: "Nils"}},
			ListUnits: {
				{Value: "tall", Label: "Tallbackens förskola", Match: []string{"preschool"}},
				{Value: "bjork", Label: "Björkens förskola", Match: []string{"preschool"}},
				{Value: "ek", Label: "Ekens förskola", Match: []string{"preschool"}},
				{Value: "vik", Label: "Vikens förskola", Match: []string{"preschool"}},
				{Value: "gran", Label: "Granens fritids", Match: []string{"after_school", "youth_club"}},
				{Value: "humlan", Label: "Humlan", Match: []string{"pedagogical_care"}},
			},
		},
		Files: map[string]int{"certificate": 1},
		Lang:  "sv",
	}
}

func facts(born string, guardians int) map[string]any {
	return map[string]any{
		"today": today, "protected": false,
		"child_name": "Elsa", "child_born": born, "guardians": guardians, "open_application": false,
	}
}

type change struct {
	answers map[string]any // nil takes away
	facts   map[string]any
	files   map[string]int
}

func (c change) apply(in formpack.Input) formpack.Input {
	in.Answers, in.Facts = maps.Clone(in.Answers), maps.Clone(in.Facts)
	for k, v := range c.answers {
		if v == nil {
			delete(in.Answers, k)
		} else {
			in.Answers[k] = v
		}
	}
	maps.Copy(in.Facts, c.facts)
	if c.files != nil {
		in.Files = c.files
	}
	return in
}

func TestRules(t *testing.T) {
	type is = map[string]any
	for _, c := range []struct {
		name   string
		change change
		want   []string // "field rule"; warnings as "? field rule"
		text   string   // of the first, where the words matter
	}{
		{name: "whole"},
		{name: "second open application", change: change{facts: is{"open_application": true}}, want: []string{"child one_application"},
			text: "Elsa har redan en ansökan hos oss. Ändra den på Mina sidor, eller ta tillbaka den först"},
		{name: "child not in the register", change: change{answers: is{"child": "20250117-0000"}}, want: []string{"child option"}},
		{name: "before four months", change: change{answers: is{"start": "2026-07-09"}}, want: []string{"start start_earliest"},
			text: "Startdagen behöver vara 10 juli 2026 eller senare"},
		{name: "after four months to the day", change: change{answers: is{"start": "2026-07-10"}}},
		{name: "six months to the day", change: change{answers: is{"start": "2026-09-10"}}},
		{name: "after six months", change: change{answers: is{"start": "2026-09-11"}}, want: []string{"start start_latest"}},
		{name: "day before age 1", change: change{answers: is{"start": "2026-08-01"}, facts: is{"child_born": "2025-08-02"}}, want: []string{"start start_age"},
			text: "Startdagen behöver vara 2 augusti 2026 eller senare. Då är Elsa gammal nog"},
		{name: "first birthday", change: change{answers: is{"start": "2026-08-02"}, facts: is{"child_born": "2025-08-02"}}},
		{name: "born on a leap day", change: change{answers: is{"start": "2026-08-01"}, facts: is{"child_born": "2024-02-29"}}},
		{name: "too young to apply", change: change{facts: is{"child_born": "2026-01-15"}}, want: []string{"start window_open"},
			text: "Ansök 15 juli 2026 eller senare. Platsen kan börja tidigast 15 januari 2027, och du kan ansöka sex månader i förväg"},
		{name: "age 1 for pedagogical care too", change: change{answers: is{"kind": "pedagogical_care", "choices": []string{"humlan"}}, facts: is{"child_born": "2025-08-02"}}, want: []string{"start start_age"}},
		{name: "no age limit for after-school", change: change{answers: is{"kind": "after_school", "choices": []string{"gran"}}, facts: is{"child_born": "2025-08-02"}}, want: []string{"? start not_yet_school"}},
		{name: "after-school has its own lead time", change: change{answers: is{"kind": "after_school", "choices": []string{"gran"}, "start": "2026-04-10"}, facts: is{"child_born": "2019-05-01"}}},
		{name: "after-school inside the lead time", change: change{answers: is{"kind": "after_school", "choices": []string{"gran"}, "start": "2026-04-09"}, facts: is{"child_born": "2019-05-01"}}, want: []string{"start start_earliest"}},
		{name: "club from year 4", change: change{answers: is{"kind": "youth_club", "choices": []string{"gran"}}, facts: is{"child_born": "2017-05-01"}}, want: []string{"? start not_yet_club"}},
		{name: "club asks neither hours nor reason", change: change{answers: is{"kind": "youth_club", "choices": []string{"gran"}, "hours": nil, "basis": nil, "occupation": nil}, facts: is{"child_born": "2016-05-01"}}},
		{name: "school child to preschool", change: change{facts: is{"child_born": "2018-05-01"}}, want: []string{"? start soon_school"}},
		{name: "same place twice", change: change{answers: is{"choices": []string{"tall", "tall"}}}, want: []string{"choices twice"}},
		{name: "place of another kind", change: change{answers: is{"choices": []string{"tall", "gran"}}}, want: []string{"choices options"}},
		{name: "place that does not exist", change: change{answers: is{"choices": []string{"nowhere"}}}, want: []string{"choices options"}},
		{name: "four places", change: change{answers: is{"choices": []string{"tall", "bjork", "ek", "vik"}}}, want: []string{"choices many"}},
		{name: "three places", change: change{answers: is{"choices": []string{"vik", "bjork", "ek"}}}},
		{name: "no place", change: change{answers: is{"choices": nil}}, want: []string{"choices missing"}},
		{name: "kind changed, places stay behind", change: change{answers: is{"kind": "pedagogical_care"}}, want: []string{"choices options"}},
		{name: "no hours", change: change{answers: is{"hours": nil}}, want: []string{"hours missing"},
			text: "Fyll i hur många timmar i veckan Elsa behöver vara på förskolan"},
		{name: "no hours in the week", change: change{answers: is{"hours": 0}}, want: []string{"hours range"}},
		{name: "too many hours", change: change{answers: is{"hours": 61}}, want: []string{"hours hours_max"}},
		{name: "general from the autumn of the year of turning 3", change: change{answers: is{"basis": "general", "hours": 15}, facts: is{"child_born": "2023-12-31"}}},
		{name: "general too early", change: change{answers: is{"basis": "general", "hours": 15, "start": "2026-07-31"}, facts: is{"child_born": "2023-01-01"}}, want: []string{"basis general_age"},
			text: "Allmän förskola börjar tidigast 1 augusti 2026. Välj ett annat skäl, eller en senare startdag"},
		{name: "general for more than 15 hours", change: change{answers: is{"basis": "general", "hours": 16}, facts: is{"child_born": "2023-01-01"}}, want: []string{"basis general_hours"}},
		{name: "general is for preschool", change: change{answers: is{"kind": "pedagogical_care", "choices": []string{"humlan"}, "basis": "general", "hours": 15}, facts: is{"child_born": "2023-01-01"}}, want: []string{"basis option"}},
		{name: "parental leave, 15 hours", change: change{answers: is{"basis": "leave", "hours": 15}}},
		{name: "parental leave, 16 hours", change: change{answers: is{"basis": "leave", "hours": 16}}, want: []string{"basis leave_hours"}},
		{name: "no leave for after-school", change: change{answers: is{"kind": "after_school", "choices": []string{"gran"}, "basis": "leave", "hours": 15}, facts: is{"child_born": "2019-05-01"}}, want: []string{"basis option"}},
		{name: "sibling where", change: change{answers: is{"sibling_unit": nil}}, want: []string{"sibling_unit missing"}},
		{name: "no sibling, no question", change: change{answers: is{"siblings": false, "sibling_unit": nil}}},
		{name: "call without a number", change: change{answers: is{"phone": nil}}, want: []string{"phone missing"}},
		{name: "no call, no number", change: change{answers: is{"contact": "my_pages", "phone": nil}}},
		{name: "not a phone number", change: change{answers: is{"phone": "ring mig"}}, want: []string{"phone phone"}},
		{name: "protected is not asked how to be reached", change: change{answers: is{"contact": nil, "phone": nil}, facts: is{"protected": true}}},
		{name: "optional all left out", change: change{answers: is{"occupation": nil, "languages": nil, "health": nil, "message": nil}}},
		{name: "long health text", change: change{answers: is{"health": strings.Repeat("å", 501)}}, want: []string{"health long"}},
		{name: "control character", change: change{answers: is{"message": "a\x07"}}, want: []string{"message characters"}},
		{name: "unknown property", change: change{answers: is{"admin": true}}, want: []string{" unknown"}},
		{name: "certificate later", change: change{files: map[string]int{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := published(t)
			r := p.Evaluate(c.change.apply(whole(p)))
			var got []string
			for _, pr := range r.Problems {
				got = append(got, pr.Field+" "+pr.Rule)
			}
			for _, pr := range r.Warnings {
				got = append(got, "? "+pr.Field+" "+pr.Rule)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.text != "" && (len(r.Problems) == 0 || r.Problems[0].Text != c.text) {
				t.Errorf("words: %+v", r.Problems)
			}
			if len(r.Faults) > 0 {
				t.Errorf("faults: %v", r.Faults)
			}
		})
	}
}

func TestCertificateMayFollow(t *testing.T) {
	p := published(t)
	in := whole(p)
	if r := p.Evaluate(in); len(r.SoftMissing) != 0 {
		t.Errorf("sent, and still asked for: %v", r.SoftMissing)
	}
	in.Files = nil
	if r := p.Evaluate(in); !r.OK() || !slices.Equal(r.SoftMissing, []string{"certificate"}) {
		t.Errorf("problems %v, soft missing %v", r.Problems, r.SoftMissing)
	}
	in.Answers["basis"], in.Answers["hours"] = "leave", 15
	if r := p.Evaluate(in); len(r.Slots) != 0 || len(r.SoftMissing) != 0 {
		t.Errorf("nobody on leave has a certificate to send: %v %v", r.Slots, r.SoftMissing)
	}
}

// What one guardian writes about herself is not in the part that the other signs.
func TestPartsOfGuardians(t *testing.T) {
	p := published(t)
	r := p.Evaluate(whole(p))
	shared := p.SharedPart(r.Answers)
	want := []string{"age_at_start", "child", "choices", "current_care", "hours", "kind", "start"}
	if got := slices.Sorted(maps.Keys(shared)); !slices.Equal(got, want) {
		t.Errorf("shared: %v", got)
	}
	own := p.ApplicantPart(r.Answers)
	for _, k := range []string{"basis", "occupation", "siblings", "sibling_unit", "languages", "health", "contact", "phone", "message"} {
		if _, ok := own[k]; !ok {
			t.Errorf("%s is not in the applicant's part", k)
		}
	}
	text := p.SigningText(whole(p), "co_signer")
	for _, secret := range []string{"sjukhus", "Nötallergi", "070", "Hej", "Granens", "svenska", "arbetar"} {
		if strings.Contains(text, secret) {
			t.Errorf("the co-signer reads %q", secret)
		}
	}
	if !strings.Contains(text, "Elsa") || !strings.Contains(text, "1. Tallbackens förskola, 2. Björkens förskola") || !strings.Contains(text, "1 augusti 2026") {
		t.Errorf("the co-signer does not see what she signs:\n%s", text)
	}
}

func TestPostedStep(t *testing.T) {
	p := published(t)
	in := whole(p)
	parsed, kept, unread := p.Parse("child", url.Values{
		"child": {"elsa"}, "start.day": {"1"}, "start.month": {"6"}, "start.year": {"2026"}, "hours": {""}, "_later": {"1"},
	}, "sv")
	if len(unread) > 0 {
		t.Fatalf("unread: %+v", unread)
	}
	in.Answers = p.Apply(in.Answers, "child", parsed)
	r := p.Evaluate(in)
	var texts []string
	for _, pr := range r.Problems {
		texts = append(texts, pr.Text)
	}
	want := []string{"Startdagen behöver vara 10 juli 2026 eller senare", "Fyll i hur många timmar i veckan Elsa behöver vara på förskolan"}
	if !slices.Equal(texts, want) {
		t.Errorf("got %q", texts)
	}
	step := p.Steps(in, kept)[1]
	if step.Title != "Barnet och platsen" || step.Number != 2 || step.Complete || !step.Reachable {
		t.Errorf("step: %+v", step)
	}
	start := step.Fields[1]
	if start.Hint != "Tidigast 10 juli 2026, fyra månader från i dag." || start.Inputs[1].Value != "6" || start.Inputs[1].Label != "Månad" || start.Problem != want[0] {
		t.Errorf("start: %+v", start)
	}
	if child := step.Fields[0]; !child.Chosen("elsa") || child.Chosen("nils") || len(child.Options) != 2 {
		t.Errorf("child: %+v", child)
	}
}

// Every text can be written in every language: no label, title or what-to-do is empty, for
// any kind, with and without a child chosen.
func TestNoEmptyWords(t *testing.T) {
	p := published(t)
	for _, lang := range text.Langs {
		for _, kind := range []any{nil, "preschool", "pedagogical_care", "after_school", "youth_club"} {
			for _, child := range []any{nil, "elsa"} {
				in := change{answers: map[string]any{"kind": kind, "child": child}}.apply(whole(p))
				in.Lang = lang
				for _, st := range p.Steps(in, nil) {
					if st.Title == "" {
						t.Errorf("%s: step %s has no title", lang, st.Key)
					}
					for _, f := range st.Fields {
						if f.Label == "" || strings.ContainsAny(f.Label+f.Hint+f.Problem+st.Intro, "{}") {
							t.Errorf("%s: %s: label %q, hint %q, problem %q", lang, f.Key, f.Label, f.Hint, f.Problem)
						}
						for _, o := range f.Options {
							if o.Label == "" {
								t.Errorf("%s: %s: option %s has no label", lang, f.Key, o.Value)
							}
						}
					}
				}
				for _, pr := range p.Evaluate(in).Problems {
					if pr.Text == "" {
						t.Errorf("%s: %s %s says nothing", lang, pr.Field, pr.Rule)
					}
				}
			}
		}
	}
}

// A rate that is missing, or not confirmed, lets nothing through unjudged.
func TestMissingRatesStop(t *testing.T) {
	p := published(t)
	in := whole(p)
	in.Rates = p.PickAll(Rates(), today, "elsewhere")
	r := p.Evaluate(in)
	if r.OK() || len(r.Faults) == 0 {
		t.Errorf("submitted without confirmed rates: %v", r.Faults)
	}
	enabled := Rates()
	for i := range enabled {
		enabled[i].Enabled = true
	}
	in.Rates = p.PickAll(enabled, today, "elsewhere")
	if r := p.Evaluate(in); !r.OK() {
		t.Errorf("enabled rates: %+v %v", r.Problems, r.Faults)
	}
}

func TestMissingFactsStop(t *testing.T) {
	p := published(t)
	for _, fact := range []string{"today", "protected", "child_born", "open_application"} {
		in := whole(p)
		delete(in.Facts, fact)
		if r := p.Evaluate(in); r.OK() || !slices.Contains(r.Faults, "facts."+fact) {
			t.Errorf("submitted without knowing %s: %v", fact, r.Faults)
		}
	}
}

func BenchmarkEvaluate(b *testing.B) {
	p := published(b)
	in := whole(p)
	for b.Loop() {
		if r := p.Evaluate(in); !r.OK() {
			b.Fatal(r.Problems)
		}
	}
}
