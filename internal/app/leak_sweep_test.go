package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tillit/internal/testkit/house"
)

// tried is one stranger on her way through the house.
type tried struct {
	*world
	t              *testing.T
	who            stranger
	b              *house.Browser
	asked, refused int
}

// sweep lets a stranger try every route with everybody's keys, and then looks at what has
// changed and what was noted.
func (w *world) sweep(t *testing.T, doors []entrance, s stranger) {
	v := &tried{world: w, t: t, who: s, b: s.come(w)}
	w.renew()
	began, rows := w.Clock.Now(), w.rows(t)
	for _, e := range doors {
		if !e.own {
			for _, b := range v.some(e) {
				v.openly(e, b)
			}
			continue
		}
		v.keyed(e)
	}
	if v.refused < 100 {
		t.Errorf("only %d of %d tries were of somebody else's: nothing was tried", v.refused, v.asked)
	}
	w.unchanged(t, s, rows, began)
	w.unnoted(t, s, began)
}

// some are the bundles whose keys are sent in the form to a route that has none in its path: by
// turns, so that all of them are tried by somebody.
func (v *tried) some(e entrance) []*bundle {
	others := slices.DeleteFunc(slices.Clone(v.bundles), func(b *bundle) bool { return slices.Contains(v.who.hers, b.name) || b.params["person"] == "" })
	turn := slices.IndexFunc(strangers, func(s stranger) bool { return s.name == v.who.name })
	first, second := others[turn%len(others)], others[(turn+len(others)/2)%len(others)]
	if e.Method == http.MethodGet || slices.Contains(lastly, e.Method+" "+e.Path) {
		return []*bundle{first}
	}
	return []*bundle{first, second}
}

// do sends a request, some seconds after the one before: who misses too often is slowed down.
func (v *tried) do(e entrance, a asked, values map[string]string) house.Page {
	v.t.Helper()
	v.asked++
	v.Clock.Advance(3100 * time.Millisecond)
	return e.send(v.t, v.b, a, values)
}

// openly tries a route without keys: whatever it shows, it shows no mark of others.
func (v *tried) openly(e entrance, b *bundle) {
	v.t.Helper()
	a, _ := e.ask(nil)
	p := v.do(e, a, b.params)
	v.look(e, a, p, b)
}

// look looks for marks in all of an answer.
func (v *tried) look(e entrance, a asked, p house.Page, b *bundle) {
	v.t.Helper()
	var head strings.Builder
	_ = p.Header.Write(&head) // into memory
	for _, what := range v.leaked(v.who.key, head.String()+p.Body) {
		v.t.Errorf("%s %s with what is %s: shows the %s", e.Method, e.Path, b.name, what)
	}
	if p.Status >= 500 && !(v.noPolicy && slices.Contains(v.who.knows, b.name)) { // row-level security stopped a write that policy would have refused
		v.t.Errorf("%s %s with what is %s: %d", e.Method, e.Path, b.name, p.Status)
	}
}

// keyed tries a route with the keys of each bundle, and with a mix of the stranger's own and
// somebody else's.
func (v *tried) keyed(e entrance) {
	v.t.Helper()
	nothing := map[string]string{}
	for _, name := range keys {
		nothing[name] = v.key().String()
	}
	a, _ := e.ask(nothing)
	missing := alike(v.do(e, a, nothing), a)
	for _, b := range v.bundles {
		if slices.Contains(v.who.hers, b.name) {
			continue
		}
		v.one(e, b, b.params, missing)
	}
	if v.who.own == "" || len(e.params) < 2 {
		return
	}
	own := v.bundle(v.who.own)
	mixed := map[string]string{}
	for i := range e.params {
		for _, b := range v.bundles {
			if b == own {
				continue
			}
			for j, name := range e.params {
				mixed[name] = own.params[name]
				if i == j {
					mixed[name] = b.params[name]
				}
			}
			if _, word := words[e.params[i]]; !word && mixed[e.params[i]] != "" {
				v.mix(e, b, mixed)
			}
		}
	}
}

func (v *tried) one(e entrance, b *bundle, values map[string]string, missing string) {
	v.t.Helper()
	a, ok := e.ask(values)
	if !ok {
		return
	}
	knows := slices.Contains(v.who.knows, b.name)
	if knows && slices.Contains(signers, e.Action) {
		return // hers to do, and then the case is another
	}
	p := v.do(e, a, values)
	v.look(e, a, p, b)
	if knows && !slices.Contains(applicants, e.Action) {
		return // some of it is hers to see and to do; whether she changed what is not, is looked at after
	}
	v.refused++
	if v.noPolicy && knows && p.Status >= 400 {
		return // a rule said no, or the database: she is a party, and knows that there is such a case
	}
	if _, ok := asBefore[s(v.who.name, e.Method, e.Path, b.name)]; ok {
		return
	}
	if got := alike(p, a); got != missing && !(v.staff() && p.Status == http.StatusForbidden) {
		v.t.Errorf("%s %s with what is %s is answered otherwise than nothing is:\n%s", e.Method, e.Path, b.name, difference(missing, got))
	}
}

// asBefore are answers to somebody who once was no stranger, each with its reason.
var asBefore = map[string]string{
	s("the guardian who declined", "POST", "/my/cases/{case}/decline", "declined"): "a second click on no is answered as the first; it tells her what she did herself",
}

func s(words ...string) string { return strings.Join(words, " | ") }

// mix tries own and others' keys in one path: nothing of the other's may be seen or changed.
func (v *tried) mix(e entrance, b *bundle, values map[string]string) {
	v.t.Helper()
	a, ok := e.ask(values)
	if !ok {
		return
	}
	v.look(e, a, v.do(e, a, values), b)
}

// signers are the actions of a guardian who signs, and applicants those of the applicant alone.
var signers = []string{"eservice.Identify", "eservice.Sign", "eservice.Decline"}

var applicants = []string{"eservice.Withdraw", "eservice.AnswerCompletion", "eservice.ReadOwn", "eservice.ReadDraft", "eservice.WriteDraft"}

// staff reports whether the stranger works here: she is told that she may not.
func (v *tried) staff() bool {
	_, ok := v.Inside.Staff[v.who.key]
	return ok
}

// difference is the first line in which two answers differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		line := func(l []string) string {
			if i < len(l) {
				return l[i][:min(len(l[i]), 300)]
			}
			return "(ended)"
		}
		if line(w) != line(g) {
			return fmt.Sprintf("  nothing: %s\n  this:    %s", line(w), line(g))
		}
	}
	return "  no difference"
}
