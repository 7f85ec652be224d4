package formpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Package is one published form: immutable, known by the hash of its bytes. It is safe
// for use by many at once.
type Package struct {
	Family string
	Number int
	Hash   string // SHA-256 over JSON, in hex
	JSON   []byte // canonical (RFC 8785); don't write to it

	// Override is the hash of the municipality's override, empty without one.
	Override string

	Signers   Signers
	Deadlines map[string]string // use ("completion", "answer", "draft") -> rate key, in days
	Fees      map[string]string // use -> rate key
	Needs     Needs

	doc    *document
	schema *jsonschema.Schema
	texts  map[string]map[string]template
	shape  *shape

	steps    []*step
	fields   map[string]*field
	slots    map[string]*slot
	values   map[string]*rule
	phrases  map[string][]phraseCase
	checks   []*check
	order    []string // steps, fields, slots, facts and values, each after all that it depends on
	required map[string]*rule

	requiredOrder []string // its keys, sorted
}

// Needs is what the caller of Evaluate has to give.
type Needs struct {
	Facts map[string]Need
	Rates map[string]Unit
	Lists []string
}

// Need is a fact to give: always, or once the field When has an answer.
type Need struct {
	Type string // text | int | bool | date | list
	When string
}

type step struct {
	key     string
	items   []itemDoc
	visible *rule
}

type field struct {
	fieldDoc
	key       string
	step      *step
	class     string
	visibleTo []string
	retention string
	source    string

	min, max  int64 // numbers: bounds; lists: count; texts: max is the length
	format    string
	visible   *rule
	computed  *rule
	optionIfs map[string]*rule
}

type slot struct {
	slotDoc
	key     string
	step    *step
	visible *rule
}

type phraseCase struct {
	cond *rule // nil in the last
	text string
}

type check struct {
	checkDoc
	rule *rule
}

// ErrTampered says that a stored package is not the one that was published.
var ErrTampered = errors.New("formpack: the package does not match its hash")

const packageMaxBytes = 2 << 20

// Load opens a stored package. It returns ErrTampered when the bytes are not exactly those
// that the hash was made of.
func Load(text []byte, hash string) (*Package, error) {
	if len(text) > packageMaxBytes || HashOf(text) != hash {
		return nil, ErrTampered
	}
	p, problems := open(bytes.Clone(text))
	if len(problems) > 0 {
		return nil, fmt.Errorf("formpack: %s: %s", problems[0].Field, problems[0].Text)
	}
	return p, nil
}

// HashOf is the hash by which a package is known: SHA-256 in hex.
func HashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// open makes a package of its canonical bytes.
func open(text []byte) (*Package, []Problem) {
	fail := func(err error) (*Package, []Problem) { return nil, []Problem{{Rule: "shape", Text: err.Error()}} }
	canonical, err := Transform(text)
	if err != nil {
		return fail(err)
	}
	if !bytes.Equal(canonical, text) {
		return fail(errors.New("not in canonical form"))
	}
	any, err := decodeJSON(text)
	if err != nil {
		return fail(err)
	}
	if err := packageSchema().Validate(any); err != nil {
		var problems []Problem
		for _, e := range schemaErrors(err) {
			problems = append(problems, Problem{Field: strings.Join(e.at, "."), Rule: "shape", Text: "breaks " + e.keyword + " of the package schema"})
		}
		return nil, problems
	}
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil {
		return fail(err)
	}
	root := any.(map[string]interface{})
	schema, err := compileSchema(root["schema"], schemaOptions{formats: true})
	if err != nil {
		return fail(err)
	}
	p := &Package{
		Family: doc.Family, Number: doc.Number, Hash: HashOf(text), JSON: text,
		Signers: doc.Flow.Signers, Deadlines: doc.Flow.Deadlines, Fees: doc.Flow.Fees,
		doc: &doc, schema: schema, shape: newShape(),
		fields: map[string]*field{}, slots: map[string]*slot{}, values: map[string]*rule{},
		phrases: map[string][]phraseCase{}, required: map[string]*rule{},
	}
	p.needs()
	b := &builder{p: p}
	b.items()
	b.rules()
	b.sort()
	if len(b.problems) > 0 {
		return nil, b.problems
	}
	p.texts = parseTexts(doc.Flow.Texts)
	return p, nil
}

func (p *Package) needs() {
	p.Needs = Needs{Facts: map[string]Need{}, Rates: map[string]Unit{}, Lists: p.doc.Rules.Lists}
	for k, f := range p.doc.Rules.Facts {
		p.Needs.Facts[k] = Need(f)
	}
	for k, u := range p.doc.Rules.Rates {
		p.Needs.Rates[k] = Unit(u)
	}
}

// Languages are those in which the package has all its texts, the first being the fallback.
func (p *Package) Languages() []string { return slices.Clone(p.doc.Flow.Languages) }

// builder makes what runs out of the document.
type builder struct {
	p        *Package
	env      *cel.Env
	problems []Problem
}

func (b *builder) fail(where, kind string, err error) {
	b.problems = append(b.problems, Problem{Field: where, Rule: kind, Text: err.Error()})
}

func (b *builder) items() {
	p := b.p
	properties, _ := p.doc.Schema["properties"].(map[string]any)
	for _, sd := range p.doc.Flow.Steps {
		s := &step{key: sd.Key, items: sd.Items}
		p.steps = append(p.steps, s)
		for _, it := range sd.Items {
			if it.Slot != "" {
				p.slots[it.Slot] = &slot{slotDoc: p.doc.Flow.Slots[it.Slot], key: it.Slot, step: s}
				continue
			}
			prop, ok := properties[it.Field].(map[string]any)
			fd, known := p.doc.Flow.Fields[it.Field]
			if !ok || !known || p.fields[it.Field] != nil {
				b.fail("field."+it.Field, "reference", errors.New("stands in one step, the flow and the schema, once in each"))
				continue
			}
			if fd.Kind != KindComputed && fd.Type != kindType[fd.Kind] {
				b.fail("field."+it.Field, "type", errors.New("has a type that its kind has not"))
			}
			p.fields[it.Field] = newField(it.Field, fd, s, prop)
		}
	}
	if len(p.fields) != len(properties) || len(p.fields) != len(p.doc.Flow.Fields) || len(p.slots) != len(p.doc.Flow.Slots) {
		b.fail("steps", "reference", errors.New("a field or slot stands in no step"))
	}
}

func newField(key string, fd fieldDoc, s *step, prop map[string]any) *field {
	text := func(name string) string { v, _ := prop[name].(string); return v }
	number := func(name string) int64 { v, _ := prop[name].(float64); return int64(v) }
	f := &field{
		fieldDoc: fd, key: key, step: s, class: text("x-class"), retention: text("x-retention"), source: text("x-source"),
		format: text("format"), optionIfs: map[string]*rule{},
	}
	for _, r := range prop["x-visible-to"].([]any) {
		f.visibleTo = append(f.visibleTo, r.(string))
	}
	switch fd.Kind {
	case KindInteger:
		f.min, f.max = number("minimum"), number("maximum")
	case KindChoices, KindRanked:
		f.min, f.max = number("minItems"), number("maxItems")
	default:
		f.max = number("maxLength")
	}
	return f
}

// rules type-checks and plans every rule.
func (b *builder) rules() {
	p, r := b.p, &b.p.doc.Rules
	for key, f := range p.fields {
		b.declare(objAnswers, key, f.Type)
		size := uint64(optionLongest)
		if f.max > 0 && f.Kind != KindInteger {
			size = uint64(f.max)
		}
		p.shape.sizes[key] = size
	}
	for key, f := range r.Facts {
		b.declare(objFacts, key, f.Type)
	}
	for key, v := range r.Values {
		b.declare(objValues, key, v.Type)
	}
	for key, unit := range r.Rates {
		p.shape.rates[key] = Unit(unit).celType()
	}
	var err error
	if b.env, err = newRuleEnv(p.shape); err != nil {
		b.fail("rules", "type", err)
		return
	}
	for _, key := range sortedKeys(r.Values) {
		t, _ := celType(r.Values[key].Type)
		p.values[key] = b.rule("values."+key, r.Values[key].Is, t)
	}
	for _, key := range sortedKeys(r.Phrases) {
		for i, c := range r.Phrases[key] {
			pc := phraseCase{text: fmt.Sprintf("phrase.%s.%d", key, i)}
			if c.If != "" {
				pc.cond = b.rule("phrases."+key, c.If, cel.BoolType)
			}
			p.phrases[key] = append(p.phrases[key], pc)
		}
	}
	for _, where := range sortedKeys(r.Visible) {
		b.visible(where, b.rule(where+".visible_if", r.Visible[where], cel.BoolType))
	}
	p.requiredOrder = sortedKeys(r.Required)
	for _, where := range p.requiredOrder {
		p.required[where] = b.rule(where+".required_if", r.Required[where], cel.BoolType)
	}
	for _, key := range sortedKeys(r.Computed) {
		f := p.fields[key]
		if f == nil {
			b.fail("field."+key, "reference", errors.New("there is no such field"))
			continue
		}
		t, _ := celType(f.Type)
		f.computed = b.rule("field."+key+".is", r.Computed[key], t)
	}
	for _, c := range r.Checks {
		if p.fields[c.Field] == nil {
			b.fail("check."+c.Key, "reference", errors.New("there is no such field"))
			continue
		}
		p.checks = append(p.checks, &check{checkDoc: c, rule: b.rule("check."+c.Key, c.Holds, cel.BoolType)})
	}
}

func (b *builder) declare(object, key, typ string) {
	t, ok := celType(typ)
	if !ok {
		b.fail(object+"."+key, "type", errors.New("has no type that rules know"))
		return
	}
	b.p.shape.members[object][key] = t
}

func (b *builder) rule(where, source string, want *cel.Type) *rule {
	r, err := compileRule(b.env, b.p.shape, source, want)
	if err != nil {
		b.fail(where, "type", err)
		return &rule{}
	}
	return r
}

// visible hands a visibility rule to what it is about.
func (b *builder) visible(where string, r *rule) {
	sort, key, _ := strings.Cut(where, ".")
	switch sort {
	case "step":
		for _, s := range b.p.steps {
			if s.key == key {
				s.visible = r
				return
			}
		}
	case "field":
		if f := b.p.fields[key]; f != nil {
			f.visible = r
			return
		}
	case "slot":
		if s := b.p.slots[key]; s != nil {
			s.visible = r
			return
		}
	case "option":
		key, value, _ := strings.Cut(key, ".")
		if f := b.p.fields[key]; f != nil && slices.Contains(f.Options, value) {
			f.optionIfs[value] = r
			return
		}
	}
	b.fail(where, "reference", errors.New("there is no such thing to show"))
}
