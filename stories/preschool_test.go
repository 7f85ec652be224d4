package stories_test

import (
	"strings"
	"testing"
	"time"
)

const preschool = "Ansök om förskola eller fritids"

// What Maria writes that is about her alone.
const (
	mariasPhone   = "070-174 06 05"
	mariasWork    = "Biblioteket i Granvik"
	mariasMessage = "Jag börjar ett nytt arbete i maj."
	elsasHealth   = "Elsa tål inte nötter."
)

// inFiveMonths is a start day that the form takes: between four and six months ahead.
func (s *Story) inFiveMonths() time.Time { return s.House.Clock.Now().AddDate(0, 5, 0) }

func TestTwoGuardiansApplyForPreschool(t *testing.T) {
	s := Tell(t)

	s.Step("Maria opens the start page, looks for preschool and finds the service.")
	maria := s.Resident("maria-lindqvist")
	maria.Opens("/")
	maria.Fills("Sök bland tjänster", "förskola")
	maria.Presses("Sök")
	maria.Presses(preschool)
	maria.Sees("Alla barnets vårdnadshavare", "Intyg från arbete eller skola, om det gäller dig")

	s.Step("She signs in with BankID and begins.")
	maria.Presses("Logga in och ansök")
	maria.SignsIn()
	maria.Sees(preschool, "Maria Lindqvist")
	maria.Presses("Ansök")

	s.Step("She forgets to choose what she applies for, and is told so.")
	maria.Presses("Fortsätt")
	maria.Sees("Fel:", "Välj vad du vill ansöka om")
	maria.Chooses("Vad vill du ansöka om?", "Förskola")
	maria.Presses("Fortsätt")

	s.Step("She writes a start day that is too soon: the page says what is wrong, and keeps the rest.")
	maria.Chooses("Vilket barn gäller det?", "Elsa")
	maria.FillsDate("När vill ni börja?", s.House.Clock.Now().AddDate(0, 1, 0))
	maria.Fills("Hur många timmar i veckan?", "30")
	maria.Presses("Fortsätt")
	maria.Sees("Startdagen behöver vara")
	if got := maria.Chosen("Vilket barn gäller det?") + " " + maria.Holds("", "Hur många timmar i veckan?"); !strings.HasPrefix(got, "Elsa") || !strings.HasSuffix(got, " 30") {
		s.wrong("what she had written is now %q", got)
	}

	s.Step("She puts the day right, saves, and goes away.")
	maria.FillsDate("När vill ni börja?", s.inFiveMonths())
	maria.Presses("Spara och fortsätt senare")
	maria.Sees("Det du har fyllt i är sparat", "Mina sidor")

	s.Step("Later she goes on from My pages where she was.")
	maria.Opens("/my")
	maria.Sees("Fortsätt din ansökan")
	maria.Presses("Fortsätt")
	for maria.Offered("Spara och fortsätt senare") && maria.Chosen("Vilket barn gäller det?") != "" {
		maria.Presses("Fortsätt")
	}
	maria.Picks("Vilka ställen vill ni helst ha?", "Första", "Tallbackens förskola")
	maria.Picks("Vilka ställen vill ni helst ha?", "Andra", "Näckrosens förskola")
	maria.Presses("Fortsätt")

	s.Step("She tells of their everyday life.")
	maria.Chooses("Varför behöver Elsa platsen?", "Jag arbetar")
	maria.Chooses("Har ni syskon som redan går hos oss?", "Nej")
	maria.Chooses("Var är Elsa på dagarna nu?", "Hemma")
	maria.Fills("Finns det något vi behöver veta", elsasHealth)
	maria.Presses("Fortsätt")
	if maria.Offered("Spara och fortsätt senare") && has1(maria.Reads(), "Var arbetar eller studerar du?") {
		maria.Sees("Ditt svar gav en följdfråga")
		maria.Fills("Var arbetar eller studerar du?", mariasWork)
		maria.Presses("Fortsätt")
	}

	s.Step("She says how to reach her, and writes a line to the office.")
	maria.Chooses("Hur vill du att vi hör av oss?", "Ring mig")
	maria.Fills("Telefonnummer", mariasPhone)
	maria.Fills("Vill du berätta något mer för oss?", mariasMessage)
	maria.Presses("Fortsätt")

	s.Step("She reads everything through and signs with BankID.")
	maria.Sees("Läs igenom och skriv under", "1. Tallbackens förskola", mariasPhone, mariasMessage, "Johan Ek kommer att få skriva under")
	maria.Presses("Skriv under med BankID")
	maria.Approves()
	maria.GoesOn()
	maria.Sees("Tack, du har skrivit under", "Vi väntar på att Johan Ek skriver under")
}

func has1(text, word string) bool { _, ok := has(text, word); return ok }
