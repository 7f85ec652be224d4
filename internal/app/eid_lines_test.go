package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"testing"

	"tillit/internal/kit/db"
	"tillit/internal/testkit/house"
)

// What is put before a signer goes to her eID, and whatever leaves has its lines.
func TestATextToSignHasItsLinesBeforeItLeaves(t *testing.T) {
	h := house.New(t)
	audit := h.DB.Pool(t, db.Audit)
	lines := func() (n int) {
		err := audit.QueryRow(t.Context(), `select count(*) from ledger.disclosure d join ledger.response r on r.id = d.response and r.at = d.at
join ledger.word w on w.id = r.route where w.text = 'eid/sign' and d.level = 4`).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	leila := h.Resident(t, "leila-haddad")
	draft := leila.Post("/services/childcare-application/start", nil).To
	if p := leila.JSON(draft+"/sign", map[string]string{}); p.Status < 400 || lines() != 0 {
		t.Fatalf("a draft that is not ready: %d, %d lines", p.Status, lines())
	}
	start := h.Clock.Now().AddDate(0, 2, 0)
	for _, st := range []struct {
		step string
		form url.Values
	}{
		{"kind", url.Values{"kind": {"after_school"}}},
		{"child", url.Values{"start-day": {strconv.Itoa(start.Day())}, "start-month": {strconv.Itoa(int(start.Month()))}, "start-year": {strconv.Itoa(start.Year())}, "hours": {"25"}}},
		{"wishes", url.Values{"choices.1": {"ekorren"}}},
		{"everyday", url.Values{"basis": {"own_need"}, "siblings": {"no"}, "current_care": {"home"}}},
		{"contact", url.Values{"contact": {"my_pages"}}},
	} {
		if st.step == "child" {
			child := regexp.MustCompile(`name="child" value="([0-9a-f-]{36})"`).FindStringSubmatch(leila.Get(draft + "/steps/child").Body)
			if child == nil {
				t.Fatal("no child to choose")
			}
			st.form.Set("child", child[1])
		}
		if p := leila.Post(draft+"/steps/"+st.step, st.form); p.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d", st.step, p.Status)
		}
	}
	if p := leila.JSON(draft+"/sign", map[string]string{}); p.Status != http.StatusCreated {
		t.Fatalf("to sign: %d", p.Status)
	}
	if n := lines(); n < 2 {
		t.Errorf("%d lines of the text that was sent: of the answers, and of who the child is", n)
	}
}
