package stories_test

import "testing"

func TestTheDraftIsThereAfterARestartAndAWeek(t *testing.T) {
	s := Tell(t)

	s.Step("Ylva begins an application for Lovisa; what she writes is kept while she writes it.")
	ylva := s.Phone("ylva-kvist").IsSignedIn()
	draft := ylva.HasFilledIn("Lovisa", Wish{Kind: "after_school", Place: "ekorren", To: "wishes"})
	ylva.Opens(draft + "/steps/everyday")
	ylva.Chooses("Varför behöver Lovisa platsen?", "Jag studerar")
	ylva.Fills("Vilka språk talar ni hemma?", "svenska och finska")
	s.until("the page says that it is saved", func() bool { return says(ylva.Reads(), "Sparat klockan") })

	s.Step("The server is stopped and started again; she does not notice.")
	s.Restart()
	ylva.Fills("Finns det något vi behöver veta", "Nej, allt är bra.")
	ylva.Presses("Fortsätt")
	ylva.Sees("Svara om syskon redan går hos oss")
	if got := ylva.Holds("", "Vilka språk talar ni hemma?") + ", " + ylva.Holds("", "Finns det något vi behöver veta"); got != "svenska och finska, Nej, allt är bra." {
		s.wrong("her answers are now %q", got)
	}

	s.Step("She comes back after a week: she has to sign in again, and comes to where she was.")
	s.Days(7)
	ylva.Opens(draft)
	ylva.Sees("Logga in", "Fortsätt med BankID")
	ylva.SeesNot("Lovisa", "finska")
	ylva.SignsIn()
	ylva.Sees("Er vardag")

	s.Step("Everything that she had written is there, and she can go on.")
	if got := ylva.Holds("", "Vilka språk talar ni hemma?") + ", " + ylva.Chosen("Varför behöver Lovisa platsen?"); got != "svenska och finska, Jag studerar" {
		s.wrong("her answers are now %q", got)
	}
	ylva.Chooses("Har ni syskon som redan går hos oss?", "Nej")
	ylva.Chooses("Var är Lovisa på dagarna nu?", "På en plats hos kommunen")
	ylva.Presses("Fortsätt")
	ylva.Sees("Kontakt och intyg", "Steg 5 av 6")

	s.Step("After a month without a word from her the draft is gone, as she was told.")
	s.Days(32)
	if n := s.One("select count(*)::text from eservice.draft"); n != "0" {
		s.wrong("%s drafts are left", n)
	}
}
