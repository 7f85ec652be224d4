package arch

import (
	"go/ast"
	"slices"
	"testing"
)

// unsealing are the ways into a sealed value that need no permit, each with the folders that
// may name it: the driver's wraps, which scan past a type, and what registers ours.
var unsealing = []struct {
	pkg, name string // the import path, or "" for a method or field of whatever
	may       []string
}{
	{"tillit/internal/core/disclosure", "Register", []string{"internal/app", "internal/testkit", "bench"}},
	{"", "TryWrapScanPlanFuncs", nil},
	{"", "TryWrapEncodePlanFuncs", nil},
	{"", "TryWrapScanPlanFunc", nil},
	{"", "TryWrapEncodePlanFunc", nil},
}

const sealer = "internal/core/disclosure"

var sealed = rule{
	name: "sealed",
	says: "only internal/core/disclosure names the database wraps that carry a sealed value, internal/app hands them to the pools, and nobody imports unsafe",
	mend: "open the value with a permit through disclosure.Show or a recorder",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		for _, s := range tr.sources {
			if s.test || within(s.dir, sealer) {
				continue
			}
			names := s.named()
			for _, p := range names {
				if p == "unsafe" {
					found = append(found, breach{path: s.path, what: "imports unsafe"})
				}
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				from := ""
				if x, ok := sel.X.(*ast.Ident); ok {
					from = names[x.Name]
				}
				for _, u := range unsealing {
					if sel.Sel.Name == u.name && (u.pkg == "" || u.pkg == from) && !slices.ContainsFunc(u.may, func(f string) bool { return within(s.dir, f) }) {
						found = append(found, breach{path: s.path, line: s.line(sel.Pos()), what: "names " + u.name})
					}
				}
				return true
			})
		}
		return found
	},
	planted: []plant{
		{files{"internal/module/a/store.go": "package a\nimport \"tillit/internal/core/disclosure\"\nvar x = disclosure.Register\n"}, "store.go:3: names Register"},
		{files{"internal/kit/db/a.go": "package db\nfunc f(m *M) { m.TryWrapScanPlanFuncs = nil }\n"}, "a.go:2: names TryWrapScanPlanFuncs"},
		{files{"internal/core/notify/a.go": "package notify\nimport \"unsafe\"\nvar x unsafe.Pointer\n"}, "a.go: imports unsafe"},
	},
	sound: []files{{
		"internal/core/disclosure/database.go": "package disclosure\nfunc f(m *M) { m.TryWrapScanPlanFuncs = nil }\n",
		"internal/app/app.go":                  "package app\nimport \"tillit/internal/core/disclosure\"\nvar x = disclosure.Register\n",
		"internal/kit/job/a.go":                "package job\nfunc f(r R) { r.Register(1) }\n",
	}},
}
