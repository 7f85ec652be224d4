package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"tillit/internal/app"
	"tillit/internal/testkit/house"
)

// desk is a house that people reach by a name, and a browser with a security key in it.
type desk struct {
	*house.House
	at  string // the address that people type
	tab context.Context
	key webauthn.AuthenticatorID
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	_, port, _ := net.SplitHostPort(listen)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	d := &desk{at: "http://localhost:" + port}
	d.House = house.New(t, func(o *app.Options) { o.Config.Listen, o.Config.PublicURL = listen, d.at })

	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("accept-lang", "sv"))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	t.Cleanup(stop)
	d.tab, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(d.tab); err != nil {
		t.Fatalf("the browser did not start: %v", err)
	}
	d.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		made, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		d.key = made.AuthenticatorID
		return err
	}))
	return d
}

func (d *desk) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, stop := context.WithTimeout(d.tab, 20*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func run[T any](t *testing.T, d *desk, a chromedp.Action[T]) T {
	t.Helper()
	ctx, stop := context.WithTimeout(d.tab, 20*time.Second)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// tell changes how the key behaves.
func tell[P any](t *testing.T, d *desk, command cdp.Command[P, cdp.Empty], p P) {
	t.Helper()
	d.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, p)
		return err
	}))
}

// kept is the one passkey in the key.
func (d *desk) kept(t *testing.T) *webauthn.Credential {
	t.Helper()
	var all webauthn.GetCredentialsResult
	d.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		all, err = cdp.Call(ctx, target, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: d.key})
		return err
	}))
	if len(all.Credentials) != 1 {
		t.Fatalf("the key holds %d passkeys", len(all.Credentials))
	}
	return all.Credentials[0]
}

// fresh takes everything out of the key, and gives back the misses that an address may have.
func (d *desk) fresh(t *testing.T) {
	t.Helper()
	tell(t, d, webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: d.key})
	d.Clock.Advance(2 * time.Minute)
}

// open shows a page with a passkey's form, ready to be used.
func (d *desk) open(t *testing.T, path string) {
	t.Helper()
	d.do(t, chromedp.Navigate(d.at+path), chromedp.WaitVisible(chromedp.CSS("form[data-passkey] button")))
}

func (d *desk) press(t *testing.T) {
	t.Helper()
	d.do(t, chromedp.Click(chromedp.CSS("form[data-passkey] button")))
}

// invite makes an invitation at the console.
func (d *desk) invite(t *testing.T, name string) string {
	t.Helper()
	made, err := d.Invite(t.Context(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	return made.Code
}

// make makes a passkey on the page, by an invitation.
func (d *desk) make(t *testing.T, code, label string) {
	t.Helper()
	d.open(t, "/staff/key")
	for field, typed := range map[string]string{"code": code, "label": label} {
		d.do(t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.getElementById(%q).value = %q", field, typed)))
	}
	d.press(t)
}

// employ makes a passkey for an employee, in a key that was empty.
func (d *desk) employ(t *testing.T, name string) {
	t.Helper()
	d.fresh(t)
	d.make(t, d.invite(t, name), "")
	d.do(t, chromedp.WaitVisible(chromedp.CSS("form[data-passkey]:not([data-passkey-new]) button")))
}

// refusal waits for what the page says went wrong.
func (d *desk) refusal(t *testing.T) string {
	t.Helper()
	return run(t, d, chromedp.Text(chromedp.CSS("[data-passkey-text].t-error")))
}

func (d *desk) signOut(t *testing.T) {
	t.Helper()
	d.do(t, chromedp.Click(chromedp.CSS(".t-who button")), chromedp.WaitNotPresent(chromedp.CSS(".t-who")))
}

// question is a ceremony as a browser is asked it.
type question struct {
	Challenge string
	Options   json.RawMessage
}

func ask(t *testing.T, b *house.Browser, path string, body map[string]string) question {
	t.Helper()
	p := b.JSON(path, body)
	var q question
	if err := json.Unmarshal([]byte(p.Body), &q); err != nil || p.Status != http.StatusOK {
		t.Fatalf("begin: %d %v", p.Status, err)
	}
	return q
}

// answer is what the key says to a question, in the page that the tab shows.
func (d *desk) answer(t *testing.T, q question, verb, read string) string {
	t.Helper()
	return run(t, d, chromedp.Evaluate[string](fmt.Sprintf(`(async () => JSON.stringify((await navigator.credentials.%s({
		publicKey: PublicKeyCredential.%s(%s.publicKey) })).toJSON()))()`, verb, read, q.Options), chromedp.EvalAwaitPromise))
}

func (d *desk) assert(t *testing.T, q question) string {
	t.Helper()
	return d.answer(t, q, "get", "parseRequestOptionsFromJSON")
}

func (d *desk) attest(t *testing.T, q question) string {
	t.Helper()
	return d.answer(t, q, "create", "parseCreationOptionsFromJSON")
}

const staffPath, keyPath = "/sign-in/staff", "/staff/key"

// signs answers a question for a browser and gives the status.
func signs(b *house.Browser, q question, response string) int {
	return b.JSON(staffPath+"/"+q.Challenge, map[string]string{"response": response}).Status
}

// hasSession asks for something that only a session answers with.
func hasSession(b *house.Browser) bool {
	return b.Do(http.MethodPost, "/session/extend", nil, "").Status == http.StatusNoContent
}

// before runs a script before those of each page, as long as the test lasts.
func (d *desk) before(t *testing.T, script string) {
	t.Helper()
	var added page.ScriptIdentifier
	d.do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		made, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		added = made.Identifier
		return err
	}))
	t.Cleanup(func() {
		tell(t, d, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams{Identifier: added})
	})
}
