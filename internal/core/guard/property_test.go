package guard_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tillit/internal/core/guard"
)

// swedes draws a Swedish number in twelve digits, coordination numbers among them.
func swedes() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		year, month, day := rapid.IntRange(1890, 2026).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day")
		if rapid.Bool().Draw(t, "coordination") {
			day += 60
		}
		return swede(year, month, day, rapid.IntRange(0, 9).Draw(t, "serial"))
	})
}

// danes draws a Danish number in ten digits that passes modulo 11.
func danes() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		date := fmt.Sprintf("%02d%02d%02d", rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(0, 99).Draw(t, "year"))
		return passesEleven(date, rapid.IntRange(0, 3999).Draw(t, "serial"))
	})
}

// written draws one way to write a number.
func written(t *rapid.T, number string) string {
	date, tail := number[:len(number)-4], number[len(number)-4:]
	if len(date) == 8 && rapid.Bool().Draw(t, "short") {
		date = date[2:]
	}
	gaps := []string{"", "-", " ", "_", " - ", "\u2013", "\u2011", "\u2212", "\u00a0", "\u202f"}
	if len(number) == 12 {
		gaps = append(gaps, "+")
	}
	s := date + rapid.SampledFrom(gaps).Draw(t, "gap") + tail
	return encoded(t, s)
}

// encoded draws how each character of s is written, and what stands unseen between them.
func encoded(t *rapid.T, s string) string {
	ways := []func(r rune) string{
		func(r rune) string { return html.EscapeString(string(r)) },
		func(r rune) string { return fmt.Sprintf("&#%d;", r) },
		func(r rune) string { return fmt.Sprintf("&#x%x;", r) },
		func(r rune) string { return fmt.Sprintf("&#x%04X;", r) },
		func(r rune) string { return "%" + fmt.Sprintf("%X", string(r))[:2] + percentRest(r) },
		func(r rune) string { return fmt.Sprintf(`\u%04x`, r) },
		func(r rune) string {
			if '0' <= r && r <= '9' {
				return string(r - '0' + '０')
			}
			return string(r)
		},
	}
	unseen := []string{"", "", "", "", "\u00ad", "\u200b", "&shy;", "<b>", "</b>", "<wbr>", `<span class="ds-x" data-n="17">`, "<!-- 1 -->", "<mark></mark>"}
	mixed := rapid.Float64Range(0, 1).Draw(t, "mixed") < 0.5
	var b strings.Builder
	for i, r := range s {
		way := ways[0]
		if mixed {
			way = ways[rapid.IntRange(0, len(ways)-1).Draw(t, "way")]
			if i > 0 {
				b.WriteString(rapid.SampledFrom(unseen).Draw(t, "unseen"))
			}
		}
		b.WriteString(way(r))
	}
	return b.String()
}

func percentRest(r rune) string {
	s := url.PathEscape(string(r))
	if len(s) > 3 {
		return s[3:]
	}
	return ""
}

// place draws a place of a page's text or attributes, but for drawings, with what must stand
// around a plant so that it is not a part of the digits and letters there.
func place(t *rapid.T, page string) (before, after string) {
	i := rapid.IntRange(0, len(page)).Draw(t, "place")
	for i < len(page) && !utf8.RuneStart(page[i]) {
		i++
	}
	if tag := strings.LastIndexByte(page[:i], '<'); tag > strings.LastIndexByte(page[:i], '>') {
		drawing := strings.HasPrefix(page[tag:], "<path") || strings.HasPrefix(page[tag:], "<polyline")
		if drawing || strings.Count(page[tag:i], `"`)%2 == 0 {
			i = tag // in a tag, only what stands in an attribute is a place
		}
	}
	before, after = page[:i], page[i:]
	if last, _ := utf8.DecodeLastRuneInString(before); !strings.ContainsRune(`"'(=;`, last) {
		before += " ("
	}
	if next, _ := utf8.DecodeRuneInString(after); !strings.ContainsRune(`")`, next) {
		after = ") " + after
	}
	return before, after
}

var pages = func() (made []string) {
	chance := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		made = append(made, page(chance, 2))
	}
	return made
}()

func overlaps(found []guard.Finding, at, end int) bool {
	for _, f := range found {
		if f.At < end && f.At+f.Len > at {
			return true
		}
	}
	return false
}

func TestAnySpellingAnywhereIsFound(t *testing.T) {
	g := watching(names...)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(swedes(), danes()).Draw(t, "number")
		before, after := place(t, pages[rapid.IntRange(0, len(pages)-1).Draw(t, "page")])
		plant := written(t, number)
		body := []byte(before + plant + after)
		found := g.Scan(body, nil)
		if !overlaps(found, len(before), len(before)+len(plant)) {
			t.Fatalf("found %v, not %q between %q and %q", found, plant, before[max(0, len(before)-20):], after[:min(20, len(after))])
		}
		var a guard.Allowed
		a.Add("Number " + number[:len(number)-4] + "-" + number[len(number)-4:])
		if found := g.Scan(body, &a); found != nil {
			t.Fatalf("allowed in another spelling, found %v", found)
		}
	})
}

func TestAnyNameAnywhereIsFound(t *testing.T) {
	g := watching(names...)
	people := [][2]string{{"Åsa", "Öberg"}, {"Kim", "Lindgren"}, {"Sofia", "Lindgren"}, {"Anna-Karin", "Ek-Ros"}, {"René", "von Platen"}, {"Søren", "Kjær"}, {"Bo", "Ek"}, {"Siobhán", "O'Brien"}, {"Fanny", "Fågelsång"}}
	rapid.Check(t, func(t *rapid.T) {
		who := rapid.SampledFrom(people).Draw(t, "who")
		given, surname := who[0], who[1]
		for _, part := range []*string{&given, &surname} {
			*part = rapid.SampledFrom([]func(string) string{strings.ToUpper, strings.ToLower, strings.Clone}).Draw(t, "case")(*part)
			*part = encoded(t, *part)
		}
		first, second := given, surname
		if rapid.Bool().Draw(t, "turned") {
			first, second = surname, given
		}
		between := []string{" ", "  \n", "&nbsp;", "\u00a0", "%20", "</b> <i>", "</td>\n<td class=\"ds-x\">", `","surname":"`, "<br>"}
		plant := first + rapid.SampledFrom(between).Draw(t, "between") + second
		before, after := place(t, pages[rapid.IntRange(0, len(pages)-1).Draw(t, "page")])
		body := []byte(before + plant + after)
		found := g.Scan(body, nil)
		if !overlaps(found, len(before), len(before)+len(plant)) {
			t.Fatalf("found %v, not %q between %q and %q", found, plant, before[max(0, len(before)-20):], after[:min(20, len(after))])
		}
		var a guard.Allowed
		a.Add(who[1], who[0])
		if found := g.Scan(body, &a); found != nil {
			t.Fatalf("%q allowed in another order, found %v: %q", plant, found, body[max(0, found[0].At-20):min(len(body), found[0].At+40)])
		}
	})
}

// What was opened whole may be sent whole, whatever it is; and findings are places of the body.
func checkOpenedMayBeSent(t interface{ Fatalf(string, ...any) }, g *guard.Guard, text string) {
	at := 0
	for _, f := range g.Scan([]byte(text), nil) {
		if f.At < at || f.Len <= 0 || f.At+f.Len > len(text) {
			t.Fatalf("%q: finding %v after byte %d", text, f, at)
		}
		at = f.At + f.Len
	}
	var a guard.Allowed
	a.Add(text)
	for _, f := range g.Scan([]byte(text), &a) {
		if f.Kind != guard.Token { // allowed by the whole text only
			t.Fatalf("%q was opened, found %v", text, f)
		}
	}
}

func TestWhatWasOpenedMayBeSent(t *testing.T) {
	g := watching(names...)
	pieces := []string{"1", "12", "19", "1212", "850101", "121212", "251248", "9996", "191212121212", "-", " ", "+", ".", "&#49;", "&#45;", "&nbsp;", "%20", "%31", `\u0031`, "\u00a0", "１",
		"<b>", "</b>", "<td>", "\u00ad", "a", "f", "x", "%", "&", `\`, "<", "å", "\u030a", "Åsa", "Öberg", "Kim", "Lind", "gren", "Bo", "Ek", "-Ros", "&Aring;", "sa", ",", `"`, ":", "von", "Platen", "René", "'", "\n", "\xff"}
	rapid.Check(t, func(t *rapid.T) {
		checkOpenedMayBeSent(t, g, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), ""))
	})
}

func FuzzScan(f *testing.F) {
	for _, seed := range []string{"19121212-1212", "<b>25</b>1248&#45;9996", "Åsa&nbsp;Öberg", `{"given":"Kim","surname":"Lindgren","exp":1801121218}`, "%C3%85sa+%C3%96berg", "019a1212-1212-7121-a212-121212121212", `<path d="M12 1212121212"/>`,
		"Bo Öberg, Åsa Ek", "A\u030asa O\u0308berg", "kvitter.i.granvik@example.org", "1２１２１２－1212", strconv.Quote("Sören Kjær\t121212-1212"), pages[0]} {
		f.Add(seed)
	}
	g := watching(names...)
	f.Fuzz(func(t *testing.T, text string) { checkOpenedMayBeSent(t, g, text) })
}

// What was opened or sent may be printed, whatever it says: nobody stops another's page by
// what she writes in a message.
func TestAnAllowedTextIsNeverStopped(t *testing.T) {
	g := watching(names...)
	pieces := []string{"850101", "1236", "19850101-1236", "850101-1236", "-1236", "&#850101-1236", "&#65", "&#x41", "&amp;", "&#", "&", "%41", "%", "%2", `\u0041`, `\`, "<", ">", "<b>", "</p>", "<!--", "-->",
		`"`, "'", "Bo", "Ek", "Åsa", "Öberg", "bo ek", "Fanny", "Fågelsång", "kvitter.i.granvik@example.org", "\n", "\n\n", "\t", " ", "  ", "von", "x", ",", ":", "-", ".", "ord", "\u00ad", "\u200b", "Ek-", "12", "1985 01 01"}
	rapid.Check(t, func(t *rapid.T) {
		said := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 14).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		var a guard.Allowed
		a.Add(said)
		escaped := html.EscapeString(said)
		for _, body := range []string{"<p>" + escaped + "</p>", `<input value="` + escaped + `">`, "<p>" + strings.ReplaceAll(escaped, "\n", "<br>") + "</p>"} {
			if found := g.Scan([]byte(body), &a); found != nil {
				t.Fatalf("stopped %q: %v", body, found)
			}
		}
	})
}
