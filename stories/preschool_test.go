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

// hersAlone is what the other guardian never reads.
var hersAlone = []string{mariasWork, "Biblioteket", mariasMessage, elsasHealth, "nötter", mariasPhone, "Varför behöver Elsa platsen"}

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
	maria.Sees("Fortsätt din ansökan: Förskola eller fritids åt Elsa", "Den ligger kvar till")

	s.Step("Later she goes on from My pages where she was.")
	maria.Presses("Fortsätt")
	maria.Sees("Steg 3 av 6")
	maria.Picks("Vilka ställen vill ni helst ha?", "Första", "Tallbackens förskola")
	maria.Picks("Vilka ställen vill ni helst ha?", "Andra", "Näckrosens förskola")
	maria.Presses("Fortsätt")

	s.Step("She tells of their everyday life.")
	maria.Chooses("Varför behöver Elsa platsen?", "Jag arbetar")
	maria.Chooses("Har ni syskon som redan går hos oss?", "Nej")
	maria.Chooses("Var är Elsa på dagarna nu?", "Hemma")
	maria.Fills("Finns det något vi behöver veta", elsasHealth)
	maria.Presses("Fortsätt")
	maria.Sees("Ditt svar gav en följdfråga")
	maria.Fills("Var arbetar eller studerar du?", mariasWork)
	maria.Presses("Fortsätt")

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
	theCase := maria.Where()

	s.Step("Johan gets a mail that says nothing: no name, no child, no service.")
	letters := s.Mail("johan-ek", 1)
	if len(letters) != 1 || !strings.HasPrefix(letters[0].Subject, "Du har ett nytt meddelande") {
		s.wrong("he has %d letters, the first about %q", len(letters), letters[0].Subject)
	}
	if w, ok := has(letters[0].All(), "Maria", "Lindqvist", "Johan", "Elsa", "Ek ", "förskola", "ansök", "skriva under", theCase); ok {
		s.wrong("the mail says %q", w)
	}

	s.Step("He signs in on his telephone, and all that the invitation shows is who has applied for what.")
	johan := s.Phone("johan-ek")
	johan.Opens("/my")
	johan.SignsIn()
	johan.Sees("Ta ställning till en ansökan", "Maria Lindqvist har ansökt")
	johan.Presses("Läs och ta ställning")
	johan.Sees("Du är inbjuden att skriva under en ansökan", "Maria Lindqvist har ansökt. Förskola eller fritids åt Elsa")
	johan.SeesNot("Tallbackens förskola")

	s.Step("He says that it is he, and reads what he may see and nothing more.")
	johan.Presses("Läs och ta ställning")
	johan.Sees("Ta ställning till ansökan", "Tallbackens förskola", "30")

	s.Step("He signs with BankID; the app shows him what he signs, without what is Maria's alone.")
	johan.Presses("Säg ja och skriv under")
	app := johan.Approves()
	if w, ok := has(app, hersAlone...); ok || !strings.Contains(app, "Elsa") {
		s.wrong("the app shows him %q", w)
	}
	johan.GoesOn()
	johan.Sees("Tack, ansökan är mottagen", "Ditt ärende har beteckningen")

	s.Step("Anna-Karin finds the case in the inbox, with nobody to handle it, and takes it.")
	anna := s.Person("anna-karin-mo", desk)
	anna.Opens("/sign-in?to=/work")
	anna.Presses("Logga in Anna-Karin Mo")
	anna.Sees("Inkorg", "Ett väntar på att någon tar det")
	anna.Presses("Ta ärendet")
	anna.Sees("Ingen handlägger ärendet", mariasWork, elsasHealth, mariasMessage)
	anna.Presses("Ta ärendet")
	anna.Sees("Du handlägger")

	s.Step("She asks Maria for what is missing.")
	anna.Fills("Vad behöver sökanden komplettera med?", "Skicka ett intyg från ditt arbete.")
	anna.Presses("Begär komplettering")
	anna.Sees("Väntar på komplettering", "Skicka ett intyg från ditt arbete.")

	s.Step("Maria reads the question on My pages, and answers.")
	maria.Opens("/my")
	maria.Sees("Svara på en fråga: Förskola eller fritids åt Elsa")
	maria.Presses("Läs och svara")
	maria.Sees("Vi behöver veta mer", "Skicka ett intyg från ditt arbete.")
	maria.Fills("Ditt svar", "Jag får det på fredag och skickar det då.")
	maria.Presses("Skicka svaret")
	maria.Sees("Ditt svar", "Jag får det på fredag")

	s.Step("Anna-Karin reads the answer, writes the decision, reads it through as the parties will, and sends it.")
	anna.Opens("/work")
	anna.Presses("Läs kompletteringen")
	anna.Sees("Jag får det på fredag")
	anna.Chooses("Vad beslutar du?", "Köplats")
	anna.Fills("Skäl, som sökanden läser", "Elsa är gammal nog. Köplatsen räknas från den dag då ni båda hade skrivit under.")
	anna.Presses("Förhandsgranska beslutet")
	anna.Sees("Inget är skickat än", "Maria Lindqvist", "Johan Ek", "Elsa är gammal nog.")
	anna.Presses("Besluta och skicka")
	anna.Sees("Köplats", "Beslut fattat")

	s.Step("Both guardians read the decision, its reasons and how to appeal.")
	for _, p := range []*Person{maria, johan} {
		p.Opens("/my")
		p.Sees("Läs beslutet: Förskola eller fritids åt Elsa")
		p.Presses("Läs beslutet")
		p.Sees("Ansökan är godkänd, och platsen i kön gäller", "Elsa är gammal nog.", "Beslutat av", "Anna-Karin Mo", "Om du inte håller med", "Överklagandet behöver komma in inom")
		p.Presses("Jag har läst beslutet")
		p.Sees("Du tog del av beslutet")
	}

	s.Step("Nothing that is Maria's alone has come to Johan, on any page.")
	johan.WasNeverTold(hersAlone...)
	johan.WasNeverTold(phoneForms(mariasPhone)...)
	johan.WasNeverTold(numberForms(s.House.Town.Person("maria-lindqvist").Number)...)

	s.Step("Maria opens who has seen her data: the officer's role and unit first, why, and what kinds.")
	maria.Opens("/my")
	maria.Presses("Visa alla tillfällen")
	maria.Sees("Placeringshandläggare Förskoleadministrationen · Utbildningsnämnden För att handlägga ditt ärende.", "Innehåll i ärendet", "Begärd komplettering", "Namn", "Adress", "Den andra vårdnadshavaren")
	if text := flat(maria.Reads()); strings.Index(text, "Placeringshandläggare") > strings.Index(text, "Anna-Karin Mo") {
		s.wrong("the officer's name stands before her role")
	}

	s.Step("Johan's name and number are not in it.")
	maria.SeesNot(append(numberForms(s.House.Town.Person("johan-ek").Number), "Johan")...)
}
