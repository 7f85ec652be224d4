package mypages_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

// scene is a house with a resident in it, and a hand that writes what others looked at into
// the ledger, as the doors of other rooms do.
type scene struct {
	*house.House
	t      *testing.T
	audit  *pgxpool.Pool
	writer *ledger.Writer
	ids    *id.Source
	maria  *house.Browser
	mariaK access.PersonID
	johan  *house.Browser
	johanK access.PersonID
}

func newScene(t *testing.T) *scene {
	t.Helper()
	h := house.New(t)
	s := &scene{House: h, t: t, audit: h.DB.Pool(t, db.Audit), ids: id.NewSource(h.Clock, nil)}
	var err error
	s.writer, err = ledger.Open(t.Context(), h.DB.Pool(t, db.Ledger), h.Clock, s.ids, rand.Reader, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.writer.Close(context.Background()) })
	s.maria, s.mariaK = s.resident("maria-lindqvist")
	s.johan, s.johanK = s.resident("johan-ek")
	return s
}

// resident signs somebody in, looks at her first page, and reads in the ledger who she is.
func (s *scene) resident(key string) (*house.Browser, access.PersonID) {
	s.t.Helper()
	b := s.Resident(s.t, key)
	if p := b.Get("/my"); p.Status != http.StatusOK {
		s.t.Fatalf("/my of %s: %d", key, p.Status)
	}
	var who access.PersonID
	if err := s.audit.QueryRow(s.t.Context(), `select principal from ledger.response where kind = 1 order by at desc, id desc limit 1`).Scan(&who); err != nil {
		s.t.Fatal(err)
	}
	return b, who
}

// officer is an employee of the town, as her session makes her.
func (s *scene) officer(key string) access.Actor {
	s.t.Helper()
	a := access.Actor{Kind: access.Officer, Session: access.SessionID(id.New[any](s.ids))}
	err := s.audit.QueryRow(s.t.Context(), `select person, unit, title, name from access.membership where source = $1 limit 1`, "staff:"+key).
		Scan(&a.Person, &a.At.Unit, &a.At.Title, &a.At.Name)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// look writes that somebody was shown fields of a case about people, and gives its key.
func (s *scene) look(by access.Actor, purpose access.Purpose, about ...access.PersonID) access.RequestID {
	s.t.Helper()
	r := &ledger.Response{ID: access.RequestID(id.New[any](s.ids)), By: by, Route: "GET /work/cases/{case}", Policy: "test", Purpose: purpose, Channel: ledger.HTML}
	for _, who := range about {
		r.Lines = append(r.Lines, ledger.Line{Subject: who, Record: access.Ref{Kind: "case", ID: id.New[any](s.ids)}, Version: 1, Fields: []string{"body.hours"},
			Classes: access.Sensitive, Level: ledger.Opened, Purpose: purpose})
	}
	if err := s.writer.Write(s.t.Context(), r); err != nil {
		s.t.Fatal(err)
	}
	return r.ID
}

var (
	lookID  = regexp.MustCompile(`<li id="look-([0-9a-f-]{36})">`)
	earlier = regexp.MustCompile(`href="(/my/disclosures\?before=[^"]+)"`)
)

func looksOn(body string) []string {
	var keys []string
	for _, m := range lookID.FindAllStringSubmatch(body, -1) {
		keys = append(keys, m[1])
	}
	return keys
}

// Every look of an officer appears, once, however many there are and however many share an
// instant; what was about somebody else does not.
func TestEveryLookAppearsAndNoneOfOthers(t *testing.T) {
	s := newScene(t)
	officers := []access.Actor{s.officer("anna-karin-mo"), s.officer("malin-frisk"), s.officer("petra-astrom")}
	var mu sync.Mutex
	var want []string
	var others sync.WaitGroup
	for i := range 60 {
		others.Go(func() { // together, so that many are committed in one instant
			key := s.look(officers[i%3], "handle_case", s.mariaK, s.johanK)
			mu.Lock()
			want = append(want, key.String())
			mu.Unlock()
		})
	}
	others.Wait()
	foreign := s.look(officers[0], "handle_case", s.johanK)

	var got []string
	pages := 0
	for path := "/my/disclosures"; path != ""; pages++ {
		p := s.maria.Get(path)
		if p.Status != http.StatusOK {
			t.Fatalf("%s: %d", path, p.Status)
		}
		if strings.Contains(p.Body, foreign.String()) {
			t.Error("a look at somebody else stands in her log")
		}
		got = append(got, looksOn(p.Body)...)
		path = ""
		if m := earlier.FindStringSubmatch(p.Body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("on %d pages: %s", pages, diff)
	}
	first := s.maria.Get("/my/disclosures").Body
	for _, words := range []string{"Det senaste halvåret: 60 tillfällen", "Placeringshandläggare", "Förskoleadministrationen · ", "Anna-Karin Mo", "För att handlägga ditt ärende.", "Svar i ansökan"} {
		if !strings.Contains(first, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	for _, key := range []string{"handle_case", "body.hours"} {
		if strings.Contains(first, key) {
			t.Errorf("the page shows the key %q", key)
		}
	}
	if home := s.maria.Get("/my").Body; !strings.Contains(home, "Tre medarbetare har sett uppgifter om dig de senaste 30 dagarna.") {
		t.Error("her first page counts the employees otherwise")
	}
}

// The other guardian is somebody's role, never his name; and nothing of his stands there.
func TestAnotherResidentIsNeverNamed(t *testing.T) {
	s := newScene(t)
	johan := access.Actor{Kind: access.Resident, Person: s.johanK, Session: access.SessionID(id.New[any](s.ids))}
	s.look(johan, "co_sign", s.mariaK)
	s.look(s.officer("anna-karin-mo"), "handle_case", s.mariaK, s.johanK)
	johanIs := s.Town.Person("johan-ek")
	for _, path := range []string{"/my/disclosures", "/my/disclosures?own=1", "/my/disclosures.csv"} {
		p := s.maria.Get(path)
		if p.Status != http.StatusOK || !strings.Contains(p.Body, "Den andra vårdnadshavaren") {
			t.Fatalf("%s: %d", path, p.Status)
		}
		for _, his := range []string{johanIs.Given, s.johanK.String(), johanIs.Number} {
			if strings.Contains(p.Body, his) {
				t.Errorf("%s names the other guardian", path)
			}
		}
	}
}

// That the shielded unit handles a case tells one party that another is protected: only who is
// so herself reads its name.
func TestTheShieldedUnitIsNamedToTheProtectedAlone(t *testing.T) {
	s := newScene(t)
	tove, toveK := s.resident("tove-almgren")
	henrik, henrikK := s.resident("henrik-rask")
	s.look(s.officer("elin-thorsell"), "handle_case", toveK, henrikK)
	for _, path := range []string{"/my", "/my/disclosures", "/my/disclosures.csv"} {
		if p := henrik.Get(path); p.Status != http.StatusOK || strings.Contains(strings.ToLower(p.Body), "skyddad") {
			t.Errorf("%s tells Henrik of the shielded unit: %d", path, p.Status)
		}
		if p := tove.Get(path); !strings.Contains(p.Body, "Skyddade ärenden") {
			t.Errorf("%s does not tell Tove who looked", path)
		}
	}
	if p := henrik.Get("/my/disclosures"); len(looksOn(p.Body)) != 1 || !strings.Contains(p.Body, "Handläggare") {
		t.Error("Henrik is not told that somebody looked")
	}
}

func TestHerOwnLooksAreShownWhenAskedFor(t *testing.T) {
	s := newScene(t)
	if n := len(looksOn(s.maria.Get("/my/disclosures").Body)); n != 0 {
		t.Errorf("%d looks of others, and nobody has looked", n)
	}
	p := s.maria.Get("/my/disclosures?own=1")
	if n := len(looksOn(p.Body)); n < 2 || !strings.Contains(p.Body, "Du själv") {
		t.Errorf("%d looks with her own", n)
	}
	if p := s.maria.Get("/my/disclosures?before=yesterday"); p.Status != http.StatusNotFound {
		t.Errorf("a place that is none: %d", p.Status)
	}
}

func TestAnObjectionIsKeptOnceAndOnlyInOnesOwnLog(t *testing.T) {
	s := newScene(t)
	officer := s.officer("malin-frisk")
	mine, both, foreign := s.look(officer, "handle_case", s.mariaK), s.look(officer, "handle_case", s.mariaK, s.johanK), s.look(officer, "handle_case", s.johanK)
	object := func(b *house.Browser, key string) house.Page {
		return b.Post("/my/disclosures/"+key+"/object", url.Values{"own": {"1"}})
	}
	for range 2 {
		p := object(s.maria, mine.String())
		if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/my/disclosures?own=1") {
			t.Fatalf("an objection: %d to %q", p.Status, p.To)
		}
	}
	body := s.maria.Get("/my/disclosures").Body
	if strings.Count(body, "Du har sagt till") != 1 || strings.Count(body, "/object\"") != 1 {
		t.Error("the row does not say that she has objected, or another does")
	}
	if strings.Contains(s.johan.Get("/my/disclosures").Body, "Du har sagt till") {
		t.Error("her objection stands in another's log")
	}
	if p := object(s.maria, both.String()); p.Status != http.StatusSeeOther {
		t.Errorf("an occasion about two people: %d", p.Status)
	}
	for name, key := range map[string]string{
		"an occasion about another": foreign.String(), "no occasion": access.RequestID(id.New[any](s.ids)).String(), "no key": "x",
	} {
		if p := object(s.maria, key); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	if p := object(s.Browser(t), mine.String()); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/sign-in") {
		t.Errorf("nobody's objection: %d to %q", p.Status, p.To)
	}
	kept := map[string]int{}
	tx, err := s.DB.Pool(t, db.App).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), `select set_config('tillit.kind', 'steward', true)`); err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(t.Context(), `select response::text from ledger.objection`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			t.Fatal(err)
		}
		kept[key]++
	}
	if diff := cmp.Diff(map[string]int{mine.String(): 1, both.String(): 1}, kept); diff != "" {
		t.Error(diff)
	}
}

func TestTheWholeLogAsAFile(t *testing.T) {
	s := newScene(t)
	officer := s.officer("anna-karin-mo")
	for range 30 {
		s.look(officer, "handle_case", s.mariaK)
	}
	s.look(officer, "handle_case", s.johanK)
	p := s.maria.Get("/my/disclosures.csv")
	if p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/csv") || !strings.Contains(p.Header.Get("Content-Disposition"), "vem-har-sett-mina-uppgifter.csv") {
		t.Fatalf("%d %v", p.Status, p.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.Body, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	officers, own := 0, 0
	for _, r := range rows[1:] {
		switch r[1] {
		case "Placeringshandläggare":
			officers++
		case "Du själv":
			own++
		}
	}
	if officers != 30 || own == 0 || officers+own != len(rows)-1 {
		t.Errorf("%d of officers, %d of her own, %d rows", officers, own, len(rows))
	}
	// The file itself is a disclosure: it left the house.
	var exported int
	err = s.audit.QueryRow(t.Context(), `select count(*) from ledger.disclosure d join ledger.word w on w.id = d.record where w.text = 'log' and d.level = 3 and d.subject = $1`, s.mariaK).Scan(&exported)
	if err != nil || exported != 1 {
		t.Errorf("%d lines of the file in the ledger: %v", exported, err)
	}
}

func TestHerFirstPageIsHersAlone(t *testing.T) {
	s := newScene(t)
	p := s.maria.Get("/my")
	for _, words := range []string{"Hej Maria", "Elsa", "Nils", "Ingen medarbetare har sett uppgifter om dig", "Inget väntar på dig just nu."} {
		if !strings.Contains(p.Body, words) {
			t.Errorf("her first page does not say %q", words)
		}
	}
	for _, key := range []string{"johan-ek", "gunnar-lindqvist"} {
		if other := s.Town.Person(key); strings.Contains(p.Body, other.Number) || strings.Contains(p.Body, ">"+other.Given+"<") {
			t.Errorf("her first page shows %s", key)
		}
	}
	for _, path := range []string{"/my", "/my/disclosures", "/my/disclosures.csv", "/my/messages", "/my/contact"} {
		if p := s.Browser(t).Get(path); p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/sign-in") {
			t.Errorf("%s to nobody: %d", path, p.Status)
		}
		if p := s.Staff(t, "anna-karin-mo").Get(path); p.Status != http.StatusNotFound {
			t.Errorf("%s to an officer: %d", path, p.Status)
		}
	}
}

// letter finds the newest mail to an address that the world has, once it is there.
func (s *scene) letter(to string) string {
	s.t.Helper()
	for end := s.Clock.Now().Add(10 * time.Second); s.Clock.Now().Before(end); {
		var mails []struct{ To, Text string }
		if err := json.Unmarshal([]byte(s.Browser(s.t).Get(s.World+"/mail?format=json").Body), &mails); err != nil {
			s.t.Fatal(err)
		}
		for _, m := range mails {
			if m.To == to {
				return m.Text
			}
		}
	}
	s.t.Fatal("no mail came")
	return ""
}

func says(t *testing.T, p house.Page, status int, words ...string) {
	t.Helper()
	if p.Status != status {
		t.Fatalf("%d, want %d", p.Status, status)
	}
	body := plain(p)
	for _, w := range words {
		if !strings.Contains(body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

// plain is a page without the places where a long address may break.
func plain(p house.Page) string { return strings.ReplaceAll(p.Body, "<wbr>", "") }

var (
	pointID  = regexp.MustCompile(`action="(/my/contact/[0-9a-f-]{36})/prove"`)
	noticeID = regexp.MustCompile(`name="notice" value="([0-9a-f-]{36})"`)
	mailCode = regexp.MustCompile(`[2-9CFGHJMPQRVWX]{4}-[2-9CFGHJMPQRVWX]{4}`)
)

func TestAnAddressIsGivenProvedAndWithdrawn(t *testing.T) {
	s := newScene(t)
	const address = "maria.ny@example.test"
	give := func(typed string) house.Page { return s.maria.Post("/my/contact", url.Values{"address": {typed}}) }
	says(t, give("maria.ny@@example"), http.StatusUnprocessableEntity, "<title>Fel: ", `href="#address"`, `value="maria.ny@@example"`)
	says(t, give(""), http.StatusUnprocessableEntity, `href="#address"`)
	says(t, give(address), http.StatusSeeOther)
	former := s.Town.Person("maria-lindqvist").Email
	page := s.maria.Get("/my/contact")
	says(t, page, http.StatusOK, address, "Inte bekräftad än", former, "Byt till en annan e-postadress")
	found := pointID.FindStringSubmatch(page.Body)
	if found == nil {
		t.Fatal("no form for the code")
	}
	point := found[1]
	code := mailCode.FindString(s.letter(address))

	// Another's point is nobody's.
	for _, verb := range []string{"/prove", "/withdraw"} {
		says(t, s.johan.Post(point+verb, url.Values{"code": {code}}), http.StatusNotFound)
	}
	says(t, s.maria.Post("/my/contact/x/prove", nil), http.StatusNotFound)
	says(t, s.maria.Post(point+"/prove", url.Values{"code": {"2222-2222"}}), http.StatusUnprocessableEntity, `href="#code"`, `value="2222-2222"`)
	says(t, s.maria.Post(point+"/prove", url.Values{"code": {strings.ToLower(code)}}), http.StatusSeeOther)
	page = s.maria.Get("/my/contact")
	says(t, page, http.StatusOK, address, "Bekräftad i dag")
	if strings.Contains(plain(page), former) {
		t.Error("the former address still reaches her")
	}
	says(t, s.maria.Get("/my"), http.StatusOK, "Din e-postadress är bekräftad.")
	if strings.Contains(plain(s.johan.Get("/my/contact")), address) {
		t.Error("another sees her address")
	}
	says(t, s.maria.Post(point+"/withdraw", nil), http.StatusSeeOther)
	if strings.Contains(plain(s.maria.Get("/my/contact")), address) {
		t.Error("a withdrawn address is still there")
	}
	says(t, s.maria.Get("/my"), http.StatusOK, "Vi har ingen e-postadress till dig.")
}

func TestMessagesAreReadWhenSheSaysSo(t *testing.T) {
	s := newScene(t)
	const address = "maria.ny@example.test"
	says(t, s.maria.Get("/my/messages"), http.StatusOK)
	// An address that is proved and withdrawn again leaves a message.
	says(t, s.maria.Post("/my/contact", url.Values{"address": {address}}), http.StatusSeeOther)
	point := pointID.FindStringSubmatch(s.maria.Get("/my/contact").Body)
	if point == nil {
		t.Fatal("no form for the code")
	}
	says(t, s.maria.Post(point[1]+"/prove", url.Values{"code": {mailCode.FindString(s.letter(address))}}), http.StatusSeeOther)
	says(t, s.maria.Post(point[1]+"/withdraw", nil), http.StatusSeeOther)

	const line = "Adressen som vi mejlar dig på är ändrad"
	says(t, s.maria.Get("/my"), http.StatusOK, line, "Nytt")
	page := s.maria.Get("/my/messages")
	says(t, page, http.StatusOK, line, "Nytt", "Markera som lästa")
	var form url.Values = map[string][]string{}
	for _, m := range noticeID.FindAllStringSubmatch(page.Body, -1) {
		form.Add("notice", m[1])
	}
	if len(form) == 0 {
		t.Fatal("nothing to mark")
	}
	says(t, s.johan.Post("/my/messages/read", form), http.StatusNotFound)
	says(t, s.maria.Post("/my/messages/read", url.Values{"notice": {"x"}}), http.StatusNotFound)
	if !strings.Contains(s.maria.Get("/my/messages").Body, "Nytt") {
		t.Error("another marked her messages as read")
	}
	says(t, s.maria.Post("/my/messages/read", form), http.StatusSeeOther)
	if strings.Contains(s.maria.Get("/my/messages").Body, "Nytt") {
		t.Error("a message that she has read is new")
	}
}

// A protected person sees her own pages like anybody, and is sent no mail.
func TestAProtectedPersonHasHerPages(t *testing.T) {
	h := house.New(t)
	b := h.Resident(t, "agnes-torvald")
	says(t, b.Get("/my"), http.StatusOK, "Hej Agnes")
	for _, path := range []string{"/my/disclosures", "/my/disclosures?own=1", "/my/disclosures.csv", "/my/messages"} {
		says(t, b.Get(path), http.StatusOK)
	}
	page := b.Get("/my/contact")
	says(t, page, http.StatusOK, "Du har skyddade personuppgifter")
	if strings.Contains(page.Body, `action="/my/contact"`) {
		t.Error("she is asked for an address that is never used")
	}
	says(t, b.Post("/my/contact", url.Values{"address": {"agnes@example.test"}}), http.StatusUnprocessableEntity)
}

func TestThePagesSpeakTheReadersLanguage(t *testing.T) {
	s := newScene(t)
	s.look(s.officer("anna-karin-mo"), "handle_case", s.mariaK)
	for lang, words := range map[string]map[string]string{
		"sv": {"/my": "Dina ärenden", "/my/disclosures": "Placeringshandläggare", "/my/messages": "Meddelanden", "/my/contact": "Så når vi dig"},
		"da": {"/my": "Dine sager", "/my/disclosures": "For at behandle din sag.", "/my/messages": "Beskeder", "/my/contact": "Sådan når vi dig"},
		"en": {"/my": "Your cases", "/my/disclosures": "To handle your case.", "/my/messages": "Messages", "/my/contact": "How we reach you"},
	} {
		for path, want := range words {
			req, err := http.NewRequest("GET", s.Public+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept-Language", lang)
			says(t, s.maria.Send(req), http.StatusOK, want, `lang="`+lang+`"`)
		}
	}
}
