package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tillit/internal/testkit/house"
)

// started begins an order in a browser and gives its key and its autostart token.
func started(t *testing.T, b *house.Browser) (order, autoStart string) {
	t.Helper()
	p := b.JSON("/sign-in/bankid", map[string]string{})
	var o struct {
		Order     string `json:"order"`
		AutoStart string `json:"autoStartToken"`
		Status    string `json:"status"`
		Hint      string `json:"hintCode"`
	}
	if err := json.Unmarshal([]byte(p.Body), &o); err != nil || p.Status != http.StatusCreated || o.Status != "pending" || o.Hint == "" {
		t.Fatalf("start: %d %+v", p.Status, o)
	}
	return o.Order, o.AutoStart
}

func status(t *testing.T, p house.Page) (status, hint string) {
	t.Helper()
	var o struct {
		Status string `json:"status"`
		Hint   string `json:"hintCode"`
	}
	if err := json.Unmarshal([]byte(p.Body), &o); err != nil {
		t.Fatalf("%d %v", p.Status, err)
	}
	return o.Status, o.Hint
}

func signedIn(b *house.Browser) bool { return b.Get("/my").Status == http.StatusOK }

// An order that was started in one browser and approved gives no other browser a session.
func TestAnOrderBelongsToTheBrowserThatStartedIt(t *testing.T) {
	h := house.New(t)
	first, second := h.Browser(t), h.Browser(t)
	order, token := started(t, first)
	started(t, second) // has a nonce of its own
	first.Approve(token, "maria-lindqvist")
	for name, b := range map[string]*house.Browser{"with another order": second, "with none": h.Browser(t)} {
		if p := b.JSON("/sign-in/bankid/"+order, map[string]string{}); p.Status != http.StatusNotFound {
			t.Errorf("a browser %s collected: %d", name, p.Status)
		}
		if p := b.Get("/sign-in/bankid/" + order); p.Status != http.StatusNotFound {
			t.Errorf("a browser %s saw the order: %d", name, p.Status)
		}
		if signedIn(b) {
			t.Errorf("a browser %s is signed in", name)
		}
	}
	if o := first.Collect("/sign-in/bankid/" + order); o.Status != "complete" || !signedIn(first) {
		t.Errorf("its own browser: %s", o.Status)
	}
}

func TestAGetNeverSignsAnybodyIn(t *testing.T) {
	h := house.New(t)
	b := h.Browser(t)
	order, token := started(t, b)
	b.Approve(token, "maria-lindqvist")
	b.Get("/sign-in/bankid/" + order)
	b.Get("/sign-in/bankid/" + order + "/qr")
	if signedIn(b) {
		t.Error("signed in without a POST")
	}
}

func TestASecondOrderCancelsTheFirstAndSaysSo(t *testing.T) {
	h := house.New(t)
	b := h.Browser(t)
	first, _ := started(t, b)
	second, token := started(t, b)
	if s, hint := status(t, b.JSON("/sign-in/bankid/"+first, map[string]string{})); s == "pending" || s == "complete" || hint != "cancelled" {
		t.Errorf("the first order: %s %s", s, hint)
	}
	b.Approve(token, "johan-ek")
	if o := b.Collect("/sign-in/bankid/" + second); o.Status != "complete" {
		t.Errorf("the second order: %s", o.Status)
	}
}

func TestAnotherPersonInTheSameBrowserGetsASessionOfHerOwn(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "maria-lindqvist")
	u, _ := url.Parse(h.Public)
	var stolen []*http.Cookie
	stolen = append(stolen, b.Client.Jar.Cookies(u)...)
	b.SignIn("johan-ek")
	if p := b.Get("/my"); strings.Contains(p.Body, "Maria") && !strings.Contains(p.Body, "Johan") {
		t.Error("still the first person")
	}
	thief := h.Browser(t)
	thief.Client.Jar.SetCookies(u, stolen)
	if signedIn(thief) {
		t.Error("the first person's session lives on after another signed in over it")
	}
}

func TestAStolenCookieIsDeadAfterSignOut(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "maria-lindqvist")
	u, _ := url.Parse(h.Public)
	stolen := b.Client.Jar.Cookies(u)
	p := b.Post("/sign-out", nil)
	if p.Status != http.StatusOK || !strings.Contains(p.Header.Get("Clear-Site-Data"), "cache") {
		t.Fatalf("sign-out: %d", p.Status)
	}
	thief := h.Browser(t)
	thief.Client.Jar.SetCookies(u, stolen)
	if signedIn(thief) {
		t.Error("the cookie still opens her pages")
	}
}

func TestAnIdleSessionEndsAndNoSessionOutlivesItsDay(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "maria-lindqvist")
	h.Clock.Advance(14 * time.Minute)
	if !signedIn(b) {
		t.Fatal("ended before its time")
	}
	h.Clock.Advance(16 * time.Minute)
	if signedIn(b) {
		t.Error("an idle session lives on")
	}
	b.SignIn("maria-lindqvist")
	for range 60 {
		h.Clock.Advance(10 * time.Minute)
		b.Get("/my")
	}
	if signedIn(b) {
		t.Error("a session outlived eight hours")
	}
}

func TestOneWhoHasLeftAndOneWhoIsUnknownDoNotComeIn(t *testing.T) {
	h := house.New(t)
	for _, id := range []string{"bengt-ahlstrom", "maria-lindqvist", "nobody", ""} {
		if p := h.Browser(t).JSON("/sign-in/demo", map[string]string{"id": id}); p.Status < 400 {
			t.Errorf("%q came in: %d", id, p.Status)
		}
	}
}

func TestASessionOfOneKindOpensNoOtherPartOfTheHouse(t *testing.T) {
	h := house.New(t)
	for name, c := range map[string]struct {
		b    *house.Browser
		path []string
	}{
		"resident": {h.Resident(t, "maria-lindqvist"), []string{"/work", "/steward"}},
		"officer":  {h.Staff(t, "anna-karin-mo"), []string{"/my", "/steward", "/my/disclosures"}},
		"steward":  {h.Staff(t, "rakel-sund"), []string{"/my", "/work"}},
	} {
		for _, path := range c.path {
			if p := c.b.Get(path); p.Status != http.StatusNotFound {
				t.Errorf("%s at %s: %d", name, path, p.Status)
			}
		}
	}
}

func TestAChangeThatAnotherSiteAsksForIsRefused(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "maria-lindqvist")
	req, err := http.NewRequest(http.MethodPost, h.Public+"/sign-out", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Origin", "https://elsewhere.example")
	if p := b.Send(req); p.Status != http.StatusForbidden {
		t.Errorf("answered %d", p.Status)
	}
	if !signedIn(b) {
		t.Error("another site signed her out")
	}
}

func TestSignInIsClosedAndWhoIsInStaysIn(t *testing.T) {
	h := house.New(t)
	in := h.Resident(t, "maria-lindqvist")
	s, late := h.Staff(t, "rakel-sund"), h.Browser(t)
	begun, token := started(t, late)
	late.Approve(token, "johan-ek")
	if p := s.Post("/steward/close", url.Values{"target": {"sign-in"}, "why": {"prov av brytaren"}}); p.Status >= 400 {
		t.Fatalf("close: %d", p.Status)
	}
	if p := h.Browser(t).JSON("/sign-in/bankid", map[string]string{}); p.Status != http.StatusServiceUnavailable {
		t.Errorf("sign-in while closed: %d", p.Status)
	}
	if p := late.JSON("/sign-in/bankid/"+begun, map[string]string{}); p.Status != http.StatusServiceUnavailable || signedIn(late) {
		t.Errorf("an order from before the closing: %d", p.Status)
	}
	if !signedIn(in) {
		t.Error("who was in is out")
	}
}
