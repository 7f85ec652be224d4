package formpack

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	p := compileBus(t)
	type is = map[string]any
	for _, c := range []struct {
		name     string
		step     string
		form     string
		want     is
		problems string
	}{
		{name: "all of a step", step: "ride", form: "start.day=1&start.month=4&start.year=2026&trips=10&days=mon&days=wed&stops.1=torget&stops.2=&stops.3=kajen",
			want: is{"start": "2026-04-01", "trips": int64(10), "days": []string{"mon", "wed"}, "stops": []string{"torget", "kajen"}}},
		{name: "nothing at all", step: "ride", form: "", want: is{}},
		{name: "empty inputs", step: "ride", form: "start.day=&start.month=&start.year=&trips=+&days=&stops.1=", want: is{}},
		{name: "spaces around", step: "ride", form: "start.day=+1&start.month=4+&start.year=2026&trips=+7+", want: is{"start": "2026-04-01", "trips": int64(7)}},
		{name: "half a day", step: "ride", form: "start.day=1&start.month=&start.year=2026", want: is{}, problems: "start:date"},
		{name: "month as a word", step: "ride", form: "start.day=1&start.month=april&start.year=2026", want: is{}, problems: "start:date"},
		{name: "year of two figures", step: "ride", form: "start.day=1&start.month=4&start.year=26", want: is{}, problems: "start:date"},
		{name: "minus day", step: "ride", form: "start.day=-1&start.month=4&start.year=2026", want: is{}, problems: "start:date"},
		{name: "31 April", step: "ride", form: "start.day=31&start.month=4&start.year=2026", want: is{}, problems: "start:no_day"},
		{name: "29 February", step: "ride", form: "start.day=29&start.month=2&start.year=2028", want: is{"start": "2028-02-29"}},
		{name: "29 February, no leap year", step: "ride", form: "start.day=29&start.month=2&start.year=2026", want: is{}, problems: "start:no_day"},
		{name: "month 13", step: "ride", form: "start.day=1&start.month=13&start.year=2026", want: is{}, problems: "start:no_day"},
		{name: "number in words", step: "ride", form: "trips=ten", want: is{}, problems: "trips:number"},
		{name: "number with a fraction", step: "ride", form: "trips=1,5", want: is{}, problems: "trips:number"},
		{name: "number past all bounds", step: "ride", form: "trips=99999999999999999999", want: is{}, problems: "trips:number"},
		{name: "number in hex", step: "ride", form: "trips=0x10", want: is{}, problems: "trips:number"},
		{name: "negative number is for Evaluate", step: "ride", form: "trips=-3", want: is{"trips": int64(-3)}},
		{name: "computed", step: "ride", form: "weeks=1", want: is{}, problems: ":unknown"},
		{name: "of another step", step: "ride", form: "call=yes", want: is{}, problems: ":unknown"},
		{name: "a fourth rank", step: "ride", form: "stops.4=torget", want: is{}, problems: ":unknown"},
		{name: "the page's own", step: "ride", form: "_later=1", want: is{}},
		{name: "a step that is none", step: "admin", form: "call=yes", want: is{}, problems: ":unknown"},
		{name: "yes", step: "you", form: "call=yes", want: is{"call": true}},
		{name: "no", step: "you", form: "call=no", want: is{"call": false}},
		{name: "perhaps", step: "you", form: "call=1", want: is{}, problems: "call:option"},
		{name: "lines as browsers send them", step: "you", form: "note=" + url.QueryEscape(" a\r\nb \r\n"), want: is{"note": "a\nb"}},
		{name: "line break in a line", step: "who", form: "road=" + url.QueryEscape("a\r\nb"), want: is{}, problems: "road:characters"},
		{name: "nought byte", step: "you", form: "note=a%00b", want: is{}, problems: "note:characters"},
		{name: "bell", step: "you", form: "note=a%07b", want: is{}, problems: "note:characters"},
		{name: "bad UTF-8", step: "you", form: "note=%ff", want: is{}, problems: "note:characters"},
		{name: "too long", step: "who", form: "road=" + strings.Repeat("a", 41), want: is{}, problems: "road:long"},
		{name: "a flood", step: "you", form: "note=" + strings.Repeat("a", 30000), want: is{}, problems: "note:long"},
		{name: "a flood of values", step: "ride", form: strings.Repeat("days=mon&", 60), want: is{}, problems: "days:long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			form, err := url.ParseQuery(c.form)
			if err != nil {
				t.Fatal(err)
			}
			got, _, problems := p.Parse(c.step, form, "sv")
			if !reflect.DeepEqual(got, c.want) || rulesOf(problems) != c.problems {
				t.Errorf("got %v, %q", got, rulesOf(problems))
			}
			for _, pr := range problems {
				if pr.Text == "" || strings.Contains(pr.Text, "{") {
					t.Errorf("%s says %q", pr.Rule, pr.Text)
				}
			}
		})
	}
}

// What was typed is shown again as it was typed, and what could not be read is said once.
func TestWhatWasTypedIsKept(t *testing.T) {
	p := compileBus(t)
	in := busInput()
	parsed, kept, unread := p.Parse("ride", url.Values{
		"start.day": {"31"}, "start.month": {"4"}, "start.year": {"2026"}, "trips": {"tio"}, "days": {"mon", "tue"}, "stops.1": {"torget"},
	}, "sv")
	in.Answers, in.Unread = p.Apply(in.Answers, "ride", parsed), unread
	if r := p.Evaluate(in); rulesOf(r.Problems) != "start:no_day trips:number" {
		t.Errorf("%+v", r.Problems)
	}
	fields := map[string]FieldView{}
	for _, f := range p.Steps(in, kept)[1].Fields {
		fields[f.Key] = f
	}
	if f := fields["start"]; f.Inputs[0].Value != "31" || f.Inputs[1].Value != "4" || f.Inputs[2].Value != "2026" || f.Answer != nil {
		t.Errorf("start: %+v", f)
	}
	if f := fields["trips"]; f.Inputs[0].Value != "tio" || f.Problem != "Skriv med siffror, till exempel 25" {
		t.Errorf("trips: %+v", f)
	}
	if f := fields["days"]; !f.Chosen("mon") || !f.Chosen("tue") || f.Chosen("wed") {
		t.Errorf("days: %+v", f)
	}
	if f := fields["stops"]; f.Inputs[0].Value != "torget" || f.Inputs[0].Label != "Första valet" || len(f.Inputs) != 3 || len(f.Options) != 1 {
		t.Errorf("stops: %+v", f)
	}
}

// A step taken back empties its answers and no others.
func TestApply(t *testing.T) {
	p := compileBus(t)
	stored := busInput().Answers
	got := p.Apply(stored, "ride", map[string]any{"trips": int64(2)})
	if got["trips"] != int64(2) || got["start"] != nil || got["pupil"] != "nils" || got["phone"] == nil || stored["start"] == nil {
		t.Errorf("%v", got)
	}
}

// No post, however odd, makes an answer that its field could not have.
func TestParseFuzzed(t *testing.T) {
	p := compileBus(t)
	names := []string{"start.day", "start.month", "start.year", "trips", "days", "stops.1", "stops.2", "stops.3", "x"}
	rapid.Check(t, func(t *rapid.T) {
		form := url.Values{}
		for _, n := range names {
			form[n] = rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"1", "12", "2026", "mon", "torget", "-1", ""})), 0, 3).Draw(t, n)
		}
		parsed, _, unread := p.Parse("ride", form, "en")
		in := busInput()
		in.Answers = p.Apply(in.Answers, "ride", parsed)
		r := p.Evaluate(in)
		for _, pr := range r.Problems {
			if pr.Rule == "invalid" || pr.Rule == "unknown" {
				t.Fatalf("%s: %s", pr.Field, pr.Rule)
			}
		}
		if len(unread) == 0 {
			t.Fatal("the unknown name x passed")
		}
		if r.OK() {
			if _, err := Canonical(r.Answers); err != nil {
				t.Fatal(err)
			}
		}
	})
}
