package formpack

import (
	"slices"
	"strconv"
	"strings"

	"tillit/internal/kit/text"
)

// Title and Intro are what the form is called and begins with, in a language.
func (p *Package) Title(lang text.Lang) string { return p.begin(Input{Lang: lang}).text("title") }

// Intro is the form's first words; empty when it has none.
func (p *Package) Intro(lang text.Lang) string { return p.begin(Input{Lang: lang}).text("intro") }

// StepView is a step as a page shows it.
type StepView struct {
	Key       string
	Title     string
	Intro     string
	Number    int // among the visible ones, from 1; 0 when hidden
	Visible   bool
	Reachable bool
	Complete  bool
	Fields    []FieldView
}

// FieldView is a question, or an attachment slot, as a page shows it. Hidden ones are there
// too, so that a page may show them when an answer on it changes.
type FieldView struct {
	Key      string
	Kind     Kind
	Label    string
	Hint     string
	Options  []Option // those that can be chosen now; a yes-or-no question has two
	Inputs   []InputView
	Required bool
	Visible  bool
	Problem  string // empty when there is nothing to put right
	Answer   any    // nil without one

	Min, Max  int64 // of a number; of a list how many
	Longest   int64 // of a text, in characters
	Format    string
	VisibleTo []string
	Slot      *SlotView
}

// InputView is one input of a question: a date has three, a ranked choice one a rank.
type InputView struct {
	Name  string
	Label string // of the part; empty when the question has one input
	Value string // as typed, or as answered; several values are one a line
}

// SlotView is what an attachment slot takes.
type SlotView struct {
	Type         string
	LaterAllowed bool
	MaxFiles     int
	MaxBytes     int64
	Mime         []string
	Files        int // clean files in it
}

// Chosen reports whether an option is the answer, or one of them.
func (f FieldView) Chosen(value string) bool {
	return slices.ContainsFunc(f.Inputs, func(in InputView) bool {
		return slices.Contains(strings.Split(in.Value, "\n"), value)
	})
}

// Steps gives the whole form as it stands. kept is from Parse: what was typed is shown
// rather than what was answered before.
func (p *Package) Steps(in Input, kept map[string]string) []StepView {
	s := p.evaluate(in)
	views := make([]StepView, 0, len(p.steps))
	number, reachable := 0, true
	for _, st := range p.steps {
		v := StepView{
			Key: st.key, Title: s.text("step." + st.key + ".title"), Intro: s.text("step." + st.key + ".intro"),
			Visible: s.visible["step."+st.key],
		}
		complete := true
		for _, it := range st.items {
			if _, bad := s.problems[it.Field+it.Slot]; bad {
				complete = false
			}
			if it.Slot != "" {
				v.Fields = append(v.Fields, s.slotView(p.slots[it.Slot]))
			} else {
				v.Fields = append(v.Fields, s.fieldView(p.fields[it.Field], kept))
			}
		}
		if v.Visible {
			number++
			v.Number, v.Reachable, v.Complete = number, reachable, complete
			reachable = reachable && complete
		}
		views = append(views, v)
	}
	return views
}

func (s *state) fieldView(f *field, kept map[string]string) FieldView {
	where := "field." + f.key
	v := FieldView{
		Key: f.key, Kind: f.Kind, Label: s.text(where + ".label"), Hint: s.text(where + ".hint"),
		Options: s.options(f), Required: s.isRequired(where), Visible: s.visible[where],
		Problem: s.problems[f.key].Text, Answer: s.answers[f.key],
		Format: f.format, VisibleTo: slices.Clone(f.visibleTo),
	}
	switch f.Kind {
	case KindText, KindMultiline:
		v.Longest = f.max
	case KindInteger, KindChoices, KindRanked:
		v.Min, v.Max = f.min, f.max
	}
	if f.Kind == KindComputed {
		return v
	}
	answered := inputValues(f, v.Answer)
	typed := slices.ContainsFunc(inputNames(f), func(n string) bool { _, ok := kept[n]; return ok })
	for i, name := range inputNames(f) {
		iv := InputView{Name: name, Label: s.partLabel(f, i)}
		if typed {
			iv.Value = kept[name]
		} else if i < len(answered) {
			iv.Value = answered[i]
		}
		v.Inputs = append(v.Inputs, iv)
	}
	return v
}

func (s *state) slotView(sl *slot) FieldView {
	where := "slot." + sl.key
	return FieldView{
		Key: sl.key, Kind: KindSlot, Label: s.text(where + ".label"), Hint: s.text(where + ".hint"),
		Required: s.isRequired(where), Visible: s.visible[where], Problem: s.problems[sl.key].Text,
		VisibleTo: slices.Clone(sl.VisibleTo),
		Slot: &SlotView{
			Type: sl.Type, LaterAllowed: sl.LaterAllowed, MaxFiles: sl.MaxFiles, MaxBytes: sl.MaxBytes,
			Mime: slices.Clone(sl.Mime), Files: s.in.Files[sl.key],
		},
	}
}

func (s *state) isRequired(where string) bool {
	r := s.p.required[where]
	return r != nil && s.holds(where+".required_if", r)
}

// options lists what can be chosen now, with its words.
func (s *state) options(f *field) []Option {
	if f.Kind == KindBoolean {
		return []Option{{Value: "yes", Label: s.yesNo(true)}, {Value: "no", Label: s.yesNo(false)}}
	}
	var all []Option
	if f.From != nil {
		for _, o := range s.in.Lists[f.From.List] {
			if s.matches(f, o) {
				all = append(all, o)
			}
		}
		return all
	}
	for _, o := range f.Options {
		key := "option." + f.key + "." + o
		if s.shows(key, f.optionIfs[o]) {
			all = append(all, Option{Value: o, Label: s.text(key + ".label"), Hint: s.text(key + ".hint")})
		}
	}
	return all
}

// inputValues writes an answer back into its inputs.
func inputValues(f *field, v any) []string {
	switch v := v.(type) {
	case bool:
		if v {
			return []string{"yes"}
		}
		return []string{"no"}
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case []string:
		if f.Kind == KindChoices {
			return []string{strings.Join(v, "\n")}
		}
		return v
	case string:
		if t, ok := parseDay(v); ok && f.Kind == KindDate {
			return []string{strconv.Itoa(t.Day()), strconv.Itoa(int(t.Month())), strconv.Itoa(t.Year())}
		}
		return []string{v}
	}
	return nil
}

func (s *state) partLabel(f *field, i int) string {
	t := In(s.lang)
	switch f.Kind {
	case KindDate:
		return []string{t.Day(), t.Month(), t.Year()}[i]
	case KindRanked:
		if i < 3 {
			return []string{t.Choice1(), t.Choice2(), t.Choice3()}[i]
		}
		return t.ChoiceN(strconv.Itoa(i + 1))
	}
	return ""
}

// ReviewGroup is one step of the answers, to be read through before signing.
type ReviewGroup struct {
	Title   string
	StepKey string
	Rows    []ReviewRow
}

// ReviewRow is one answer in words.
type ReviewRow struct {
	Key   string
	Label string
	Value string
	Class string // of the data, for who shows it
}

// Review lists the answers that a role may see, in the order of the form and in words.
// Steps with nothing to show are left out.
func (p *Package) Review(in Input, role string) []ReviewGroup {
	s := p.evaluate(in)
	var groups []ReviewGroup
	for _, st := range p.steps {
		g := ReviewGroup{Title: s.text("step." + st.key + ".title"), StepKey: st.key}
		for _, it := range st.items {
			f := p.fields[it.Field]
			if f == nil || !slices.Contains(f.visibleTo, role) {
				continue
			}
			if v, ok := s.answers[f.key]; ok {
				g.Rows = append(g.Rows, ReviewRow{Key: f.key, Label: s.text("field." + f.key + ".label"), Value: s.showAnswer(f, v), Class: f.class})
			}
		}
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}
