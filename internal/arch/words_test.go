package arch

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// townWords are what a municipality talks about. The kit could serve a library, a ferry or a bakery.
var townWords = []string{
	"municipality", "municipal", "kommun", "kommune", "resident", "citizen", "officer", "steward", "guardian",
	"case", "cases", "caseworker", "applicant", "application", "school", "preschool", "pupil", "teacher",
	"housing", "tenant", "landlord", "kiosk", "eservice", "custody", "namnd", "population",
}

var kitKnowsNoTown = rule{
	name: "kit knows no town",
	says: "no package, type or exported function of internal/kit is named with a municipal word",
	mend: "name it by what it does for anybody, or move it up to the core or the module that means it",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		for _, s := range tr.sources {
			if s.test || s.generated || !within(s.dir, "internal/kit") {
				continue
			}
			say := func(name string, pos token.Pos) {
				for _, w := range wordsOf(name) {
					if slices.Contains(townWords, w) {
						found = append(found, breach{path: s.path, line: s.line(pos), what: name})
					}
				}
			}
			say(path.Base(s.dir), s.ast.Package)
			for _, d := range s.ast.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					if d.Name.IsExported() {
						say(d.Name.Name, d.Pos())
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						if ts, ok := spec.(*ast.TypeSpec); ok {
							say(ts.Name.Name, ts.Pos())
						}
					}
				}
			}
		}
		return found
	},
	planted: []plant{
		{files{"internal/kit/web/a.go": "package web\n\ntype CaseNumber string\n"}, "a.go:3: CaseNumber"},
		{files{"internal/kit/web/a.go": "package web\nfunc ForResident() {}\n"}, "a.go:2: ForResident"},
		{files{"internal/kit/preschool/a.go": "package preschool\n"}, "a.go:1: preschool"},
	},
	sound: []files{
		{"internal/kit/text/a.go": "package text\ntype Lowercase string\nfunc FoldCased() {}\n"},
		{"internal/module/school/a.go": "package school\ntype PupilCase string\n"},
		{"internal/kit/web/a_test.go": "package web\ntype officer string\n"},
	},
}

// wordsOf takes a name apart: "CaseNumberID" is case, number, id.
func wordsOf(name string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	small := false
	for _, r := range name {
		if r == '_' || unicode.IsUpper(r) && small {
			end()
		}
		if r != '_' {
			word.WriteRune(r)
		}
		small = unicode.IsLower(r)
	}
	end()
	return words
}

// asked are the ways of asking the machine for time or chance, by import path. An empty
// list means everything in the package.
var asked = map[string][]string{
	"time":                   {"Now", "Since", "Until"},
	"math/rand":              {},
	"math/rand/v2":           {},
	"crypto/rand":            {},
	"github.com/google/uuid": {"New", "NewString", "NewRandom", "NewUUID", "NewV6", "NewV7", "Must"},
}

// mayAsk are the folders where time and chance come from, and those that measure.
var mayAsk = []string{"internal/kit/clock", "internal/kit/id", "cmd", "internal/testkit", "stories", "bench"}

var timeAndChanceArePassedIn = rule{
	name: "time and chance are passed in",
	says: "nobody but kit/clock, kit/id, main and tests asks the machine for time or chance",
	mend: "take a clock.Clock, an id.Source or an io.Reader; or add an exception with its reason in internal/arch",
	find: func(_ testing.TB, tr *tree) []breach {
		var found []breach
		for _, s := range tr.sources {
			if s.test || s.generated || inAny(s.dir, mayAsk) {
				continue
			}
			names := s.named()
			ast.Inspect(s.ast, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := sel.X.(*ast.Ident)
				if !ok {
					return true
				}
				if list, watched := asked[names[x.Name]]; watched && (len(list) == 0 || slices.Contains(list, sel.Sel.Name)) {
					found = append(found, breach{path: s.path, line: s.line(sel.Pos()), what: baseName(names[x.Name]) + "." + sel.Sel.Name})
				}
				return true
			})
		}
		return found
	},
	exceptions: timeAndChanceExceptions,
	planted: []plant{
		{files{"internal/kit/web/a.go": "package web\nimport \"time\"\nvar x = time.Now()\n"}, "a.go:3: time.Now"},
		{files{"internal/kit/web/a.go": "package web\nimport uhr \"time\"\nvar x = uhr.Since(y)\n"}, "a.go:3: time.Since"},
		{files{"internal/kit/web/a.go": "package web\nimport \"time\"\nvar now = time.Now\n"}, "a.go:3: time.Now"},
		{files{"internal/core/a/a.go": "package a\nimport \"crypto/rand\"\nvar x = rand.Reader\n"}, "a.go:3: rand.Reader"},
		{files{"internal/core/a/a.go": "package a\nimport \"math/rand/v2\"\nvar x = rand.IntN(3)\n"}, "a.go:3: rand.IntN"},
		{files{"internal/app/a.go": "package app\nimport \"github.com/google/uuid\"\nvar x = uuid.New()\n"}, "a.go:3: uuid.New"},
	},
	sound: []files{
		{"internal/kit/clock/a.go": "package clock\nimport \"time\"\nvar x = time.Now()\n"},
		{"cmd/tillit/main.go": "package main\nimport \"crypto/rand\"\nvar x = rand.Reader\n"},
		{"internal/core/a/a.go": "package a\nimport (\"time\"; \"github.com/google/uuid\")\nvar x, _ = uuid.Parse(s)\nvar y = time.Unix(0, 0)\nvar z = clock.Now()\n"},
		{"internal/core/a/a_test.go": "package a\nimport \"time\"\nvar x = time.Now()\n"},
	},
}

// timeAndChanceExceptions are the places that may ask, each with its reason.
var timeAndChanceExceptions = []exception{
	{"internal/kit/db/auth.go", "rand.Read", "the engine's own password is made once, before there is anything to pass in"},
	{"internal/app/app.go", "rand.Reader", "the composition root is where chance comes in, when nobody passes another"},
	{"internal/app/console.go", "rand.Reader", "the same, for commands"},
	{"internal/kit/db/tx.go", "rand.N", "spreads retries of a transaction; no outcome depends on it"},
}
