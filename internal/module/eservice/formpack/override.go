package formpack

import (
	"encoding/json"
	"maps"
	"slices"
	"unicode/utf8"
)

// Override is what a municipality may say otherwise: words, which rates, and who signs.
// It can neither add nor take away a field, nor change who sees one.
type Override struct {
	Family     string                       `json:"family"`
	Texts      map[string]map[string]string `json:"texts,omitempty"`       // language, key ("field.hours.hint")
	Fees       map[string]string            `json:"fees,omitempty"`        // use -> rate key
	Deadlines  map[string]string            `json:"deadlines,omitempty"`   // use -> rate key
	SignerRule string                       `json:"signer_rule,omitempty"` // one of the package's Signers.Allowed
}

// With gives the package as the municipality has it, or says what stands in the way. The
// package's Hash stays; the override has its own.
func (p *Package) With(o Override, env Env) (*Package, []Problem) {
	c := &inspector{p: p, env: env}
	if o.Family != p.Family {
		c.fail("family", "reference", "the override is for another service")
	}
	q, doc := *p, *p.doc
	q.doc = &doc
	doc.Flow.Texts = c.overrideTexts(o.Texts)
	q.Needs.Rates = maps.Clone(p.Needs.Rates)
	q.Deadlines = c.overrideRates("deadlines", p.Deadlines, o.Deadlines, q.Needs.Rates)
	q.Fees = c.overrideRates("fees", p.Fees, o.Fees, q.Needs.Rates)
	if o.SignerRule != "" {
		if !slices.Contains(p.Signers.Allowed, o.SignerRule) {
			c.fail("signer_rule", "reference", "the service allows %v", p.Signers.Allowed)
		}
		q.Signers.Rule = o.SignerRule
	}
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	q.texts = parseTexts(doc.Flow.Texts)
	if problems := q.check(env); len(problems) > 0 {
		return nil, problems
	}
	raw, err := json.Marshal(o)
	if err == nil {
		raw, err = Transform(raw)
	}
	if err != nil {
		return nil, []Problem{{Rule: "shape", Text: err.Error()}}
	}
	q.Override = HashOf(raw)
	return &q, nil
}

const overrideLongest = 2000 // characters of one text

func (c *inspector) overrideTexts(texts map[string]map[string]string) map[string]map[string]string {
	merged := map[string]map[string]string{}
	for lang, own := range c.p.doc.Flow.Texts {
		merged[lang] = maps.Clone(own)
	}
	for _, lang := range sortedKeys(texts) {
		for _, key := range sortedKeys(texts[lang]) {
			text := texts[lang][key]
			if _, ok := merged[lang][key]; !ok {
				c.fail(key+" ("+lang+")", "reference", "the service has no such text")
				continue
			}
			if text == "" || utf8.RuneCountInString(text) > overrideLongest || !printable(text, true) {
				c.fail(key+" ("+lang+")", "text", "a text is 1 to %d printable characters", overrideLongest)
				continue
			}
			merged[lang][key] = text
		}
	}
	return merged
}

// overrideRates points uses at other rates; check then looks at their units.
func (c *inspector) overrideRates(part string, own, other map[string]string, needs map[string]Unit) map[string]string {
	merged := maps.Clone(own)
	for _, use := range sortedKeys(other) {
		if _, ok := own[use]; !ok {
			c.fail(part+"."+use, "reference", "the service has no such use")
			continue
		}
		merged[use] = other[use]
		needs[other[use]] = c.env.Rates[other[use]]
	}
	return merged
}
