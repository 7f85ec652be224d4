package hall

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tillit/internal/core/access"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
)

func TestLocalPathTakesOurOwn(t *testing.T) {
	for _, to := range []string{
		"/", "/my", "/my/", "/services?q=f%C3%B6rskola&life=school", "/services/childcare/0198c0de-0000-7000-8000-000000000001/sign",
		"/sign-in?to=%2Fmy", "/services?q=//a", "/services?to=https://example.test",
	} {
		if got := localPath(to, "instead"); got != to {
			t.Errorf("localPath(%q) = %q", to, got)
		}
	}
}

func TestLocalPathRefusesTheRest(t *testing.T) {
	for _, to := range []string{
		"", "my", "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test", "/\n/evil.test", " //evil.test",
		"https://evil.test", "https:/evil.test", "javascript:alert(1)", "data:text/html,x", "//evil.test@granvik.test", "/.//evil.test", "/..//evil.test",
		"/%5Cevil.test", "/%2F/evil.test", "/a/../b", "/a//b", "/my\r\nSet-Cookie: a=b", "/my%0d%0aSet-Cookie:a=b", "/%zz", "/å", "/a%20b", "/my#x", "/\x00", "/my\x7f",
		"/" + strings.Repeat("a", longest),
	} {
		if got := localPath(to, "instead"); got != "instead" {
			t.Errorf("localPath(%q) let it through", to)
		}
	}
}

// asBrowsersRead is what the URL standard makes of an address on a page of ours: tabs and
// line breaks are taken out, controls and spaces at the ends as well, and a backslash is a
// slash. It gives the host that one ends up at.
func asBrowsersRead(to string) string {
	to = strings.Map(func(r rune) rune {
		switch r {
		case '\t', '\n', '\r':
			return -1
		case '\\':
			return '/'
		}
		return r
	}, strings.TrimFunc(to, func(r rune) bool { return r <= ' ' }))
	base := &url.URL{Scheme: "https", Host: "granvik.test", Path: "/sign-in"}
	if strings.HasPrefix(to, "//") {
		return strings.TrimLeft(to, "/")
	}
	u, err := base.Parse(to)
	if err != nil {
		return "nowhere"
	}
	return u.Host
}

func TestNoAddressLeadsAway(t *testing.T) {
	pieces := rapid.SampledFrom([]string{
		"/", "//", "\\", "/\\", ".", "..", "/.", "/./", "/..", "%2f", "%5c", "%2e", "%09", "\t", "\n", "\r", " ", "\x00", "@", ":", "?", "#", "&", "=", "a", "my",
		"evil.test", "https:", "http://", "javascript:", "evil.test:80", "å", "\u2028", "\uff0f",
	})
	rapid.Check(t, func(t *rapid.T) {
		to := strings.Join(rapid.SliceOfN(pieces, 0, 8).Draw(t, "to"), "")
		got := localPath(to, "/instead")
		if host := asBrowsersRead(got); host != "granvik.test" {
			t.Fatalf("%q leads to %q", to, host)
		}
		if strings.ContainsAny(got, "\r\n") {
			t.Fatalf("%q breaks a header", to)
		}
		if got != "/instead" && got != to {
			t.Fatalf("%q became %q", to, got)
		}
	})
}

func TestHomeOf(t *testing.T) {
	for _, c := range []struct {
		kind     access.Kind
		to, want string
	}{
		{access.Resident, "", "/my"}, {access.Resident, "/my/cases/1", "/my/cases/1"}, {access.Resident, "/work", "/my"}, {access.Resident, "/steward/x", "/my"},
		{access.Resident, "/workshops", "/workshops"},
		{access.Officer, "", "/work"}, {access.Officer, "/my", "/work"}, {access.Officer, "/work/a?b=c", "/work/a?b=c"}, {access.Officer, "/work?b=c", "/work?b=c"},
		{access.Officer, "/steward", "/work"}, {access.Steward, "/work", "/steward"}, {access.Steward, "/steward/ledger", "/steward/ledger"},
	} {
		if got := homeOf(c.kind, c.to); got != c.want {
			t.Errorf("homeOf(%s, %q) = %q, want %q", c.kind, c.to, got, c.want)
		}
	}
}

var some = []ServiceCard{
	{Key: "childcare", Name: "Ansök om förskola", Text: "Plats på förskola eller pedagogisk omsorg.", Life: "school", Keywords: []string{"barnomsorg", "dagis"}},
	{Key: "heat", Name: "Anmäl bergvärme", Text: "Borra för värme på din tomt.", Life: "build", Keywords: []string{"värmepump"}},
	{Key: "angeln", Name: "Ängelns stipendium", Text: "För unga som spelar.", Keywords: []string{"musik"}},
	{Key: "transport", Name: "Åk färdtjänst", Text: "För dig, eller för någon du har fullmakt för.", Life: "support"},
	{Key: "cafe", Name: "Öppna ett café", Text: "Registrera livsmedel. Gäller också en förskolas kök.", Life: "eat", Keywords: []string{"café", "servering"}},
}

func keysOf(cards []ServiceCard) string {
	var keys []string
	for _, c := range cards {
		keys = append(keys, c.Key)
	}
	return strings.Join(keys, " ")
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		l                 text.Lang
		query, life, want string
	}{
		{text.SV, "", "", "heat childcare transport angeln cafe"}, // å ä ö last, in that order
		{text.EN, "", "", "transport angeln heat childcare cafe"}, // marks count for nothing
		{text.SV, "förskola", "", "childcare cafe"},               // by name first
		{text.SV, "FORSKOLA", "", "childcare cafe"},
		{text.SV, "fo\u0308rskola", "", "childcare cafe"}, // as some keyboards write ö
		{text.SV, "förskolan", "", "childcare"},           // the end of a word may be longer
		{text.SV, "omsorg", "", "childcare"},              // inside a longer word
		{text.SV, "café", "", "cafe"},
		{text.SV, "cafe", "", "cafe"},
		{text.SV, "varme berg", "", "heat"}, // every word, in any order
		{text.SV, "värme förskola", "", ""},
		{text.SV, "  ", "", "heat childcare transport angeln cafe"},
		{text.SV, "", "school", "childcare"},
		{text.SV, "bergvärme", "school", ""},
		{text.SV, "båtplats", "", ""},
		{text.SV, "%_'\"<", "", "heat childcare transport angeln cafe"}, // no word at all
	} {
		if got := keysOf(find(c.l, some, c.query, c.life)); got != c.want {
			t.Errorf("find(%s, %q, %q) = %q, want %q", c.l, c.query, c.life, got, c.want)
		}
	}
}

// Whatever one types of a name, in whatever case and with or without its marks, finds it.
func TestEveryPartOfANameFindsIt(t *testing.T) {
	plain := strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "Å", "A", "Ä", "A", "Ö", "O", "É", "E")
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(some).Draw(t, "service")
		words := strings.Fields(c.Name)
		word := []rune(rapid.SampledFrom(words).Draw(t, "word"))
		from := rapid.IntRange(0, len(word)-1).Draw(t, "from")
		query := string(word[from : from+rapid.IntRange(1, len(word)-from).Draw(t, "letters")])
		if rapid.Bool().Draw(t, "loud") {
			query = strings.ToUpper(query)
		}
		if rapid.Bool().Draw(t, "plain") {
			query = plain.Replace(query)
		}
		if found := find(text.SV, some, query, ""); !slices.ContainsFunc(found, func(f ServiceCard) bool { return f.Key == c.Key }) {
			t.Fatalf("%q does not find %s", query, c.Key)
		}
	})
}

func TestFoldIsDoneOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.RuneFrom([]rune("aåäöæøéÅÄÖÆØÉßñ -,.3İıﬁ"))).Draw(t, "s")
		if once, twice := fold(s), fold(fold(s)); once != twice {
			t.Fatalf("fold(%q) = %q, then %q", s, once, twice)
		}
	})
}

func TestEventsLeadToWhatThereIs(t *testing.T) {
	got := events(In(text.SV), append(slices.Clone(some), ServiceCard{Key: "x", Name: "X", Life: "unheard-of"}))
	var said []string
	for _, e := range got {
		said = append(said, e.Text+" | "+e.Note+" | "+e.Href)
		if e.Icon == "" {
			t.Errorf("%s has no icon", e.Text)
		}
	}
	want := []string{
		"Förskola och skola | Ansök om förskola | /services?life=school", "Bygga och värma | Anmäl bergvärme | /services?life=build",
		"Öppna ett matställe | Öppna ett café | /services?life=eat", "Stötta en närstående | Åk färdtjänst | /services?life=support",
	}
	if !slices.Equal(said, want) {
		t.Errorf("events:\n%s\nwant:\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	if got := events(In(text.SV), nil); got != nil {
		t.Errorf("life events without services: %v", got)
	}
}

func TestWeek(t *testing.T) {
	hours := []Hours{
		{time.Sunday, "10:00", "12:30"}, {time.Monday, "08:00", "17:00"}, {time.Tuesday, "08:00", "17:00"}, {time.Wednesday, "08:00", "17:00"},
		{time.Thursday, "08:00", "19:00"}, {time.Friday, "08:00", "17:00"},
	}
	for l, want := range map[text.Lang]string{
		text.SV: "måndag–onsdag 8–17, torsdag 8–19, fredag 8–17, söndag 10–12.30",
		text.DA: "mandag–onsdag 8–17, torsdag 8–19, fredag 8–17, søndag 10–12.30",
		text.EN: "Monday to Wednesday 8–17, Thursday 8–19, Friday 8–17, Sunday 10–12:30",
	} {
		var said []string
		for _, d := range week(In(l), hours) {
			said = append(said, d.Days+" "+d.Hours)
		}
		if got := strings.Join(said, ", "); got != want {
			t.Errorf("%s: %s, want %s", l, got, want)
		}
	}
	if got := week(In(text.SV), []Hours{{time.Monday, "08:00", "17:00"}, {time.Wednesday, "08:00", "17:00"}}); len(got) != 2 {
		t.Errorf("a day between was lost: %v", got)
	}
	if got := week(In(text.SV), nil); got != nil {
		t.Errorf("no hours: %v", got)
	}
}

func TestDial(t *testing.T) {
	for number, want := range map[string]string{"0980-319 200": "tel:0980319200", "+46 980 319 200": "tel:+46980319200", "10 20 30 40": "tel:10203040"} {
		if got := dial(number); got != want {
			t.Errorf("dial(%q) = %q, want %q", number, got, want)
		}
	}
}

// What BankID says of a failed order is told in words of its own where the reader must do
// something of her own.
func TestFailedOrders(t *testing.T) {
	for _, l := range text.Langs {
		titles := map[string]string{}
		for _, hint := range []string{"", "cancelled", "transactionRiskBlocked", "userDeclinedCall", "unknownPerson"} {
			title := failedTitle(In(l), hint)
			if other, taken := titles[title]; taken || title == "" {
				t.Errorf("%s: %q is told as %q is", l, hint, other)
			}
			titles[title] = hint
		}
		if failedTitle(In(l), "expiredTransaction") != failedTitle(In(l), "neverHeardOf") {
			t.Errorf("%s: hints without a title of their own differ", l)
		}
	}
	for hint, may := range map[string]bool{"transactionRiskBlocked": false, "userDeclinedCall": false, "cancelled": true, "userCancel": true, "": true, "neverHeardOf": true} {
		if mayRetry(hint) != may {
			t.Errorf("mayRetry(%q) = %v", hint, !may)
		}
	}
}

func TestAnInvitationIsReadAsItIsPasted(t *testing.T) {
	const code = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	for _, typed := range []string{code, " " + code + "\n", code[:20] + " " + code[20:30] + "\r\n\t" + code[30:]} {
		if s, err := invitation(typed); err != nil || s.Cookie() != code {
			t.Errorf("invitation(%q): %v", typed, err)
		}
	}
	for _, typed := range []string{"", code[1:], code + "A", strings.Replace(code, "A", "å", 1), strings.Replace(code, "A", "+", 1)} {
		if _, err := invitation(typed); !fault.Is(err, fault.NotFound) {
			t.Errorf("invitation(%q): %v", typed, err)
		}
	}
}

func TestAKeyHasANameOfOneLine(t *testing.T) {
	for typed, want := range map[string]string{"": "Key", " \n\u200b ": "Key", "Min telefon": "Min telefon", " blå\n\tnyckeln\x00 ": "blå nyckeln"} {
		if got := labelOf(typed, "Key"); got != want {
			t.Errorf("labelOf(%q) = %q", typed, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		got := labelOf(rapid.String().Draw(t, "typed"), "Key")
		if n := utf8.RuneCountInString(got); n == 0 || n > labelLength || strings.ContainsFunc(got, unicode.IsControl) || got != strings.TrimSpace(got) {
			t.Fatalf("%q", got)
		}
	})
}

func TestWhoWorksHereIsSentOnToHerOwnPartAlone(t *testing.T) {
	for to, want := range map[string]string{"": "/sign-in/staff", "/my": "/sign-in/staff", "/workshop": "/sign-in/staff", "/work/a?b=c": "/sign-in/staff?to=%2Fwork%2Fa%3Fb%3Dc", "/steward": "/sign-in/staff?to=%2Fsteward"} {
		if got := staffHref(to); got != want {
			t.Errorf("staffHref(%q) = %q", to, got)
		}
	}
}
