package guard_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tillit/internal/core/guard"
)

func TestNumbersThatAreFound(t *testing.T) {
	for _, text := range []string{
		// Swedish: 12 December 1912 is the number that authorities print on specimens
		"191212121212", "19121212-1212", "19121212 1212", "121212-1212", "121212+1212", "1212121212", "121212 1212",
		"19121212–1212", "19121212 - 1212", "19121212 – 1212", "19121212_1212", "19 121212-1212", "1912-12-12-1212", "12-12-12-1212",
		"1912 12 12-1212", "1912.12.12-1212", "1912-12-12+1212",
		"19121212&#45;1212", "19121212&#x2d;1212", "19121212&#x2D;1212", "19121212&ndash;1212", "19121212&#8211;1212", "19121212&minus;1212",
		"121212&#43;1212", "121212&plus;1212", "19121212&nbsp;1212", "19121212&#160;1212", "19121212&#xa0;1212", "19121212\u00a01212",
		"19121212\u202f1212", "19121212&thinsp;1212", "1912&shy;1212-1212", "1912\u200b1212\u00ad1212", "19121212%2D1212", "19121212%201212",
		`19121212\u002d1212`, `1912\u0031212\u002d1212`, "１９１２１２１２－１２１２", "1912１２12-1212", "&#49;&#57;&#49;&#50;12121212",
		"&#x31;91212121212", "<b>1912</b>1212-1212", "191212<wbr>12-<em class=\"ds-x\">12</em>12",
		"19121212<!-- templ -->-1212", "<span>121212</span>-<span>1212</span>", "<span>121212</span>&#8209;<span>1212</span>",
		"121272-1219", "19121272-1219", "191212721219", // a coordination number: 60 added to the day
		"120060-1217", // nobody knows month and day
		// Danish
		"251248-9996", "251248 9996", "251248–9996", "251248&nbsp;9996", "251248&#45;9996", "25-12-48-9996", "25.12.48-9996", "251248<b>-9996</b>",
		"010190-1234", "290200-4120", "851248-9996", // year 2000 was a leap year; 60 added to the day
		"0707614285", "0101701234", // modulo 11; the first of January
	} {
		t.Run("", func(t *testing.T) {
			for _, around := range []string{"%", "<td>%</td>", `value="%"`, `{"number":"%","x":1}`, "/people/%/cases", "?q=%&amp;page=2", "Nr.%, och", "beslut-%.pdf",
				"id%", "cpr%x", "(%)", "&nbsp;%&nbsp;", "%0A%%0A", `\n%\n`, `\u00a0%`, "kr 12, %", "å%ö", "&aring;%", "a=%;", "'%'", "Ärende 2026, %"} {
				body := strings.Replace(around, "%", text, 1)
				if around == "%0A%%0A" {
					body = "%0A" + text + "%0A"
				}
				found := guard.New().Scan([]byte(body), nil)
				if len(found) != 1 || found[0].Kind != guard.Number {
					t.Fatalf("%q: found %v", body, found)
				}
				got := body[found[0].At : found[0].At+found[0].Len]
				if !strings.Contains(got, text[len(text)-4:]) && !strings.HasSuffix(got, ">") && !strings.HasSuffix(text, ">") {
					t.Errorf("%q: the finding covers %q", body, got)
				}
			}
		})
	}
}

func TestDigitsThatAreNoNumber(t *testing.T) {
	for _, text := range []string{
		"", "1", "12", "1212", "121212-121", "121212-12120", "12121212120", "1912121212129", "19121212-12123",
		"921212-1213", "19921212-1213", "199212121213", // check digit
		"191313121218", "19120230-1216", "320101-1235", "921200-1217", "290203-1234", // no such day
		"171212121212", "21121212-1212", // centuries that nobody living was born in, or will have been
		"0980-319 200", "0980-31 92 00", "070-174 06 05", "+46 980 319 200", "+46980319200", "+45 12 34 56 78", "tel:+4521222324", "08-123 45 67",
		"212000-1355", "556036-0793", "5560360793", // organisations: the third digit is at least 2
		"2026-11-21", "2026-11-21 08:15", "2026-11-21T08:15:00Z", "20261121T081500", "2026-11-21 08.15", "21/11 2026", "2026-11-21 1217", "2026 11 21 1212",
		"1 212 121 212", "12 121 212,12 kr", "1.212.121.212", "12 34 56-7", "5050-1055", "981 85", "BUN 2026/00123", "Dnr 2026-010123-1234", "010123-1234-5678",
		"12 010123 1234", "010123 1234 56",
		"3112991234", "2512489995", // bare, Danish by date, but neither modulo 11 nor 1 January
		"1795000000", "2147483647", "4294967295", "0.1212121212", "-.1212121212", "3.121212121212",
		`{"exp":1801121218}`, `{"iat": 1801121218, "x":1}`, `"auth_time":1801121218`,
		"019a1212-1212-7121-a212-121212121212", "00121212-1212-4000-8000-121212121212", "f191212121212-", "/app.a191212121212.css", "1212121212ab", "#1212121212f",
		`<path d="M12 12L121212-1212 191212121212z"/>`, `<path class="x" d='m0,0 1212121212'/>`, `<polyline points="0,0 121212-1212"/>`,
		"<td>121212</td><td>1212</td>", "<td>1912</td><td>12121212</td>", "121212\n1212", "121212&nbsp;</td><td>1212</td>", "121212, 1212", "121212/1212", "121212.1212", "121212--1212", "121212    1212",
		"121212<script>1212", "121212<", "121212<b", "121212-<b>x", "121212&#", "121212&#;1212", "121212%", "121212%2", `121212\u00`, "&", "&#x", "&#1114112;", "\xff\xfe", "121212\xff1212",
	} {
		if found := guard.New().Scan([]byte("Text "+text+" och"), nil); found != nil {
			t.Errorf("%q: found %v", text, found)
		}
		if found := guard.New().Scan([]byte(text), nil); found != nil {
			t.Errorf("%q alone: found %v", text, found)
		}
	}
}

func TestAnotherSpellingOfAnAllowedNumberIsAllowed(t *testing.T) {
	swedish := []string{"191212121212", "19121212-1212", "121212-1212", "121212+1212", "1212121212", "121212&nbsp;1212", "<b>1912</b>1212–1212", "１９１２１２１２１２１２"}
	danish := []string{"311299-1234", "311299 1234", "3112991234", "31-12-99-1234", "311299&#45;1234"}
	for _, spellings := range [][]string{swedish, danish} {
		for _, opened := range spellings {
			var a guard.Allowed
			a.Add("nr " + opened + " (ny)")
			for _, sent := range spellings {
				if found := guard.New().Scan([]byte("<td>"+sent+"</td>"), &a); found != nil {
					t.Errorf("%q opened, %q sent: found %v", opened, sent, found)
				}
			}
		}
	}
	var a guard.Allowed
	a.Add("19121212-1212")
	a.Add("2512", "48-9996")
	if found := guard.New().Scan([]byte("121212-1212 121212-1220"), &a); len(found) != 1 || found[0].At != 12 {
		t.Errorf("found %v beside an allowed number, want the other", found)
	}
	if found := guard.New().Scan([]byte("121212-1212"), new(guard.Allowed)); len(found) != 1 {
		t.Error("the zero value allows something")
	}
}

// Vectors of people who keep libraries for these numbers, where they are at hand.
func TestPublicVectors(t *testing.T) {
	root := os.Getenv("TILLIT_REFERENCE")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared", "reference")
	}
	dir := filepath.Join(root, "personnummer", "testdata")
	if _, err := os.Stat(dir); err != nil {
		t.Log("reference data absent")
		return
	}
	g := guard.New()
	for _, file := range []string{"allPins.json", "allCoords.json"} {
		var numbers []string
		readJSON(t, filepath.Join(dir, file), &numbers)
		for i, n := range numbers {
			for _, spelled := range []string{n, n[:8] + "-" + n[8:], n[2:8] + "-" + n[8:], n[2:8] + "+" + n[8:], n[2:]} {
				if g.Scan([]byte("<p>"+spelled+"</p>"), nil) == nil {
					t.Fatalf("%s, number %d: a spelling of %d characters is not found", file, i, len(spelled))
				}
			}
		}
		t.Logf("%s: %d numbers in five spellings", file, len(numbers))
	}
	var list []struct {
		Separated string `json:"separated_long"`
		Valid     bool
	}
	readJSON(t, filepath.Join(dir, "list.json"), &list)
	for i, n := range list {
		want := n.Valid || strings.Contains(n.Separated, " ") // there a space is a mistake, here it is a person
		if got := g.Scan([]byte(n.Separated), nil) != nil; got != want {
			t.Errorf("list.json, number %d: found %v, want %v", i, got, want)
		}
	}
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}
