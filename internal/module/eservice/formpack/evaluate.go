package formpack

import (
	"errors"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"

	"tillit/internal/kit/text"
)

// Option is one thing to choose. Match holds what it belongs to, for fields that show only
// the options of another answer: a unit's kinds.
type Option struct {
	Value string
	Label string // as shown; from the caller in the person's language
	Hint  string
	Match []string
}

// Input is all that a form is judged by. Nothing else is looked up, no clock is asked.
type Input struct {
	Answers map[string]any      // typed: string, int64, bool, []string; days as YYYY-MM-DD
	Facts   map[string]any      // typed; days as time.Time or YYYY-MM-DD, in the municipality's zone
	Rates   map[string]Rate     // the rows for the day, from PickAll
	Lists   map[string][]Option // options that come from the caller
	Files   map[string]int      // clean files in each slot
	Lang    text.Lang
	Unread  []Problem // what Parse could not read: stands instead of "not answered"
}

// Result is what Evaluate finds.
type Result struct {
	Answers     map[string]any // visible ones only, computed ones included: this is what may be stored
	Steps       []StepState    // visible steps only
	Slots       []string       // visible slots
	Problems    []Problem      // what must be put right before it can be submitted, in the order of the form
	Warnings    []Problem      // what is worth a second look
	SoftMissing []string       // slots that may be filled later
	Faults      []string       // names of rules, facts and rates that failed us, for the log; then there is a Problem too
}

// StepState is how far a step is.
type StepState struct {
	Key       string
	Reachable bool // every step before it is complete
	Complete  bool
	Problems  []Problem
}

// OK reports whether the form can be submitted.
func (r Result) OK() bool { return len(r.Problems) == 0 }

// state is one evaluation.
type state struct {
	p        *Package
	in       Input
	lang     text.Lang
	world    *world
	answers  map[string]any // visible
	visible  map[string]bool
	problems map[string]Problem // by field or slot: the first one
	general  []Problem
	warnings []Problem
	faults   []string
}

// Evaluate judges the answers, on every save and at submit, in this order: what is visible,
// drop what is not, validate what is left. A hidden value is absent from everything,
// conditions included.
func (p *Package) Evaluate(in Input) Result {
	s := p.evaluate(in)
	r := Result{Answers: s.answers, Warnings: s.warnings, Faults: s.faults}
	reachable := true
	for _, st := range p.steps {
		if !s.visible["step."+st.key] {
			continue
		}
		ss := StepState{Key: st.key, Reachable: reachable}
		for _, it := range st.items {
			if pr, ok := s.problems[it.Field+it.Slot]; ok {
				ss.Problems = append(ss.Problems, pr)
			}
			if it.Slot != "" && s.visible["slot."+it.Slot] {
				r.Slots = append(r.Slots, it.Slot)
				if s.softMissing(it.Slot) {
					r.SoftMissing = append(r.SoftMissing, it.Slot)
				}
			}
		}
		ss.Complete = len(ss.Problems) == 0
		reachable = reachable && ss.Complete
		r.Steps = append(r.Steps, ss)
		r.Problems = append(r.Problems, ss.Problems...)
	}
	r.Problems = append(r.Problems, s.general...)
	return r
}

// begin is an evaluation in which nothing is decided yet.
func (p *Package) begin(in Input) *state {
	return &state{p: p, in: in, lang: p.langOf(in.Lang), world: newWorld(), answers: map[string]any{}, visible: map[string]bool{}, problems: map[string]Problem{}}
}

func (p *Package) evaluate(in Input) *state {
	s := p.begin(in)
	for key, r := range in.Rates {
		if r.Unit == DateOn {
			if d, ok := r.Day(); ok {
				s.world.rates[key] = types.Timestamp{Time: d}
			}
		} else {
			s.world.rates[key] = types.Int(r.Value)
		}
	}
	for key := range in.Answers {
		if f := p.fields[key]; f == nil {
			s.general = append(s.general, Problem{Rule: "unknown", Text: In(s.lang).Unknown()})
			break
		}
	}
	for _, n := range p.order {
		s.decide(n)
	}
	for _, pr := range in.Unread {
		if f := p.fields[pr.Field]; f == nil || s.visible["field."+pr.Field] {
			s.unread(pr)
		}
	}
	s.required()
	s.check()
	s.contract()
	if len(s.faults) > 0 {
		s.general = append(s.general, Problem{Rule: "unready", Text: In(s.lang).Unready()})
	}
	return s
}

// decide settles one node; all that it depends on is settled.
func (s *state) decide(n string) {
	sort, key, _ := strings.Cut(n, ".")
	switch sort {
	case "step":
		s.visible[n] = s.shows(n, s.p.step(key).visible)
	case "slot":
		sl := s.p.slots[key]
		s.visible[n] = s.visible["step."+sl.step.key] && s.shows(n, sl.visible)
	case "field":
		f := s.p.fields[key]
		s.visible[n] = s.visible["step."+f.step.key] && s.shows(n, f.visible)
		if s.visible[n] {
			s.answer(f)
		}
	case objFacts:
		s.fact(key, s.p.Needs.Facts[key])
	case objValues:
		v, err := s.p.values[key].eval(s.world)
		switch {
		case err == nil:
			s.world.values.fields[key] = v
		case !errors.Is(err, errAbsent):
			s.fault(n)
		}
	}
}

func (s *state) fault(name string) {
	if !slices.Contains(s.faults, name) {
		s.faults = append(s.faults, name)
	}
}

func (s *state) holds(name string, r *rule) bool {
	ok, err := r.holds(s.world)
	if err != nil {
		s.fault(name)
	}
	return ok
}

func (s *state) shows(name string, r *rule) bool { return r == nil || s.holds(name, r) }

// fact takes a fact in. One that goes with an answer is absent while the answer is, whatever
// the caller gives; one that should be there and is not is a fault.
func (s *state) fact(key string, need Need) {
	if need.When != "" {
		if _, ok := s.world.answers.fields[need.When]; !ok {
			return
		}
	}
	given, ok := s.in.Facts[key]
	if ok {
		if v, ok := toCEL(need.Type, given); ok {
			s.world.facts.fields[key] = v
			return
		}
	}
	s.fault("facts." + key)
}

// answer takes a visible field's answer in. Rules see it only if it is a possible answer.
func (s *state) answer(f *field) {
	if f.computed != nil {
		v, err := f.computed.eval(s.world)
		if err != nil {
			if !errors.Is(err, errAbsent) {
				s.fault("field." + f.key)
			}
			return
		}
		if a, ok := fromCEL(v); ok {
			s.answers[f.key], s.world.answers.fields[f.key] = a, v
		}
		return
	}
	given, ok := s.in.Answers[f.key]
	if !ok || given == nil {
		return
	}
	typed, ok := asTyped(f.Type, given)
	if !ok {
		s.problem(f, "invalid")
		return
	}
	if rule := s.fits(f, typed); rule != "" {
		if keeps(rule, typed) {
			s.answers[f.key] = typed
		}
		s.problem(f, rule)
		return
	}
	s.answers[f.key] = typed
	if v, ok := toCEL(f.Type, typed); ok {
		s.world.answers.fields[f.key] = v
	}
}

func (s *state) problem(f *field, rule string) {
	if _, ok := s.problems[f.key]; !ok {
		s.problems[f.key] = Problem{Field: f.key, Step: f.step.key, Rule: rule, Text: said(s.lang, rule, f)}
	}
}

func (s *state) unread(pr Problem) {
	if pr.Field == "" {
		s.general = append(s.general, pr)
		return
	}
	s.problems[pr.Field] = pr
	delete(s.world.answers.fields, pr.Field)
}

// required notes what is not answered.
func (s *state) required() {
	for _, where := range s.p.requiredOrder {
		r := s.p.required[where]
		if !s.visible[where] || !s.holds(where+".required_if", r) {
			continue
		}
		sort, key, _ := strings.Cut(where, ".")
		st := ""
		if sort == "slot" {
			if s.in.Files[key] > 0 || s.p.slots[key].LaterAllowed {
				continue
			}
			st = s.p.slots[key].step.key
		} else {
			if _, ok := s.answers[key]; ok {
				continue
			}
			st = s.p.fields[key].step.key
		}
		if _, ok := s.problems[key]; ok {
			continue
		}
		text := s.text(where + ".missing")
		if text == "" {
			text = In(s.lang).Missing()
		}
		s.problems[key] = Problem{Field: key, Step: st, Rule: "missing", Text: text}
	}
}

// softMissing reports a slot that is wanted, empty, and may be filled later.
func (s *state) softMissing(key string) bool {
	r := s.p.required["slot."+key]
	return s.p.slots[key].LaterAllowed && s.in.Files[key] == 0 && r != nil && s.holds("slot."+key+".required_if", r)
}

// check runs the cross-field checks. One that reads something absent does not apply.
func (s *state) check() {
	for _, c := range s.p.checks {
		f := s.p.fields[c.Field]
		if _, bad := s.problems[c.Field]; bad || !s.visible["field."+c.Field] {
			continue
		}
		v, err := c.rule.eval(s.world)
		if errors.Is(err, errAbsent) || v == types.True {
			continue
		}
		if err != nil {
			s.fault("check." + c.Key)
			continue
		}
		text := s.text("check." + c.Key)
		if text == "" {
			text = In(s.lang).Invalid()
		}
		pr := Problem{Field: c.Field, Step: f.step.key, Rule: c.Key, Text: text}
		if c.Level == "warn" {
			s.warnings = append(s.warnings, pr)
		} else {
			s.problems[c.Field] = pr
		}
	}
}

// contract holds the visible answers against the JSON Schema. It is the same ground again,
// by other code: what only it finds is still a problem.
func (s *state) contract() {
	whole := make(map[string]any, len(s.answers))
	for k, v := range s.answers {
		if l, ok := v.([]string); ok {
			items := make([]any, len(l))
			for i := range l {
				items[i] = l[i]
			}
			v = items
		}
		whole[k] = v
	}
	err := s.p.schema.Validate(whole)
	if err == nil {
		return
	}
	for _, e := range schemaErrors(err) {
		if e.keyword == "required" {
			continue // in a draft much is missing; required() has said what
		}
		if len(e.at) > 0 && s.p.fields[e.at[0]] != nil {
			s.problem(s.p.fields[e.at[0]], "invalid")
		} else {
			s.general = append(s.general, Problem{Rule: "unknown", Text: In(s.lang).Unknown()})
		}
	}
}
