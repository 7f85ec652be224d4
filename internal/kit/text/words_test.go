package text_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"tillit/internal/kit/text"
)

func stockholm(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// three is one thing said in every language.
type three struct{ sv, da, en string }

func (want three) check(t *testing.T, what string, said func(l text.Lang) string) {
	t.Helper()
	for l, w := range map[text.Lang]string{text.SV: want.sv, text.DA: want.da, text.EN: want.en, "": want.sv} {
		if got := said(l); got != w {
			t.Errorf("%s in %q: %q, want %q", what, l, got, w)
		}
	}
}

func TestDates(t *testing.T) {
	zone := stockholm(t)
	july := time.Date(2026, 7, 9, 22, 30, 0, 0, time.UTC) // already the tenth in Stockholm
	three{"10 juli 2026", "10. juli 2026", "10 July 2026"}.check(t, "Date",
		func(l text.Lang) string { return text.Date(l, july, zone) })
	march := time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	three{"fredag 20 mars", "fredag 20. marts", "Friday 20 March"}.check(t, "DayDate",
		func(l text.Lang) string { return text.DayDate(l, march, zone) })
}

func TestTimesOfDay(t *testing.T) {
	zone := stockholm(t)
	for _, c := range []struct {
		hour, minute int
		clock, at    three
	}{
		{14, 6, three{"14.06", "14.06", "14:06"}, three{"klockan 14.06", "klokken 14.06", "at 14:06"}},
		{9, 12, three{"09.12", "09.12", "09:12"}, three{"klockan 9.12", "klokken 9.12", "at 9:12"}},
		{9, 0, three{"09.00", "09.00", "09:00"}, three{"klockan 9", "klokken 9", "at 9:00"}},
		{2, 21, three{"02.21", "02.21", "02:21"}, three{"klockan 02.21", "klokken 02.21", "at 02:21"}},
		{0, 0, three{"00.00", "00.00", "00:00"}, three{"klockan 00.00", "klokken 00.00", "at 00:00"}},
	} {
		at := time.Date(2026, 3, 20, c.hour, c.minute, 59, 0, zone)
		c.clock.check(t, "Clock", func(l text.Lang) string { return text.Clock(l, at.UTC(), zone) })
		c.at.check(t, "At", func(l text.Lang) string { return text.At(l, at.UTC(), zone) })
	}
}

func TestWhen(t *testing.T) {
	zone := stockholm(t)
	now := time.Date(2026, 3, 29, 0, 30, 0, 0, zone) // the night the clocks go forward
	for _, c := range []struct {
		at   time.Time
		want three
	}{
		{time.Date(2026, 3, 29, 14, 6, 0, 0, zone), three{"i dag klockan 14.06", "i dag klokken 14.06", "today at 14:06"}},
		{time.Date(2026, 3, 28, 23, 59, 0, 0, zone), three{"i går", "i går", "yesterday"}},
		{time.Date(2026, 3, 30, 0, 0, 0, 0, zone), three{"i morgon", "i morgen", "tomorrow"}},
		{time.Date(2026, 7, 10, 8, 0, 0, 0, zone), three{"10 juli", "10. juli", "10 July"}},
		{time.Date(2025, 7, 10, 8, 0, 0, 0, zone), three{"10 juli 2025", "10. juli 2025", "10 July 2025"}},
	} {
		c.want.check(t, "When", func(l text.Lang) string { return text.When(l, c.at.UTC(), now.UTC(), zone) })
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		items []string
		want  three
	}{
		{nil, three{}},
		{[]string{"a"}, three{"a", "a", "a"}},
		{[]string{"a", "b"}, three{"a och b", "a og b", "a and b"}},
		{[]string{"a", "b", "c"}, three{"a, b och c", "a, b og c", "a, b and c"}},
	} {
		c.want.check(t, "List", func(l text.Lang) string { return text.List(l, c.items) })
	}
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		n    int
		want three
	}{
		{0, three{"noll", "nul", "zero"}},
		{1, three{"en", "en", "one"}},
		{2, three{"två", "to", "two"}},
		{12, three{"tolv", "tolv", "twelve"}},
		{13, three{"13", "13", "13"}},
		{999, three{"999", "999", "999"}},
		{12400, three{"12\u00a0400", "12.400", "12,400"}},
		{1234567, three{"1\u00a0234\u00a0567", "1.234.567", "1,234,567"}},
		{-1200, three{"-1\u00a0200", "-1.200", "-1,200"}},
	} {
		c.want.check(t, "Count", func(l text.Lang) string { return text.Count(l, c.n) })
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		n    int64
		want three
	}{
		{0, three{"0\u00a0byte", "0\u00a0byte", "0\u00a0bytes"}},
		{1, three{"1\u00a0byte", "1\u00a0byte", "1\u00a0byte"}},
		{999, three{"999\u00a0byte", "999\u00a0byte", "999\u00a0bytes"}},
		{1000, three{"1\u00a0kB", "1\u00a0kB", "1\u00a0kB"}},
		{1234, three{"1,2\u00a0kB", "1,2\u00a0kB", "1.2\u00a0kB"}},
		{12_345, three{"12\u00a0kB", "12\u00a0kB", "12\u00a0kB"}},
		{999_499, three{"999\u00a0kB", "999\u00a0kB", "999\u00a0kB"}},
		{999_500, three{"1\u00a0MB", "1\u00a0MB", "1\u00a0MB"}},
		{9_960_000, three{"10\u00a0MB", "10\u00a0MB", "10\u00a0MB"}},
		{2_500_000_000, three{"2,5\u00a0GB", "2,5\u00a0GB", "2.5\u00a0GB"}},
	} {
		c.want.check(t, "Bytes", func(l text.Lang) string { return text.Bytes(l, c.n) })
	}
}

// The neighbours of today are yesterday and tomorrow, whatever the zone does with its clocks.
func TestNeighboursOfToday(t *testing.T) {
	zone := stockholm(t)
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(0, 40_000).Draw(t, "day")
		hour := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(4, 22).Draw(t, name)) * time.Hour
		}
		at := func(offset int, h time.Duration) time.Time {
			return time.Date(1950, 1, 1+day+offset, int(h.Hours()), 0, 0, 0, zone)
		}
		now := at(0, hour("now"))
		if got := text.When(text.EN, at(-1, hour("before")), now, zone); got != "yesterday" {
			t.Fatalf("the day before: %q", got)
		}
		if got := text.When(text.EN, at(1, hour("after")), now, zone); got != "tomorrow" {
			t.Fatalf("the day after: %q", got)
		}
	})
}
