package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"tillit/internal/kit/text"
)

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// dom renders a component in a language and reads it as a browser does.
func dom(t fataler, l text.Lang, c templ.Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := c.Render(text.With(context.Background(), l), &b); err != nil {
		t.Fatalf("%v", err)
	}
	n, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return n
}

// one finds the only element that the selector names.
func one(t fataler, n *html.Node, selector string) *html.Node {
	t.Helper()
	found := cascadia.QueryAll(n, cascadia.MustCompile(selector))
	if len(found) != 1 {
		t.Fatalf("%d of %s", len(found), selector)
	}
	return found[0]
}

func has(n *html.Node, selector string) bool {
	return cascadia.Query(n, cascadia.MustCompile(selector)) != nil
}

func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestWhatWasTypedIsKept: no answer is lost, changed or read as markup.
func TestWhatWasTypedIsKept(t *testing.T) {
	printable := rapid.StringOf(rapid.RuneFrom(nil, rangeOfText))
	rapid.Check(t, func(t *rapid.T) {
		s := printable.Draw(t, "s")
		for _, kept := range []Kept{Typed(s), Stored(Str(s))} {
			field := dom(t, text.SV, TextField(Field{Name: "a", Label: "A"}, TextProps{Value: kept}))
			if got := value(one(t, field, "input"), "value"); got != s {
				t.Fatalf("a field shows %q for %q", got, s)
			}
		}
		s = rapid.SampledFrom([]string{"", "\n", "\n\n"}).Draw(t, "breaks") + s + "\nand more"
		for _, kept := range []Kept{Typed(s), Stored(Str(s))} {
			area := one(t, dom(t, text.SV, TextArea(Field{Name: "a", Label: "A"}, AreaProps{Value: kept})), "textarea")
			got := ""
			if area.FirstChild != nil {
				got = area.FirstChild.Data
			}
			if got != s {
				t.Fatalf("an area shows %q for %q", got, s)
			}
		}
	})
}

func TestWhatWasErasedStaysErased(t *testing.T) {
	k := Typed("")
	k.Stored = Str("Storgatan 4")
	n := dom(t, text.SV, TextField(Field{Name: "a", Label: "A"}, TextProps{Value: k}))
	if got := value(one(t, n, "input"), "value"); got != "" {
		t.Errorf("%q came back", got)
	}
}

// TestFieldsSayWhatIsWrong: label, hint and error belong to the control, in every kind of
// field and every language, and the link of a summary lands in a control.
func TestFieldsSayWhatIsWrong(t *testing.T) {
	f := Field{Name: "start", Label: "When?", Hint: "In June", Error: "Choose a day in June"}
	two := []Choice{ChoiceText("1", "One", "", false), ChoiceText("2", "Two", "", false)}
	for name, field := range map[string]templ.Component{
		"text":       TextField(f, TextProps{Unit: "days"}),
		"area":       TextArea(f, AreaProps{}),
		"select":     Select(f, SelectProps{Options: []Option{{"1", "One", true}}}),
		"radios":     Radios(f, two),
		"checkboxes": Checkboxes(f, two),
		"date":       DateFields(f, DateProps{}),
		"file":       FileField(f, FileProps{}),
		"checkbox":   Checkbox(f, two[0]),
	} {
		for l, prefix := range map[text.Lang]string{text.SV: "Fel:", text.DA: "Fejl:", text.EN: "Error:"} {
			n := dom(t, l, field)
			control := one(t, n, "#start")
			if !strings.Contains("input select textarea", control.Data) {
				t.Errorf("%s: the summary leads to a %s", name, control.Data)
			}
			if value(control, "aria-invalid") != "true" || !strings.Contains(value(control, "aria-describedby"), "start-error") {
				t.Errorf("%s: the control does not say that it is wrong", name)
			}
			if got := words(one(t, n, "#start-error")); got != prefix+" Choose a day in June" {
				t.Errorf("%s: the error reads %q", name, got)
			}
		}
	}
}

func TestOnlyTheWrongPartOfADateIsWrong(t *testing.T) {
	f := Field{Name: "born", Label: "Born?", Error: "The year has four figures"}
	n := dom(t, text.EN, DateFields(f, DateProps{Day: "1", Month: "6", Year: "26", Wrong: YearPart}))
	for name, want := range map[string]string{"born-day": "", "born-month": "", "born-year": "true"} {
		if got := value(one(t, n, "[name="+name+"]"), "aria-invalid"); got != want {
			t.Errorf("%s: aria-invalid is %q", name, got)
		}
	}
	if got := value(one(t, n, "#born"), "name"); got != "born-year" {
		t.Errorf("the summary leads to %s", got)
	}
}

func TestErrorSummaryCounts(t *testing.T) {
	for _, c := range []struct {
		lang text.Lang
		n    int
		want string
	}{
		{text.SV, 1, "En sak behöver rättas"}, {text.SV, 2, "Två saker behöver rättas"},
		{text.DA, 3, "Tre ting skal rettes"}, {text.EN, 13, "13 things need to be put right"},
	} {
		n := dom(t, c.lang, ErrorSummary(make([]FieldError, c.n)))
		if got := words(one(t, n, "[role=alert] h2")); got != c.want {
			t.Errorf("%d in %s: %q", c.n, c.lang, got)
		}
	}
	if n := dom(t, text.SV, ErrorSummary(nil)); has(n, "[role=alert]") {
		t.Error("a summary of nothing is shown")
	}
}
