package stories_test

import (
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

func TestLoggedOutMeansLoggedOut(t *testing.T) {
	s := Tell(t)

	s.Step("At the library's computer Maria signs in, and reads her pages and a draft.")
	maria := s.Resident("maria-lindqvist")
	maria.Opens("/sign-in?to=/my")
	maria.Ticks("Andra använder också den här datorn")
	maria.SignsIn()
	maria.Sees("Hej Maria")
	draft := maria.HasFilledIn("Elsa", Wish{})
	maria.Opens(draft + "/review")
	maria.Sees(mariasMessage)
	maria.Opens("/my")
	secret := maria.Cookie("tillit")

	s.Step("She logs out. The page says so, and knows her no more.")
	maria.Presses("Logga ut")
	maria.Sees("Du är utloggad", "Dina sidor går inte att öppna här igen")
	maria.SeesNot("Maria", "Lindqvist", "Elsa")
	if maria.Cookie("tillit") != "" {
		s.wrong("the browser still has her cookie")
	}
	left := maria.front.count()
	hers := []string{"Maria", "Lindqvist", "Elsa", mariasMessage, mariasWork}

	s.Step("Somebody presses the back button, again and again, and forward: nothing of her comes back.")
	for range 4 {
		maria.Goes(-1)
		maria.SeesNot(hers...)
	}
	maria.Goes(+1)
	maria.SeesNot(hers...)

	s.Step("Somebody reloads, and opens what she had open.")
	maria.do(chromedp.Reload())
	maria.SeesNot(hers...)
	for _, path := range []string{"/my", draft, draft + "/review", "/my/disclosures"} {
		maria.Opens(path)
		maria.Sees("Fortsätt med BankID")
		maria.SeesNot(hers...)
	}

	s.Step("Somebody has kept her cookie: it opens nothing.")
	maria.setCookie("tillit", secret)
	maria.Opens("/my")
	maria.Sees("Fortsätt med BankID")
	maria.SeesNot(hers...)

	s.Step("Tor signs in at the same computer. Even the order that he begins is his, and he sees himself and nobody else.")
	tor := maria
	tor.Key, tor.Name = "tor-wikander", "Tor Wikander"
	tor.SignsIn()
	tor.Sees("Hej Tor", "Tor Wikander")
	tor.Opens("/my/disclosures?own=1")
	tor.Opens(draft)
	tor.Sees("Sidan finns inte, eller den är inte din")
	tor.Goes(-1)
	tor.Goes(-1)
	tor.SeesNot(hers...)

	s.Step("From the moment she logged out, no answer to this browser held anything of hers.")
	tor.front.forget(left)
	tor.WasNeverTold(hers...)
}

// Goes goes back or forward among the pages that the browser remembers.
func (p *Person) Goes(by int64) {
	p.s.Helper()
	before := p.document()
	history, err := chromedp.Call(p.tab, page.GetNavigationHistory, cdp.Empty{})
	if err != nil {
		p.s.Fatal(err)
	}
	to := history.CurrentIndex + by
	if to < 0 || to >= int64(len(history.Entries)) {
		p.s.wrong("the browser remembers no page %d from here", by)
	}
	if _, err := chromedp.Call(p.tab, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[to].ID}); err != nil {
		p.s.Fatal(err)
	}
	p.comes(before)
}

// count is how many answers a browser has got; forget drops that many, the oldest.
func (f *front) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.told)
}

func (f *front) forget(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.told = f.told[n:]
}
