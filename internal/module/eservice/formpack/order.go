package formpack

import (
	"errors"
	"slices"
	"strings"
)

// What is decided one by one when a form is evaluated, and what each waits for. Nodes are
// named "step.x", "field.x", "slot.x", "facts.x", "values.x".

// node turns the name under which rules read something into a node; rates need no deciding.
func node(read string) (string, bool) {
	object, key, _ := strings.Cut(read, ".")
	switch object {
	case objAnswers:
		return "field." + key, true
	case objFacts, objValues:
		return read, true
	}
	return "", false
}

// waits lists the nodes that a node depends on.
func (p *Package) waits(name string) []string {
	var on []string
	add := func(rules ...*rule) {
		for _, r := range rules {
			if r == nil {
				continue
			}
			for _, d := range r.deps() {
				if n, ok := node(d); ok {
					on = append(on, n)
				}
			}
		}
	}
	sort, key, _ := strings.Cut(name, ".")
	switch sort {
	case "step":
		add(p.step(key).visible)
	case "field":
		f := p.fields[key]
		on = append(on, "step."+f.step.key)
		add(f.visible, f.computed)
		for _, v := range sortedKeys(f.optionIfs) {
			add(f.optionIfs[v])
		}
		if f.From != nil && f.From.Match != "" {
			on = append(on, "field."+f.From.Match)
		}
	case "slot":
		s := p.slots[key]
		on = append(on, "step."+s.step.key)
		add(s.visible)
	case objFacts:
		if w := p.Needs.Facts[key].When; w != "" {
			on = append(on, "field."+w)
		}
	case objValues:
		add(p.values[key])
	}
	return on
}

func (p *Package) step(key string) *step {
	i := slices.IndexFunc(p.steps, func(s *step) bool { return s.key == key })
	if i < 0 {
		return nil
	}
	return p.steps[i]
}

// nodes lists everything to be decided, in the order of the form.
func (p *Package) nodes() []string {
	var all []string
	for _, k := range sortedKeys(p.Needs.Facts) {
		all = append(all, "facts."+k)
	}
	for _, s := range p.steps {
		all = append(all, "step."+s.key)
		for _, it := range s.items {
			if it.Slot != "" {
				all = append(all, "slot."+it.Slot)
			} else {
				all = append(all, "field."+it.Field)
			}
		}
	}
	for _, k := range sortedKeys(p.values) {
		all = append(all, "values."+k)
	}
	return all
}

// sort puts the nodes in an order in which each comes after all that it waits for, and
// refuses rules that wait for each other.
func (b *builder) sort() {
	if len(b.problems) > 0 {
		return
	}
	const visiting, done = 1, 2
	mark := map[string]int{}
	var visit func(string) bool
	visit = func(n string) bool {
		switch mark[n] {
		case done:
			return true
		case visiting:
			b.fail(n, "reference", errors.New("depends on itself"))
			return false
		}
		mark[n] = visiting
		sortName, key, _ := strings.Cut(n, ".")
		if sortName == "field" && b.p.fields[key] == nil {
			b.fail(n, "reference", errors.New("there is no such field"))
			return false
		}
		for _, w := range b.p.waits(n) {
			if !visit(w) {
				return false
			}
		}
		mark[n] = done
		b.p.order = append(b.p.order, n)
		return true
	}
	for _, n := range b.p.nodes() {
		if !visit(n) {
			return
		}
	}
}
