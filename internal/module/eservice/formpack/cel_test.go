package formpack

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	celtest "cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/prototext"

	_ "cel.dev/expr/conformance/proto2" // messages that some cases carry
	_ "cel.dev/expr/conformance/proto3"
)

// The part of CEL that authors have: no messages, no extensions, no optionals.
var enabledCEL = []string{
	"basic", "comparisons", "conversions", "fp_math", "integer_math", "lists", "logic", "macros",
	"parse", "plumbing", "string", "timestamps",
}

// Cases that publishing refuses because a list or map holds one type here, and because
// loops inside loops are at most two deep.
var refusedCEL = map[string]int{"comparisons": 14, "conversions": 1, "macros": 7}

func TestPublicRuleSuite(t *testing.T) {
	dir := reference(t, "cel")
	if dir == "" {
		return
	}
	ran := 0
	refused := map[string]int{}
	for _, name := range enabledCEL {
		text, err := os.ReadFile(filepath.Join(dir, "tests", "simple", "testdata", name+".textproto"))
		if err != nil {
			t.Fatal(err)
		}
		var file celtest.SimpleTestFile
		if err := prototext.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		for _, section := range file.GetSection() {
			for _, c := range section.GetTest() {
				if usesMessages(c) || c.GetDisableCheck() || c.GetContainer() != "" {
					continue
				}
				ran++
				if msg := runCEL(c); msg == "refused" {
					refused[name]++
				} else if msg != "" {
					t.Errorf("%s/%s/%s: %s", name, section.GetName(), c.GetName(), msg)
				}
			}
		}
	}
	for _, name := range enabledCEL {
		if refused[name] != refusedCEL[name] {
			t.Errorf("%s: %d refused, %d known", name, refused[name], refusedCEL[name])
		}
	}
	if ran < 900 {
		t.Errorf("only %d cases ran", ran)
	}
}

func usesMessages(c *celtest.SimpleTest) bool {
	all := c.String()
	for _, s := range []string{"conformance.proto", "google.protobuf", "TestAllTypes", "cel.expr.conformance", "object_value"} {
		if strings.Contains(all, s) {
			return true
		}
	}
	return false
}

func runCEL(c *celtest.SimpleTest) string {
	opts := baseOptions()
	for _, d := range c.GetTypeEnv() {
		o, err := cel.ProtoAsDeclaration(d)
		if err != nil {
			return err.Error()
		}
		opts = append(opts, o)
	}
	env, err := cel.NewEnv(opts...)
	if err != nil {
		return err.Error()
	}
	vars := map[string]any{}
	for k, v := range c.GetBindings() {
		if vars[k], err = cel.ProtoAsValue(types.DefaultTypeAdapter, v.GetValue()); err != nil {
			return err.Error()
		}
	}
	checked, issues := env.Compile(c.GetExpr())
	if issues.Err() != nil {
		if c.GetEvalError() != nil {
			return "" // an error that the author sees is better still
		}
		return "refused"
	}
	prog, err := env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(ruleMaxCost))
	if err != nil {
		if c.GetEvalError() != nil {
			return ""
		}
		return err.Error()
	}
	got, _, err := prog.Eval(vars)
	if c.GetEvalError() != nil {
		if err == nil {
			return "no error"
		}
		return ""
	}
	if err != nil {
		return err.Error()
	}
	want := ref.Val(types.True)
	if v := c.GetValue(); v != nil {
		if want, err = cel.ProtoAsValue(types.DefaultTypeAdapter, v); err != nil {
			return err.Error()
		}
	}
	if w, ok := want.(types.Double); ok && math.IsNaN(float64(w)) {
		if g, ok := got.(types.Double); ok && math.IsNaN(float64(g)) {
			return ""
		}
	}
	if got.Type() != want.Type() || got.Equal(want) != types.True {
		return "another value"
	}
	return ""
}
