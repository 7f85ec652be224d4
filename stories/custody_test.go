package stories_test

import "testing"

func TestSoleCustodyNeedsNoSecondSignature(t *testing.T) {
	s := Tell(t)

	s.Step("Leila applies for Samir, whose only guardian she is. Nobody else is mentioned.")
	leila := s.Phone("leila-haddad").IsSignedIn()
	leila.HasFilledIn("Samir", Wish{})
	leila.Opens("/my")
	leila.Presses("Fortsätt")
	leila.Sees("Läs igenom och skriv under", "Du är den enda som behöver skriva under")
	leila.SeesNot("kommer att få skriva under")

	s.Step("She signs, and the application is received at once.")
	leila.Presses("Skriv under med BankID")
	leila.Approves()
	leila.GoesOn()
	leila.Sees("Tack, ansökan är mottagen", "Bekräftelse", "Mottagen")

	s.Step("The office has it, and nobody was asked to sign.")
	anna := s.Person("anna-karin-mo", desk).IsAtWork()
	anna.Opens("/work?list=unassigned")
	anna.Sees("Samir Haddad")
	if n := s.One("select count(*)::text from eservice.party where role <> 'applicant'"); n != "0" {
		s.wrong("%s others are parties", n)
	}
	if n := s.One("select count(*)::text from notify.notice where template = 'sign_invitation'"); n != "0" {
		s.wrong("%s were asked to sign", n)
	}
}

func TestAlternateLivingBothSign(t *testing.T) {
	s := Tell(t)
	sofias, peters := s.House.Town.Person("sofia-berglund"), s.House.Town.Person("peter-wallin")

	s.Step("Sofia applies for after-school care for Alva, who lives with her and with Peter in turn.")
	sofia := s.Resident("sofia-berglund").IsSignedIn()
	sofia.HasFilledIn("Alva", Wish{Kind: "after_school", Place: "ekorren"})
	sofia.Opens("/my")
	sofia.Presses("Fortsätt")
	sofia.Sees("Peter Wallin kommer att få skriva under")
	sofia.Presses("Skriv under med BankID")
	sofia.Approves()
	sofia.GoesOn()
	sofia.Sees("Tack, du har skrivit under", "Vi väntar på att Peter Wallin skriver under")

	s.Step("The office has nothing until he has signed.")
	anna := s.Person("anna-karin-mo", desk).IsAtWork()
	anna.Opens("/work?list=unassigned")
	anna.Sees("Just nu är det inga.")

	s.Step("Peter signs on his telephone.")
	peter := s.Phone("peter-wallin").IsSignedIn()
	peter.HasCoSigned()
	peter.Sees("Tack, ansökan är mottagen")

	s.Step("Both see that both have signed, and neither where the other lives.")
	sofia.Opens("/my")
	sofia.Presses("Förskola eller fritids åt Alva")
	sofia.Sees("Peter Wallin", "Skrev under", "Bekräftelse")
	sofia.WasNeverTold(peters.Street, peters.PostCode, peters.Phone, peters.Number)
	peter.WasNeverTold(sofias.Street, sofias.PostCode, sofias.Phone, sofias.Number)

	s.Step("Now the office has it.")
	anna.Opens("/work?list=unassigned")
	anna.Sees("Alva Berglund Wallin")
}
