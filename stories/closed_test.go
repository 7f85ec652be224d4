package stories_test

import (
	"strings"
	"testing"
)

func TestAClosedServiceHasASignOnTheDoor(t *testing.T) {
	s := Tell(t)
	phone := s.House.Town.Phone
	leila := s.Phone("leila-haddad").IsSignedIn()
	draft := leila.HasFilledIn("Samir", Wish{})
	karin := s.Resident("karin-norling").IsSignedIn()
	place := karin.HasApplied("Ebba", Wish{Kind: "after_school", Place: "ekorren"})
	anna := s.Person("anna-karin-mo", desk).IsAtWork()
	anna.Opens("/work/cases" + strings.TrimPrefix(place, "/my/cases"))
	anna.Sees("Karin Norling")

	s.Step("Rakel, who is on duty, forgets to say why she closes, and is asked.")
	rakel := s.Person("rakel-sund", desk).IsAtWork()
	rakel.Opens("/steward")
	rakel.Sees("Allt är öppet")
	rakel.Picks("", "Vad ska stängas?", "Tjänst:")
	rakel.Presses("Stäng nu")
	rakel.Sees("Skriv varför")

	s.Step("She closes the services, alone and at once.")
	rakel.Fills("Varför?", "En sida visade fel barn.")
	rakel.Presses("Stäng nu")
	rakel.Sees("En sak är stängd", "Av Rakel Sund", "En sida visade fel barn.")

	s.Step("Leila meets a sign on the door: closed, what she has is safe, and the telephone.")
	for _, path := range []string{draft, draft + "/review", "/services/childcare-application"} {
		leila.Opens(path)
		leila.Sees("Stängd just nu", "ring "+phone)
		leila.SeesNot("Samir")
	}
	if status, _ := leila.sends(draft+"/sign", nil); status != 503 {
		s.wrong("the closed door to sign answers %d", status)
	}
	leila.Opens("/")
	leila.Sees("Stängd just nu", phone)

	s.Step("Whoever has sent something in meets it at her case, and the officer at the same case.")
	karin.Opens(place)
	karin.Sees("Stängd just nu", "ring "+phone)
	karin.SeesNot("Ebba")
	anna.Opens("/work/cases" + strings.TrimPrefix(place, "/my/cases"))
	anna.Sees("Stängd just nu", phone)
	anna.SeesNot("Ebba", "Norling")

	s.Step("Rakel asks to open. She alone can't.")
	rakel.Fills("Varför kan den öppnas?", "Felet är rättat.")
	rakel.Presses("Be om att få öppna")
	rakel.Sees("Nu behöver en annan i vakten göra detsamma", "En sak är stängd")
	if rakel.Offered("Öppna") {
		s.wrong("she is offered to open it herself")
	}
	leila.Opens(draft + "/review")
	leila.Sees("Stängd just nu")

	s.Step("Amir opens with her, and it is open.")
	amir := s.Person("amir-dahlgren", desk).IsAtWork()
	amir.Opens("/steward")
	amir.Sees("Rakel Sund har bett om att få öppna")
	amir.Fills("Varför kan den öppnas?", "Jag har sett rättelsen.")
	amir.Presses("Öppna")
	amir.Sees("Allt är öppet", "är öppen igen")

	s.Step("Leila goes on where she was, and nothing is lost.")
	leila.Opens(draft + "/review")
	leila.Sees("Samir", "Tallbackens förskola", "Skriv under med BankID")
	anna.Opens("/work/cases" + strings.TrimPrefix(place, "/my/cases"))
	anna.Sees("Karin Norling")
}
