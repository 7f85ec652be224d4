package work_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tillit/internal/testkit/house"
)

const day = 24 * time.Hour

// holds fails unless the page has the status and says all of the words.
func holds(t *testing.T, p house.Page, status int, words ...string) {
	t.Helper()
	if p.Status != status {
		t.Fatalf("status %d, want %d", p.Status, status)
	}
	for _, w := range words {
		if !strings.Contains(p.Body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func lacks(t *testing.T, p house.Page, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(p.Body, w) {
			t.Errorf("the page says %q", w)
		}
	}
}

func path(key, verb string) string { return strings.TrimSuffix("/work/cases/"+key+"/"+verb, "/") }

func TestTheInboxListsTheCasesOfHerUnits(t *testing.T) {
	d := newDesk(t)
	late := elsas("anna-karin-mo")
	late.Due = -day
	_, first := d.put(late)
	_, second := d.put(application{Child: "samir-haddad", Applicant: "leila-haddad", Mine: "anna-karin-mo", Due: 9 * day})
	_, free := d.put(application{Child: "ebba-norling", Applicant: "karin-norling", Due: 3 * day})
	_, theirs := d.put(application{Child: "zofia-nowicka", Applicant: "katarzyna-nowicka", Guardian: "piotr-nowicki", Mine: "jonas-viklund"})
	_, shielded := d.put(vilmas(""))

	b := d.Staff(t, "anna-karin-mo")
	p := b.Get("/work")
	holds(t, p, http.StatusOK, "En sak är sen. Resten hinner du.", "1 dag sen", "Elsa Lindqvist Ek", "Samir Haddad", "Du öppnade uppgifter om 2 personer")
	lacks(t, p, free, theirs, shielded)
	if strings.Index(p.Body, first) > strings.Index(p.Body, second) {
		t.Error("the case with the shortest time left does not stand first")
	}
	p = b.Get("/work?list=unassigned")
	holds(t, p, http.StatusOK, free, "Ta ärendet")
	lacks(t, p, first, shielded)
	holds(t, b.Get("/work?list=waiting"), http.StatusOK, "Just nu är det inga.")
	p = b.Get("/work?ref=" + strings.ToLower(theirs))
	holds(t, p, http.StatusOK, "Ett ärende i enheten passar", "Zofia Nowicka")
	lacks(t, p, first)
	p = b.Get("/work?state=submitted")
	holds(t, p, http.StatusOK, free)
	lacks(t, p, first, theirs)
	holds(t, b.Get("/work?ref="+shielded), http.StatusOK, "Inget av enhetens ärenden passar")

	p = d.Staff(t, "petra-astrom").Get("/work?state=submitted")
	holds(t, p, http.StatusOK, "Inget av enhetens ärenden passar", "visade inga personuppgifter")
}

func TestWhoHasNothingOfHerOwnSeesWhatNobodyHasTaken(t *testing.T) {
	d := newDesk(t)
	_, ref := d.put(elsas(""))
	holds(t, d.Staff(t, "anna-karin-mo").Get("/work"), http.StatusOK, "Du har inga ärenden. Ett väntar på att någon tar det.", ref)
}

func TestNobodyHandlesHerOwnCase(t *testing.T) {
	d := newDesk(t)
	key, ref := d.put(application{Child: "hjalmar-viklund", Applicant: "siv-viklund", Guardian: "jonas-viklund-private"})
	jonas := d.Staff(t, "jonas-viklund")
	lacks(t, jonas.Get("/work?list=unassigned"), ref, "Hjalmar")
	for _, p := range []house.Page{jonas.Get(path(key, "")), jonas.Post(path(key, "take"), nil)} {
		holds(t, p, http.StatusNotFound)
		lacks(t, p, ref, "Hjalmar")
	}
	if p := jonas.Post("/work/next", nil); p.To != "/work?list=unassigned" {
		t.Errorf("the next case is %q", p.To)
	}
	if strings.Contains(d.Logs.String(), "refused by policy") {
		t.Error("his own case rang the alarm")
	}
}

func TestACaseIsTakenOnce(t *testing.T) {
	d := newDesk(t)
	key, _ := d.put(elsas(""))
	anna, jonas := d.Staff(t, "anna-karin-mo"), d.Staff(t, "jonas-viklund")
	holds(t, anna.Get(path(key, "")), http.StatusOK, "Ingen handlägger ärendet", "Ta ärendet")
	if p := anna.Post(path(key, "take"), nil); p.Status != http.StatusSeeOther || p.To != path(key, "") {
		t.Fatalf("take: %d to %q", p.Status, p.To)
	}
	holds(t, jonas.Post(path(key, "take"), nil), http.StatusConflict, "En kollega hann före", "Anna-Karin Mo handlägger ärendet")
	if p := anna.Post(path(key, "take"), nil); p.Status != http.StatusSeeOther {
		t.Errorf("taking twice: %d", p.Status)
	}
	p := jonas.Post(path(key, "notes"), url.Values{"note": {"Ringde sökanden."}})
	holds(t, p, http.StatusForbidden, "Du handlägger inte ärendet.", "Ringde sökanden.", "readonly")
	if n := d.one(`select count(*)::text from eservice.note`); n != "0" {
		t.Errorf("%s notes by one who does not handle the case", n)
	}
}

func TestTwoWhoAskForTheNextCaseGetOneEach(t *testing.T) {
	d := newDesk(t)
	late, _ := d.put(application{Child: "samir-haddad", Applicant: "leila-haddad", Due: 20 * day})
	soon, _ := d.put(application{Child: "ebba-norling", Applicant: "karin-norling", Due: 3 * day})
	var got [2]string
	var wait sync.WaitGroup
	for i, who := range []string{"anna-karin-mo", "jonas-viklund"} {
		b := d.Staff(t, who)
		wait.Go(func() { got[i] = b.Post("/work/next", nil).To })
	}
	wait.Wait()
	if got[0] == got[1] || got[0]+got[1] != path(soon, "")+path(late, "") && got[0]+got[1] != path(late, "")+path(soon, "") {
		t.Errorf("they got %q", got)
	}
	again, _ := d.put(elsas(""))
	first, _ := d.put(application{Child: "zofia-nowicka", Applicant: "katarzyna-nowicka", Due: day})
	b := d.Staff(t, "anna-karin-mo")
	if p := b.Post("/work/next", nil); p.To != path(first, "") {
		t.Errorf("the next is %q, not the one with the shortest time left", p.To)
	}
	if p := b.Post("/work/next", nil); p.To != path(again, "") {
		t.Errorf("the one after is %q", p.To)
	}
	if p := b.Post("/work/next", nil); p.To != "/work?list=unassigned" {
		t.Errorf("with none left: %q", p.To)
	}
}

func TestTheCaseAsOnePage(t *testing.T) {
	d := newDesk(t)
	key, ref := d.put(elsas("anna-karin-mo"))
	d.say(key, "maria-lindqvist", "Kan Elsa börja tidigare?")
	d.send(key, "maria-lindqvist", "certificate", "intyg.pdf", "held")
	b := d.Staff(t, "anna-karin-mo")
	p := b.Get(path(key, ""))
	holds(t, p, http.StatusOK, "Ansök om förskola eller fritids, Elsa", "Du handlägger", "Näckrosvägen 8, 999 02 Granvik", "1. Tallbackens förskola, 2. Näckrosens förskola",
		"Tål inte nötter.", "Kan Elsa börja tidigare?", "intyg.pdf", "Inte kontrollerad", "Handläggare utsedd", "Skrev under")
	title := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(p.Body)[1]
	if !strings.Contains(title, ref) || strings.Contains(title, "Elsa") {
		t.Errorf("the title is %q", title)
	}
	shared, own, _ := strings.Cut(p.Body, "Bara sökandens del")
	lacks(t, house.Page{Body: shared}, "Biblioteket", "Tål inte nötter.", "Jag arbetar")
	holds(t, house.Page{Body: own, Status: p.Status}, p.Status, "Biblioteket", "Jag arbetar")
	lacks(t, p, " style=", "<script>", " onclick=")
	holds(t, p, p.Status, "Ingen har läst det före dig.")

	for _, who := range []string{"elsa-lindqvist-ek", "maria-lindqvist", "johan-ek"} {
		if n := d.one(`select count(*)::text from ledger.response r join ledger.disclosure l on l.response = r.id join access.board b on b.id = r.controller
where r.case_id = $1::uuid and b.key = 'utbildningsnamnden' and l.subject = $2::uuid`, key, d.person(who)); n == "0" {
			t.Errorf("the ledger does not have %s", who)
		}
	}
	d.Staff(t, "jonas-viklund").Get(path(key, ""))
	holds(t, b.Get(path(key, "")), http.StatusOK, "Du, 1 gång. Andra handläggare, 1 gång.")
}

func TestADecisionIsPreviewedAndThenSentToEveryParty(t *testing.T) {
	d := newDesk(t)
	key, ref := d.put(elsas("anna-karin-mo"))
	b := d.Staff(t, "anna-karin-mo")
	p := b.Post(path(key, "preview"), url.Values{"reasons": {"  "}})
	holds(t, p, http.StatusUnprocessableEntity, "Två saker behöver rättas", `href="#outcome"`, `href="#reasons"`, "<title>Fel:")
	p = b.Post(path(key, "preview"), url.Values{"reasons": {"Elsa är gammal nog."}})
	holds(t, p, http.StatusUnprocessableEntity, "Välj vad du beslutar", "Elsa är gammal nog.")

	ruling := url.Values{"outcome": {"queued"}, "reasons": {"Elsa är gammal nog.\r\nPlatsen räknas från i dag."}}
	p = b.Post(path(key, "preview"), ruling)
	holds(t, p, http.StatusOK, "Ansökan är godkänd, och platsen i kön gäller", "Elsa är gammal nog.", "Platsen räknas från i dag.", "Om du inte håller med", "inom 21 dagar", "Maria Lindqvist", "Johan Ek", "Besluta och skicka")
	if n := d.one(`select count(*)::text from eservice.decision`); n != "0" {
		t.Fatal("the preview decided")
	}
	back := url.Values{"change": {"1"}, "outcome": ruling["outcome"], "reasons": ruling["reasons"]}
	holds(t, b.Post(path(key, "preview"), back), http.StatusOK, "Elsa är gammal nog.", `value="queued" checked`)

	if p := b.Post(path(key, "decision"), ruling); p.Status != http.StatusSeeOther {
		t.Fatalf("decision: %d", p.Status)
	}
	if got := d.one(`select state || ' ' || outcome from eservice.case where id = $1::uuid`, key); got != "archived queued" {
		t.Errorf("the case is %s", got)
	}
	if n := d.one(`select count(*)::text from eservice.served where case_id = $1::uuid`, key); n != "2" {
		t.Errorf("served to %s", n)
	}
	p = b.Get(path(key, ""))
	holds(t, p, http.StatusOK, "Köplats", "Fick beslutet i dag", "Beslut fattat")
	lacks(t, p, "Förhandsgranska beslutet")
	holds(t, b.Get("/work?list=closed"), http.StatusOK, ref, "Läs beslutet")

	// The same button twice is the same decision; another one comes too late, and keeps its text.
	if p := b.Post(path(key, "decision"), ruling); p.Status != http.StatusSeeOther {
		t.Errorf("the same decision again: %d", p.Status)
	}
	p = b.Post(path(key, "decision"), url.Values{"outcome": {"refused"}, "reasons": {"Nej, för sent."}})
	holds(t, p, http.StatusForbidden, "Ärendet avslutades medan du hade sidan öppen.", "Nej, för sent.")
}

func TestMessagesNotesAndCompletions(t *testing.T) {
	d := newDesk(t)
	key, _ := d.put(elsas("anna-karin-mo"))
	b := d.Staff(t, "anna-karin-mo")
	maria, johan := d.person("maria-lindqvist"), d.person("johan-ek")
	p := b.Post(path(key, "messages"), url.Values{"to": {johan}, "body": {""}})
	holds(t, p, http.StatusUnprocessableEntity, "Skriv meddelandet", `href="#body-`+johan+`"`)
	if p := b.Post(path(key, "messages"), url.Values{"to": {maria}, "body": {"Ja, det går bra."}}); p.Status != http.StatusSeeOther {
		t.Fatalf("message: %d", p.Status)
	}
	if got := d.one(`select party::text || ' ' || body::text from eservice.message`); got != maria+" Ja, det går bra." {
		t.Errorf("the message is %s", got)
	}
	for _, to := range []string{d.person("henrik-rask"), "nobody"} {
		if p := b.Post(path(key, "messages"), url.Values{"to": {to}, "body": {"Hej"}}); p.Status != http.StatusNotFound {
			t.Errorf("a message to one who is no party: %d", p.Status)
		}
	}
	holds(t, b.Post(path(key, "notes"), url.Values{"note": {strings.Repeat("å", 8001)}}), http.StatusUnprocessableEntity, "8 000 tecken", "åååå")
	if p := b.Post(path(key, "notes"), url.Values{"note": {"Ringde förskolan."}}); p.Status != http.StatusSeeOther {
		t.Fatalf("note: %d", p.Status)
	}
	if p := b.Post(path(key, "ask"), url.Values{"ask": {"Skicka intyget från skolan."}}); p.Status != http.StatusSeeOther {
		t.Fatalf("ask: %d", p.Status)
	}
	p = b.Get(path(key, ""))
	holds(t, p, http.StatusOK, "Ja, det går bra.", "Ringde förskolan.", "Skicka intyget från skolan.", "Sökanden har på sig till", "Väntar på komplettering")
	lacks(t, p, "Förhandsgranska beslutet")
	p = b.Post(path(key, "preview"), url.Values{"outcome": {"queued"}, "reasons": {"Hann inte se att jag frågat."}})
	holds(t, p, http.StatusConflict, "Läget har ändrats", "Hann inte se att jag frågat.")
}

func TestAProtectedPersonStandsInNoListAndOpensForThoseNamedForHer(t *testing.T) {
	d := newDesk(t)
	key, ref := d.put(vilmas(""))
	elin := d.Staff(t, "elin-thorsell")
	p := elin.Get("/work")
	holds(t, p, http.StatusOK, ref, "Skyddad person", "visade inga personuppgifter")
	lacks(t, p, "Vilma", "Almgren", "Tove")
	if p := elin.Post(path(key, "take"), nil); p.Status != http.StatusSeeOther {
		t.Fatalf("take: %d", p.Status)
	}
	p = elin.Get(path(key, ""))
	holds(t, p, http.StatusOK, "En part är skyddad", "Tove Almgren", "Glädjens gränd 1", "Henrik Rask")
	lacks(t, p, "fritids, Vilma")
	for _, who := range []string{"anna-karin-mo", "petra-astrom", "kim-ahl"} {
		b := d.Staff(t, who)
		for _, p := range []house.Page{b.Get(path(key, "")), b.Post(path(key, "take"), nil), b.Post(path(key, "preview"), url.Values{"outcome": {"queued"}, "reasons": {"x"}})} {
			if p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", who, p.Status)
			}
			lacks(t, p, "Vilma", "Almgren", ref)
		}
	}
}

func TestOnlyACheckedFileIsSent(t *testing.T) {
	d := newDesk(t)
	key, _ := d.put(elsas("anna-karin-mo"))
	clean, held := d.send(key, "maria-lindqvist", "certificate", "intyg.pdf", "clean"), d.send(key, "maria-lindqvist", "certificate", "andra.pdf", "held")
	b := d.Staff(t, "anna-karin-mo")
	holds(t, b.Get(path(key, "")), http.StatusOK, "/work/files/"+clean)
	lacks(t, b.Get(path(key, "")), "/work/files/"+held)
	p := b.Get("/work/files/" + clean)
	holds(t, p, http.StatusOK, "%PDF-")
	if got := p.Header.Get("Content-Disposition"); !strings.Contains(got, "intyg.pdf") {
		t.Errorf("the file is %q", got)
	}
	holds(t, b.Get("/work/files/"+held), http.StatusConflict, "Filen går inte att öppna än")
	if p := d.Staff(t, "petra-astrom").Get("/work/files/" + clean); p.Status != http.StatusNotFound {
		t.Errorf("an officer of another unit: %d", p.Status)
	}
}
