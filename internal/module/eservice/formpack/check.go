package formpack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check is what publishing demands beyond a package that runs: nothing about one party can
// be worked out from what another sees, every text can be written, and the whole can be signed.
func (p *Package) check(env Env) []Problem {
	c := &inspector{p: p, env: env}
	c.rates()
	for _, st := range p.steps {
		for _, it := range st.items {
			if it.Slot != "" {
				c.slot(p.slots[it.Slot])
			} else {
				c.field(p.fields[it.Field])
			}
		}
	}
	c.texts()
	c.size()
	return c.problems
}

type inspector struct {
	p        *Package
	env      Env
	problems []Problem
}

func (c *inspector) fail(where, rule, format string, args ...any) {
	c.problems = append(c.problems, Problem{Field: where, Rule: rule, Text: fmt.Sprintf(format, args...)})
}

// rates checks that deadlines count days and fees money.
func (c *inspector) rates() {
	uses := map[string]map[string]string{"deadlines": c.p.Deadlines, "fees": c.p.Fees}
	if s := c.p.Signers; s.Deadline != "" {
		uses["signers"] = map[string]string{"deadline": s.Deadline, "reminder": s.Reminder}
	}
	for _, part := range sortedKeys(uses) {
		want := Days
		if part == "fees" {
			want = Ore
		}
		for _, use := range sortedKeys(uses[part]) {
			if got, ok := c.env.Rates[uses[part][use]]; !ok || got != want {
				c.fail(part+"."+use, "reference", "needs a rate in %s", want)
			}
		}
	}
}

// reached lists all that is read on the way to the given names, values being read through.
func (p *Package) reached(names ...string) map[string]bool {
	all := map[string]bool{}
	var visit func(string)
	visit = func(n string) {
		if all[n] {
			return
		}
		all[n] = true
		if key, ok := strings.CutPrefix(n, objValues+"."); ok && p.values[key] != nil {
			for _, d := range p.values[key].deps() {
				visit(d)
			}
		}
	}
	for _, n := range names {
		visit(n)
	}
	return all
}

func (p *Package) reachedBy(rules ...*rule) map[string]bool {
	var names []string
	for _, r := range rules {
		if r != nil {
			names = append(names, r.deps()...)
		}
	}
	return p.reached(names...)
}

// leaks names what is reached and hidden from one of the other parties among roles.
func (c *inspector) leaks(reached map[string]bool, roles []string) []string {
	var found []string
	for n := range reached {
		object, key, _ := strings.Cut(n, ".")
		if object == objFacts {
			if c.env.Facts[key].Private {
				for _, r := range roles {
					if !slices.Contains(insiders, r) {
						found = append(found, n)
						break
					}
				}
			}
			object, key = objAnswers, c.p.Needs.Facts[key].When
		}
		f := c.p.fields[key]
		if object != objAnswers || f == nil {
			continue
		}
		for _, r := range roles {
			if !slices.Contains(insiders, r) && !slices.Contains(f.visibleTo, r) {
				found = append(found, n)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// field checks that neither value, presence nor words of a field tell another party what
// is hidden from it, and that a computed field is as guarded as what it is made of.
func (c *inspector) field(f *field) {
	where := "field." + f.key
	rules := []*rule{f.visible, f.step.visible, f.computed}
	for _, o := range sortedKeys(f.optionIfs) {
		rules = append(rules, f.optionIfs[o])
	}
	reached := c.p.reachedBy(rules...)
	if f.From != nil && f.From.Match != "" {
		if c.p.fields[f.From.Match] == nil {
			c.fail(where, "reference", "there is no field %q", f.From.Match)
			return
		}
		reached[objAnswers+"."+f.From.Match] = true
	}
	for _, n := range c.leaks(reached, f.visibleTo) {
		c.fail(where, "masking", "would tell another party about %s", n)
	}
	if f.computed == nil {
		return
	}
	for n := range c.p.reachedBy(f.computed) {
		key, ok := strings.CutPrefix(n, objAnswers+".")
		if from := c.p.fields[key]; ok && from != nil && classRank[from.class] > classRank[f.class] {
			c.fail(where, "class", "is made of %s, which is %s", n, from.class)
		}
	}
}

func (c *inspector) slot(s *slot) {
	for _, n := range c.leaks(c.p.reachedBy(s.visible, s.step.visible), s.VisibleTo) {
		c.fail("slot."+s.key, "masking", "would tell another party about %s", n)
	}
}

// texts checks every place in every text: that it exists, that it has something to show
// whenever the text must stand, and that another party who reads it may know it.
func (c *inspector) texts() {
	languages := c.p.doc.Flow.Languages
	if !slices.Equal(languages, c.env.Languages) {
		c.fail("languages", "text", "the platform has %v", c.env.Languages)
	}
	for _, lang := range languages {
		for _, key := range sortedKeys(c.p.texts[lang]) {
			c.text(lang, key)
		}
	}
	for _, key := range sortedKeys(c.p.phrases) {
		if c.deep("{"+key+"}", 0) {
			c.fail("phrases."+key, "text", "phrases stand at most %d deep in each other", phraseDepth)
		}
	}
}

func (c *inspector) deep(text string, depth int) bool {
	for _, n := range parseTemplate(text).places() {
		for _, pc := range c.p.phrases[n] {
			if depth == phraseDepth {
				return true
			}
			for _, lang := range c.p.doc.Flow.Languages {
				if c.deep(c.p.doc.Flow.Texts[lang][pc.text], depth+1) {
					return true
				}
			}
		}
	}
	return false
}

func (c *inspector) text(lang, key string) {
	where := key + " (" + lang + ")"
	places := c.p.texts[lang][key].places()
	for _, n := range places {
		if !c.exists(n) {
			c.fail(where, "text", "there is nothing called {%s}", n)
			return
		}
	}
	known, must := c.stands(key)
	for _, n := range places {
		if must && !c.sure(lang, n, known, 0) {
			c.fail(where, "text", "{%s} may have nothing to show", n)
		}
	}
	for _, n := range c.leaks(c.reachedByText(lang, places, 0), c.readers(key)) {
		c.fail(where, "masking", "would tell another party about %s", n)
	}
}

// full gives the dotted name of a place.
func full(place string) string {
	if strings.Contains(place, ".") {
		return place
	}
	return objValues + "." + place
}

func (c *inspector) exists(place string) bool {
	if c.p.phrases[place] != nil {
		return true
	}
	object, key, _ := strings.Cut(full(place), ".")
	if object == objRates {
		return c.p.shape.rates[key] != nil
	}
	return c.p.shape.members[object][key] != nil
}

// stands tells what is known to have a value when a text is written, and whether the text
// must never come out empty. A hint may, and a phrase is judged where it is used.
func (c *inspector) stands(key string) (known map[string]bool, must bool) {
	parts := strings.Split(key, ".")
	if parts[0] == "check" {
		for _, ch := range c.p.checks {
			if ch.Key == parts[1] {
				return c.p.reachedBy(ch.rule), true
			}
		}
	}
	last := parts[len(parts)-1]
	return nil, last == "title" || last == "label" || last == "missing"
}

// sure reports whether a place has something to show, given what is known to have a value.
func (c *inspector) sure(lang, place string, known map[string]bool, depth int) bool {
	if cases := c.p.phrases[place]; cases != nil {
		if depth > phraseDepth {
			return false
		}
		for _, pc := range cases {
			with := c.p.reachedBy(pc.cond)
			maps.Copy(with, known)
			for _, n := range c.p.texts[lang][pc.text].places() {
				if !c.sure(lang, n, with, depth+1) {
					return false
				}
			}
		}
		return true
	}
	name := full(place)
	if known[name] {
		return true
	}
	object, key, _ := strings.Cut(name, ".")
	switch object {
	case objRates:
		return true
	case objFacts:
		return c.p.Needs.Facts[key].When == ""
	case objValues:
		for n := range c.p.values[key].reads {
			if !c.sure(lang, n, known, depth) {
				return false
			}
		}
		return true
	}
	return false
}

func (c *inspector) reachedByText(lang string, places []string, depth int) map[string]bool {
	all := map[string]bool{}
	for _, place := range places {
		cases := c.p.phrases[place]
		if cases == nil {
			for n := range c.p.reached(full(place)) {
				all[n] = true
			}
			continue
		}
		for _, pc := range cases {
			for n := range c.p.reachedBy(pc.cond) {
				all[n] = true
			}
			if depth <= phraseDepth {
				for n := range c.reachedByText(lang, c.p.texts[lang][pc.text].places(), depth+1) {
					all[n] = true
				}
			}
		}
	}
	return all
}

// readers lists who reads a text beside the one who fills in: the labels of what a party
// sees, and the titles above them, are in its review and its signing text.
func (c *inspector) readers(key string) []string {
	parts := strings.Split(key, ".")
	last := parts[len(parts)-1]
	switch {
	case key == "title":
		return c.p.doc.Flow.Parties
	case parts[0] == "field" && last == "label", parts[0] == "option" && last == "label":
		if f := c.p.fields[parts[1]]; f != nil {
			return f.visibleTo
		}
	case parts[0] == "slot" && last == "label":
		if s := c.p.slots[parts[1]]; s != nil {
			return s.VisibleTo
		}
	case parts[0] == "step" && last == "title":
		var all []string
		for _, it := range c.p.step(parts[1]).items {
			if f := c.p.fields[it.Field]; f != nil {
				all = append(all, f.visibleTo...)
			}
		}
		return all
	}
	return nil
}

// size checks that the longest answers still fit into what can be signed.
func (c *inspector) size() {
	total := 200
	for _, lang := range c.p.doc.Flow.Languages {
		longest := 0
		for key, text := range c.p.doc.Flow.Texts[lang] {
			if strings.HasPrefix(key, "field.") && strings.HasSuffix(key, ".label") || strings.HasSuffix(key, "title") {
				longest += len(text) + 4*shownLongest*len(c.p.texts[lang][key].places()) + 10
			}
		}
		total = max(total, longest)
	}
	for _, f := range c.p.fields {
		switch f.Kind {
		case KindText, KindMultiline:
			total += 4 * int(f.max)
		case KindChoices, KindRanked:
			total += 4 * shownLongest * int(f.max)
		case KindComputed:
			total += 4 * textLongest
		default:
			total += 4 * shownLongest
		}
	}
	if total > SigningTextMax {
		c.fail("fields", "size", "the answers may take %d bytes to sign, the limit is %d", total, SigningTextMax)
	}
}
