package stories_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestWithoutScriptAndByKeyboard(t *testing.T) {
	s := Tell(t)

	s.Step("Katarzyna's browser runs no scripts. She signs in with BankID and goes on by herself when the app is done.")
	katarzyna := s.Resident("katarzyna-nowicka").WithoutScript()
	katarzyna.Opens("/services/childcare-application")
	katarzyna.Presses("Logga in och ansök")
	katarzyna.SignsIn()
	katarzyna.Presses("Ansök")

	s.Step("She answers the first question with the keyboard alone.")
	katarzyna.TabsTo("Förskola")
	katarzyna.Strikes(" ")
	katarzyna.TabsTo("Fortsätt")
	katarzyna.StrikesAndComes(kb.Enter)

	s.Step("She writes the second step by keyboard too, with a mistake: the focus is in what says so.")
	katarzyna.TabsTo("Zofia")
	katarzyna.Strikes(" ")
	start := s.inFiveMonths()
	for _, part := range []struct{ label, value string }{{"Dag", start.Format("2")}, {"Månad", start.Format("1")}, {"År", start.Format("2006")}} {
		katarzyna.TabsTo(part.label)
		katarzyna.types(part.value)
	}
	katarzyna.TabsTo("Fortsätt")
	katarzyna.StrikesAndComes(kb.Enter)
	katarzyna.Sees("Fyll i hur många timmar i veckan Zofia behöver vara på förskolan")
	if got := katarzyna.Focus(); !strings.Contains(got, "Fyll i hur många timmar") {
		s.wrong("the focus is in %q", got)
	}

	s.Step("The link in it brings her to the field. She fills it in and goes on.")
	katarzyna.TabsTo("Fyll i hur många timmar")
	katarzyna.Strikes(kb.Enter)
	katarzyna.types("30")
	katarzyna.StrikesAndComes(kb.Enter)
	katarzyna.Sees("Vilka ställen vill ni helst ha?")

	s.Step("She fills in the rest.")
	katarzyna.Picks("Vilka ställen vill ni helst ha?", "Första", "Tallbackens förskola")
	katarzyna.Presses("Fortsätt")
	katarzyna.Chooses("Varför behöver Zofia platsen?", "Barnet har ett eget behov")
	katarzyna.Chooses("Har ni syskon som redan går hos oss?", "Nej")
	katarzyna.Chooses("Var är Zofia på dagarna nu?", "Hemma")
	katarzyna.Presses("Fortsätt")
	katarzyna.Chooses("Hur vill du att vi hör av oss?", "På Mina sidor")
	katarzyna.Presses("Fortsätt")

	s.Step("She signs; the page with the code shows a new one by itself, and she sends it in.")
	katarzyna.Presses("Skriv under med BankID")
	katarzyna.Sees("Visa en ny kod")
	katarzyna.Approves()
	katarzyna.GoesOn()
	katarzyna.Sees("Tack, du har skrivit under")

	s.Step("Piotr, without scripts as well, signs too, and the application is received.")
	piotr := s.Phone("piotr-nowicki").WithoutScript()
	piotr.Opens("/my")
	piotr.SignsIn()
	piotr.HasCoSigned()
	piotr.Sees("Tack, ansökan är mottagen")
}

// TabsTo moves the focus with the tabulator until it is in what says the words.
func (p *Person) TabsTo(words string) {
	p.s.Helper()
	for range 80 {
		p.Strikes(kb.Tab)
		if strings.HasPrefix(flat(p.Focus()), words) {
			return
		}
	}
	p.s.wrong("%s can't come to ”%s” with the tabulator", p.Name, words)
}

// Focus is the words of what has the focus.
func (p *Person) Focus() string {
	p.s.Helper()
	return ask[string](p, `(e => !e || e === document.body ? "" : e.labels && e.labels.length ? e.labels[0].innerText : e.innerText || "")(document.activeElement)`)
}

// Strikes strikes a key. Enter goes down with its sign in one: what it does may move the focus,
// and a sign that came later would be typed where the focus is then.
func (p *Person) Strikes(key string) {
	p.s.Helper()
	if key != kb.Enter {
		p.do(chromedp.KeyEvent(key))
		return
	}
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		enter := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r", UnmodifiedText: "\r"}
		_, down := cdp.Call(ctx, t, input.DispatchKeyEvent, enter)
		enter.Type, enter.Text, enter.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
		_, up := cdp.Call(ctx, t, input.DispatchKeyEvent, enter)
		return errors.Join(down, up)
	}))
}

// StrikesAndComes strikes a key that leads to another page.
func (p *Person) StrikesAndComes(key string) {
	p.s.Helper()
	before := p.document()
	p.Strikes(key)
	p.comes(before)
}
