package stories_test

import "testing"

func TestAProtectedGuardiansAddressNeverReachesTheOther(t *testing.T) {
	s := Tell(t)
	tove, vilma := s.House.Town.Person("tove-almgren"), s.House.Town.Person("vilma-almgren")
	// Whatever would tell Henrik where Tove is, or how to reach her.
	marks := append(phoneForms(tove.Phone), numberForms(tove.Number)...)
	marks = append(marks, tove.Street, "Glädjens", tove.PostCode, tove.Email, mariasWork, "Biblioteket", mariasMessage)

	s.Step("Tove, who is protected from Henrik, applies for Vilma. She is not asked how to be reached.")
	her := s.Resident("tove-almgren").IsSignedIn()
	draft := her.HasFilledIn("Vilma", Wish{})
	her.Opens(draft + "/steps/contact")
	her.SeesNot("Telefonnummer", "Hur vill du att vi hör av oss?")
	her.Opens(draft + "/review")
	her.Presses("Skriv under med BankID")
	her.Approves()
	her.GoesOn()
	her.Sees("Tack, du har skrivit under")
	place := her.Where()

	s.Step("Henrik gets a mail that says nothing, and reads the invitation.")
	letters := s.Mail("henrik-rask", 1)
	if w, ok := has(letters[0].All(), append(marks, "Tove", "Almgren", "Vilma")...); ok {
		s.wrong("the mail says %q", w)
	}
	henrik := s.Phone("henrik-rask").IsSignedIn()
	henrik.Opens("/my")
	henrik.Presses("Läs och ta ställning")
	henrik.Sees("Du är inbjuden att skriva under en ansökan", "Vilma")

	s.Step("He reads what he may see, and signs. The app shows nothing of her either.")
	henrik.Presses("Läs och ta ställning")
	henrik.Sees("Ta ställning till ansökan")
	henrik.Presses("Säg ja och skriv under")
	if w, ok := has(henrik.Approves(), marks...); ok {
		s.wrong("the app shows him %q", w)
	}
	henrik.GoesOn()
	henrik.Sees("Tack, ansökan är mottagen")
	ref := s.One("select ref::text from eservice.case")

	s.Step("The officers of the ordinary unit don't find the case: not in the inbox, not by its number, not by its address.")
	anna := s.Person("anna-karin-mo", desk).IsAtWork()
	anna.Opens("/work?list=unassigned")
	anna.Sees("Just nu är det inga.")
	anna.Opens("/work")
	anna.Fills("Ärendenummer", ref)
	anna.Presses("Visa")
	anna.Sees("Inget av enhetens ärenden passar")
	anna.Opens("/work" + place[len("/my"):])
	anna.Sees("Sidan finns inte, eller den är inte din")
	anna.WasNeverTold("Vilma", "Almgren", "Tove", "Henrik", vilma.Number)

	s.Step("Elin, who is named for such cases, finds it without a name, takes it and decides.")
	elin := s.Person("elin-thorsell", desk).IsAtWork()
	elin.Opens("/work?list=unassigned")
	elin.Sees(ref, "Skyddad person")
	elin.SeesNot("Vilma", "Almgren", "Tove")
	elin.Presses("Ta ärendet")
	elin.Presses("Ta ärendet")
	elin.Sees("Du handlägger", "En part är skyddad", "Tove Almgren", tove.Street)
	elin.Chooses("Vad beslutar du?", "Köplats")
	elin.Fills("Skäl, som sökanden läser", "Vilma är gammal nog.")
	elin.Presses("Förhandsgranska beslutet")
	elin.Presses("Besluta och skicka")
	elin.Sees("Köplats")

	s.Step("Henrik reads the decision, and everything else that is his: the case, the messages, who has looked, and the list to take home.")
	henrik.Opens("/my")
	henrik.Presses("Läs beslutet")
	henrik.Sees("Ansökan är godkänd", "Vilma är gammal nog.")
	henrik.Opens("/my/messages")
	henrik.Opens("/my/disclosures?own=1")
	henrik.Opens("/my/contact")
	henrik.gets("/my/disclosures.csv")
	henrik.WasNeverTold(marks...)

	s.Step("No mail to him held any of it, and none went to her at all.")
	for _, l := range s.Mail("henrik-rask", 2) {
		if w, ok := has(l.All(), marks...); ok {
			s.wrong("a mail says %q", w)
		}
	}
	if n := len(s.Mail("tove-almgren", 0)); n > 0 {
		s.wrong("%d mails went to her", n)
	}

	s.Step("She reads her decision where it is safe: on My pages.")
	her.Opens("/my")
	her.Presses("Läs beslutet")
	her.Sees("Ansökan är godkänd", "Vilma är gammal nog.")
}
