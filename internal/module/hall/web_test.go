package hall_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tillit/internal/core/closure"
	"tillit/internal/kit/text"
	"tillit/internal/module/hall"
)

func TestSignInOverHTTP(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	o, a := v.json("/sign-in/bankid", url.Values{"to": {"/my/cases"}})
	if a.StatusCode != http.StatusCreated || a.Header.Get("Location") != "/sign-in/bankid/"+o.Order || o.Status != "pending" || o.HintCode != "outstandingTransaction" || o.AutoStartToken == "" {
		t.Fatalf("%d %s %+v", a.StatusCode, a.Header.Get("Location"), o)
	}
	at := "/sign-in/bankid/" + o.Order
	if said, _ := v.json(at, nil); said.Status != "pending" || said.Next != "" || said.Text == "" {
		t.Errorf("before it is approved: %+v", said)
	}
	h.world(t, "/bankid/approve", map[string]string{"autoStartToken": o.AutoStartToken, "personalNumber": alva.Number})

	other := h.visitor(t)
	other.json("/sign-in/bankid", nil) // with a nonce of its own
	for _, who := range []*visitor{other, h.visitor(t)} {
		for _, a := range []answer{who.get(at), who.get(at + "/qr"), who.post(at, nil)} {
			if a.StatusCode != http.StatusNotFound || a.sets("tillit") {
				t.Errorf("another browser got %d of %s", a.StatusCode, a.Request.Method)
			}
		}
	}
	for _, path := range []string{at, at + "/qr", "/sign-in"} {
		if v.get(path).sets("tillit") {
			t.Errorf("GET %s signed somebody in", path)
		}
	}
	h.clock.Advance(2 * time.Second)
	said, a := v.json(at, nil)
	if said.Status != "complete" || said.Next != "/my/cases" || said.AutoStartToken != "" || !a.sets("tillit") {
		t.Fatalf("approved: %+v", said)
	}
	if again, b := v.json(at, nil); again.Status != "complete" || b.sets("tillit") {
		t.Errorf("collected twice: %+v", again)
	}
	if name, _ := v.get("/").has(t, ".t-who span"); name != "Alva Prov" {
		t.Errorf("who is signed in stands as %q", name)
	}
	if a := v.get(at); a.Header.Get("Location") != "/my/cases" {
		t.Errorf("an order that has ended leads to %q", a.Header.Get("Location"))
	}
}

func TestSignInWithoutScripts(t *testing.T) {
	h := build(t, true)
	v := h.visitor(t)
	if _, ok := v.get("/sign-in?to=/my/cases").has(t, "form[action='/sign-in/bankid'] input[type=hidden][name=to][value='/my/cases']"); !ok {
		t.Error("the page forgets where she was going")
	}
	at := v.post("/sign-in/bankid", url.Values{"to": {"/my/cases"}}).Header.Get("Location")
	p := v.get(at)
	for _, s := range []string{
		"[data-qr='" + at + "/qr'][data-qr-status='" + at + "'] [role=img][aria-label] svg path", "a[href^='bankid:///?autostarttoken=']",
		"form[method=post][action='" + at + "'] button", "form[action='/sign-in/cancel'] input[name=to][value='/my/cases']", "ol.t-numbered li:nth-child(4)", "a[href='http://127.0.0.1:8090/bankid']",
	} {
		if _, ok := p.has(t, s); !ok {
			t.Errorf("no %s", s)
		}
	}
	if _, ok := p.has(t, "meta[http-equiv=refresh]"); ok {
		t.Error("the page renews itself under the reader (WCAG 2.2.1)")
	}
	if said, _ := p.has(t, "[data-qr-text]"); said != "Öppna BankID och skanna QR-koden, eller tryck på Öppna BankID här." {
		t.Errorf("the page says %q", said)
	}
	first := v.get(at + "/qr")
	h.clock.Advance(time.Second)
	if second := v.get(at + "/qr"); first.body == second.body || !strings.HasPrefix(second.body, "<svg") {
		t.Error("the code stands still")
	}
	if a := v.post(at, nil); a.Header.Get("Location") != at {
		t.Errorf("pending leads to %q", a.Header.Get("Location"))
	}
	_, token, _ := strings.Cut(p.body, "autostarttoken=")
	token = token[:len("00000000-0000-0000-0000-000000000000")]
	h.world(t, "/bankid/approve", map[string]string{"autoStartToken": token, "personalNumber": alva.Number})
	h.clock.Advance(2 * time.Second)
	if a := v.post(at, nil); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/my/cases" || !a.sets("tillit") {
		t.Errorf("approved: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
}

func TestSharedComputer(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	p := v.get(v.post("/sign-in/bankid", url.Values{"shared": {"yes"}}).Header.Get("Location"))
	if _, ok := p.has(t, "a[href^='bankid:']"); ok {
		t.Error("BankID can be opened on a computer that others use too")
	}
	if lead, _ := p.has(t, ".t-lead"); !strings.Contains(lead, "3 minuter") || !strings.Contains(lead, "20 minuter") {
		t.Errorf("the page says %q", lead)
	}
	if said, _ := p.has(t, "[data-qr-text]"); said == "" || strings.Contains(said, "Öppna BankID här") {
		t.Errorf("the page says %q", said)
	}
}

func TestFailedSignIn(t *testing.T) {
	h := build(t, false)
	for _, c := range []struct {
		hint, title, says string
		retry             bool
	}{
		{"userCancel", "Inloggningen blev inte klar", "Det avbröts i BankID-appen.", true},
		{"expiredTransaction", "Inloggningen blev inte klar", "Tiden gick ut.", true},
		{"cancelled", "Inloggningen avbröts av en annan", "Godkänn inget mer och ring din bank.", true},
		{"transactionRiskBlocked", "BankID stoppade inloggningen", "för att skydda dig", false},
		{"userDeclinedCall", "Inloggningen är stoppad", "Lägg på", false},
		{"unknownPerson", "Vi hittar dig inte hos oss", "Ring oss", true},
	} {
		v := h.visitor(t)
		o, _ := v.json("/sign-in/bankid", url.Values{"to": {"/my/cases"}})
		if c.hint == "unknownPerson" {
			h.world(t, "/bankid/approve", map[string]string{"autoStartToken": o.AutoStartToken, "personalNumber": stranger.Number})
		} else {
			h.world(t, "/bankid/fail", map[string]string{"autoStartToken": o.AutoStartToken, "hintCode": c.hint})
		}
		said, a := v.json("/sign-in/bankid/"+o.Order, nil)
		if said.Status != "failed" || said.HintCode != c.hint || said.Next != "/sign-in/bankid/"+o.Order || a.sets("tillit") {
			t.Errorf("%s: %+v", c.hint, said)
		}
		p := v.get(said.Next)
		title, _ := p.has(t, "h1")
		lead, _ := p.has(t, ".t-lead")
		_, retry := p.has(t, "main a.ds-button[href^='/sign-in?to=']")
		if title != c.title || !strings.Contains(lead, c.says) || retry != c.retry || lead != said.Text {
			t.Errorf("%s: %q, %q, may begin again: %v", c.hint, title, lead, retry)
		}
		if strings.Contains(p.body, "Bosse") || strings.Contains(p.body, "9815") {
			t.Errorf("%s: the page says whose BankID it was", c.hint)
		}
	}
}

func TestCancelAndStartAgain(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	first, _ := v.json("/sign-in/bankid", nil)
	second, _ := v.json("/sign-in/bankid", nil)
	if said, _ := v.json("/sign-in/bankid/"+first.Order, nil); said.Status != "failed" || said.HintCode != "cancelled" {
		t.Errorf("a second order left the first alone: %+v", said)
	}
	if a := v.post("/sign-in/cancel", url.Values{"to": {"/my/cases"}}); a.Header.Get("Location") != "/sign-in?to=%2Fmy%2Fcases" {
		t.Errorf("cancelled leads to %q", a.Header.Get("Location"))
	}
	p := v.get("/sign-in/bankid/" + second.Order)
	title, _ := p.has(t, "h1")
	if lead, _ := p.has(t, ".t-lead"); title != "Inloggningen blev inte klar" || !strings.Contains(lead, "någon tryckte på Avbryt") {
		t.Errorf("what she cancelled herself is told as %q, %q", title, lead)
	}
	if a := v.get("/sign-in/bankid/" + second.Order + "/qr"); a.StatusCode != http.StatusNoContent {
		t.Errorf("the code of a cancelled order: %d", a.StatusCode)
	}
}

// An order that signs something belongs to the pages of what is signed.
func TestOrdersThatSignAreNotHere(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	o, _ := v.json("/sign-in/bankid", nil)
	conn, err := h.db.Server.Superuser(t.Context(), h.db.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if tag, err := conn.Exec(t.Context(), "update session.eid_order set purpose = 'sign'"); err != nil || tag.RowsAffected() != 1 {
		t.Fatal(tag, err)
	}
	at := "/sign-in/bankid/" + o.Order
	for _, a := range []answer{v.get(at), v.get(at + "/qr"), v.post(at, nil)} {
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", a.Request.Method, a.StatusCode)
		}
	}
}

func TestBankIDDoesNotAnswer(t *testing.T) {
	h := build(t, false)
	h.bankid.Close()
	v := h.visitor(t)
	p := v.post("/sign-in/bankid", url.Values{"to": {"/my/cases"}})
	if title, _ := p.has(t, "h1"); p.StatusCode != http.StatusServiceUnavailable || title != "BankID svarar inte just nu" {
		t.Errorf("%d %q", p.StatusCode, title)
	}
	for _, s := range []string{"a[href='/sign-in?to=%2Fmy%2Fcases']", "a[href='/contact']", "a[href='tel:0980319200']"} {
		if _, ok := p.has(t, s); !ok {
			t.Errorf("no %s", s)
		}
	}
	if a := v.do("POST", "/sign-in/bankid", nil, "application/json"); a.StatusCode != http.StatusServiceUnavailable || strings.TrimSpace(a.body) != `{"error":"unavailable"}` {
		t.Errorf("as JSON: %d %s", a.StatusCode, a.body)
	}
}

func TestSignOut(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	v.enter()
	mine, _ := url.Parse(h.url)
	kept := v.c.Jar.Cookies(mine)
	p := v.post("/sign-out", nil)
	title, _ := p.has(t, "h1")
	state, _ := p.has(t, ".t-state")
	if p.StatusCode != http.StatusOK || title != "Du är utloggad" || state != "Utloggad 09.00" || p.Header.Get("Clear-Site-Data") != `"cache", "cookies", "storage"` {
		t.Errorf("%d %q %q %q", p.StatusCode, title, state, p.Header.Get("Clear-Site-Data"))
	}
	for _, s := range []string{".t-who", ".t-receipt", "dialog"} {
		if said, ok := p.has(t, s); ok {
			t.Errorf("the page still has %s: %q", s, said)
		}
	}
	if strings.Contains(p.body, "Alva") {
		t.Error("the page still knows who it was")
	}
	if left := v.c.Jar.Cookies(mine); len(left) != 0 {
		t.Errorf("%d cookies are left", len(left))
	}
	v.c.Jar.SetCookies(mine, kept) // a copy of the cookie opens nothing any more
	if _, ok := v.get("/").has(t, ".t-who"); ok {
		t.Error("the old cookie still works")
	}
	for range 2 {
		p = v.post("/sign-out", nil)
		if lead, _ := p.has(t, ".t-lead"); p.StatusCode != http.StatusOK || lead != "Ingen är inloggad i den här webbläsaren." {
			t.Errorf("without a session: %d %q", p.StatusCode, lead)
		}
	}
}

func TestLeavingGivesUpWhatRuns(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	v.enter()
	o, _ := v.json("/sign-in/bankid", nil)
	v.post("/sign-out", nil)
	res, err := http.Post(h.bankid.URL+"/bankid/approve", "application/json", strings.NewReader(`{"autoStartToken":"`+o.AutoStartToken+`","personalNumber":"`+alva.Number+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode == http.StatusOK {
		t.Error("the order of whoever left can still be approved")
	}
}

func TestSignInWhileSignedIn(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	v.enter()
	for to, want := range map[string]string{"/my/cases": "/my/cases", "//evil.test": "/my", "/work": "/my"} {
		p := v.get("/sign-in?" + url.Values{"to": {to}}.Encode())
		if _, ok := p.has(t, "main a.ds-button[href='"+want+"']"); !ok {
			t.Errorf("on the way to %s there is no way on to %s", to, want)
		}
		if _, ok := p.has(t, "main form[action='/sign-out']"); !ok {
			t.Error("no way out")
		}
	}
	if a := v.post("/session/extend", nil); a.StatusCode != http.StatusNoContent {
		t.Errorf("extend: %d", a.StatusCode)
	}
	h.clock.Advance(16 * time.Minute)
	if a := v.post("/session/extend", nil); a.StatusCode != http.StatusSeeOther {
		t.Errorf("extend after the end: %d", a.StatusCode)
	}
}

func TestNotMe(t *testing.T) {
	h := build(t, true)
	v, elsewhere := h.visitor(t), h.visitor(t)
	v.enter()
	elsewhere.enter()
	if title, _ := v.get("/not-me").has(t, "h1"); title != "Det här är inte jag, eller inte mitt" {
		t.Errorf("%q", title)
	}
	p := v.post("/not-me", nil)
	if lead, _ := p.has(t, ".t-lead"); lead != "Vi avslutade 2 inloggningar klockan 9. Ingen av dem går att använda igen." {
		t.Errorf("%q", lead)
	}
	for _, who := range []*visitor{v, elsewhere} {
		if _, ok := who.get("/").has(t, ".t-who"); ok {
			t.Error("somebody is still signed in")
		}
	}
	if a := v.post("/not-me", nil); a.Header.Get("Location") != "/not-me" {
		t.Errorf("nobody is sent to %q", a.Header.Get("Location"))
	}
	v.post("/sign-in/demo", url.Values{"id": {"ida"}})
	if title, _ := v.get("/not-me").has(t, "h1"); title != "Fel person eller fel ärende" {
		t.Errorf("an officer reads %q", title)
	}
}

func TestDemoCast(t *testing.T) {
	h := build(t, true)
	for _, c := range []struct {
		id, to string
		status int
		lands  string
		who    string
	}{
		{"ida", "", http.StatusSeeOther, "/work", "Ida Norén, Miljöenheten"},
		{"ida", "/work/cases?open=1", http.StatusSeeOther, "/work/cases?open=1", "Ida Norén, Miljöenheten"},
		{"ida", "//evil.test/work", http.StatusSeeOther, "/work", "Ida Norén, Miljöenheten"},
		{"rakel", "/my", http.StatusSeeOther, "/steward", "Rakel Sund, Miljöenheten"},
		{"alva", "", http.StatusNotFound, "", ""},
		{"", "", http.StatusNotFound, "", ""},
	} {
		v := h.visitor(t)
		a := v.post("/sign-in/demo", url.Values{"id": {c.id}, "to": {c.to}})
		who, _ := v.get("/contact").has(t, ".t-who span")
		if a.StatusCode != c.status || a.Header.Get("Location") != c.lands || who != c.who {
			t.Errorf("%s on the way to %q: %d to %q as %q", c.id, c.to, a.StatusCode, a.Header.Get("Location"), who)
		}
	}
	v := h.visitor(t)
	if said, a := v.json("/sign-in/demo", url.Values{"id": {"ida"}}); said.Status != "complete" || !a.sets("tillit") {
		t.Errorf("as JSON: %d %+v", a.StatusCode, said)
	}
	p := h.visitor(t).get("/sign-in?to=/work/cases")
	if _, ok := p.has(t, "form[action='/sign-in/demo'] input[value='rakel'] + input[name=to][value='/work/cases']"); !ok {
		t.Error("the page does not offer the cast")
	}

	real := build(t, false).visitor(t)
	if a := real.post("/sign-in/demo", url.Values{"id": {"ida"}}); a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusMethodNotAllowed || a.sets("tillit") {
		t.Errorf("outside the demo: %d", a.StatusCode)
	}
	if p := real.get("/sign-in"); strings.Contains(p.body, "demo") {
		t.Error("outside the demo the page speaks of it")
	}
}

func TestClosed(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	h.cards[0].Closed, h.cards[0].Since = true, morning.Add(-15*time.Hour)
	for _, path := range []string{"/", "/services"} {
		p := v.get(path)
		said, _ := p.has(t, ".t-closed")
		if !strings.Contains(said, "Ansök om förskola Stängd just nu") || !strings.Contains(said, "ring 0980-319 200.") || !strings.Contains(said, "Stängd i går.") {
			t.Errorf("%s: %q", path, said)
		}
		if _, ok := p.has(t, "a[href='/services/childcare']"); ok {
			t.Errorf("%s leads to what is closed", path)
		}
	}
	if err := h.board.Close(t.Context(), "test", closure.SignIn, "a test of the sign"); err != nil {
		t.Fatal(err)
	}
	p := v.get("/sign-in")
	if said, _ := p.has(t, ".t-closed"); !strings.Contains(said, "Inloggningen är stängd just nu") || !strings.Contains(said, "0980-319 200") || strings.Contains(p.body, "a test of the sign") {
		t.Errorf("%q", said)
	}
	if _, ok := p.has(t, "form[action='/sign-in/bankid']"); ok {
		t.Error("a closed way in is offered")
	}
	if a := v.post("/sign-in/bankid", nil); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a closed way in answers %d", a.StatusCode)
	}
}

func TestSearch(t *testing.T) {
	v := build(t, false).visitor(t)
	p := v.get("/services?q=Forskola")
	if lead, _ := p.has(t, ".t-lead"); lead != "En tjänst passar ”Forskola”" {
		t.Errorf("%q", lead)
	}
	if _, ok := p.has(t, "input[name=q][value=Forskola]"); !ok {
		t.Error("the search is not kept")
	}
	p = v.get("/services?q=" + url.QueryEscape("<script>båt"))
	if lead, _ := p.has(t, ".t-lead"); lead != "Ingen tjänst passar ”<script>båt”" {
		t.Errorf("%q", lead)
	}
	if _, ok := p.has(t, "a[href='tel:0980319200']"); !ok {
		t.Error("an empty list does not say what to do")
	}
	if p = v.get("/services?life=school"); !strings.Contains(p.body, "Ansök om förskola") || strings.Contains(p.body, "bergvärme") {
		t.Error("a life event shows what is not of it")
	}
	if a, b := v.get("/services?life=nothing"), v.get("/services"); !strings.Contains(a.body, "bergvärme") || !strings.Contains(b.body, "bergvärme") {
		t.Error("a life event that there is not hides services")
	}
}

// What somebody types about herself, or about anybody, must not close the door behind her.
func TestNumbersInTheAddressStopNothing(t *testing.T) {
	h := build(t, false)
	v := h.visitor(t)
	for range 4 {
		for path, want := range map[string]int{
			"/services?q=19780202-9806": 200, "/?x=197802029806": 200, "/sign-in?to=/x/197802029806": 200, "/197802029806": 404, "/not/19780202-9806?a=b": 404,
		} {
			if a := v.get(path); a.StatusCode != want {
				t.Errorf("GET %s answers %d", path, a.StatusCode)
			}
		}
	}
	if closed := h.board.All(); len(closed) != 0 {
		t.Errorf("closed: %v", closed)
	}
}

func TestLanguage(t *testing.T) {
	h := build(t, false)
	for to, want := range map[string]string{
		"/services?q=f%C3%B6r": "/services?q=f%C3%B6r", "//evil.test": "/", "https://evil.test": "/", "/\\evil.test": "/", "": "/",
	} {
		v := h.visitor(t)
		a := v.get("/language/da?" + url.Values{"to": {to}}.Encode())
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Errorf("to %q: %d to %q", to, a.StatusCode, a.Header.Get("Location"))
		}
		if title, _ := v.get("/").has(t, "h1"); title != "Hvad har du brug for hjælp til?" {
			t.Errorf("the choice is not kept: %q", title)
		}
	}
	if a := h.visitor(t).get("/language/fi"); a.StatusCode != http.StatusNotFound {
		t.Errorf("a language that there is not: %d", a.StatusCode)
	}
	p := h.visitor(t).get("/sign-in?to=/my/cases")
	if _, ok := p.has(t, ".t-lang a[href='/language/en?to=%2Fsign-in%3Fto%3D%2Fmy%2Fcases']"); !ok {
		t.Error("changing the language forgets where she was going")
	}
}

func TestSecurityText(t *testing.T) {
	a := build(t, false).visitor(t).get("/.well-known/security.txt")
	want := "Contact: mailto:kommun@granvik.test\nContact: tel:0980319200\nExpires: 2026-05-31T08:00:00Z\nPreferred-Languages: sv, da, en\n"
	if a.body != want || a.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%s:\n%s", a.Header.Get("Content-Type"), a.body)
	}
}

// Every page that anybody reaches stands in every language, with one heading and no script of its own.
func TestPagesInEveryLanguage(t *testing.T) {
	h := build(t, true)
	for _, l := range text.Langs {
		v := h.visitor(t)
		v.get("/language/" + string(l))
		order := v.post("/sign-in/bankid", nil).Header.Get("Location")
		titles := map[string]string{}
		for _, path := range []string{"/", "/services", "/services?q=xyz", "/contact", "/sign-in", order, "/not-me"} {
			p := v.get(path)
			title, _ := p.has(t, "h1")
			if p.StatusCode != http.StatusOK || title == "" || strings.Count(p.body, "<h1") != 1 || !strings.Contains(p.body, `<html lang="`+string(l)+`"`) {
				t.Errorf("%s in %s: %d %q", path, l, p.StatusCode, title)
			}
			if strings.Contains(p.body, " style=") || strings.Contains(p.body, " onclick=") || strings.Count(p.body, "<script") != strings.Count(p.body, `<script type="module" src="`) {
				t.Errorf("%s in %s has an inline style or script", path, l)
			}
			if other, taken := titles[title]; taken && path != "/services?q=xyz" {
				t.Errorf("%s in %s is called as %s is", path, l, other)
			}
			titles[title] = path
		}
	}
}

func TestLivesAreKnown(t *testing.T) {
	h := build(t, false)
	for _, key := range hall.Lives() {
		h.cards[0].Life = key
		if _, ok := h.visitor(t).get("/").has(t, ".t-events a[href='/services?life="+key+"'] strong"); !ok {
			t.Errorf("%s is not on the start page", key)
		}
	}
}
