package guard_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tillit/internal/core/guard"
)

// How often digits that nobody chose are taken for a number. A false alarm closes a route, so
// each bound is a promise; the chance is fixed, so that a run is like every other.
func TestFalseAlarms(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	raw := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(chance.Uint32())
		}
		return b
	}
	for _, shape := range []struct {
		name   string
		tries  int
		one    func() string
		atMost int // of all tries
	}{
		{"UUID", 300_000, func() string {
			s := hex.EncodeToString(raw(16))
			return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
		}, 0},
		{"UUID of digits only", 100_000, func() string {
			return fmt.Sprintf("%08d-%04d-%04d-%04d-%012d", chance.IntN(1e8), chance.IntN(1e4), chance.IntN(1e4), chance.IntN(1e4), chance.Int64N(1e12))
		}, 0},
		{"hash of 8 hex", 300_000, func() string { return "app." + hex.EncodeToString(raw(4)) + ".css" }, 0},
		{"hash of 12 hex", 300_000, func() string { return "app." + hex.EncodeToString(raw(6)) + ".css" }, 1},
		{"hash of 64 hex", 100_000, func() string { return hex.EncodeToString(raw(32)) }, 0},
		{"base64", 100_000, func() string { return base64.StdEncoding.EncodeToString(raw(48)) }, 0},
		{"base64url", 100_000, func() string { return base64.RawURLEncoding.EncodeToString(raw(33)) }, 0},
		{"SVG path", 100_000, func() string {
			return fmt.Sprintf(`<path d="M%06d-%04dL%010d %012dz"/>`, chance.IntN(1e6), chance.IntN(1e4), chance.Int64N(1e10), chance.Int64N(1e12))
		}, 0},
		{"decimals", 100_000, func() string { return fmt.Sprintf("%.10f %.12f", chance.Float64(), chance.Float64()) }, 0},
		{"seconds since 1970 in a token", 100_000, func() string { return fmt.Sprintf(`{"exp":%d,"iat":%[1]d}`, 1_700_000_000+chance.IntN(400_000_000)) }, 0},
		{"time of day", 100_000, func() string {
			return fmt.Sprintf("20%02d-%02d-%02d %02d.%02d", chance.IntN(40), 1+chance.IntN(12), 1+chance.IntN(28), chance.IntN(24), chance.IntN(60))
		}, 0},
		{"Swedish telephone with its groups", 100_000, func() string {
			return fmt.Sprintf("0%02d-%03d %02d %02d, 0%03d-%03d %03d, +46%09d", chance.IntN(100), chance.IntN(1000), chance.IntN(100), chance.IntN(100), chance.IntN(1000), chance.IntN(1000), chance.IntN(1000), chance.IntN(1e9))
		}, 0},
		{"Danish telephone", 100_000, func() string {
			n := 20_000_000 + chance.IntN(79_999_999)
			return fmt.Sprintf("%02d %02d %02d %02d, +45%08d", n/1e6, n/1e4%100, n/100%100, n%100, n)
		}, 0},
		{"organisation number", 100_000, func() string {
			return fmt.Sprintf("%02d%02d%02d-%04d", 16+chance.IntN(80), 20+chance.IntN(80), chance.IntN(100), chance.IntN(1e4))
		}, 0},
		{"amount", 100_000, func() string {
			return fmt.Sprintf("%d %03d %03d,%02d kr", 1+chance.IntN(999), chance.IntN(1000), chance.IntN(1000), chance.IntN(100))
		}, 0},
		{"case reference", 100_000, func() string { return fmt.Sprintf("BUN %d/%05d, %[1]d-%06[2]d", 2020+chance.IntN(9), chance.IntN(1e5)) }, 0},
		// what has no mark of its own: Sweden's one in 136 and Denmark's one in 300 or so
		{"ten bare digits", 300_000, func() string { return fmt.Sprintf("%010d", chance.Int64N(1e10)) }, 3900},
		{"twelve bare digits", 300_000, func() string { return fmt.Sprintf("%012d", chance.Int64N(1e12)) }, 80},
		{"six and four with a dash", 300_000, func() string { return fmt.Sprintf("%06d-%04d", chance.IntN(1e6), chance.IntN(1e4)) }, 25_000},
	} {
		g, alarms := guard.New(), 0
		for range shape.tries {
			if g.Scan([]byte(shape.one()), nil) != nil {
				alarms++
			}
		}
		t.Logf("%-34s %6d of %d, one in %.0f", shape.name, alarms, shape.tries, float64(shape.tries)/float64(alarms))
		if alarms > shape.atMost {
			t.Errorf("%s: %d false alarms of %d, at most %d promised", shape.name, alarms, shape.tries, shape.atMost)
		}
	}
}

func TestPagesRaiseNoAlarm(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 6))
	g := watching(append(manyNames(1000), names...)...)
	for i := range 300 {
		body := page(chance, 12)
		if found := g.Scan([]byte(body), nil); found != nil {
			f := found[0]
			t.Fatalf("page %d: found %v: %q", i, f, body[max(0, f.At-40):min(len(body), f.At+f.Len+40)])
		}
	}
}

func TestLongDrawingRaisesNoAlarm(t *testing.T) {
	body := `<path class="x" d="M` + strings.Repeat("1212121212 19121212-1212 ", 10_000) + `z"/>`
	if found := guard.New().Scan([]byte(body+"19121212-1212"), nil); len(found) != 1 || found[0].At != len(body) {
		t.Errorf("found %d, want the one behind the drawing", len(found))
	}
}

func benchmark(b *testing.B, watched []guard.Name) {
	body := []byte(page(rand.New(rand.NewPCG(5, 6)), 15)) // 22 kB
	g := watching(watched...)
	var a guard.Allowed
	a.Add("Kim Lindgren")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if g.Scan(body, &a) != nil {
			b.Fatal("not clean")
		}
	}
}

func BenchmarkCleanPage(b *testing.B)              { benchmark(b, names) }
func BenchmarkCleanPageNoNames(b *testing.B)       { benchmark(b, nil) }
func BenchmarkCleanPageThousandNames(b *testing.B) { benchmark(b, manyNames(1000)) }

func BenchmarkAllowed(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var a guard.Allowed
		for range 12 {
			a.Add("Kim Sofia Lindgren")
			a.Add("19121212-1212")
			a.Add("Storgatan 12, 981 85 Granvik")
		}
	}
}

func BenchmarkNewWatchThousand(b *testing.B) {
	n := manyNames(1000)
	for b.Loop() {
		guard.NewWatch(n)
	}
}
