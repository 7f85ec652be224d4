package app_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"tillit/internal/app"
	"tillit/internal/kit/db"
	"tillit/internal/testkit/house"
)

func TestPasskeys(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *desk)
	}{
		{"an employee makes one and signs in with it", employeeSignsIn},
		{"an invitation holds once and for half an hour", invitationHoldsOnce},
		{"a challenge holds once, for five minutes and for its browser", challengeHoldsOnce},
		{"an answer from another origin is refused", otherOriginIsRefused},
		{"an answer that proves nobody is refused", unprovedIsRefused},
		{"a key whose counter went back is refused", counterWentBack},
		{"one who has left does not come in", leaverStaysOut},
		{"who cancels is told so", cancelIsSaid},
		{"a browser that reads no JSON options makes one and signs in all the same", olderBrowser},
		{"a browser without passkeys says so", noPasskeys},
		{"the pages can be used by everybody", pagesAreAccessible},
		{"a closed sign-in lets stewards alone in", closedForOfficers}, // last: it stays closed
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, d) })
	}
	if said := d.Logs.String(); strings.Contains(said, "Norén") || strings.Contains(said, `"panic"`) {
		t.Error("the log names somebody, or something panicked")
	}
}

func employeeSignsIn(t *testing.T, d *desk) {
	d.fresh(t)
	code := d.invite(t, "Ida Norén")
	d.make(t, " "+code[:20]+"\n "+code[20:], "Blå nyckeln") // pasted out of a letter that broke it
	d.do(t, chromedp.WaitVisible(chromedp.CSS(".t-note[data-color=success]")))
	if at := run(t, d, chromedp.Location()); !strings.HasPrefix(at, d.at+staffPath) {
		t.Errorf("a new key leads to %s", at)
	}
	d.press(t)
	d.do(t, chromedp.WaitVisible(chromedp.CSS(".t-who")))
	if at := run(t, d, chromedp.Location()); at != d.at+"/work" {
		t.Errorf("an officer comes to %s", at)
	}
	if who := run(t, d, chromedp.Text(chromedp.CSS(".t-who span"))); !strings.Contains(who, "Ida Norén") {
		t.Errorf("the page belongs to %q", who)
	}
	var label string
	var verified bool
	conn, err := d.DB.Server.Superuser(t.Context(), d.DB.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), "select label, user_verified from session.passkey").Scan(&label, &verified); err != nil || label != "Blå nyckeln" || !verified {
		t.Errorf("the key is kept as %q, verified %v: %v", label, verified, err)
	}
	if strings.Contains(d.Logs.String(), code) {
		t.Error("the invitation is in the log")
	}
	d.signOut(t)

	d.open(t, staffPath+"?"+url.Values{"to": {"/work/cases?list=mine"}}.Encode()) // and to where she was going
	d.press(t)
	d.do(t, chromedp.WaitVisible(chromedp.CSS(".t-who")))
	if at := run(t, d, chromedp.Location()); at != d.at+"/work/cases?list=mine" {
		t.Errorf("she was going elsewhere than %s", at)
	}
	d.signOut(t)

	d.employ(t, "Rakel Sund")
	d.open(t, staffPath+"?"+url.Values{"to": {"//elsewhere.example/work"}}.Encode())
	d.press(t)
	d.do(t, chromedp.WaitVisible(chromedp.CSS(".t-who")))
	if at := run(t, d, chromedp.Location()); at != d.at+"/steward" {
		t.Errorf("a steward comes to %s", at)
	}
	d.signOut(t)
}

func invitationHoldsOnce(t *testing.T, d *desk) {
	d.fresh(t)
	code := d.invite(t, "Lars-Erik Bodin")
	b := d.Browser(t)
	first, second := ask(t, b, keyPath+"/begin", map[string]string{"code": code}), ask(t, b, keyPath+"/begin", map[string]string{"code": code})
	d.open(t, keyPath)
	made := d.attest(t, first)
	fields := map[string]string{"code": code, "label": "", "response": made}
	if p := b.JSON(keyPath+"/"+first.Challenge, fields); p.Status != http.StatusOK {
		t.Fatalf("the invitation does not hold: %d", p.Status)
	}
	d.fresh(t)
	fields["response"] = d.attest(t, second) // a ceremony that began while the invitation held
	if p := b.JSON(keyPath+"/"+second.Challenge, fields); p.Status != http.StatusNotFound {
		t.Errorf("one invitation made two keys: %d", p.Status)
	}
	d.make(t, code, "")
	if said := d.refusal(t); !strings.HasPrefix(said, "Koden gäller inte") {
		t.Errorf("a used invitation: %q", said)
	}

	late := d.invite(t, "Lars-Erik Bodin")
	d.Clock.Advance(28 * time.Minute)
	q := ask(t, b, keyPath+"/begin", map[string]string{"code": late})
	d.Clock.Advance(3 * time.Minute)
	fields = map[string]string{"code": late, "label": "", "response": d.attest(t, q)}
	if p := b.JSON(keyPath+"/"+q.Challenge, fields); p.Status != http.StatusNotFound {
		t.Errorf("an invitation outlived half an hour: %d", p.Status)
	}
	for name, code := range map[string]string{"late": late, "none": "", "no code": "Lars-Erik", "another": strings.Repeat("A", 43)} {
		if p := b.JSON(keyPath+"/begin", map[string]string{"code": code}); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
}

func challengeHoldsOnce(t *testing.T, d *desk) {
	d.employ(t, "Anna-Karin Mo")
	b, other := d.Browser(t), d.Browser(t)
	q := ask(t, b, staffPath+"/begin", nil)
	ask(t, other, staffPath+"/begin", nil) // has a nonce of its own
	said := d.assert(t, q)
	for name, thief := range map[string]*house.Browser{"with another question": other, "with none": d.Browser(t)} {
		if got := signs(thief, q, said); got != http.StatusNotFound || hasSession(thief) {
			t.Errorf("a browser %s came in: %d", name, got)
		}
	}
	if got := signs(b, q, said); got != http.StatusOK || !hasSession(b) {
		t.Fatalf("its own browser: %d", got)
	}
	if got := signs(b, q, said); got != http.StatusNotFound {
		t.Errorf("the same answer twice: %d", got)
	}

	b = d.Browser(t)
	q = ask(t, b, staffPath+"/begin", nil)
	said = d.assert(t, q)
	if got := signs(b, q, "{}"); got != http.StatusUnprocessableEntity {
		t.Errorf("no answer at all: %d", got)
	}
	if got := signs(b, q, said); got != http.StatusNotFound {
		t.Errorf("an answer after a bad one: %d", got)
	}

	q = ask(t, b, staffPath+"/begin", nil)
	said = d.assert(t, q)
	d.Clock.Advance(5*time.Minute + time.Second)
	if got := signs(b, q, said); got != http.StatusNotFound || hasSession(b) {
		t.Errorf("an answer after five minutes: %d", got)
	}

	q, another := ask(t, b, staffPath+"/begin", nil), ask(t, b, staffPath+"/begin", nil)
	if got := signs(b, another, d.assert(t, q)); got != http.StatusUnprocessableEntity || hasSession(b) {
		t.Errorf("an answer to another question: %d", got)
	}
}

func otherOriginIsRefused(t *testing.T, d *desk) {
	d.employ(t, "Malin Frisk")
	b := d.Browser(t)
	q := ask(t, b, staffPath+"/begin", nil)
	// A page on another port has the same host, so that the browser lets it ask the key.
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>Elsewhere</title>"))
	}))
	defer elsewhere.Close()
	_, port, _ := net.SplitHostPort(elsewhere.Listener.Addr().String())
	d.do(t, chromedp.Navigate("http://localhost:"+port+"/"))
	if got := signs(b, q, d.assert(t, q)); got != http.StatusUnprocessableEntity || hasSession(b) {
		t.Errorf("relayed from another site: %d", got)
	}
	q = ask(t, b, keyPath+"/begin", map[string]string{"code": d.invite(t, "Tilda Roos")})
	fields := map[string]string{"code": d.invite(t, "Tilda Roos"), "label": "", "response": d.attest(t, q)}
	if p := b.JSON(keyPath+"/"+q.Challenge, fields); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a key made on another site: %d", p.Status)
	}
}

func unprovedIsRefused(t *testing.T, d *desk) {
	d.employ(t, "Petra Åström")
	b := d.Browser(t)
	yes := true
	bits := func(p webauthn.SetResponseOverrideBitsParams) {
		t.Helper()
		p.AuthenticatorID = d.key
		tell(t, d, webauthn.SetResponseOverrideBits, p)
	}
	for name, p := range map[string]webauthn.SetResponseOverrideBitsParams{"nobody was verified": {IsBadUV: &yes}, "nobody was there": {IsBadUP: &yes}, "signed by nobody": {IsBogusSignature: &yes}} {
		bits(p)
		q := ask(t, b, staffPath+"/begin", nil)
		if got := signs(b, q, d.assert(t, q)); got != http.StatusUnprocessableEntity || hasSession(b) {
			t.Errorf("%s: %d", name, got)
		}
	}
	bits(webauthn.SetResponseOverrideBitsParams{})
	tell(t, d, webauthn.SetCredentialProperties, webauthn.SetCredentialPropertiesParams{AuthenticatorID: d.key, CredentialID: d.kept(t).CredentialID, BackupEligibility: &yes})
	q := ask(t, b, staffPath+"/begin", nil)
	if got := signs(b, q, d.assert(t, q)); got != http.StatusUnprocessableEntity || hasSession(b) {
		t.Errorf("a key of another kind than it was: %d", got)
	}
	bits(webauthn.SetResponseOverrideBitsParams{IsBogusSignature: &yes})
	d.open(t, staffPath)
	d.press(t)
	if said := d.refusal(t); !strings.HasPrefix(said, "Nyckeln gav inget svar") {
		t.Errorf("the page says %q", said)
	}
	d.fresh(t)
	bits(webauthn.SetResponseOverrideBitsParams{IsBadUV: &yes})
	d.make(t, d.invite(t, "Petra Åström"), "")
	if said := d.refusal(t); !strings.HasPrefix(said, "Nyckeln kunde inte visa att det är du") {
		t.Errorf("a key that verifies nobody: %q", said)
	}
	bits(webauthn.SetResponseOverrideBitsParams{})
}

func counterWentBack(t *testing.T, d *desk) {
	d.employ(t, "Oskar Lindh")
	b := d.Browser(t)
	for range 3 {
		q := ask(t, b, staffPath+"/begin", nil)
		if got := signs(b, q, d.assert(t, q)); got != http.StatusOK {
			t.Fatalf("sign-in: %d", got)
		}
	}
	kept := d.kept(t)
	if kept.SignCount < 3 {
		t.Fatal("the key counts nothing")
	}
	early := 1.0 // as a copy has it that was taken then
	tell(t, d, webauthn.SetCredentialProperties, webauthn.SetCredentialPropertiesParams{AuthenticatorID: d.key, CredentialID: kept.CredentialID, SignCount: &early})
	thief := d.Browser(t)
	q := ask(t, thief, staffPath+"/begin", nil)
	if got := signs(thief, q, d.assert(t, q)); got != http.StatusUnprocessableEntity || hasSession(thief) {
		t.Errorf("a copy came in: %d", got)
	}
	if !strings.Contains(d.Logs.String(), "counter went back") {
		t.Error("nobody is told of the copy")
	}
}

func leaverStaysOut(t *testing.T, d *desk) {
	d.employ(t, "Greta Sundin")
	b := d.Browser(t)
	q := ask(t, b, staffPath+"/begin", nil)
	if got := signs(b, q, d.assert(t, q)); got != http.StatusOK || !hasSession(b) {
		t.Fatalf("while she works here: %d", got)
	}
	err := db.New(d.DB.Pool(t, db.App), d.Clock).Tx(t.Context(), db.Local{Kind: "service:population", Purpose: "test"}, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update access.membership set valid_to = $1 where source = 'staff:greta-sundin'", tx.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if hasSession(b) {
		t.Error("her session outlives her employment")
	}
	b = d.Browser(t)
	q = ask(t, b, staffPath+"/begin", nil)
	if got := signs(b, q, d.assert(t, q)); got != http.StatusNotFound || hasSession(b) {
		t.Errorf("she came in: %d", got)
	}
	d.open(t, staffPath)
	d.press(t)
	if said := d.refusal(t); !strings.HasPrefix(said, "Passernyckeln hör inte till någon som arbetar här nu") {
		t.Errorf("the page says %q", said)
	}
	for _, name := range []string{"Greta Sundin", "Bengt Ahlström", "Nobody At All", ""} {
		if _, err := d.Invite(t.Context(), name, ""); err == nil || name != "" && strings.Contains(err.Error(), name) {
			t.Errorf("an invitation for one who does not work here: %v", err)
		}
	}
}

func closedForOfficers(t *testing.T, d *desk) {
	d.employ(t, "Yusuf Hallberg")
	s := d.Staff(t, "rakel-sund")
	if p := s.Post("/steward/close", url.Values{"target": {"sign-in"}, "why": {"prov av brytaren"}}); p.Status >= 400 {
		t.Fatalf("close: %d", p.Status)
	}
	d.open(t, staffPath)
	d.press(t)
	if said := d.refusal(t); !strings.HasPrefix(said, "Inloggningen är stängd för alla utom vakterna") {
		t.Errorf("the page says %q", said)
	}
	d.employ(t, "Amir Dahlgren")
	d.press(t)
	d.do(t, chromedp.WaitVisible(chromedp.CSS(".t-who")))
	d.signOut(t)
}

func cancelIsSaid(t *testing.T, d *desk) {
	d.fresh(t)
	d.open(t, staffPath)
	d.press(t) // there is no passkey in this key
	if said := d.refusal(t); !strings.HasPrefix(said, "Det blev avbrutet") {
		t.Errorf("no passkey: %q", said)
	}
	tell(t, d, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: d.key, IsUserVerified: false})
	d.make(t, d.invite(t, "Gudrun Holm"), "")
	if said := d.refusal(t); !strings.HasPrefix(said, "Det blev avbrutet") {
		t.Errorf("the wrong finger: %q", said)
	}
	tell(t, d, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: d.key, IsUserVerified: true})
	d.press(t) // and the same form, with what was typed still in it, does it now
	d.do(t, chromedp.WaitVisible(chromedp.CSS("form[data-passkey]:not([data-passkey-new]) button")))
	d.make(t, d.invite(t, "Gudrun Holm"), "")
	if said := d.refusal(t); !strings.HasPrefix(said, "Den här nyckeln är redan sparad") {
		t.Errorf("the same key again: %q", said)
	}
}

func olderBrowser(t *testing.T, d *desk) {
	d.before(t, `delete PublicKeyCredential.parseCreationOptionsFromJSON; delete PublicKeyCredential.parseRequestOptionsFromJSON; delete PublicKeyCredential.prototype.toJSON`)
	d.employ(t, "Elin Thorsell")
	d.make(t, d.invite(t, "Elin Thorsell"), "") // which names the key that she has, not to be made twice
	if said := d.refusal(t); !strings.HasPrefix(said, "Den här nyckeln är redan sparad") {
		t.Errorf("the same key again: %q", said)
	}
	d.open(t, staffPath)
	d.press(t)
	d.do(t, chromedp.WaitVisible(chromedp.CSS(".t-who")))
	d.signOut(t)
}

func noPasskeys(t *testing.T, d *desk) {
	d.before(t, `delete window.PublicKeyCredential`)
	for _, path := range []string{staffPath, keyPath} {
		d.do(t, chromedp.Navigate(d.at+path))
		if said := d.refusal(t); !strings.HasPrefix(said, "Den här webbläsaren kan inte använda passernycklar") {
			t.Errorf("%s says %q", path, said)
		}
		if shown := run(t, d, chromedp.Evaluate[bool](`!document.querySelector("[data-passkey-ready]").hidden`)); shown {
			t.Errorf("%s has a button that does nothing", path)
		}
	}
}

func pagesAreAccessible(t *testing.T, d *desk) {
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("run npm ci --ignore-scripts first: %v", err)
	}
	for _, width := range []int64{390, 1280} {
		d.do(t, chromedp.EmulateViewport(width, 900))
		for _, path := range []string{staffPath + "?saved=1", keyPath} {
			d.open(t, path)
			d.do(t, chromedp.Evaluate[chromedp.Void](string(axe)))
			found := run(t, d, chromedp.Evaluate[[]string](`axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"]})
				.then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html.slice(0, 200)).join(" | ")))`, chromedp.EvalAwaitPromise))
			for _, f := range found {
				t.Errorf("%s at %d: %s", path, width, f)
			}
		}
	}
}

// Without a script the pages say what they need, and a form that is sent all the same leads back.
func TestWithoutAScriptThePasskeyPagesSaySo(t *testing.T) {
	h := house.New(t, func(o *app.Options) { o.Config.PublicURL = "http://localhost:8080" })
	b := h.Browser(t)
	for _, path := range []string{staffPath, keyPath} {
		p := b.Get(path)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, "Passernycklar behöver JavaScript") || !strings.Contains(p.Body, "data-passkey-ready hidden") {
			t.Errorf("%s: %d", path, p.Status)
		}
		if p := b.Post(path+"/begin", url.Values{"code": {"x"}}); p.Status != http.StatusSeeOther || p.To != path {
			t.Errorf("%s sent without a script: %d to %q", path, p.Status, p.To)
		}
	}
	if p := b.Get("/sign-in?to=%2Fwork%2Fcases"); !strings.Contains(p.Body, `href="/sign-in/staff?to=%2Fwork%2Fcases"`) {
		t.Error("no way from /sign-in for those who work here")
	}
}

func TestAnAddressThatIsANumberHasNoPasskeys(t *testing.T) {
	h := house.New(t)
	b := h.Browser(t)
	for _, path := range []string{staffPath, keyPath} {
		p := b.Get(path)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, "Passernycklar går inte att använda på den här adressen") || strings.Contains(p.Body, "data-passkey=") {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
	if p := b.Get(staffPath); !strings.Contains(p.Body, `value="ida-noren"`) {
		t.Error("the demo does not offer its cast")
	}
	code, err := h.Invite(t.Context(), "Ida Norén", "")
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]map[string]string{staffPath + "/begin": nil, keyPath + "/begin": {"code": code.Code}} {
		if p := b.JSON(path, body); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}
