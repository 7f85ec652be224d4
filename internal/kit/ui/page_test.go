package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/a-h/templ"

	"tillit/internal/kit/text"
)

// rangeOfText is what people type in one line, besides controls, which a browser does not
// send as they are.
var rangeOfText = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x20, Hi: 0x7e, Stride: 1}, {Lo: 0xa0, Hi: 0x24f, Stride: 1}, {Lo: 0x370, Hi: 0x3ff, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1f5ff, Stride: 1}}, LatinOffset: 1,
}

func framed() PageProps {
	return PageProps{
		Site: Site{Name: "Granvik", Mark: MarkSpruce, Owner: "Granvik"}, Title: "Start", Home: "/", SignIn: "/sign-in", SignOut: "/sign-out",
		Menu: []Link{{Text: "Tjänster", Href: "/services"}}, Langs: []Link{{Text: "English", Href: "?lang=en", Lang: "en"}},
	}
}

func TestFrames(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*PageProps)
		shows  []string
		hides  []string
	}{
		{"nobody signed in", func(*PageProps) {},
			[]string{"a.ds-button[href='/sign-in']", ".t-nav-menu", ".t-lang [lang=en]", ".t-foot", "html[data-color-scheme=auto]"},
			[]string{".t-who", ".t-receipt", "dialog", "script"}},
		{"signed in", func(p *PageProps) {
			p.Who, p.Receipt = Str("Maria"), Receipt(ReceiptProps{Text: Str("seen")})
			p.Session = &SessionWarning{Idle: 900}
		},
			[]string{".t-who form[method=post][action='/sign-out'] button", ".t-receipt", "dialog[data-idle='900']", "script[type=module]"},
			[]string{"a[href='/sign-in']"}},
		{"inside a form", func(p *PageProps) { p.Kind, p.Who = Form, Str("Maria") },
			[]string{".t-who button", ".t-narrow"}, []string{".t-nav-menu", ".t-lang"}},
		{"at work", func(p *PageProps) { p.Kind, p.Small = Work, "Arbetsplats" },
			[]string{"html[data-size=sm]", "body.t-work[data-density=dense]", "nav[aria-label=Arbetsplats]"}, []string{".t-foot"}},
		{"on guard", func(p *PageProps) { p.Kind = Steward }, []string{"html[data-color-scheme=dark]", "body.t-work"}, nil},
		{"told to be light", func(p *PageProps) { p.Kind, p.Scheme = Steward, Light }, []string{"html[data-color-scheme=light]"}, nil},
		{"one step in", func(p *PageProps) { p.Crumbs = []Link{{Text: "A", Href: "/a"}, {Text: "B", Href: "/b"}} },
			[]string{"nav.ds-breadcrumbs li:last-child [aria-current=page]"}, nil},
	} {
		p := framed()
		c.change(&p)
		n := dom(t, text.SV, Page(p))
		for _, s := range append(c.shows, "html[lang=sv]", "main#innehall", "a.ds-skip-link[href='#innehall']", "link[rel=stylesheet]") {
			if !has(n, s) {
				t.Errorf("%s: no %s", c.what, s)
			}
		}
		for _, s := range c.hides {
			if has(n, s) {
				t.Errorf("%s: there is a %s", c.what, s)
			}
		}
	}
}

func TestTitleSaysThatSomethingIsWrong(t *testing.T) {
	p := framed()
	if got := words(one(t, dom(t, text.SV, Page(p)), "title")); got != "Start – Granvik" {
		t.Errorf("title %q", got)
	}
	p.Errors = true
	if got := words(one(t, dom(t, text.DA, Page(p)), "title")); got != "Fejl: Start – Granvik" {
		t.Errorf("title %q", got)
	}
}

// TestReceiptIsRenderedLast: the receipt can say what the page opened, because it comes after
// all of it.
func TestReceiptIsRenderedLast(t *testing.T) {
	var order []string
	note := func(what string) templ.Component {
		return templ.ComponentFunc(func(context.Context, io.Writer) error {
			order = append(order, what)
			return nil
		})
	}
	p := framed()
	p.Who, p.Receipt = note("who"), note("receipt")
	if err := Page(p).Render(templ.WithChildren(t.Context(), note("main")), io.Discard); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "who main receipt" {
		t.Errorf("rendered in the order %s", got)
	}
}

// TestAValueThatMayNotBeOpenedStopsThePage: an error of a slot is the page's error.
func TestAValueThatMayNotBeOpenedStopsThePage(t *testing.T) {
	refused := errors.New("refused")
	no := templ.ComponentFunc(func(context.Context, io.Writer) error { return refused })
	p := framed()
	p.Who = no
	for what, c := range map[string]templ.Component{
		"who":    Page(p),
		"value":  TextField(Field{Name: "a", Label: "A"}, TextProps{Value: Stored(no)}),
		"area":   TextArea(Field{Name: "a", Label: "A"}, AreaProps{Value: Stored(no)}),
		"row":    Row(RowProps{Title: no}),
		"choice": Radios(Field{Name: "a", Label: "A"}, []Choice{{Label: no}}),
		"fact":   Facts([]Fact{{"A", no}}),
		"join":   Join(Str("a"), no),
		"step":   Path(PathProps{Steps: []PathStep{{Text: "A", Note: no}}}),
	} {
		if err := c.Render(t.Context(), io.Discard); !errors.Is(err, refused) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestStepsInWords(t *testing.T) {
	for l, want := range map[text.Lang]string{text.SV: "Ansök · Steg 2 av 5", text.DA: "Ansök · Trin 2 af 5", text.EN: "Ansök · Step 2 of 5"} {
		n := dom(t, l, Steps(StepsProps{Of: "Ansök", N: 2, Total: 5}))
		if got := words(one(t, n, "p")); got != want {
			t.Errorf("%s: %q", l, got)
		}
	}
}
