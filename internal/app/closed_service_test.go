package app_test

import (
	"net/http"
	"net/url"
	"testing"

	"tillit/internal/testkit/house"
)

// A service that is switched off by itself is off wherever its records are, begun ones as well;
// the rest of the house goes on.
func TestAClosedServiceIsClosedAtEveryDoor(t *testing.T) {
	h := house.New(t)
	maria := h.Resident(t, "maria-lindqvist")
	begun := maria.Post("/services/childcare-application/start", nil)
	if begun.Status != http.StatusSeeOther {
		t.Fatalf("start: %d", begun.Status)
	}
	draft := begun.To
	if p := h.Staff(t, "rakel-sund").Post("/steward/close", url.Values{"target": {"service/childcare-application"}, "why": {"prov av brytaren"}}); p.Status >= 400 {
		t.Fatalf("close: %d", p.Status)
	}
	for name, p := range map[string]house.Page{
		"its page": maria.Get("/services/childcare-application"), "a new one": maria.Post("/services/childcare-application/start", nil),
		"a draft": maria.Get(draft), "a step": maria.Post(draft+"/steps/kind", url.Values{"kind": {"preschool"}}), "the reading through": maria.Get(draft + "/review"),
		"to sign": maria.Post(draft+"/sign", nil),
	} {
		if p.Status != http.StatusServiceUnavailable {
			t.Errorf("%s while the service is closed: %d", name, p.Status)
		}
	}
	for _, path := range []string{"/my", "/services"} {
		if p := maria.Get(path); p.Status != http.StatusOK {
			t.Errorf("%s: %d", path, p.Status)
		}
	}
}
