package stories_test

import "testing"

func TestTheSecondGuardianDeclines(t *testing.T) {
	s := Tell(t)

	s.Step("Jenny applies for Tuva, and signs.")
	jenny := s.Resident("jenny-sandell").IsSignedIn()
	place := jenny.HasApplied("Tuva", Wish{})

	s.Step("Robert reads the application and says no.")
	robert := s.Phone("robert-falk").IsSignedIn()
	robert.Opens("/my")
	robert.Presses("Läs och ta ställning")
	robert.Presses("Läs och ta ställning")
	robert.Sees("Ta ställning till ansökan", "Tallbackens förskola")
	robert.Presses("Säg nej")
	robert.Sees("Vill du säga nej till ansökan?", "inte varför")
	robert.Presses("Ja, säg nej till ansökan")
	robert.Sees("Du har sagt nej", "Ansökan är inte mottagen")

	s.Step("Nothing was received: no officer has it, and it has no receipt.")
	if n := s.One("select count(*)::text from eservice.case where receipt is not null"); n != "0" {
		s.wrong("%s cases were received", n)
	}
	anna := s.Person("anna-karin-mo", desk).IsAtWork()
	anna.Opens("/work?list=unassigned")
	anna.Sees("Just nu är det inga.")
	anna.SeesNot("Tuva")

	s.Step("Jenny gets a mail that says nothing, and reads on My pages that the other one said no, without reasons.")
	letters := s.Mail("jenny-sandell", 1)
	if w, ok := has(letters[0].All(), "Robert", "Falk", "Tuva", "Jenny", "nej", "tackat", "förskola"); ok {
		s.wrong("the mail says %q", w)
	}
	jenny.Opens("/my")
	jenny.Sees("Den du bad skriva under har tackat nej")

	s.Step("Her answers are a draft again, whole; the case is gone.")
	jenny.Opens(place)
	jenny.Sees("Sidan finns inte, eller den är inte din")
	jenny.Opens("/my")
	jenny.Sees("Fortsätt din ansökan")
	jenny.Presses("Fortsätt")
	jenny.Sees("Läs igenom och skriv under", "Tallbackens förskola", mariasWork, "Skriv under med BankID")

	s.Step("Robert sees nothing of it any more.")
	robert.Opens("/my")
	robert.SeesNot("Ta ställning till en ansökan", "Jenny")
	robert.Opens(place)
	robert.Sees("Sidan finns inte, eller den är inte din")
}
