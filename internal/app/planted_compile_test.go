package app_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What a slip would write does not compile: a permit can't be made by hand, and a sealed
// value is neither read nor compared without one.
func TestSlipsDoNotCompile(t *testing.T) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "tillit/internal/core/disclosure").Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	fset := token.NewFileSet()
	compiled := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	check := func(body string) string {
		f, err := parser.ParseFile(fset, "slip.go", "package slip\nimport (\"tillit/internal/core/access\"; \"tillit/internal/core/disclosure\")\n"+
			"var _ access.Permit\nfunc slip(a, b disclosure.Personal, s disclosure.Sensitive, v disclosure.Value, r *disclosure.Recorder, by access.Actor) (text string) {\n"+body+"\nreturn\n}\n", 0)
		if err != nil {
			return err.Error()
		}
		_, err = (&types.Config{Importer: compiled}).Check("slip", fset, []*ast.File{f}, nil)
		if err != nil {
			return err.Error()
		}
		return ""
	}
	for _, c := range []struct{ name, body, says string }{
		{"opening with the recorder", "text, _ = r.Open(a)", ""},
		{"asking whether it is tied", "_ = a.Bound()", ""},
		{"the zero permit", "_ = access.Permit{}", ""},
		{"a permit with fields by name", "_ = access.Permit{classes: access.Personal}", "unexported field classes"},
		{"a permit with fields", "_ = access.Permit{by, \"A\", access.Ref{}, \"p\", access.Personal}", "unexported field"},
		{"a permit that is widened", "p := access.Permit{}; p.classes |= access.Personal", "p.classes undefined"},
		{"an actor in somebody's visit", "by.visit = nil", "by.visit undefined"},
		{"comparing", "_ = a == b", "cannot be compared"},
		{"comparing structs that hold them", "type row struct{ Name disclosure.Personal }; _ = row{a} == row{b}", "cannot be compared"},
		{"a key of a map", "_ = map[disclosure.Personal]int{}", "invalid map key"},
		{"switching on", "switch a { case b: }", "not comparable"},
		{"taking for a text", "text = a", "cannot use a"},
		{"converting", "text = string(a)", "cannot convert a"},
		{"reading the field", "text = a.text", "a.text undefined"},
		{"revealing", "_ = v.reveal()", "v.reveal undefined"},
		{"tying by hand", "a.bond = nil", "a.bond undefined"},
		{"lowering the class", "a = s", "cannot use s"},
		{"converting the class", "_ = disclosure.Personal(s)", "cannot convert s"},
		{"a value of one's own", "type mine struct{}; var _ disclosure.Value = mine{}", "missing method reveal"},
	} {
		got := check(c.body)
		if c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("%s: the compiler says %q, want %q", c.name, got, c.says)
		}
	}
}
