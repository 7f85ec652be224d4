package incident_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

func says(t *testing.T, p house.Page, status int, words ...string) {
	t.Helper()
	if p.Status != status {
		t.Fatalf("%d, want %d", p.Status, status)
	}
	for _, w := range words {
		if !strings.Contains(p.Body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func silent(t *testing.T, p house.Page, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(p.Body, w) {
			t.Errorf("the page says %q", w)
		}
	}
}

// turn posts a form and follows to the page that confirms it.
func turn(t *testing.T, b *house.Browser, path string, form url.Values) house.Page {
	t.Helper()
	p := b.Post(path, form)
	if p.Status != http.StatusSeeOther {
		t.Fatalf("%s: %d", path, p.Status)
	}
	return b.Get(p.To)
}

func form(target, why string) url.Values { return url.Values{"target": {target}, "why": {why}} }

func TestOneStewardClosesAndTwoOpen(t *testing.T) {
	h := house.New(t)
	rakel, amir := h.Staff(t, "rakel-sund"), h.Staff(t, "amir-dahlgren")
	says(t, rakel.Get("/steward"), http.StatusOK, "Allt är öppet")

	p := turn(t, rakel, "/steward/close", form("sign-in", "Vi utreder ett fel."))
	says(t, p, http.StatusOK, "En sak är stängd", "Inloggning är stängd sedan i dag klockan ", "Av Rakel Sund, i dag klockan ", "Vi utreder ett fel.")
	if p := h.Browser(t).JSON("/sign-in/bankid", map[string]string{}); p.Status != http.StatusServiceUnavailable {
		t.Errorf("somebody could begin to sign in: %d", p.Status)
	}
	// Closing what is closed says how it stands and changes nothing.
	says(t, turn(t, amir, "/steward/close", form("sign-in", "Också jag.")), http.StatusOK, "Av Rakel Sund", "Inloggning är stängd sedan")

	p = turn(t, rakel, "/steward/open", form("sign-in", "Felet är rättat."))
	says(t, p, http.StatusOK, "Du bad om att få öppna Inloggning", "Du har bett om att få öppna.")
	silent(t, p, `action="/steward/open"`)
	p = rakel.Post("/steward/open", form("sign-in", "Jag igen."))
	says(t, p, http.StatusUnprocessableEntity, "Den som öppnar måste vara en annan i vakten", "<title>Fel: ")

	says(t, amir.Get("/steward"), http.StatusOK, "Rakel Sund har bett om att få öppna.", "En sak är stängd")
	says(t, turn(t, amir, "/steward/open", form("sign-in", "Jag har läst rättelsen.")), http.StatusOK, "Inloggning är öppen igen sedan", "Allt är öppet", "Bad om att få öppna", "Jag har läst rättelsen.")
	says(t, amir.Post("/steward/open", form("sign-in", "En gång till.")), http.StatusUnprocessableEntity, "Den är redan öppen")
	h.Resident(t, "maria-lindqvist")
}

func TestWhatWasTypedComesBack(t *testing.T) {
	h := house.New(t)
	rakel := h.Staff(t, "rakel-sund")
	p := rakel.Post("/steward/close", form("", "Ett skäl & ett till"))
	says(t, p, http.StatusUnprocessableEntity, "<title>Fel: ", `href="#target"`, "Välj vad som ska stängas", "Ett skäl &amp; ett till")
	p = rakel.Post("/steward/close", form("egress", "  "))
	says(t, p, http.StatusUnprocessableEntity, `href="#why"`, `<option value="egress" selected`)
	p = rakel.Post("/steward/close", form("egress", strings.Repeat("å", 501)))
	says(t, p, http.StatusUnprocessableEntity, `href="#why"`, strings.Repeat("å", 501))
	// What is not offered can't be closed: a house without stewards is opened by nobody.
	for _, target := range []string{"route/steward", "route/steward/open", "route/sign-in", "route/sign-out", "service/none", "controller/x", "zzz"} {
		says(t, rakel.Post("/steward/close", form(target, "Ett skäl.")), http.StatusUnprocessableEntity, "Välj vad som ska stängas")
	}
	says(t, rakel.Get("/steward"), http.StatusOK, "Allt är öppet")
	turn(t, rakel, "/steward/close", form("egress", "Ett skäl."))
	p = rakel.Post("/steward/open", form("egress", "x"))
	says(t, p, http.StatusUnprocessableEntity, `href="#why-0"`, `id="why-0"`, `value="x"`)
}

func TestARouteClosesAndOpens(t *testing.T) {
	h := house.New(t)
	rakel, maria := h.Staff(t, "rakel-sund"), h.Resident(t, "maria-lindqvist")
	says(t, turn(t, rakel, "/steward/close", form("route/my/disclosures", "Ett skäl.")), http.StatusOK, "Väg: /my/disclosures är stängd")
	if p := maria.Get("/my/disclosures"); p.Status != http.StatusServiceUnavailable {
		t.Errorf("a closed route answers %d", p.Status)
	}
	if p := maria.Get("/my"); p.Status != http.StatusOK {
		t.Errorf("another route answers %d", p.Status)
	}
}

func TestTheBoardIsForStewards(t *testing.T) {
	h := house.New(t)
	maria, officer := h.Resident(t, "maria-lindqvist"), h.Staff(t, "anna-karin-mo")
	for name, b := range map[string]*house.Browser{"a resident": maria, "an officer": officer} {
		for _, p := range []house.Page{b.Get("/steward"), b.Post("/steward/close", form("egress", "Ett skäl.")), b.Post("/steward/open", form("egress", "Ett skäl."))} {
			if p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", name, p.Status)
			}
		}
	}
	nobody := h.Browser(t)
	for _, p := range []house.Page{nobody.Get("/steward"), nobody.Post("/steward/close", form("egress", "Ett skäl."))} {
		if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/sign-in") {
			t.Errorf("nobody: %d to %q", p.Status, p.To)
		}
	}
	says(t, h.Staff(t, "rakel-sund").Get("/steward"), http.StatusOK, "Allt är öppet", "Den här sidan visade inga personuppgifter.")
}

func TestNearMissesAndObjectionsAreCounted(t *testing.T) {
	h := house.New(t)
	rakel := h.Staff(t, "rakel-sund")
	says(t, rakel.Get("/steward"), http.StatusOK, "Inget svar har behövt stoppas", "Ingen invånare har sagt")

	maria := h.Resident(t, "maria-lindqvist")
	maria.Get("/my")
	own := regexp.MustCompile(`action="(/my/disclosures/[0-9a-f-]{36}/object)"`).FindStringSubmatch(maria.Get("/my/disclosures?own=1").Body)
	if own == nil {
		t.Fatal("no look to object to")
	}
	if p := maria.Post(own[1], nil); p.Status != http.StatusSeeOther {
		t.Fatalf("an objection: %d", p.Status)
	}
	pool, ids := h.DB.Pool(t, db.App), id.NewSource(h.Clock, nil)
	for _, back := range []string{"0 days", "6 days", "8 days"} {
		if _, err := pool.Exec(t.Context(), `insert into ledger.near_miss (id, at, route, build, kind, count) values ($1, $2::timestamptz - $3::text::interval, 'GET /my/cases/{case}', 'test', 'number', 5)`,
			id.New[any](ids), h.Clock.Now(), back); err != nil {
			t.Fatal(err)
		}
	}
	p := rakel.Get("/steward")
	says(t, p, http.StatusOK, "GET /my/cases/{case}", "<td>2</td>", "En rad i någons logg är markerad")
	silent(t, p, "Maria", "Lindqvist")
}
