package formpack

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"
)

const (
	ruleMaxLength = 1000  // bytes of one rule's text
	ruleMaxCost   = 20000 // cost units: the bound for publishing, and again when the rule runs
)

// errAbsent is what a rule meets when it reads something nobody has answered.
var errAbsent = errors.New("absent")

// The objects that a rule may read, by the name it uses.
const (
	objAnswers = "answers"
	objFacts   = "facts"
	objValues  = "values"
	objRates   = "rates"
)

// shape is what rules may read: per object, the type of each member.
type shape struct {
	members map[string]map[string]*cel.Type // answers, facts, values
	rates   map[string]*cel.Type            // by dotted key
	sizes   map[string]uint64               // longest value of answers.x, in characters or elements
}

func newShape() *shape {
	return &shape{
		members: map[string]map[string]*cel.Type{objAnswers: {}, objFacts: {}, objValues: {}},
		rates:   map[string]*cel.Type{},
		sizes:   map[string]uint64{},
	}
}

// typeNames are the types of values that can be shown or stored.
var typeNames = []string{"text", "int", "bool", "date", "list"}

// celType is the type under which a rule sees a value of the named type.
func celType(name string) (*cel.Type, bool) {
	switch name {
	case "text":
		return cel.StringType, true
	case "int":
		return cel.IntType, true
	case "bool":
		return cel.BoolType, true
	case "date":
		return cel.TimestampType, true
	case "list":
		return cel.ListType(cel.StringType), true
	}
	return nil, false
}

// typeName is the other way round.
func typeName(t *cel.Type) (string, bool) {
	for _, n := range typeNames {
		if ct, _ := celType(n); ct.IsExactType(t) {
			return n, true
		}
	}
	return "", false
}

// typeProvider teaches CEL the three objects. Their members are known by name, so a
// misspelt one is an error when publishing; a member without a value is absent, and
// reading it is an error that has() avoids.
type typeProvider struct {
	types.Provider
	shape *shape
}

func objectType(object string) string { return "tillit." + object }

func (p *typeProvider) FindStructType(name string) (*types.Type, bool) {
	if o, ok := strings.CutPrefix(name, "tillit."); ok && p.shape.members[o] != nil {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return p.Provider.FindStructType(name)
}

func (p *typeProvider) FindStructFieldNames(name string) ([]string, bool) {
	o, ok := strings.CutPrefix(name, "tillit.")
	if !ok || p.shape.members[o] == nil {
		return p.Provider.FindStructFieldNames(name)
	}
	names := make([]string, 0, len(p.shape.members[o]))
	for n := range p.shape.members[o] {
		names = append(names, n)
	}
	sort.Strings(names)
	return names, true
}

func (p *typeProvider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	o, ok := strings.CutPrefix(name, "tillit.")
	if !ok || p.shape.members[o] == nil {
		return p.Provider.FindStructFieldType(name, field)
	}
	t, ok := p.shape.members[o][field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type: t,
		IsSet: func(target any) bool {
			_, ok := target.(record)[field]
			return ok
		},
		GetFrom: func(target any) (any, error) {
			if v, ok := target.(record)[field]; ok {
				return v, nil
			}
			return nil, errAbsent
		},
	}, true
}

// record holds the present members of one object, as CEL values.
type record map[string]ref.Val

// recordVal lets a record pass through CEL. A rule can select from it and nothing else.
type recordVal struct {
	fields record
	typ    *types.Type
}

func (r *recordVal) ConvertToNative(reflect.Type) (any, error) {
	return nil, errors.New("formpack: an object is no value")
}
func (r *recordVal) ConvertToType(ref.Type) ref.Val { return types.NewErr("an object is no value") }
func (r *recordVal) Equal(ref.Val) ref.Val          { return types.NewErr("an object is no value") }
func (r *recordVal) Type() ref.Type                 { return r.typ }
func (r *recordVal) Value() any                     { return r.fields }

// newRuleEnv makes the environment in which the rules of one package are written.
func newRuleEnv(s *shape) (*cel.Env, error) {
	registry := types.NewEmptyRegistry()
	opts := []cel.EnvOption{
		cel.CustomTypeProvider(&typeProvider{Provider: registry, shape: s}),
		cel.CustomTypeAdapter(registry),
		cel.Variable(objAnswers, cel.ObjectType(objectType(objAnswers))),
		cel.Variable(objFacts, cel.ObjectType(objectType(objFacts))),
		cel.Variable(objValues, cel.ObjectType(objectType(objValues))),
	}
	for key, t := range s.rates {
		opts = append(opts, cel.Variable(objRates+"."+key, t))
	}
	return cel.NewEnv(append(opts, baseOptions()...)...)
}

// baseOptions is the part of CEL that authors get: the standard library, our calendar,
// and limits on the size of a rule.
func baseOptions() []cel.EnvOption {
	opts := []cel.EnvOption{
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(ruleMaxLength),
		cel.ParserRecursionLimit(40),
		cel.ASTValidators(
			cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(), cel.ValidateComprehensionNestingLimit(1)),
	}
	return append(opts, calendar()...)
}

// rule is one expression, ready to run, and what it reads.
type rule struct {
	source string
	typ    *cel.Type
	reads  map[string]bool // "answers.x", "facts.x", "values.x", "rates.a.b": read for their value
	asks   map[string]bool // the same names, where has() only asks whether there is a value
	prog   cel.Program
}

// deps lists all that the rule reads or asks for.
func (r *rule) deps() []string {
	var d []string
	for n := range r.reads {
		d = append(d, n)
	}
	for n := range r.asks {
		if !r.reads[n] {
			d = append(d, n)
		}
	}
	sort.Strings(d)
	return d
}

// compileRule checks and plans one rule. want is the type it must have, nil for any of
// the five that can be shown or stored.
func compileRule(env *cel.Env, s *shape, source string, want *cel.Type) (*rule, error) {
	parsed, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	if want != nil && !parsed.OutputType().IsExactType(want) {
		return nil, fmt.Errorf("gives %s, must give %s", cel.FormatCELType(parsed.OutputType()), cel.FormatCELType(want))
	}
	if _, ok := typeName(parsed.OutputType()); !ok {
		return nil, fmt.Errorf("gives %s, which can be neither shown nor stored", cel.FormatCELType(parsed.OutputType()))
	}
	r := &rule{source: source, typ: parsed.OutputType(), reads: map[string]bool{}, asks: map[string]bool{}}
	if err := r.collect(parsed.NativeRep()); err != nil {
		return nil, err
	}
	cost, err := env.EstimateCost(parsed, sizeEstimator{s})
	if err != nil {
		return nil, err
	}
	if cost.Max > ruleMaxCost {
		return nil, fmt.Errorf("may cost %d, the limit is %d", cost.Max, uint64(ruleMaxCost))
	}
	r.prog, err = env.Program(parsed, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(ruleMaxCost))
	return r, err
}

// collect notes what the rule reads. The objects themselves may not be passed around:
// then it could not be told what is read.
func (r *rule) collect(a *celast.AST) error {
	var err error
	selected := map[int64]bool{} // identifiers that stand before a dot
	visit := celast.NewExprVisitor(func(e celast.Expr) {
		switch e.Kind() {
		case celast.StructKind:
			err = errors.New("a rule makes no objects")
		case celast.CallKind:
			// A pattern that a resident writes is a program that a resident writes.
			if args := e.AsCall().Args(); e.AsCall().FunctionName() == "matches" && args[len(args)-1].Kind() != celast.LiteralKind {
				err = errors.New("the pattern of matches is written in the rule")
			}
		case celast.SelectKind:
			sel := e.AsSelect()
			if sel.Operand().Kind() == celast.IdentKind {
				if o := sel.Operand().AsIdent(); o == objAnswers || o == objFacts || o == objValues {
					selected[sel.Operand().ID()] = true
					name := o + "." + sel.FieldName()
					if sel.IsTestOnly() {
						r.asks[name] = true
					} else {
						r.reads[name] = true
					}
				}
			}
		case celast.IdentKind:
			name := e.AsIdent()
			switch {
			case strings.HasPrefix(name, objRates+"."):
				r.reads[name] = true
			case (name == objAnswers || name == objFacts || name == objValues) && !selected[e.ID()]:
				err = fmt.Errorf("%s is read member by member", name)
			}
		}
	})
	celast.PreOrderVisit(a.Expr(), visit)
	return err
}

// sizeEstimator tells the cost estimate how long answers can be.
type sizeEstimator struct{ shape *shape }

func (s sizeEstimator) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	max := uint64(200) // facts and values come from registers and rules: short
	if p := n.Path(); len(p) >= 2 && p[0] == objAnswers {
		if size, ok := s.shape.sizes[p[1]]; ok {
			max = size
		}
	}
	return &checker.SizeEstimate{Min: 0, Max: max}
}

func (s sizeEstimator) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// world is what rules see while one form is evaluated. The records grow as the answers
// are decided one by one.
type world struct {
	answers, facts, values recordVal
	rates                  map[string]ref.Val
}

func newWorld() *world {
	w := &world{rates: map[string]ref.Val{}}
	for o, r := range map[string]*recordVal{objAnswers: &w.answers, objFacts: &w.facts, objValues: &w.values} {
		r.fields, r.typ = record{}, types.NewObjectType(objectType(o))
	}
	return w
}

// ResolveName answers CEL.
func (w *world) ResolveName(name string) (any, bool) {
	switch name {
	case objAnswers:
		return &w.answers, true
	case objFacts:
		return &w.facts, true
	case objValues:
		return &w.values, true
	}
	if key, ok := strings.CutPrefix(name, objRates+"."); ok {
		v, ok := w.rates[key]
		return v, ok
	}
	return nil, false
}

// Parent is none: there is no outer scope.
func (w *world) Parent() interpreter.Activation { return nil }

// eval runs the rule. The error is errAbsent when it read something without a value,
// and any other when it could not be judged at all.
func (r *rule) eval(w *world) (ref.Val, error) {
	v, _, err := r.prog.Eval(w)
	if err == nil {
		return v, nil
	}
	if errors.Is(err, errAbsent) {
		return nil, errAbsent
	}
	return nil, err
}

// holds runs a condition: one that reads something absent does not hold.
func (r *rule) holds(w *world) (bool, error) {
	v, err := r.eval(w)
	if errors.Is(err, errAbsent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return v == types.True, nil
}

// toCEL turns an answer or fact of the named type into a CEL value.
func toCEL(typ string, v any) (ref.Val, bool) {
	switch typ {
	case "text":
		s, ok := v.(string)
		return types.String(s), ok
	case "int":
		n, ok := asInt(v)
		return types.Int(n), ok
	case "bool":
		b, ok := v.(bool)
		return types.Bool(b), ok
	case "date":
		switch d := v.(type) {
		case time.Time:
			return types.Timestamp{Time: day(d)}, true
		case string:
			t, ok := parseDay(d)
			return types.Timestamp{Time: t}, ok
		}
		return nil, false
	case "list":
		l, ok := asList(v)
		return types.NewStringList(types.DefaultTypeAdapter, l), ok
	}
	return nil, false
}

// fromCEL turns a CEL value into an answer.
func fromCEL(v ref.Val) (any, bool) {
	switch v := v.(type) {
	case types.String:
		return string(v), true
	case types.Int:
		return int64(v), true
	case types.Bool:
		return bool(v), true
	case types.Timestamp:
		return day(v.Time).Format(time.DateOnly), true
	}
	if l, ok := v.Value().([]string); ok {
		return l, true
	}
	return nil, false
}
