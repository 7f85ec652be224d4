package formpack

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tillit/internal/kit/text"
)

func TestEvaluateBusCard(t *testing.T) {
	p := compileBus(t)
	type is = map[string]any
	for _, c := range []struct {
		name     string
		answers  is // nil takes away
		problems string
		warnings string
	}{
		{name: "whole"},
		{name: "a required one", answers: is{"trips": nil}, problems: "trips:missing"},
		{name: "required by another answer", answers: is{"reason": "other", "note": nil, "stops": nil}, problems: "note:missing"},
		{name: "not required by it", answers: is{"note": nil}},
		{name: "hidden and required", answers: is{"call": false, "phone": nil}},
		{name: "a wrong type", answers: is{"trips": "ten"}, problems: "trips:invalid"},
		{name: "half a trip", answers: is{"trips": 1.5}, problems: "trips:invalid"},
		{name: "a list that is none", answers: is{"days": "mon"}, problems: "days:invalid"},
		{name: "a list of numbers", answers: is{"days": []any{1}}, problems: "days:invalid"},
		{name: "no option", answers: is{"days": []string{"sun"}}, problems: "days:options"},
		{name: "an empty list", answers: is{"days": []string{}}, problems: "days:few"},
		{name: "same day twice", answers: is{"days": []string{"mon", "mon"}}, problems: "days:twice"},
		{name: "a stop of another reason", answers: is{"stops": []string{"kajen"}}, problems: "stops:options"},
		{name: "no such day", answers: is{"start": "2026-02-30"}, problems: "start:date"},
		{name: "day with a time", answers: is{"start": "2026-04-01T00:00:00Z"}, problems: "start:date"},
		{name: "year of another age", answers: is{"start": "1799-04-01"}, problems: "start:date"},
		{name: "too early", answers: is{"start": "2026-03-23"}, problems: "start:early"},
		{name: "line break in a line", answers: is{"road": "a\nb"}, problems: "road:characters"},
		{name: "line break in lines", answers: is{"note": "a\nb"}},
		{name: "turned text", answers: is{"road": "a\u202eb"}, problems: "road:characters"},
		{name: "too long", answers: is{"road": strings.Repeat("å", 41)}, problems: "road:long"},
		{name: "just fits", answers: is{"road": strings.Repeat("å", 40)}},
		{name: "no phone number", answers: is{"phone": "0980"}, problems: "phone:phone"},
		{name: "typed id of a person", answers: is{"pupil": "20150101-0000"}, problems: "pupil:option"},
		{name: "unknown property", answers: is{"role": "officer"}, problems: ":unknown"},
		{name: "a posted computed value is not taken", answers: is{"weeks": 1}},
		{name: "warned", answers: is{"reason": "far", "road": nil}, warnings: "reason:near"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := busInput()
			if c.warnings != "" {
				in.Facts["distance"] = 100
			}
			for k, v := range c.answers {
				if v == nil {
					delete(in.Answers, k)
				} else {
					in.Answers[k] = v
				}
			}
			r := p.Evaluate(in)
			if rulesOf(r.Problems) != c.problems || rulesOf(r.Warnings) != c.warnings || len(r.Faults) > 0 {
				t.Errorf("problems %q, warnings %q, faults %v", rulesOf(r.Problems), rulesOf(r.Warnings), r.Faults)
			}
			if w, ok := r.Answers["weeks"]; ok && w != in.Answers["trips"].(int64)*40 {
				t.Errorf("weeks: %v", w)
			}
		})
	}
}

// Answers come from Go, from JSON or from the database, and mean the same.
func TestEvaluateTakesJSON(t *testing.T) {
	p := compileBus(t)
	in := busInput()
	want := p.Evaluate(in).Answers
	text, err := Canonical(want)
	if err != nil {
		t.Fatal(err)
	}
	in.Answers = nil
	if err := json.Unmarshal(text, &in.Answers); err != nil {
		t.Fatal(err)
	}
	if r := p.Evaluate(in); !r.OK() || !reflect.DeepEqual(r.Answers, want) {
		t.Errorf("got %v, %v", r.Answers, r.Problems)
	}
}

func TestStepsAreReachedInOrder(t *testing.T) {
	p := compileBus(t)
	in := busInput()
	delete(in.Answers, "trips")
	want := []StepState{
		{Key: "who", Reachable: true, Complete: true},
		{Key: "ride", Reachable: true, Complete: false},
		{Key: "you", Reachable: false, Complete: true},
	}
	for i, st := range p.Evaluate(in).Steps {
		if st.Key != want[i].Key || st.Reachable != want[i].Reachable || st.Complete != want[i].Complete {
			t.Errorf("got %+v, want %+v", st, want[i])
		}
	}
	delete(in.Answers, "reason")
	r := p.Evaluate(in)
	if len(r.Steps) != 2 || r.Answers["start"] != nil || r.Answers["weeks"] != nil {
		t.Errorf("a hidden step: %+v, %v", r.Steps, r.Answers)
	}
}

func TestSlots(t *testing.T) {
	in := busInput()
	in.Answers["reason"] = "other"
	delete(in.Answers, "stops")
	r := compileBus(t).Evaluate(in)
	if !r.OK() || !slices.Equal(r.Slots, []string{"proof"}) || !slices.Equal(r.SoftMissing, []string{"proof"}) {
		t.Errorf("later allowed: %v %v %v", r.Problems, r.Slots, r.SoftMissing)
	}
	now := compileBus(t, "later_allowed: true", "later_allowed: false")
	if r := now.Evaluate(in); rulesOf(r.Problems) != "proof:missing" || r.Problems[0].Text != "Skicka intyget" || r.Problems[0].Step != "you" {
		t.Errorf("at once: %+v", r.Problems)
	}
	in.Files = map[string]int{"proof": 1}
	if r := now.Evaluate(in); !r.OK() {
		t.Errorf("sent: %+v", r.Problems)
	}
}

// The JSON Schema has the last word: what only it refuses is refused.
func TestContractHasTheLastWord(t *testing.T) {
	p := compileBus(t)
	strict := strings.Replace(string(p.JSON), `"maxLength":40,`, `"maxLength":8,`, 1)
	q, err := Load([]byte(strict), HashOf([]byte(strict)))
	if err != nil {
		t.Fatal(err)
	}
	q.fields["road"].max = 40
	if r := q.Evaluate(busInput()); rulesOf(r.Problems) != "road:invalid" {
		t.Errorf("%+v", r.Problems)
	}
}

// What no field could hold is not kept, also when it comes past the pages; what a person
// may want to put right is.
func TestWhatIsKeptOfWrongAnswers(t *testing.T) {
	p := compileBus(t)
	long := strings.Repeat("x", 5000)
	for key, c := range map[string]struct {
		v    any
		kept bool
	}{
		"road":   {"a\x00b", false},
		"note":   {strings.Repeat("å", 1001), false},
		"start":  {"2026-02-30", false},
		"days":   {[]string{"mon", long}, false},
		"stops":  {[]string{"kajen"}, true},
		"pupil":  {long, false},
		"reason": {"a\x00", false},
		"phone":  {"ring mig", true},
		"trips":  {int64(99), true},
		"call":   {"yes", false},
	} {
		in := busInput()
		in.Answers[key] = c.v
		r := p.Evaluate(in)
		if _, kept := r.Answers[key]; kept != c.kept || r.OK() {
			t.Errorf("%s: kept %v, problems %v", key, kept, r.Problems)
		}
	}
}

// A rate or fact that the caller fails to give lets nothing through.
func TestFaultsStop(t *testing.T) {
	p := compileBus(t)
	for _, rate := range []string{"bus.lead_days", "bus.far_metres"} {
		in := busInput()
		delete(in.Rates, rate)
		if r := p.Evaluate(in); r.OK() || len(r.Faults) == 0 {
			t.Errorf("without %s: %v", rate, r.Faults)
		}
	}
	for _, fact := range []string{"today", "distance"} {
		in := busInput()
		in.Facts[fact] = struct{}{}
		if r := p.Evaluate(in); r.OK() || !slices.Contains(r.Faults, "facts."+fact) {
			t.Errorf("with a senseless %s: %v", fact, r.Faults)
		}
	}
	in := busInput()
	delete(in.Answers, "pupil")
	delete(in.Facts, "distance")
	if r := p.Evaluate(in); rulesOf(r.Problems) != "pupil:missing" || len(r.Faults) > 0 {
		t.Errorf("nobody can know the distance before a pupil is chosen: %+v %v", r.Problems, r.Faults)
	}
}

func TestOwnLanguage(t *testing.T) {
	p := compileBus(t)
	for lang, want := range map[text.Lang]string{
		"sv": "Tidigast 24 mars 2026", "da": "Tidligst 24. marts 2026", "en": "24 March 2026 at the earliest", "fi": "Tidigast 24 mars 2026",
	} {
		in := busInput()
		in.Lang, in.Answers["start"] = lang, "2026-03-23"
		if r := p.Evaluate(in); len(r.Problems) != 1 || r.Problems[0].Text != want {
			t.Errorf("%s: %+v", lang, r.Problems)
		}
	}
}

// drawAnswers draws answers of every sort: right, wrong, missing, and of hidden fields.
func drawAnswers(t *rapid.T) map[string]any {
	answers := map[string]any{}
	draw := func(key string, values ...any) {
		if v := rapid.SampledFrom(append(values, nil)).Draw(t, key); v != nil {
			answers[key] = v
		}
	}
	draw("pupil", "nils", "elsa", "nobody")
	draw("reason", "far", "road", "other", "none")
	draw("road", "Kyrkvägen", "", "a\x00", strings.Repeat("x", 50))
	draw("start", "2026-04-01", "2026-03-11", "2026-02-30", 7)
	draw("trips", int64(1), int64(10), int64(11), 2.0, "2")
	draw("days", []string{"mon"}, []string{"mon", "mon"}, []any{"tue", "wed"}, []string{}, "mon")
	draw("stops", []string{"torget"}, []string{"kajen", "torget"}, []string{"x"})
	draw("weeks", int64(1))
	draw("call", true, false, "yes")
	draw("phone", "0980-31 92 00", "x")
	draw("note", "a\nb", "\u202e")
	return answers
}

// Acceptance 2: what is hidden is absent from the result, and might as well not have been
// posted: nothing that is judged depends on it.
func TestHiddenIsAbsent(t *testing.T) {
	p := compileBus(t)
	rapid.Check(t, func(t *rapid.T) {
		in := busInput()
		in.Answers = drawAnswers(t)
		in.Facts["distance"] = rapid.SampledFrom([]int{0, 100, 5000}).Draw(t, "distance")
		r := p.Evaluate(in)
		hidden := map[string]bool{}
		for _, st := range p.Steps(in, nil) {
			for _, f := range st.Fields {
				if !f.Visible || !st.Visible {
					hidden[f.Key] = true
				}
			}
		}
		for k := range r.Answers {
			if hidden[k] {
				t.Fatalf("%s is hidden and kept", k)
			}
		}
		for _, pr := range append(slices.Clone(r.Problems), r.Warnings...) {
			if hidden[pr.Field] {
				t.Fatalf("%s is hidden and judged", pr.Field)
			}
		}
		for _, g := range p.Review(in, "applicant") {
			for _, row := range g.Rows {
				if hidden[row.Key] {
					t.Fatalf("%s is hidden and shown", row.Key)
				}
			}
		}
		without := in
		without.Answers = maps.Clone(in.Answers)
		for k := range hidden {
			delete(without.Answers, k)
		}
		if other := p.Evaluate(without); !reflect.DeepEqual(r, other) {
			t.Fatalf("hidden answers matter:\n%+v\n%+v", r, other)
		}
	})
}

// What has been judged once is judged the same again: storing the result loses nothing.
func TestEvaluateIsIdempotent(t *testing.T) {
	p := compileBus(t)
	rapid.Check(t, func(t *rapid.T) {
		in := busInput()
		in.Answers = drawAnswers(t)
		first := p.Evaluate(in)
		in.Answers = first.Answers
		second := p.Evaluate(in)
		if !reflect.DeepEqual(first.Answers, second.Answers) {
			t.Fatalf("%v became %v", first.Answers, second.Answers)
		}
		if first.OK() && !second.OK() {
			t.Fatalf("submittable, and then not: %+v", second.Problems)
		}
	})
}

// The two parts are the whole, and nothing is in both; each role sees its own.
func TestPartsAreLossless(t *testing.T) {
	p := compileBus(t)
	rapid.Check(t, func(t *rapid.T) {
		in := busInput()
		in.Answers = drawAnswers(t)
		answers := p.Evaluate(in).Answers
		shared, own := p.SharedPart(answers), p.ApplicantPart(answers)
		if len(shared)+len(own) != len(answers) {
			t.Fatalf("%d + %d are not %d", len(shared), len(own), len(answers))
		}
		union := maps.Clone(shared)
		maps.Copy(union, own)
		if !reflect.DeepEqual(union, answers) {
			t.Fatalf("the parts make %v of %v", union, answers)
		}
		if !reflect.DeepEqual(p.Part(answers, "co_signer"), shared) || !reflect.DeepEqual(p.Part(answers, "applicant"), answers) {
			t.Fatal("a role sees something else than its part")
		}
		for _, k := range []string{"call", "phone", "note"} {
			if _, ok := shared[k]; ok {
				t.Fatalf("%s is shared", k)
			}
		}
		if len(p.Part(answers, "neighbour")) != 0 {
			t.Fatal("a stranger sees something")
		}
	})
}
