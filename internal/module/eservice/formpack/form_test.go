package formpack

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The tests' form: a pupil's bus card. It has a field of every kind.
const busCard = `
family: bus-card
number: 1
title: {sv: Busskort, da: Buskort, en: Bus card}
parties: [applicant, co_signer, officer]
signers: {rule: all_guardians, allowed: [all_guardians, none], deadline: bus.sign_days, reminder: bus.remind_days}
states: [NEW, SUBMITTED, IN_PROGRESS, ARCHIVED]
deadlines: {sign: bus.sign_days}
fees: {card: bus.card_fee}
facts:
  today: {}
  secret: {}
  distance: {when: pupil}
lists: [pupils, stops]
values:
  earliest: {type: date, is: facts.today.addDays(rates.bus.lead_days)}
  far: {type: bool, is: facts.distance >= rates.bus.far_metres}
phrases:
  when:
    - {if: has(values.far), say: {sv: "{earliest}", da: "{earliest}", en: "{earliest}"}}
    - say: {sv: snart, da: snart, en: soon}
steps:
  - step: who
    title: {sv: Vem, da: Hvem, en: Who}
    ask:
      - field: pupil
        kind: register
        options_from: {list: pupils}
        class: personal
        about: child
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: register
        required: true
        label: {sv: "Vilken elev?", da: "Hvilken elev?", en: "Which pupil?"}
        missing: {sv: Välj elev, da: Vælg elev, en: Choose a pupil}
      - field: reason
        kind: choice
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: typed
        required: true
        label: {sv: "Varför?", da: "Hvorfor?", en: "Why?"}
        missing: {sv: Välj varför, da: Vælg hvorfor, en: Choose why}
        options:
          - {value: far, label: {sv: Lång väg, da: Lang vej, en: A long way}}
          - {value: road, label: {sv: Farlig väg, da: Farlig vej, en: A dangerous road}}
          - {value: other, if: facts.distance > 0, label: {sv: Annat, da: Andet, en: Something else}}
      - field: road
        kind: text
        longest: 40
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: typed
        visible_if: answers.reason == 'road'
        required: true
        label: {sv: "Vilken väg?", da: "Hvilken vej?", en: "Which road?"}
        missing: {sv: Skriv vilken väg, da: Skriv hvilken vej, en: Write which road}
  - step: ride
    title: {sv: Resan, da: Turen, en: The ride}
    visible_if: has(answers.reason)
    ask:
      - field: start
        kind: date
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: typed
        required: true
        label: {sv: "Från vilken dag?", da: "Fra hvilken dag?", en: "From which day?"}
        hint: {sv: "Tidigast {when}", da: "Tidligst {when}", en: "{when} at the earliest"}
        missing: {sv: Fyll i dagen, da: Skriv dagen, en: Fill in the day}
      - field: trips
        kind: integer
        min: 1
        max: 10
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: typed
        required: true
        label: {sv: Resor i veckan, da: Ture om ugen, en: Trips a week}
        missing: {sv: Fyll i resorna, da: Skriv turene, en: Fill in the trips}
      - field: days
        kind: choices
        at_most: 5
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: typed
        label: {sv: "Vilka dagar?", da: "Hvilke dage?", en: "Which days?"}
        options:
          - {value: mon, label: {sv: Måndag, da: Mandag, en: Monday}}
          - {value: tue, label: {sv: Tisdag, da: Tirsdag, en: Tuesday}}
          - {value: wed, label: {sv: Onsdag, da: Onsdag, en: Wednesday}}
      - field: stops
        kind: ranked
        at_least: 1
        at_most: 3
        options_from: {list: stops, match: reason}
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: typed
        label: {sv: Hållplatser, da: Stoppesteder, en: Stops}
      - field: weeks
        kind: computed
        type: int
        is: answers.trips * 40
        class: internal
        about: matter
        visible_to: [applicant, co_signer, officer]
        retention: case
        source: computed
        label: {sv: Resor om året, da: Ture om året, en: Trips a year}
  - step: you
    title: {sv: Du, da: Dig, en: You}
    ask:
      - field: call
        kind: boolean
        class: personal
        visible_to: [applicant, officer]
        retention: decision
        source: typed
        required: true
        label: {sv: "Ska vi ringa?", da: "Skal vi ringe?", en: "Should we call?"}
        missing: {sv: Svara ja eller nej, da: Svar ja eller nej, en: Answer yes or no}
      - field: phone
        kind: text
        format: phone
        class: personal
        visible_to: [applicant, officer]
        retention: decision
        source: typed
        visible_if: answers.call
        required: true
        label: {sv: Telefon, da: Telefon, en: Phone}
        missing: {sv: Fyll i numret, da: Skriv nummeret, en: Fill in the number}
      - field: note
        kind: multiline
        class: sensitive
        about: child
        visible_to: [applicant, officer]
        retention: draft
        source: typed
        required_if: answers.reason == 'other'
        label: {sv: Berätta, da: Fortæl, en: Tell us}
        missing: {sv: Berätta varför, da: Fortæl hvorfor, en: Tell us why}
      - slot: proof
        type: doctors_note
        class: sensitive
        visible_to: [applicant, officer]
        retention: decision
        visible_if: answers.reason == 'other'
        required: true
        later_allowed: true
        max_files: 1
        max_bytes: 1000
        mime: [application/pdf]
        label: {sv: Intyg, da: Attest, en: Certificate}
        missing: {sv: Skicka intyget, da: Send attesten, en: Send the certificate}
checks:
  - check: early
    field: start
    level: refuse
    holds: answers.start >= values.earliest
    text: {sv: "Tidigast {earliest}", da: "Tidligst {earliest}", en: "{earliest} at the earliest"}
  - check: near
    field: reason
    level: warn
    holds: answers.reason != 'far' || values.far
    text: {sv: Vägen är kort, da: Vejen er kort, en: The way is short}
`

func busEnv() Env {
	return Env{
		Languages: []string{"sv", "da", "en"},
		Facts:     map[string]Fact{"today": {Type: "date"}, "secret": {Type: "bool", Private: true}, "distance": {Type: "int"}},
		Rates: map[string]Unit{
			"bus.sign_days": Days, "bus.remind_days": Days, "bus.lead_days": Days, "bus.far_metres": Count, "bus.card_fee": Ore, "bus.other_fee": Ore,
		},
		Lists: []string{"pupils", "stops"},
	}
}

var busToday = time.Date(2026, time.March, 10, 0, 0, 0, 0, time.UTC)

func busInput() Input {
	return Input{
		Answers: map[string]any{
			"pupil": "nils", "reason": "road", "road": "Kyrkvägen", "start": "2026-04-01", "trips": int64(10),
			"days": []string{"mon", "wed"}, "stops": []string{"torget"}, "call": true, "phone": "0980-31 92 00", "note": "Åksjuk",
		},
		Facts: map[string]any{"today": busToday, "secret": false, "distance": 3000},
		Rates: map[string]Rate{"bus.lead_days": {Value: 14, Unit: Days}, "bus.far_metres": {Value: 2000, Unit: Count}},
		Lists: map[string][]Option{
			"pupils": {{Value: "nils", Label: "Nils"}, {Value: "elsa", Label: "Elsa"}},
			"stops":  {{Value: "torget", Label: "Torget", Match: []string{"road", "far"}}, {Value: "kajen", Label: "Kajen", Match: []string{"far"}}},
		},
		Lang: "sv",
	}
}

func compileBus(t testing.TB, edits ...string) *Package {
	t.Helper()
	src := busCard
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(src, edits[i]) {
			t.Fatalf("the form has no %q", edits[i])
		}
		src = strings.Replace(src, edits[i], edits[i+1], 1)
	}
	p, problems := Compile([]byte(src), busEnv())
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	return p
}

func rulesOf(problems []Problem) string {
	var s []string
	for _, p := range problems {
		s = append(s, p.Field+":"+p.Rule)
	}
	return strings.Join(s, " ")
}

// wideForm is a form of n fields of which every third is shown by the one before.
func wideForm(n int) []byte {
	var b strings.Builder
	b.WriteString(`
family: wide
number: 1
title: {sv: Bred, da: Bred, en: Wide}
parties: [applicant, officer]
signers: {rule: none, allowed: [none]}
states: [NEW]
facts: {today: {}}
steps:
  - step: all
    title: {sv: Allt, da: Alt, en: All}
    ask:
`)
	common := "class: internal, about: matter, visible_to: [applicant, officer], retention: case, source: typed, label: {sv: A, da: B, en: C}"
	for i := range n {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "      - {field: f%d, kind: integer, min: 0, max: 100, required: true, missing: {sv: A, da: B, en: C}, %s}\n", i, common)
		case 1:
			fmt.Fprintf(&b, "      - {field: f%d, kind: date, %s}\n", i, common)
		case 2:
			fmt.Fprintf(&b, "      - {field: f%d, kind: text, visible_if: answers.f%d > 10, %s}\n", i, i-2, common)
		}
	}
	b.WriteString("checks:\n")
	for i := 0; i < n; i += 3 {
		fmt.Fprintf(&b, "  - {check: c%d, field: f%d, level: refuse, holds: \"answers.f%d != 13 && (!has(answers.f%d) || answers.f%d > facts.today.addMonths(-12))\", text: {sv: A, da: B, en: C}}\n", i, i, i, min(i+1, n-1-(n-1)%3+1-3), min(i+1, n-1-(n-1)%3+1-3))
	}
	return []byte(b.String())
}

func BenchmarkEvaluate22Fields(b *testing.B) {
	env := Env{Languages: []string{"sv", "da", "en"}, Facts: map[string]Fact{"today": {Type: "date"}}}
	p, problems := Compile(wideForm(22), env)
	if p == nil {
		b.Fatal(problems)
	}
	in := Input{Answers: map[string]any{}, Facts: map[string]any{"today": busToday}, Lang: "sv"}
	for i := range 22 {
		in.Answers[fmt.Sprintf("f%d", i)] = []any{int64(50), "2026-05-01", "ord"}[i%3]
	}
	for b.Loop() {
		if r := p.Evaluate(in); !r.OK() {
			b.Fatal(r.Problems)
		}
	}
}
