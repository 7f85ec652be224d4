package formpack

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Acceptance 1: what publishing refuses. Each row breaks the bus card in one way.
func TestPublishRefuses(t *testing.T) {
	shared := "        visible_to: [applicant, co_signer, officer]\n"
	own := "        visible_to: [applicant, officer]\n"
	phone := "        format: phone\n        class: personal\n"
	rest := "        retention: decision\n        source: typed\n        visible_if: answers.call\n"
	for _, c := range []struct {
		name, old, new string
		rule           string
	}{
		{"no class", "        kind: date\n        class: internal\n", "        kind: date\n", "field.start:class"},
		{"unknown class", "        kind: date\n        class: internal\n", "        kind: date\n        class: secret\n", "field.start:class"},
		{"no visibility", "        kind: date\n        class: internal\n        about: matter\n" + shared, "        kind: date\n        class: internal\n        about: matter\n", "field.start:visibility"},
		{"no retention", "        class: sensitive\n        about: child\n" + own + "        retention: draft\n", "        class: sensitive\n        about: child\n" + own, "field.note:retention"},
		{"no source", "        retention: draft\n        source: typed\n", "        retention: draft\n", "field.note:source"},
		{"register field typed", "        source: register\n", "        source: typed\n", "field.pupil:source"},
		{"slot without class", "        type: doctors_note\n        class: sensitive\n", "        type: doctors_note\n", "slot.proof:class"},
		{"party that takes no part", shared, "        visible_to: [applicant, neighbour, officer]\n", "field.pupil:visibility"},
		{"officer shut out", own, "        visible_to: [applicant]\n", "field.call:visibility"},
		{"misspelt key", "required_if:", "require_if:", ":yaml"},
		{"CEL type error", "answers.trips * 40", "answers.trips * 'x'", "field.weeks.is:type"},
		{"CEL of another type", "answers.trips * 40", "answers.trips > 40", "field.weeks.is:type"},
		{"CEL syntax", "answers.trips * 40", "answers.trips *", "field.weeks.is:type"},
		{"unknown field in a rule", "visible_if: answers.call", "visible_if: answers.cal", "field.phone.visible_if:type"},
		{"unknown fact in a rule", "facts.distance >=", "facts.distanc >=", "values.far:type"},
		{"unknown rate in a rule", "rates.bus.far_metres}", "rates.bus.near_metres}", "values.far:type"},
		{"condition that is no condition", "visible_if: answers.call", "visible_if: answers.trips", "field.phone.visible_if:type"},
		{"whole object in a rule", "visible_if: answers.call", "visible_if: answers == answers", "field.phone.visible_if:type"},
		{"pattern by the resident", "visible_if: answers.call", "visible_if: answers.road.matches(answers.road)", "field.phone.visible_if:type"},
		{"costly rule", "visible_if: answers.call", "visible_if: \"answers.days.all(a, answers.note.contains(a + answers.note))\"", "field.phone.visible_if:type"},
		{"loops in loops in loops", "visible_if: answers.call", "visible_if: \"answers.days.all(a, answers.stops.all(b, answers.days.all(c, a == b)))\"", "field.phone.visible_if:type"},
		{"regex program", "visible_if: answers.call", "visible_if: answers.road.matches('(')", "field.phone.visible_if:type"},
		{"rules in a ring", "visible_if: answers.reason == 'road'", "visible_if: answers.trips > 1 && answers.road == 'x'", "field.road:reference"},
		{"missing text in one language", "da: Fortæl, en: Tell us", "en: Tell us", "field.note.label:text"},
		{"text in an unknown language", "da: Fortæl, en", "da: Fortæl, fi: Kerro, en", "field.note.label:text"},
		{"required without what to do", "        missing: {sv: Svara ja eller nej, da: Svar ja eller nej, en: Answer yes or no}\n", "", "field.call.missing:text"},
		{"unknown place in a text", "sv: \"Tidigast {when}\"", "sv: \"Tidigast {then}\"", "field.start.hint (sv):text"},
		{"place that may be empty", "label: {sv: Telefon,", "label: {sv: \"Telefon {answers.road}\",", "field.phone.label (sv):text"},
		{"check on an unknown field", "field: start\n    level", "field: begin\n    level", "check.early:reference"},
		{"fact of an unknown field", "distance: {when: pupil}", "distance: {when: nobody}", "facts.distance:reference"},
		{"fact the platform lacks", "  secret: {}\n", "  weather: {}\n", "facts.weather:reference"},
		{"list the platform lacks", "lists: [pupils, stops]", "lists: [pupils, stops, buses]", "lists:reference"},
		{"rate the platform lacks", "fees: {card: bus.card_fee}", "fees: {card: bus.fee}", "card:reference"},
		{"fee that is no money", "fees: {card: bus.card_fee}", "fees: {card: bus.sign_days}", "fees.card:reference"},
		{"deadline that is no days", "deadlines: {sign: bus.sign_days}", "deadlines: {sign: bus.card_fee}", "deadlines.sign:reference"},
		{"field on two steps", "      - field: trips\n", "      - field: road\n", "item.road:reference"},
		{"choice without options", "        options:\n          - {value: mon, label: {sv: Måndag, da: Mandag, en: Monday}}\n          - {value: tue, label: {sv: Tisdag, da: Tirsdag, en: Tuesday}}\n          - {value: wed, label: {sv: Onsdag, da: Onsdag, en: Wednesday}}\n", "", "field.days:options"},
		{"unknown signer rule", "rule: all_guardians", "rule: somebody", "signers:reference"},
		{"unknown state", "states: [NEW,", "states: [OLD,", "states:reference"},
		{"number without bounds", "        min: 1\n", "", "field.trips:shape"},
		{"slot without size", "        max_bytes: 1000\n", "", "slot.proof:shape"},
		{"loosened: contact", phone + own + rest, "        format: phone\n        class: internal\n        about: matter\n" + shared + "        retention: decision\n        source: typed\n", "field.phone:masking"},
		{"loosened: about the applicant", "        kind: boolean\n        class: personal\n" + own, "        kind: boolean\n        class: personal\n" + shared, "field.call:masking"},
		{"loosened: sensitive", "        class: sensitive\n        about: child\n" + own, "        class: sensitive\n        about: child\n" + shared, "field.note:masking"},
		{"loosened: personal called matter", "        kind: boolean\n        class: personal\n" + own, "        kind: boolean\n        class: personal\n        about: matter\n" + shared, "field.call:masking"},
		{"told by presence", "visible_if: answers.reason == 'road'", "visible_if: answers.call", "field.road:masking"},
		{"told by presence of a step", "visible_if: has(answers.reason)", "visible_if: answers.call", "field.start:masking"},
		{"told by a computed value", "is: answers.trips * 40", "is: \"answers.call ? answers.trips : 0\"", "field.weeks:masking"},
		{"told by an option", "if: facts.distance > 0", "if: answers.call", "field.reason:masking"},
		{"told by a private fact", "visible_if: answers.reason == 'road'", "visible_if: facts.secret", "field.road:masking"},
		{"told by words", "label: {sv: Resor i veckan,", "label: {sv: \"Resor {facts.secret}\",", "field.trips.label (sv):masking"},
		{"computed looser than its parts", "        kind: computed\n        type: int\n        is: answers.trips * 40\n        class: internal\n        about: matter\n" + shared, "        kind: computed\n        type: int\n        is: answers.note.size()\n        class: internal\n        about: matter\n" + own, "field.weeks:class"},
		{"too long to sign", "        kind: multiline\n", "        kind: multiline\n        longest: 9000\n", "fields:size"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(busCard, c.old) {
				t.Fatalf("the form has no %q", c.old)
			}
			p, problems := Compile([]byte(strings.Replace(busCard, c.old, c.new, 1)), busEnv())
			if p != nil {
				t.Fatal("published")
			}
			if !strings.Contains(" "+rulesOf(problems)+" ", " "+c.rule+" ") {
				t.Errorf("got %+v", problems)
			}
			for _, pr := range problems {
				if pr.Text == "" {
					t.Errorf("%s says nothing", pr.Field)
				}
			}
		})
	}
}

// What is hidden stays hidden through values and phrases.
func TestPublishRefusesDetours(t *testing.T) {
	value := strings.Replace(busCard, "values:\n", "values:\n  near: {type: bool, is: values.nearer}\n  nearer: {type: bool, is: answers.call}\n", 1)
	if _, problems := Compile([]byte(value), busEnv()); len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	for rule, edit := range map[string][2]string{
		"field.road:masking":             {"visible_if: answers.reason == 'road'", "visible_if: values.near"},
		"field.trips.label (en):masking": {"en: Trips a week", "en: \"{tell}\""},
	} {
		src := strings.Replace(value, edit[0], edit[1], 1)
		src = strings.Replace(src, "phrases:\n", "phrases:\n  tell:\n    - {if: values.near, say: {sv: a, da: a, en: a}}\n    - {say: {sv: b, da: b, en: b}}\n", 1)
		if _, problems := Compile([]byte(src), busEnv()); rulesOf(problems) != rule {
			t.Errorf("want %s, got %+v", rule, problems)
		}
	}
}

func TestStepWithoutField(t *testing.T) {
	i := strings.Index(busCard, "  - step: you")
	j := strings.Index(busCard, "checks:")
	empty := busCard[:i] + "  - {step: you, title: {sv: Du, da: Dig, en: You}, ask: []}\n" + busCard[j:]
	if _, problems := Compile([]byte(empty), busEnv()); !strings.Contains(rulesOf(problems), "step.you:step") {
		t.Errorf("%+v", problems)
	}
	noSteps := busCard[:strings.Index(busCard, "steps:")] + "steps: []\n"
	if _, problems := Compile([]byte(noSteps), busEnv()); !strings.Contains(rulesOf(problems), "steps:step") {
		t.Errorf("%+v", problems)
	}
}

// A package says the same whoever compiles it and however the author orders the keys.
func TestPublishIsDeterministic(t *testing.T) {
	p, q := compileBus(t), compileBus(t)
	if p.Hash != q.Hash || !bytes.Equal(p.JSON, q.JSON) {
		t.Error("two compilations differ")
	}
	r := compileBus(t, "family: bus-card\nnumber: 1\n", "number: 1\nfamily: bus-card\n")
	if r.Hash != p.Hash {
		t.Error("the order of keys shows in the hash")
	}
	if s := compileBus(t, "en: Bus card}", "en: Bus Card}"); s.Hash == p.Hash {
		t.Error("another text, the same hash")
	}
}

func TestLoad(t *testing.T) {
	p := compileBus(t)
	q, err := Load(p.JSON, p.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := q.Evaluate(busInput()), p.Evaluate(busInput()); rulesOf(got.Problems) != rulesOf(want.Problems) || !got.OK() {
		t.Errorf("loaded: %v, compiled: %v", got.Problems, want.Problems)
	}
	// A document with a right hash of its own is still no package if it is not in canonical
	// form or breaks the package's shape.
	for name, text := range map[string]string{
		"spaces":         strings.Replace(string(p.JSON), `"number":1`, `"number": 1`, 1),
		"two members":    strings.Replace(string(p.JSON), `"number":1`, `"number":1,"number":1`, 1),
		"unknown member": strings.Replace(string(p.JSON), `"number":1`, `"number":1,"owner":1`, 1),
		"no class":       strings.Replace(string(p.JSON), `"x-class":"internal",`, "", 1),
		"open schema":    strings.Replace(string(p.JSON), `"unevaluatedProperties":false`, `"unevaluatedProperties":true`, 1),
		"unknown kind":   strings.Replace(string(p.JSON), `"kind":"boolean"`, `"kind":"yesno"`, 1),
		"broken rule":    strings.Replace(string(p.JSON), `"answers.trips * 40"`, `"answers.trips * "`, 1),
		"outside schema": strings.Replace(string(p.JSON), `"type":"boolean"`, `"$ref":"http://example.com/s","type":"boolean"`, 1),
		"empty":          "",
		"null":           "null",
	} {
		if text == string(p.JSON) {
			t.Fatalf("%s changed nothing", name)
		}
		if _, err := Load([]byte(text), HashOf([]byte(text))); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if _, err := Load(p.JSON, compileBus(t, "number: 1", "number: 2").Hash); !errors.Is(err, ErrTampered) {
		t.Errorf("another package's hash: %v", err)
	}
}

// Acceptance 3: a draft of version 1 is judged by version 1 after version 2 is published.
func TestVersionsStandSideBySide(t *testing.T) {
	one := compileBus(t)
	two := compileBus(t, "number: 1", "number: 2", "max: 10\n", "max: 5\n")
	in := busInput()
	stored, err := Load(one.JSON, one.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if r := stored.Evaluate(in); !r.OK() {
		t.Errorf("the draft's own version refuses it: %+v", r.Problems)
	}
	if r := two.Evaluate(in); rulesOf(r.Problems) != "trips:range" {
		t.Errorf("version 2: %+v", r.Problems)
	}
	canonical, err := Canonical(stored.Evaluate(in).Answers)
	if err != nil {
		t.Fatal(err)
	}
	if PayloadHash(one.Hash, canonical) == PayloadHash(two.Hash, canonical) {
		t.Error("both versions sign the same")
	}
}
