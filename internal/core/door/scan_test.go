package door

import (
	"html"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/guard"
	"tillit/internal/core/session"
	"tillit/internal/kit/clock"
)

// Nobody stops a page by what she writes in its address, however she writes it.
func TestAnAddressNeverStopsItsOwnPage(t *testing.T) {
	g := guard.New()
	g.Watch(guard.NewWatch([]guard.Name{{Given: "Bo", Surname: "Ek", Kind: guard.ProtectedName}}))
	pieces := []string{"850101-1236", "850101", "1236", "%38", "%2538", "%", "%zz", "%85", "&", "=", "?", "+", "Bo", "Ek", "b=", "%26%23", "%20", "#", ";", "/", "-", "x"}
	rapid.Check(t, func(t *rapid.T) {
		query := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, "pieces"), "")
		req := httptest.NewRequest("GET", "/contact", nil)
		req.URL.RawQuery = query
		v := &Visit{Request: req, route: &Route{Method: "GET", Path: "/contact"}}
		var page strings.Builder
		for _, l := range v.langs() {
			page.WriteString(`<a href="` + html.EscapeString(l.Href) + `">` + html.EscapeString(l.Text) + "</a> ")
		}
		for name, values := range req.URL.Query() { // a page that says again what was searched for
			page.WriteString(`<p>` + html.EscapeString(name) + `</p><input value="` + html.EscapeString(strings.Join(values[:1], "")) + `">`)
		}
		a := allowed(v, disclosure.NewRecorder(access.Actor{}, 0, 0))
		if found := g.Scan([]byte(page.String()), &a); found != nil {
			t.Fatalf("stopped by %q: %v in %s", query, found, page.String())
		}
	})
}

// A route closes for what leaks to several, never for one who asks again and again.
func TestOneVisitorAloneClosesNothing(t *testing.T) {
	m := newMisses()
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for range 10 {
		if answers, visitors := m.count("/my", "a", at); visitors != 1 {
			t.Fatalf("one visitor is %d after %d answers", visitors, answers)
		}
	}
	if answers, visitors := m.count("/my", "b", at); answers != 11 || visitors != 2 {
		t.Fatalf("two visitors: %d answers to %d", answers, visitors)
	}
	if answers, visitors := m.count("/work", "c", at); answers != 1 || visitors != 1 {
		t.Fatalf("another route: %d answers to %d", answers, visitors)
	}
	if answers, visitors := m.count("/my", "a", at.Add(missesApart)); answers != 1 || visitors != 1 {
		t.Fatalf("a quarter of an hour later: %d answers to %d", answers, visitors)
	}
}

func TestTheWaysInAndOutStayOpen(t *testing.T) {
	for _, c := range []struct {
		path, guard string
		closable    bool
	}{
		{"/sign-in", "anyone", false}, {"/sign-in/bankid/{order}", "anyone", false}, {"/sign-out", "anyone", false}, {"/session/extend", "anyone", false},
		{"/steward", "steward", false}, {"/watch", "steward", false}, {"/my", "resident", true}, {"/sign-inside", "anyone", true}, {"/work/cases/{case}", "officer", true},
	} {
		if got := (Declaration{Path: c.path, Guard: c.guard}).Closable(); got != c.closable {
			t.Errorf("%s closable: %v", c.path, got)
		}
	}
}

// Who sits at a library's computer and guesses keys shuts neither the start page nor the
// sign-in of whoever sits beside.
func TestGuessingShutsOnlyDoorsWithKeys(t *testing.T) {
	tr := newTries(clock.NewMovable(clock.Wall{}))
	visit := func(path string, change func(*Visit)) *Visit {
		v := &Visit{Request: httptest.NewRequest("GET", "/", nil), route: &Route{Path: path}}
		change(v)
		return v
	}
	nobody := func(*Visit) {}
	for range missesAMinute {
		tr.limiter(visit("/{nowhere...}", nobody)).AllowN(tr.clock.Now(), 1)
	}
	signingIn := func(v *Visit) { v.nonce = &session.Secret{1} }
	signedIn := func(v *Visit) { v.By.Session = access.SessionID{1} }
	for _, c := range []struct {
		path string
		who  func(*Visit)
		shut bool
	}{{"/my/cases/{case}", nobody, true}, {"/", nobody, false}, {"/sign-in", nobody, false}, {"/sign-in/bankid/{order}", signingIn, false}, {"/my/cases/{case}", signedIn, false}} {
		if got := tr.tooMany(visit(c.path, c.who)); got != c.shut {
			t.Errorf("%s is shut: %v", c.path, got)
		}
	}
}
