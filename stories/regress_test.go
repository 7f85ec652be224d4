package stories_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// What has gone wrong in other houses, under the name that it had there.

func TestNobodyCoSignsHerOwn(t *testing.T) { // open-forms #5598
	s := Tell(t)

	s.Step("Maria has applied for Elsa and signed. No page lets her sign once more.")
	maria := s.Resident("maria-lindqvist").IsSignedIn()
	place := maria.HasApplied("Elsa", Wish{})
	maria.Opens(place)
	maria.SeesNot("Säg ja och skriv under", "Läs och ta ställning")

	s.Step("She tries the doors of the other guardian by hand: for her they do not exist, or lead back to her own case.")
	if _, to := maria.sends(place+"/identify", nil); to != place {
		s.wrong("saying that it is she leads to %q", to)
	}
	for _, door := range []string{"/sign", "/decline"} {
		if status, to := maria.sends(place+door, nil); status != http.StatusNotFound {
			s.wrong("%s answers %d and sends her to %q", door, status, to)
		}
	}
	if n := s.One("select count(*)::text from eservice.signature"); n != "1" {
		s.wrong("there are %s signatures", n)
	}
	maria.Opens(place)
	maria.Sees("Vi väntar på att Johan Ek skriver under")
}

func TestNobodySignsForWhoMerelyIsSignedIn(t *testing.T) { // aabenforms #54 and #115
	s := Tell(t)
	maria := s.Resident("maria-lindqvist").IsSignedIn()
	place := maria.HasApplied("Elsa", Wish{})

	s.Step("Johan is signed in and about to sign. Maria holds the telephone, and uses her own BankID: it is not asked for hers.")
	johan := s.Phone("johan-ek").IsSignedIn()
	johan.Opens("/my")
	johan.Presses("Läs och ta ställning")
	johan.Presses("Läs och ta ställning")
	johan.Presses("Säg ja och skriv under")
	if status := johan.TriesAs("maria-lindqvist"); status != http.StatusUnprocessableEntity {
		s.wrong("BankID answers her with %d", status)
	}
	if n := s.One("select count(*)::text from eservice.signature"); n != "1" {
		s.wrong("there are %s signatures", n)
	}

	s.Step("Stina, who is signed in and nothing to them, has no such doors.")
	stina := s.Resident("stina-alm").IsSignedIn()
	for _, door := range []string{"/identify", "/sign"} {
		if status, _ := stina.sends(place+door, nil); status != http.StatusNotFound {
			s.wrong("%s answers her with %d", door, status)
		}
	}

	s.Step("Johan's own BankID is known again, and his signature counts.")
	johan.Approves()
	johan.GoesOn()
	johan.Sees("Tack, ansökan är mottagen")
	if n := s.One("select count(distinct person)::text from eservice.signature"); n != "2" {
		s.wrong("%s people have signed", n)
	}
}

func TestALinkGivesNothing(t *testing.T) { // CVE-2026-28803
	s := Tell(t)
	maria := s.Resident("maria-lindqvist").IsSignedIn()
	place := maria.HasApplied("Elsa", Wish{})
	ref := s.One("select ref::text from eservice.case")
	secrets := []string{"Maria", "Lindqvist", "Elsa", "Johan", "Tallbacken", ref}

	s.Step("Stina has got the link to Maria's case from somebody. Without signing in she comes to the sign-in.")
	stina := s.Resident("stina-alm")
	stina.Opens(place)
	stina.Sees("Logga in", "Fortsätt med BankID")

	s.Step("Signed in, she reads that there is no such page, as for a link that leads nowhere.")
	stina.IsSignedIn()
	stina.Opens(place)
	stina.Sees("Sidan finns inte, eller den är inte din")
	real := stina.Reads()
	stina.Opens("/my/cases/" + strings.Repeat("0", 8) + "-0000-7000-8000-" + strings.Repeat("0", 12))
	if stina.Reads() != real {
		s.wrong("a link to a case and a link to nothing are answered in different words")
	}

	s.Step("The number of the case gives nothing either.")
	for _, path := range []string{"/my/cases/" + ref, "/services/" + ref, "/work/cases/" + ref} {
		stina.Opens(path)
		stina.Sees("Sidan finns inte, eller den är inte din")
	}
	stina.WasNeverTold(secrets...)

	s.Step("She tries on and on, and is slowed down, with a page that says so; what is open to everybody stays open to her.")
	slowed := false
	for i := 0; i < 30 && !slowed; i++ {
		status, _ := stina.gets(place)
		slowed = status == http.StatusTooManyRequests
	}
	if !slowed {
		s.wrong("thirty tries in a row were all answered")
	}
	stina.Opens(place)
	stina.Sees("Vänta en minut")
	stina.Opens("/contact")
	stina.Sees("Ring oss")

	s.Step("Maria, who has tried nothing, reads her case meanwhile.")
	maria.Opens(place)
	maria.Sees("Elsa")
}

func TestASecondOpenApplicationIsRefused(t *testing.T) {
	s := Tell(t)

	s.Step("Leila has two windows with a draft each for Samir, and signs the first.")
	leila := s.Resident("leila-haddad").IsSignedIn()
	draft := leila.HasFilledIn("Samir", Wish{})
	leila.HasApplied("Samir", Wish{})

	s.Step("She begins a third, and chooses Samir again: the page says what she can do instead.")
	leila.Opens("/services/childcare-application")
	leila.Presses("Börja på en ny")
	leila.Chooses("Vad vill du ansöka om?", "Fritidshem")
	leila.Presses("Fortsätt")
	leila.Chooses("Vilket barn gäller det?", "Samir")
	leila.FillsDate("När vill ni börja?", s.inFiveMonths())
	leila.Fills("Hur många timmar i veckan?", "20")
	leila.Presses("Fortsätt")
	leila.Sees("Samir har redan en ansökan hos oss. Ändra den på Mina sidor, eller ta tillbaka den först")

	s.Step("The second window doesn't get past it: the draft can't be signed.")
	leila.Opens(draft + "/review")
	leila.Sees("Samir har redan en ansökan hos oss")
	if leila.Offered("Skriv under med BankID") {
		s.wrong("she can sign it")
	}
	if status, to := leila.sends(draft+"/sign", nil); status != http.StatusSeeOther || to != draft+"/review" {
		s.wrong("by hand the door to sign answers %d and leads to %q", status, to)
	}
	if n := s.One("select count(*)::text from eservice.case"); n != "1" {
		s.wrong("there are %s cases", n)
	}
}

func TestADoubleClickGivesOneCase(t *testing.T) {
	s := Tell(t)

	s.Step("Leila double-clicks on everything that sends something.")
	leila := s.Resident("leila-haddad").IsSignedIn()
	draft := leila.HasFilledIn("Samir", Wish{})
	leila.Opens(draft + "/review")
	leila.PressesTwice("Skriv under med BankID")
	leila.Sees("Skriv under med BankID", "Öppna BankID")
	leila.Approves()
	s.House.Clock.Advance(pace)
	leila.PressesTwice("Fortsätt")
	s.until("she comes to her case", func() bool {
		s.House.Clock.Advance(pace)
		return strings.HasPrefix(leila.Where(), "/my/cases/")
	})
	leila.Sees("Förskola eller fritids åt Samir")

	s.Step("There is one case, one signature and one receipt.")
	for _, what := range []string{"case", "signature", "party"} {
		if n := s.One("select count(*)::text from eservice." + what); n != "1" {
			s.wrong("of %s there are %s", what, n)
		}
	}

	s.Step("And a double click on a message sends it once.")
	leila.Fills("Skriv till handläggaren", "Hej, en fråga.")
	leila.PressesTwice("Skicka meddelandet")
	leila.Sees("Hej, en fråga.")
	if n := s.One("select count(*)::text from eservice.message"); n != "1" {
		s.wrong("%s messages were sent", n)
	}
}

// PressesTwice presses twice as fast as a hand can.
func (p *Person) PressesTwice(words string) {
	p.s.Helper()
	before, at := p.document(), p.button(words)
	if !at.Found || at.Covered != "" {
		p.s.wrong("%s finds no ”%s” on the page %s, which says:\n%s", p.Name, words, p.Where(), p.Reads())
	}
	p.do(chromedp.MouseClickXY(at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y, chromedp.ClickCount(2)))
	p.comes(before)
}

// TriesAs approves with the BankID of somebody else, and gives what the app is answered.
func (p *Person) TriesAs(key string) int {
	p.s.Helper()
	var orders []order
	p.s.world("GET", "/bankid", nil, &orders)
	if len(orders) == 0 {
		p.s.wrong("nothing waits in BankID for %s", p.Name)
	}
	resp, err := http.PostForm(p.s.House.World+"/bankid/approve?format=json", url.Values{"autoStartToken": {orders[0].AutoStartToken}, "personalNumber": {p.s.House.Town.Person(key).Number}})
	if err != nil {
		p.s.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
