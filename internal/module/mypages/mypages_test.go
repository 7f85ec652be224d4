package mypages

import (
	"encoding/csv"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

func stockholm(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestHalfYear(t *testing.T) {
	zone := stockholm(t)
	first := func(y int, m time.Month) time.Time { return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC) }
	counts := []ledger.Month{
		{First: first(2025, 7), Purpose: "handle_case", Count: 9}, // before the half-year
		{First: first(2025, 12), Purpose: "handle_case", Count: 2},
		{First: first(2025, 12), Purpose: "inbox", Count: 1},
		{First: first(2026, 1), Purpose: "co_sign", Count: 3},
		{First: first(2026, 1), Purpose: "never-heard-of", Count: 1},
	}
	for _, c := range []struct {
		name, now string
		want      []string
		dec, jan  [groups]int
	}{
		{"over the turn of the year", "2026-01-20T12:00:00Z", []string{"2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01"}, [groups]int{3, 0, 0}, [groups]int{0, 3, 1}},
		{"new year at home, still old in Greenwich", "2025-12-31T23:30:00Z", []string{"2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01"}, [groups]int{3, 0, 0}, [groups]int{0, 3, 1}},
		{"last day of a long month", "2026-03-31T12:00:00Z", []string{"2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"}, [groups]int{3, 0, 0}, [groups]int{0, 3, 1}},
		{"december", "2025-12-01T12:00:00Z", []string{"2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12"}, [groups]int{3, 0, 0}, [groups]int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			var months []string
			byMonth := map[string][groups]int{}
			for _, m := range halfYear(now, zone, counts) {
				months = append(months, m.First.Format("2006-01"))
				byMonth[m.First.Format("2006-01")] = m.Counts
				if m.First.Hour() != 0 || m.First.Location() != zone {
					t.Errorf("a month begins at %s", m.First)
				}
			}
			if diff := cmp.Diff(c.want, months); diff != "" {
				t.Error(diff)
			}
			if byMonth["2025-12"] != c.dec || byMonth["2026-01"] != c.jan {
				t.Errorf("december %v, january %v", byMonth["2025-12"], byMonth["2026-01"])
			}
		})
	}
}

func TestMonthNames(t *testing.T) {
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, stockholm(t))
	for l, want := range map[text.Lang]string{text.SV: "mars", text.DA: "marts", text.EN: "March"} {
		if got := monthName(l, march); got != want {
			t.Errorf("%s: %q", l, got)
		}
	}
}

func TestChartSaysWhatStandsOut(t *testing.T) {
	zone := stockholm(t)
	months := halfYear(time.Date(2026, 2, 3, 0, 0, 0, 0, zone), zone, []ledger.Month{
		{First: time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), Purpose: "handle_case", Count: 4},
		{First: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Purpose: "apply", Count: 1},
	})
	h := chartOf(In(text.SV), months)
	if want := "Tillfällen per månad, september 2025 till februari 2026. Flest i december: 4."; h.Chart.Title != want {
		t.Errorf("%q", h.Chart.Title)
	}
	if h.Total != 5 || len(h.Chart.Columns) != 6 || h.Chart.Columns[3].Label != "dec" || h.Chart.Columns[5].Counts[parties] != 1 {
		t.Errorf("%+v", h)
	}
}

// Page after page gives the whole log, each occasion once, however many share an instant.
func TestPagesTogetherAreTheWholeLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		steps := rapid.SliceOfN(rapid.IntRange(0, 2), 0, 60).Draw(t, "steps")
		var all []ledger.Seen
		at := base
		for i, s := range steps {
			at = at.Add(-time.Duration(s) * time.Microsecond)
			all = append(all, ledger.Seen{At: at, Response: access.RequestID{1: byte(i + 1)}})
		}
		read := func(before time.Time, limit int) []ledger.Seen { // as the ledger's reader does
			var list []ledger.Seen
			for _, s := range all {
				if s.At.Before(before) && len(list) < limit {
					list = append(list, s)
				}
			}
			return list
		}
		size := rapid.IntRange(1, 8).Draw(t, "size")
		var got []ledger.Seen
		for before := base.Add(time.Minute); !before.IsZero(); {
			limit := size
			page, older, ok := cut(read(before, limit+1), limit)
			for ; !ok; page, older, ok = cut(read(before, limit+1), limit) {
				limit *= 2
			}
			if len(page) > limit || !older.IsZero() && len(page) == 0 {
				t.Fatalf("a page of %d with the limit %d", len(page), limit)
			}
			got, before = append(got, page...), older
		}
		if diff := cmp.Diff(all, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestWhoLookedInWords(t *testing.T) {
	officer := ledger.Seen{Kind: access.Officer, Title: "placement_officer", Name: "Anna-Karin Mo", Unit: "Förskoleadministrationen", Board: "Utbildningsnämnden", Purpose: "handle_case"}
	with := func(change func(*ledger.Seen)) ledger.Seen {
		s := officer
		change(&s)
		return s
	}
	for _, c := range []struct {
		name             string
		seen             ledger.Seen
		role, unit, work string
		why              string
	}{
		{"an officer by the key of her title", officer, "Placeringshandläggare", "Förskoleadministrationen · Utbildningsnämnden", "Anna-Karin Mo", "För att handlägga ditt ärende."},
		{"an officer by the words of her title", with(func(s *ledger.Seen) { s.Title = "Handläggare, skyddade ärenden" }), "Handläggare, skyddade ärenden", "Förskoleadministrationen · Utbildningsnämnden", "Anna-Karin Mo", "För att handlägga ditt ärende."},
		{"a title without words", with(func(s *ledger.Seen) { s.Title = "x_17" }), "Medarbetare", "Förskoleadministrationen · Utbildningsnämnden", "Anna-Karin Mo", "För att handlägga ditt ärende."},
		{"no title", with(func(s *ledger.Seen) { s.Title = "" }), "Medarbetare", "Förskoleadministrationen · Utbildningsnämnden", "Anna-Karin Mo", "För att handlägga ditt ärende."},
		{"a steward", with(func(s *ledger.Seen) { s.Kind, s.Title, s.Board, s.Purpose = access.Steward, "steward", "", "watch" }), "Säkerhetsansvarig", "Förskoleadministrationen", "Anna-Karin Mo", "För att följa upp en händelse."},
		{"a purpose without words", with(func(s *ledger.Seen) { s.Purpose = "HANDL-02" }), "Placeringshandläggare", "Förskoleadministrationen · Utbildningsnämnden", "Anna-Karin Mo", "För att utföra ett uppdrag hos kommunen."},
		{"the other guardian, whatever the row says of her", with(func(s *ledger.Seen) { s.Kind, s.Purpose = access.Resident, "co_sign" }), "Den andra vårdnadshavaren", "", "", "För att läsa och signera en ansökan."},
		{"she herself", with(func(s *ledger.Seen) { s.Kind, s.Self, s.Purpose = access.Resident, true, "my_pages" }), "Du själv", "", "", "För att visa Mina sidor."},
		{"a machine", with(func(s *ledger.Seen) { s.Kind, s.Title, s.Purpose = "service:", "service:notify", "notify" }), "Automatiskt", "", "", "För att säga till dig att det finns något att läsa. Ingen människa såg uppgifterna."},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lookIn(text.SV, c.seen, time.Time{}, time.UTC)
			if l.Role != c.role || l.unit() != c.unit || l.Name != c.work || l.Why != c.why {
				t.Errorf("%q, %q, %q, %q", l.Role, l.unit(), l.Name, l.Why)
			}
		})
	}
}

func TestDayOfAnotherYearHasItsYear(t *testing.T) {
	zone := stockholm(t)
	now := time.Date(2026, 1, 2, 9, 0, 0, 0, zone)
	for at, want := range map[time.Time]string{
		time.Date(2026, 1, 1, 9, 12, 0, 0, zone):           "Torsdag 1 januari",
		time.Date(2025, 12, 31, 9, 12, 0, 0, zone):         "Onsdag 31 december 2025",
		time.Date(2025, 12, 31, 23, 30, 0, 0, time.UTC):    "Torsdag 1 januari",
		time.Date(2026, 1, 2, 2, 0, 0, 0, zone):            "Fredag 2 januari",
		time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC):      "Torsdag 29 februari 2024",
		time.Date(2025, 12, 31, 22, 59, 59, 999, time.UTC): "Onsdag 31 december 2025",
	} {
		if got := dayIn(text.SV, at, now, zone); got != want {
			t.Errorf("%s: %q", at, got)
		}
	}
}

func TestKinds(t *testing.T) {
	for _, c := range []struct {
		fields []string
		want   []string
	}{
		{nil, nil},
		{[]string{"person.given", "person.surname", "person.number"}, []string{"Namn", "Personnummer"}},
		{[]string{"person.street", "person.city", "person.postcode"}, []string{"Adress"}},
		{[]string{"case.body.income.amount", "case.body.hours"}, []string{"Svar i ansökan"}},
		{[]string{"case.body"}, []string{"Innehåll i ärendet"}},
		{[]string{"draft.answers.hours"}, []string{"Utkast"}},
		{[]string{"person.shoe_size"}, []string{"Personuppgift"}},
		{[]string{"zzz.secret", "other"}, []string{"Annan uppgift"}},
	} {
		if diff := cmp.Diff(c.want, kindsIn(In(text.SV), c.fields)); diff != "" {
			t.Errorf("%v: %s", c.fields, diff)
		}
	}
}

func TestEveryPurposeHasWordsInEveryLanguage(t *testing.T) {
	begins := map[text.Lang]string{text.SV: "För att ", text.DA: "For at ", text.EN: "To "}
	for _, l := range text.Langs {
		for purpose := range purposes {
			why, ok := In(l).ByKey("why_" + purpose)
			if !ok || !strings.HasPrefix(why, begins[l]) || !strings.HasSuffix(why, ".") {
				t.Errorf("%s: %s: %q", l, purpose, why)
			}
		}
	}
}

// Whatever stands in the ledger, a key of it is never what people read.
func TestAKeyIsNeverShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := "q" + rapid.StringMatching(`[a-z0-9_]{5,20}`).Draw(t, "key")
		l := rapid.SampledFrom(text.Langs[:]).Draw(t, "language")
		kind := rapid.SampledFrom([]access.Kind{access.Resident, access.Officer, access.Steward, "service:"}).Draw(t, "kind")
		got := lookIn(l, ledger.Seen{Kind: kind, Title: key, Purpose: key, Fields: []string{key + "." + key}}, time.Time{}, time.UTC)
		for _, words := range append(got.Kinds, got.Role, got.Why) {
			if words == "" || strings.Contains(words, key) {
				t.Fatalf("%q shows the key", words)
			}
		}
	})
}

func TestEmployeesAreCountedOnce(t *testing.T) {
	ida, mo, johan, self := access.PersonID{1}, access.PersonID{2}, access.PersonID{3}, access.PersonID{4}
	got := sumUp([]ledger.Seen{
		{Kind: access.Resident, Principal: johan, Title: "resident"},
		{Kind: access.Officer, Principal: self, Self: true},
		{Kind: "service:", Title: "service:notify"},
		{Kind: access.Officer, Principal: mo, Name: "newest"},
		{Kind: access.Officer, Principal: ida},
		{Kind: access.Officer, Principal: mo},
		{Kind: access.Steward, Principal: access.PersonID{5}},
	})
	if got.Employees != 3 || got.Last.Name != "newest" {
		t.Errorf("%+v", got)
	}
	if got := sumUp(nil); got.Employees != 0 {
		t.Errorf("%+v", got)
	}
}

func TestSheet(t *testing.T) {
	at := time.Date(2026, 3, 9, 8, 12, 5, 0, time.UTC)
	body := sheet(In(text.SV), []look{
		{At: at, Role: "Handläggare", Unit: "Enheten \"Syd\"", Board: "Miljö; hälsa", Name: "=HYPERLINK(\"http://x\")", Why: "För att, och sedan\nnästa rad.", Kinds: []string{"Namn", "Adress"}, Case: CaseLink{Ref: "K7M-4QX"}},
		{At: at, Role: "@SUM(1)", Name: "-Anna-Karin"},
	}, stockholm(t))
	plain, marked := strings.CutPrefix(string(body), "\uFEFF")
	if !marked || !strings.Contains(plain, "\r\n") {
		t.Error("no mark, or not the line ends of RFC 4180")
	}
	rows, err := csv.NewReader(strings.NewReader(plain)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Tid", "Roll", "Enhet", "Nämnd", "Namn", "Varför", "Uppgifter", "Ärende"},
		{"2026-03-09 09:12:05", "Handläggare", "Enheten \"Syd\"", "Miljö; hälsa", "'=HYPERLINK(\"http://x\")", "För att, och sedan\nnästa rad.", "Namn, Adress", "K7M-4QX"},
		{"2026-03-09 09:12:05", "'@SUM(1)", "", "", "'-Anna-Karin", "", "", ""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "Namn": "Namn", "1-2": "1-2", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		"  =1": "'  =1", "\u00a0=1": "'\u00a0=1", "＝1": "'＝1", "|cmd": "'|cmd", "a=1": "a=1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}

func TestPlaceSurvivesTheWayRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := place{own: rapid.Bool().Draw(t, "own")}
		if rapid.Bool().Draw(t, "later") {
			p.before = time.UnixMicro(rapid.Int64Range(1, 4e15).Draw(t, "at")).UTC()
		}
		u, err := url.Parse(p.path())
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{}
		for _, h := range p.hidden() {
			form.Set(h.Name, h.Value)
		}
		for _, q := range []url.Values{u.Query(), form} {
			if got, err := placeOf(q); err != nil || !got.before.Equal(p.before) || got.own != p.own {
				t.Fatalf("%v became %v: %v", p, got, err)
			}
		}
	})
	if _, err := placeOf(url.Values{"before": {"yesterday"}}); err == nil {
		t.Error("a place that is none was taken")
	}
}

func TestStanding(t *testing.T) {
	w := func(button string) *Waiting { return &Waiting{Button: button} }
	got := stand([]CaseCard{
		{Ref: "A", Waiting: w("sign")}, {Waiting: w("draft")}, {Ref: "B", Ended: true}, {Ref: "C", Steps: []ui.PathStep{{Text: "x"}}},
	})
	var waiting []string
	for _, w := range got.Waiting {
		waiting = append(waiting, w.Button)
	}
	refs := func(cards []CaseCard) (list []string) {
		for _, c := range cards {
			list = append(list, c.Ref)
		}
		return list
	}
	if !slices.Equal(waiting, []string{"sign", "draft"}) || !slices.Equal(refs(got.Open), []string{"A", "C"}) || !slices.Equal(refs(got.Ended), []string{"B"}) {
		t.Errorf("%v, %v, %v", waiting, refs(got.Open), refs(got.Ended))
	}
}
