package formpack

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Env is what the platform can give to a package: publishing refuses a package that
// asks for more.
type Env struct {
	Languages []string        // every text must exist in each
	Facts     map[string]Fact // by key
	Rates     map[string]Unit // by key
	Lists     []string        // lists of options that the caller can pass
}

// Fact is something that the platform knows and rules may use.
type Fact struct {
	Type    string // text | int | bool | date | list
	Private bool   // about the applicant: nothing that another party sees may depend on it
}

// Problem is something to put right: in the answers (Text is in the person's language and
// says what to do; it may name the child, so it is for her page and never for a log) or, from
// Compile, in the author's source (Text is English, Field says where).
type Problem struct {
	Field string // key of the field or slot; from Compile, the place
	Step  string // key of its step; empty when it belongs to none
	Rule  string // what was broken, in one word or the key of a check
	Text  string
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Compile publishes: it turns an author's YAML into a package, or says everything that
// stands in the way and gives no package.
func Compile(src []byte, env Env) (*Package, []Problem) {
	a, err := readAuthored(src)
	if err != nil {
		return nil, []Problem{{Rule: "yaml", Text: err.Error()}}
	}
	w := &writer{env: env, author: a, doc: &document{
		Format: documentFormat, Family: a.Family, Number: a.Number,
		Flow: flowDoc{
			Languages: env.Languages, Parties: list(a.Parties), Signers: a.Signers, States: list(a.States),
			Deadlines: table(a.Deadlines), Fees: table(a.Fees), Fields: map[string]fieldDoc{}, Slots: map[string]slotDoc{},
			Texts: map[string]map[string]string{},
		},
		Rules: rulesDoc{
			Facts: map[string]factDoc{}, Rates: map[string]string{}, Lists: list(a.Lists), Values: map[string]valueDoc{},
			Phrases: map[string][]phraseDoc{}, Visible: map[string]string{}, Required: map[string]string{},
			Computed: map[string]string{}, Checks: []checkDoc{},
		},
	}}
	w.doc.Flow.Signers.Allowed = list(a.Signers.Allowed)
	for _, l := range env.Languages {
		w.doc.Flow.Texts[l] = map[string]string{}
	}
	w.write()
	if len(w.problems) > 0 {
		return nil, w.problems
	}
	raw, err := json.Marshal(w.doc)
	if err != nil {
		return nil, []Problem{{Rule: "shape", Text: err.Error()}}
	}
	canonical, err := Transform(raw)
	if err != nil {
		return nil, []Problem{{Rule: "shape", Text: err.Error()}}
	}
	p, problems := open(canonical)
	if len(problems) == 0 {
		problems = p.check(env)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return p, nil
}

// list and table keep empty ones from becoming null in JSON.
func list(l []string) []string { return append([]string{}, l...) }

func table(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// writer writes the document and notes what is wrong on the way.
type writer struct {
	env      Env
	author   *authored
	doc      *document
	problems []Problem
	seen     map[string]bool
}

func (w *writer) fail(where, rule, format string, args ...any) {
	w.problems = append(w.problems, Problem{Field: where, Rule: rule, Text: fmt.Sprintf(format, args...)})
}

// say stores a text in every language. Optional texts may be left out wholly, not partly.
func (w *writer) say(key string, text words, optional bool) {
	if optional && len(text) == 0 {
		return
	}
	for _, l := range w.env.Languages {
		if text[l] == "" {
			w.fail(key, "text", "no text in %q", l)
			continue
		}
		w.doc.Flow.Texts[l][key] = text[l]
	}
	for l := range text {
		if !slices.Contains(w.env.Languages, l) {
			w.fail(key, "text", "text in %q, which is no language here", l)
		}
	}
}

// name checks a key and that nothing of its sort has it already.
func (w *writer) name(sort, key string) {
	if !keyForm.MatchString(key) {
		w.fail(sort+"."+key, "reference", "a key is small letters, digits and _")
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	if w.seen[sort+"."+key] {
		w.fail(sort+"."+key, "reference", "the key is used twice")
	}
	w.seen[sort+"."+key] = true
}

func (w *writer) oneOf(where, rule, v string, of []string) {
	if !slices.Contains(of, v) {
		w.fail(where, rule, "%q is none of %v", v, of)
	}
}

func (w *writer) write() {
	a := w.author
	if len(w.env.Languages) == 0 {
		w.fail("languages", "text", "the platform has no language")
	}
	w.say("title", a.Title, false)
	w.say("intro", a.Intro, true)
	w.signers()
	for _, s := range a.States {
		w.oneOf("states", "reference", s, states)
	}
	for _, p := range a.Parties {
		w.oneOf("parties", "reference", p, roles)
	}
	for _, m := range []map[string]string{a.Deadlines, a.Fees} {
		for _, use := range sortedKeys(m) {
			w.rate(use, m[use])
		}
	}
	for _, l := range a.Lists {
		w.oneOf("lists", "reference", l, w.env.Lists)
	}
	for _, key := range sortedKeys(a.Facts) {
		f := a.Facts[key]
		fact, ok := w.env.Facts[key]
		if !ok {
			w.fail("facts."+key, "reference", "the platform has no such fact")
		}
		w.doc.Rules.Facts[key] = factDoc{Type: fact.Type, When: f.When}
	}
	for _, key := range sortedKeys(a.Values) {
		w.name("word", key)
		w.oneOf("values."+key, "type", a.Values[key].Type, typeNames)
		w.doc.Rules.Values[key] = a.Values[key]
	}
	for _, key := range sortedKeys(a.Phrases) {
		w.name("word", key)
		cases := a.Phrases[key]
		for i, c := range cases {
			if (c.If == "") != (i == len(cases)-1) {
				w.fail("phrases."+key, "text", "every case but the last has a condition")
			}
			w.say("phrase."+key+"."+strconv.Itoa(i), c.Say, false)
			w.doc.Rules.Phrases[key] = append(w.doc.Rules.Phrases[key], phraseDoc{If: c.If})
		}
		if len(cases) == 0 {
			w.fail("phrases."+key, "text", "has no case")
		}
	}
	w.steps()
	for _, c := range a.Checks {
		w.name("check", c.Key)
		w.say("check."+c.Key, c.Text, false)
		w.oneOf("check."+c.Key, "shape", c.Level, []string{"refuse", "warn"})
		if _, ok := w.doc.Flow.Fields[c.Field]; !ok {
			w.fail("check."+c.Key, "reference", "there is no field %q", c.Field)
		}
		w.doc.Rules.Checks = append(w.doc.Rules.Checks, checkDoc{Key: c.Key, Field: c.Field, Level: c.Level, Holds: c.Holds})
	}
	for key, unit := range w.env.Rates {
		if w.reads(key) {
			w.doc.Rules.Rates[key] = string(unit)
		}
	}
	for _, key := range sortedKeys(w.doc.Rules.Facts) {
		f := w.doc.Rules.Facts[key]
		if _, ok := w.doc.Flow.Fields[f.When]; f.When != "" && !ok {
			w.fail("facts."+key, "reference", "there is no field %q", f.When)
		}
	}
}

func (w *writer) signers() {
	s := w.author.Signers
	w.oneOf("signers", "reference", s.Rule, signerRules)
	w.oneOf("signers", "reference", s.Rule, s.Allowed)
	for _, r := range s.Allowed {
		w.oneOf("signers", "reference", r, signerRules)
	}
	if s.Rule != "none" || len(s.Allowed) > 1 {
		w.rate("signers.deadline", s.Deadline)
		w.rate("signers.reminder", s.Reminder)
	}
}

// rate notes that the package uses a rate.
func (w *writer) rate(where, key string) {
	unit, ok := w.env.Rates[key]
	if !ok {
		w.fail(where, "reference", "there is no rate %q", key)
		return
	}
	w.doc.Rules.Rates[key] = string(unit)
}

// reads reports whether any rule or text names the rate. A name that merely begins with
// it counts too: the package then lists one rate more than it needs.
func (w *writer) reads(key string) bool {
	name := objRates + "." + key
	found := func(m map[string]string) bool {
		for _, v := range m {
			if strings.Contains(v, name) {
				return true
			}
		}
		return false
	}
	r := w.doc.Rules
	if found(r.Visible) || found(r.Required) || found(r.Computed) {
		return true
	}
	for _, v := range r.Values {
		if strings.Contains(v.Is, name) {
			return true
		}
	}
	for _, c := range r.Checks {
		if strings.Contains(c.Holds, name) {
			return true
		}
	}
	for _, cases := range r.Phrases {
		for _, c := range cases {
			if strings.Contains(c.If, name) {
				return true
			}
		}
	}
	for _, texts := range w.doc.Flow.Texts {
		if found(texts) {
			return true
		}
	}
	return false
}

func (w *writer) steps() {
	properties, required := map[string]any{}, []string{}
	for _, s := range w.author.Steps {
		w.name("step", s.Key)
		w.say("step."+s.Key+".title", s.Title, false)
		w.say("step."+s.Key+".intro", s.Intro, true)
		if s.VisibleIf != "" {
			w.doc.Rules.Visible["step."+s.Key] = s.VisibleIf
		}
		step := stepDoc{Key: s.Key, Items: []itemDoc{}}
		asked := 0
		for _, it := range s.Ask {
			switch {
			case it.Field != "" && it.Slot == "":
				step.Items = append(step.Items, itemDoc{Field: it.Field})
				properties[it.Field] = w.field(it)
				if it.Required && it.VisibleIf == "" && s.VisibleIf == "" {
					required = append(required, it.Field)
				}
				if it.Kind != KindComputed {
					asked++
				}
			case it.Slot != "" && it.Field == "":
				step.Items = append(step.Items, itemDoc{Slot: it.Slot})
				w.slot(it)
				asked++
			default:
				w.fail("step."+s.Key, "shape", "an item is a field or a slot")
			}
		}
		if asked == 0 {
			w.fail("step."+s.Key, "step", "asks nothing")
		}
		w.doc.Flow.Steps = append(w.doc.Flow.Steps, step)
	}
	if len(w.author.Steps) == 0 {
		w.fail("steps", "step", "there is no step")
	}
	sort.Strings(required)
	w.doc.Schema = map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
		"properties": properties, "required": required, "unevaluatedProperties": false,
	}
}

// labels checks the four keywords that every field and slot must carry, and its texts.
func (w *writer) labels(where string, it authorItem) {
	if _, ok := classRank[it.Class]; !ok {
		w.fail(where, "class", "%q is no class", it.Class)
	}
	if len(it.VisibleTo) == 0 {
		w.fail(where, "visibility", "nobody is named who sees it")
	}
	for _, r := range it.VisibleTo {
		w.oneOf(where, "visibility", r, w.author.Parties)
	}
	if !slices.Contains(it.VisibleTo, "officer") {
		w.fail(where, "visibility", "the officer who handles the case must see it")
	}
	if it.Source != "register" && !slices.Contains(it.VisibleTo, "applicant") {
		w.fail(where, "visibility", "who answers must see the answer")
	}
	w.oneOf(where, "retention", it.Retention, retentions)
	w.say(where+".label", it.Label, false)
	w.say(where+".hint", it.Hint, true)
	w.say(where+".missing", it.Missing, !it.Required && it.RequiredIf == "")
	if it.VisibleIf != "" {
		w.doc.Rules.Visible[where] = it.VisibleIf
	}
	switch {
	case it.Required && it.RequiredIf != "":
		w.fail(where, "shape", "required and required_if exclude each other")
	case it.Required:
		w.doc.Rules.Required[where] = "true"
	case it.RequiredIf != "":
		w.doc.Rules.Required[where] = it.RequiredIf
	}
}

func (w *writer) slot(it authorItem) {
	where := "slot." + it.Slot
	w.name("item", it.Slot)
	w.labels(where, it)
	if it.Type == "" || it.MaxFiles < 1 || it.MaxBytes < 1 || len(it.Mime) == 0 {
		w.fail(where, "shape", "a slot has type, max_files, max_bytes and mime")
	}
	w.doc.Flow.Slots[it.Slot] = slotDoc{
		Type: it.Type, LaterAllowed: it.LaterAllowed, MaxFiles: it.MaxFiles, MaxBytes: it.MaxBytes,
		Mime: list(it.Mime), Class: it.Class, VisibleTo: it.VisibleTo, Retention: it.Retention,
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
