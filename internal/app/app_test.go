package app_test

import (
	"net/http"
	"strings"
	"testing"

	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

func TestAResidentSignsInAndSeesHerOwnPagesAndNobodyElses(t *testing.T) {
	h := house.New(t)
	if p := h.Browser(t).Get("/my"); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/sign-in") {
		t.Fatalf("/my without a session: %d to %q", p.Status, p.To)
	}
	b := h.Resident(t, "maria-lindqvist")
	p := b.Get("/my")
	if p.Status != http.StatusOK || !strings.Contains(p.Body, "Hej Maria") {
		t.Fatalf("/my: %d", p.Status)
	}
	if p.Header.Get("Cache-Control") != "no-store" {
		t.Error("a personal page may be stored")
	}
	if p := b.Post("/sign-out", nil); p.Status != http.StatusOK {
		t.Errorf("sign-out: %d", p.Status)
	}
	if p := b.Get("/my"); p.Status != http.StatusSeeOther {
		t.Errorf("/my after sign-out: %d", p.Status)
	}
}
