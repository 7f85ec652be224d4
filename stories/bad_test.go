package stories_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"tillit/internal/adapter/antivirus/fake"
	bankid "tillit/internal/adapter/bankid/fake"
)

func TestWhatIsSentWrongIsAnsweredClearly(t *testing.T) {
	s := Tell(t)
	leila := s.Resident("leila-haddad").IsSignedIn()
	draft := leila.HasFilledIn("Samir", Wish{})

	s.Step("Leila pastes ten million signs into a field. The page says how long it may be, and she puts it right.")
	leila.Opens(draft + "/steps/everyday")
	leila.Pastes("Var arbetar eller studerar du?", 10_000_000)
	leila.Presses("Fortsätt")
	leila.Sees("Korta texten till högst 100 tecken")
	leila.Fills("Var arbetar eller studerar du?", mariasWork)
	leila.Presses("Fortsätt")
	leila.Opens(draft + "/steps/everyday")

	s.Step("Fifteen million are more than the house reads at all. The page says that, too, and what she had stays.")
	leila.Pastes("Var arbetar eller studerar du?", 15_000_000)
	leila.Presses("Fortsätt")
	leila.Sees("Det du skickade är för stort", "det du har sparat tidigare finns kvar")
	leila.Opens(draft + "/steps/everyday")
	if got := leila.Holds("", "Var arbetar eller studerar du?"); got != mariasWork {
		s.wrong("the field now holds %d signs", len(got))
	}

	s.Step("A text that is only too long is given back, with how long it may be.")
	leila.Pastes("Var arbetar eller studerar du?", 101)
	leila.Presses("Fortsätt")
	leila.Sees("Fel:", "100")
	if got := leila.Holds("", "Var arbetar eller studerar du?"); len(got) != 101 {
		s.wrong("of 101 signs %d are kept", len(got))
	}
	leila.Fills("Var arbetar eller studerar du?", mariasWork)
	leila.Presses("Fortsätt")

	s.Step("A file that is called a pdf and is none is not taken.")
	leila.Attaches("Intyg från arbete eller skola", "intyg.pdf", []byte("MZ not a pdf at all"))
	leila.Presses("Lägg till filen")
	leila.Sees("Filen är varken en pdf eller en bild, vad den än heter")

	s.Step("A file with malware in it is not taken, and she is told why.")
	leila.Attaches("Intyg från arbete eller skola", "intyg.pdf", []byte("%PDF-1.4\n"+fake.EICAR+"\n%%EOF\n"))
	leila.Presses("Lägg till filen")
	leila.Sees("Vi tog inte emot filen, för den innehåller skadlig kod")
	if n := s.One("select count(*)::text from eservice.attachment where scan = 'clean'"); n != "0" {
		s.wrong("%s files were taken", n)
	}

	s.Step("A file that is what it says is taken.")
	leila.Attaches("Intyg från arbete eller skola", "intyg.pdf", []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"))
	leila.Presses("Lägg till filen")
	leila.Sees("intyg.pdf", "Ta bort")

	s.Step("What she had written beside it is still there, through all of it.")
	if got := leila.Holds("", "Vill du berätta något mer för oss?"); got != mariasMessage {
		s.wrong("her message is now %q", got)
	}

	s.Step("BankID is down when she wants to sign: the page says so, nothing is sent, and she can try again.")
	leila.Opens(draft + "/review")
	s.House.BankID().Next(bankid.Trouble{Call: "sign", Status: http.StatusServiceUnavailable, Code: "Maintenance"})
	leila.Presses("Skriv under med BankID")
	leila.Sees("BankID svarar inte just nu", "Inget är inskickat, och svaren finns kvar", s.House.Town.Phone)
	if n := s.One("select count(*)::text from eservice.case"); n != "0" {
		s.wrong("%s cases were made", n)
	}

	s.Step("She breaks off in the app: nothing is sent either.")
	leila.Presses("Försök igen")
	leila.Refuses("userCancel")
	leila.GoesOnTo("Underskriften blev inte klar")
	if n := s.One("select count(*)::text from eservice.case"); n != "0" {
		s.wrong("%s cases were made", n)
	}

	s.Step("She tries once more, and it is received, once.")
	leila.Presses("Försök igen")
	leila.Approves()
	leila.GoesOn()
	leila.Sees("Tack, ansökan är mottagen")
	if n := s.One("select count(*)::text from eservice.case"); n != "1" {
		s.wrong("there are %s cases", n)
	}
}

func TestBankIDIsDownAtTheDoor(t *testing.T) {
	s := Tell(t)

	s.Step("Stina wants to sign in while BankID is down: the page says so calmly, with the telephone, and she is not signed in.")
	stina := s.Phone("stina-alm")
	s.House.BankID().Next(bankid.Trouble{Call: "auth", Status: http.StatusServiceUnavailable, Code: "Maintenance"})
	stina.Opens("/sign-in?to=/my")
	stina.Presses("Fortsätt med BankID")
	stina.Sees("BankID svarar inte just nu", "du är inte inloggad", s.House.Town.Phone)
	if stina.Cookie("tillit") != "" {
		s.wrong("she has a session")
	}

	s.Step("The connection breaks in the middle of the answer: no half sign-in.")
	stina.Presses("Försök igen")
	s.House.BankID().Next(bankid.Trouble{Call: "auth", Lost: true})
	stina.Presses("Fortsätt med BankID")
	stina.Sees("BankID svarar inte just nu")

	s.Step("Then BankID is there again, and she comes in.")
	stina.Presses("Försök igen")
	stina.SignsIn()
	stina.Sees("Hej Stina")
}

// Pastes puts so many signs into a field.
func (p *Person) Pastes(label string, signs int) {
	p.s.Helper()
	p.Fills(label, "")
	ask[bool](p, "(() => { const e = document.activeElement; e.value = 'x'.repeat("+strconv.Itoa(signs)+"); return true; })()")
}

// Refuses ends in the app what waits there, with a hint of BankID's.
func (p *Person) Refuses(hint string) {
	p.s.Helper()
	var orders []order
	p.s.world("GET", "/bankid", nil, &orders)
	if len(orders) == 0 {
		p.s.wrong("nothing waits in BankID for %s", p.Name)
	}
	var done any
	p.s.world("POST", "/bankid/fail", map[string]string{"autoStartToken": orders[0].AutoStartToken, "hintCode": hint}, &done)
}

// GoesOnTo waits at the page with the code until it says how the order ended.
func (p *Person) GoesOnTo(words string) {
	p.s.Helper()
	p.s.until("the page says ”"+words+"”", func() bool {
		p.s.House.Clock.Advance(pace)
		return strings.Contains(p.Reads(), words)
	})
	p.looksOver()
}
