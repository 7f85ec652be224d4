package formpack

import (
	"testing"
	"time"
)

func TestPick(t *testing.T) {
	d := func(y int, m time.Month, day int) time.Time { return time.Date(y, m, day, 0, 0, 0, 0, time.UTC) }
	rows := []Rate{
		{ID: "old", Key: "k", Value: 1, ValidFrom: d(2024, 1, 1), ValidTo: d(2024, 12, 31), Confirmed: true},
		{ID: "now", Key: "k", Value: 2, ValidFrom: d(2025, 1, 1), Confirmed: true},
		{ID: "next", Key: "k", Value: 3, ValidFrom: d(2026, 7, 1)},
		{ID: "own", Key: "k", Value: 4, ValidFrom: d(2025, 6, 1), Municipality: "granvik", Confirmed: true},
		{ID: "own, a guess", Key: "k", Value: 5, ValidFrom: d(2025, 8, 1), Municipality: "granvik"},
		{ID: "neighbour's", Key: "k", Value: 6, ValidFrom: d(2025, 1, 1), Municipality: "sundvik", Confirmed: true},
		{ID: "enabled", Key: "e", Value: 7, ValidFrom: d(2025, 1, 1), Enabled: true},
		{ID: "other", Key: "o", Value: 8, ValidFrom: d(2025, 1, 1), Confirmed: true},
	}
	for _, c := range []struct {
		name         string
		key          string
		on           time.Time
		municipality string
		want         string // empty: none
	}{
		{"first day", "k", d(2024, 1, 1), "", "old"},
		{"last day", "k", d(2024, 12, 31), "", "old"},
		{"last day, late", "k", time.Date(2024, 12, 31, 23, 59, 0, 0, time.UTC), "", "old"},
		{"the day after", "k", d(2025, 1, 1), "", "now"},
		{"the day before all", "k", d(2023, 12, 31), "", ""},
		{"not confirmed is passed over", "k", d(2026, 7, 1), "", "now"},
		{"its own goes first", "k", d(2025, 6, 1), "granvik", "own"},
		{"before its own, the common one", "k", d(2025, 5, 31), "granvik", "now"},
		{"its own guess is passed over", "k", d(2025, 9, 1), "granvik", "own"},
		{"another's is nobody else's", "k", d(2025, 9, 1), "elsewhere", "now"},
		{"enabled though not confirmed", "e", d(2025, 1, 1), "", "enabled"},
		{"no such key", "x", d(2025, 1, 1), "", ""},
	} {
		got, ok := Pick(rows, c.key, c.on, c.municipality)
		if got.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %q, %v", c.name, got.ID, ok)
		}
	}
	rows[2].Confirmed = true
	if got, _ := Pick(rows, "k", d(2026, 7, 1), ""); got.ID != "next" {
		t.Errorf("once confirmed, the later row holds: %q", got.ID)
	}
	if got, ok := (Rate{Unit: DateOn, Value: 20260701}).Day(); !ok || got != d(2026, 7, 1) {
		t.Errorf("day: %v %v", got, ok)
	}
	if _, ok := (Rate{Unit: DateOn, Value: 20260231}).Day(); ok {
		t.Error("31 February is a day")
	}
}

func TestPickAll(t *testing.T) {
	p := compileBus(t)
	on := busToday
	rows := []Rate{{Key: "bus.lead_days", Value: 14, Unit: Days, Confirmed: true}, {Key: "bus.secret", Value: 1, Confirmed: true}, {Key: "bus.card_fee", Value: 1, Unit: Ore}}
	picked := p.PickAll(rows, on, "")
	if len(picked) != 1 || picked["bus.lead_days"].Value != 14 {
		t.Errorf("%v", picked)
	}
	for _, key := range []string{"bus.lead_days", "bus.far_metres", "bus.sign_days", "bus.remind_days", "bus.card_fee"} {
		if _, ok := p.Needs.Rates[key]; !ok {
			t.Errorf("%s is not among what the package needs", key)
		}
	}
}

func TestCalendar(t *testing.T) {
	at := func(s string) time.Time {
		d, ok := parseDay(s)
		if !ok {
			t.Fatalf("%s", s)
		}
		return d
	}
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-03-10", 4, "2026-07-10"},
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-10-31", 4, "2027-02-28"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -13, "2024-12-15"},
		{"2026-05-31", 0, "2026-05-31"},
	} {
		if got := addMonths(at(c.from), c.n).Format(time.DateOnly); got != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.n, got, c.want)
		}
	}
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2025-01-17", "2026-01-16", 11},
		{"2025-01-17", "2026-01-17", 12},
		{"2024-02-29", "2025-02-28", 12},
		{"2026-01-31", "2026-02-28", 1},
		{"2026-01-31", "2026-02-27", 0},
		{"2026-05-01", "2026-05-31", 0},
		{"2026-05-15", "2026-04-16", 0},
		{"2026-05-15", "2026-04-15", -1},
	} {
		if got := monthsBetween(at(c.from), at(c.to)); got != c.want {
			t.Errorf("%s to %s: %d months, want %d", c.from, c.to, got, c.want)
		}
	}
	// A day is the municipality's: a moment before midnight there is still that day.
	stockholm := time.FixedZone("", 2*3600)
	if got := day(time.Date(2026, 7, 1, 0, 30, 0, 0, stockholm)); got != at("2026-07-01") {
		t.Errorf("%v", got)
	}
}
