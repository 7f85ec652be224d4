package arch

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// rule is one rule of the house.
type rule struct {
	name       string
	says       string // the rule, in a sentence
	mend       string // what whoever breaks it does instead
	find       func(testing.TB, *tree) []breach
	exceptions []exception

	planted []plant // each breaks the rule in one way
	sound   []files // each keeps it, though it may look otherwise
}

// breach is one place that breaks a rule.
type breach struct {
	path string
	line int    // 0 where there is none
	what string // what stands there: "time.Now", "imports internal/adapter/smtp"
}

func (b breach) String() string {
	if b.line > 0 {
		return fmt.Sprintf("%s:%d: %s", b.path, b.line, b.what)
	}
	return b.path + ": " + b.what
}

// exception lets one file break a rule in one way. It goes when it is no longer needed.
type exception struct{ path, what, reason string }

// plant is a tree that breaks a rule, and a part of what the rule says of it.
type plant struct {
	files files
	want  string
}

// rules are all of them.
var rules = []rule{
	importsPointDown, adaptersStayOutside, coreImportsAreListed, testsOnly,
	kitKnowsNoTown, timeAndChanceArePassedIn, portableSQL, queriesAreNotShadowed,
	furniture, architectureIsTrue, readableInOneSitting, noRegistry, documented, sealed,
}

// judge applies a rule: breaches that no exception covers, and exceptions that cover nothing.
func (r rule) judge(t testing.TB, tr *tree) []string {
	t.Helper()
	used := make([]bool, len(r.exceptions))
	var said []string
	for _, b := range r.find(t, tr) {
		excused := false
		for i, e := range r.exceptions {
			if e.path == b.path && e.what == b.what {
				used[i], excused = true, true
			}
		}
		if !excused {
			said = append(said, b.String())
		}
	}
	for i, e := range r.exceptions {
		if !used[i] {
			said = append(said, fmt.Sprintf("%s: the exception for %q is not needed any more: take it out", e.path, e.what))
		}
		if e.reason == "" {
			said = append(said, fmt.Sprintf("%s: the exception for %q has no reason", e.path, e.what))
		}
	}
	return said
}

func TestTheHouseKeepsItsRules(t *testing.T) {
	house := load(t, os.DirFS("../.."))
	if len(house.sources) < 10 || !house.has("go.mod") {
		t.Fatalf("this is not the repository: %d Go files", len(house.sources))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			if said := r.judge(t, house); len(said) > 0 {
				t.Errorf("%s\n  mend: %s\n  %s", r.says, r.mend, strings.Join(said, "\n  "))
			}
		})
	}
}

func TestEveryRuleSeesAPlantedBreach(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			r.exceptions = nil
			if len(r.planted) == 0 || len(r.sound) == 0 {
				t.Fatal("a rule needs a planted breach and a sound tree")
			}
			for _, p := range r.planted {
				said := strings.Join(r.judge(t, p.files.tree(t)), "\n")
				if !strings.Contains(said, p.want) {
					t.Errorf("planted %v\nsaid %q\nwant %q", p.files, said, p.want)
				}
			}
			for _, f := range r.sound {
				if said := r.judge(t, f.tree(t)); len(said) > 0 {
					t.Errorf("sound %v\nsaid %q", f, said)
				}
			}
		})
	}
}

func TestExceptionsAreUsedAndReasoned(t *testing.T) {
	broken := files{"internal/kit/a/a.go": "package a\nimport \"time\"\nvar x = time.Now()\n"}.tree(t)
	r := timeAndChanceArePassedIn
	for _, c := range []struct {
		name       string
		exceptions []exception
		want       string // a part of what is said; empty when nothing is
	}{
		{"none", nil, "a.go:3: time.Now"},
		{"used", []exception{{"internal/kit/a/a.go", "time.Now", "a reason"}}, ""},
		{"another file", []exception{{"internal/kit/b/b.go", "time.Now", "a reason"}}, "b.go: the exception for \"time.Now\" is not needed"},
		{"another thing", []exception{{"internal/kit/a/a.go", "time.Since", "a reason"}}, "a.go:3: time.Now"},
		{"no reason", []exception{{"internal/kit/a/a.go", "time.Now", ""}}, "has no reason"},
	} {
		r.exceptions = c.exceptions
		said := strings.Join(r.judge(t, broken), "\n")
		if c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: said %q, want %q", c.name, said, c.want)
		}
	}
}
