package app_test

import (
	"net/http"
	"testing"

	"tillit/internal/testkit/house"
)

// set tells the world's register something about a person, and lets what follows happen.
func set(t *testing.T, h *house.House, key string, what map[string]any) {
	t.Helper()
	b := h.Browser(t)
	if p := b.JSON(h.World+"/population/persons/"+h.Town.Person(key).Number, what); p.Status != http.StatusOK {
		t.Fatalf("the register: %d", p.Status)
	}
	if p := b.JSON(h.World+"/clock", map[string]string{"advance": "1s"}); p.Status != http.StatusOK {
		t.Fatalf("the clock: %d", p.Status)
	}
}

func TestADeathEndsEverySession(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "johan-ek")
	set(t, h, "johan-ek", map[string]any{"died": "2026-11-20"})
	if signedIn(b) {
		t.Error("a session outlived its person")
	}
}

func TestANewProtectionEndsSessionsAndHidesThePerson(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "johan-ek")
	maria := h.Resident(t, "maria-lindqvist")
	set(t, h, "johan-ek", map[string]any{"protection": "secrecy"})
	if signedIn(b) {
		t.Error("a session lived on when its person became protected")
	}
	if !signedIn(maria) {
		t.Error("another person's session ended with it")
	}
	b.SignIn("johan-ek")
	if !signedIn(b) {
		t.Error("a protected person can't come in")
	}
}
