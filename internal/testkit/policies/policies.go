// Package policies breaks a policy file in every small way there is, so that a table that
// claims to hold it can be asked whether it would notice.
package policies

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
)

// Mutant is a policy file that lacks one thing.
type Mutant struct {
	What string // "case.unit: without its when", for the failing test
	Text []byte
}

var (
	statement = regexp.MustCompile(`(?s)@id\("([^"]+)"\).*?;`)
	when      = regexp.MustCompile(`(?s)\nwhen \{ (.*) \};`)
	actions   = regexp.MustCompile(`action in \[([^\]]*)\]`)
	opens     = regexp.MustCompile(`@opens\("([^"]*)"\)`)
	reason    = regexp.MustCompile(`@reason\("[^"]*"\)\n`)
)

// Mutants drops each policy of a file, each when, each condition of a when, each action of a
// list, each class that is opened and each reason. A file with a policy that it can't read
// fails the test: a policy begins with its @id.
func Mutants(t testing.TB, file []byte) []Mutant {
	t.Helper()
	text := string(file)
	var out []Mutant
	found := statement.FindAllStringSubmatchIndex(text, -1)
	if want := strings.Count(withoutComments(text), ";"); len(found) != want || want == 0 {
		t.Fatalf("read %d policies of %d: each begins with its @id and ends with ;", len(found), want)
	}
	for _, at := range found {
		policy, name := text[at[0]:at[1]], text[at[2]:at[3]]
		put := func(what, instead string) {
			out = append(out, Mutant{name + ": without " + what, []byte(text[:at[0]] + instead + text[at[1]:])})
		}
		put("all of it", "")
		without(policy, when, "", func(_, instead string) { put("its when", instead+";") })
		without(policy, when, " && ", func(gone, instead string) { put(gone, instead) })
		without(policy, actions, ", ", func(gone, instead string) { put(gone, instead) })
		without(policy, opens, " ", func(gone, instead string) { put("opening "+gone, instead) })
		if reason.MatchString(policy) && strings.Contains(policy, "forbid") { // a permit's is never told
			put("its reason", reason.ReplaceAllString(policy, ""))
		}
	}
	return out
}

// without drops each part of a list that pattern's group holds; the whole match when there
// is no separator.
func without(policy string, pattern *regexp.Regexp, separator string, visit func(gone, instead string)) {
	at := pattern.FindStringSubmatchIndex(policy)
	if at == nil {
		return
	}
	if separator == "" {
		visit("", policy[:at[0]]+policy[at[1]:])
		return
	}
	parts := strings.Split(policy[at[2]:at[3]], separator)
	for i := range parts {
		rest := append(append([]string{}, parts[:i]...), parts[i+1:]...)
		if len(rest) > 0 {
			visit(parts[i], policy[:at[2]]+strings.Join(rest, separator)+policy[at[3]:])
		}
	}
}

func withoutComments(text string) string {
	return regexp.MustCompile(`(?m)^//.*$`).ReplaceAllString(text, "")
}

// Question is one question to a policy, with all that the answer depends on.
type Question struct {
	World  string // in words, for the failing test
	By     access.Actor
	Action access.Action
	Ref    access.Ref
	Facts  access.Facts
}

// Ask gives the answer in words: "yes" and the classes that it opens, "no such thing", or
// "no" and the reason that is told.
func Ask(d *access.Decider, q Question) string {
	by, visit := q.By.Enter(access.RequestID{1})
	defer visit.End()
	p, err := d.Decide(&db.Tx{}, by, q.Action, q.Ref, "test", q.Facts)
	switch fault.KindOf(err) {
	case fault.NotFound:
		return "no such thing"
	case fault.SignIn:
		return "sign in"
	case fault.Refused:
		_, told, _ := strings.Cut(err.Error(), "(")
		return strings.TrimSpace("no " + strings.TrimSuffix(told, ")"))
	}
	if err != nil {
		return "error: " + err.Error()
	}
	answer := "yes:"
	for _, c := range []access.Class{access.Open, access.Internal, access.Personal, access.Sensitive, access.Protected} {
		if p.Opens(c) {
			answer += " " + c.String()
		}
	}
	return answer
}

// Compare asks a policy file every question, compares with what the oracle says, and then
// whether some question notices each mutant. Spared are mutants that change no answer, each
// with the reason; one that does is to be taken out.
func Compare(t *testing.T, file []byte, questions []Question, oracle func(Question) string, spared map[string]string) {
	t.Helper()
	d := decider(t, file)
	answers := make([]string, len(questions))
	differ := 0
	for i, q := range questions {
		answers[i] = Ask(d, q)
		if want := oracle(q); answers[i] != want {
			if differ++; differ <= 10 {
				t.Errorf("%s, %s: the policy says %q, the oracle %q", q.World, q.Action, answers[i], want)
			}
		}
	}
	if differ > 0 {
		t.Fatalf("%d of %d answers differ", differ, len(questions))
	}
	for _, m := range Mutants(t, file) {
		noticed := ""
		d := decider(t, m.Text)
		for i, q := range questions {
			if Ask(d, q) != answers[i] {
				noticed = fmt.Sprintf("%s, %s", q.World, q.Action)
				break
			}
		}
		why, isSpared := spared[m.What]
		switch {
		case noticed == "" && !isSpared:
			t.Errorf("nobody notices %s", m.What)
		case noticed != "" && isSpared:
			t.Errorf("%s is noticed by %s: take it out of what is spared (%s)", m.What, noticed, why)
		}
		delete(spared, m.What)
	}
	for what := range spared {
		t.Errorf("%s is spared, and there is no such mutant", what)
	}
}

func decider(t testing.TB, file []byte) *access.Decider {
	t.Helper()
	d, err := access.NewDecider(map[string][]byte{"policy.cedar": file})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
