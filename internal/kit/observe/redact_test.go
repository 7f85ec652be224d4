package observe

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The numbers are from the authorities' test series or are nobody's.
func TestRedactTakesOut(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"199002302396", "‹sealed›"}, // an impossible day is no excuse
		{"19900201-2396", "‹sealed›"},
		{"1990-02-01-2396", "‹sealed›"},
		{"900201-2396", "‹sealed›"},
		{"900201+2396", "‹sealed›"},
		{"900201 2396", "‹sealed›"},
		{"900201–2396", "‹sealed›"}, // en dash
		{"9002012396", "‹sealed›"},
		{"900261-2396", "‹sealed›"}, // samordningsnummer
		{"19900261-2396", "‹sealed›"},
		{"290290-1234", "‹sealed›"}, // CPR
		{"2902901234", "‹sealed›"},
		{"person 900201-2396 not found", "person ‹sealed› not found"},
		{"/people/199002012396/edit", "/people/‹sealed›/edit"},
		{"id=199002012396&x=1", "id=‹sealed›&x=1"},
		{"pnr199002012396x", "pnr‹sealed›x"},
		{"900201%202396", "‹sealed›"},
		{"two: 900201-2396, 290290-1234.", "two: ‹sealed›, ‹sealed›."},

		{"anna.berg@example.se", "‹sealed›"},
		{"mail to <anna+x@kommun.example.se> failed", "mail to <‹sealed›> failed"},
		{"åsa@exempel.se,bo@localhost", "‹sealed›,‹sealed›"},
		{"?to=anna%40example.se&x", "?‹sealed›&x"},
		{"a@b@c", "‹sealed›"},
		{"900201-2396@example.se", "‹sealed›"},

		{"+46 70 123 45 67", "‹sealed›"},
		{"+46701234567", "‹sealed›"},
		{"0046 70 1234567", "‹sealed›"},
		{"070-123 45 67", "‹sealed›"},
		{"08-123 456 78", "‹sealed›"},
		{"call (0911) 123 45 now", "call (‹sealed› now"},
		{"+45 12 34 56 78", "‹sealed›"},
		{"12 34 56 78", "‹sealed›"},
		{"ring 0701234567.", "ring ‹sealed›."},
	} {
		if got := Redact(c.in); got != c.want {
			t.Errorf("Redact(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestRedactLeaves(t *testing.T) {
	for _, s := range []string{
		"", "request", "GET /work/cases/{case}",
		"018f3c2a-0701-7234-8567-199002012396",
		"0701234567ab0123456789abcdef0123",
		"2026-03-20T14:06:00.123456Z", "2026-03-20 14:06:00", "2026-03-20", "20260320",
		"127.0.0.1:8080", "::1", "0.00012345678", "3.14", "0", "42", "1024", "1234567", "100%", "@", "a @ b", "@sealed",
		"00001_core.sql", "1.26.8", "SQLSTATE 42501", "took 12 ms of 250 ms", "tillit_requests_total",
		"9999999999", "1779285600000000000",
	} {
		if got := Redact(s); got != s {
			t.Errorf("Redact(%q) = %q, want it left", s, got)
		}
	}
}

func TestRedactFindsANumberWhereverItStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(1890, 2026).Draw(t, "year")
		month := rapid.IntRange(1, 12).Draw(t, "month")
		day := rapid.IntRange(1, 31).Draw(t, "day")
		tail := fmt.Sprintf("%04d", rapid.IntRange(0, 9999).Draw(t, "tail"))
		sep := rapid.SampledFrom([]string{"", "-", "+", " ", "\u00a0", "\u2011", "\u2013"}).Draw(t, "separator")
		date := rapid.SampledFrom([]string{
			fmt.Sprintf("%04d%02d%02d", year, month, day),
			fmt.Sprintf("%02d%02d%02d", year%100, month, day),
			fmt.Sprintf("%02d%02d%02d", year%100, month, day+60),
			fmt.Sprintf("%02d%02d%02d", day, month, year%100),
		}).Draw(t, "date")
		around := rapid.StringMatching(`([a-zåäö /="{}:,.]{0,12}[g-z /="{}:,])?`)
		s := around.Draw(t, "before") + date + sep + tail
		if after := around.Draw(t, "after"); after != "" {
			s += " " + after
		}
		if got := Redact(s); strings.Contains(got, date) || !strings.Contains(got, Sealed) {
			t.Fatalf("Redact(%q) = %q", s, got)
		}
	})
}

func TestRedactTwiceIsRedactOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("0123456789 -+@.%abcåö/(): 40"))).Draw(t, "text")
		once := Redact(s)
		if twice := Redact(once); twice != once {
			t.Fatalf("Redact(%q) = %q, again %q", s, once, twice)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	for _, s := range []string{"GET /work/cases/{case}", "018f3c2a-0701-7234-8567-199002012396", "person 900201-2396 not found"} {
		b.Run(fmt.Sprint(len(s)), func(b *testing.B) {
			for b.Loop() {
				Redact(s)
			}
		})
	}
}
