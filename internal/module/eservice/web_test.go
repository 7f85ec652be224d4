package eservice_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

const service = "/services/childcare-application"

var pdf = []byte("%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")

// applicant is somebody who fills in a form in her browser.
type applicant struct {
	*house.Browser
	t     *testing.T
	key   string
	draft string
}

func apply(t *testing.T, h *house.House, key string) *applicant {
	t.Helper()
	a := &applicant{Browser: h.Resident(t, key), t: t, key: key}
	p := a.Post(service+"/start", nil)
	if p.Status != http.StatusSeeOther || !strings.HasPrefix(p.To, "/my/drafts/") {
		t.Fatalf("start: %d %s", p.Status, p.To)
	}
	a.draft = p.To
	return a
}

func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

func (a *applicant) step(step string, pairs ...string) house.Page {
	a.t.Helper()
	return a.Post(a.draft+"/steps/"+step, form(pairs...))
}

// goes posts a step that must be complete.
func (a *applicant) goes(step string, pairs ...string) {
	a.t.Helper()
	if p := a.step(step, pairs...); p.Status != http.StatusSeeOther {
		a.t.Fatalf("step %s: %d %s", step, p.Status, wrong(p))
	}
}

var choice = regexp.MustCompile(`name="child" value="([^"]+)"`)

// child is the key of the child of a given name, as the form offers it.
func (a *applicant) child(name string) string {
	a.t.Helper()
	p := a.Get(a.draft + "/steps/child")
	for _, m := range choice.FindAllStringSubmatchIndex(p.Body, -1) {
		if label, _, _ := strings.Cut(p.Body[m[1]:], "</label>"); strings.Contains(label, name) {
			return p.Body[m[2]:m[3]]
		}
	}
	a.t.Fatalf("the form offers no child of that name: %d", p.Status)
	return ""
}

// fill fills in all of a form so that it may be signed.
func (a *applicant) fill(child string) {
	a.t.Helper()
	start := a.House.Clock.Now().AddDate(0, 5, 0)
	a.goes("kind", "kind", "preschool")
	a.goes("child", "child", a.child(child), "start-day", "1", "start-month", fmt.Sprint(int(start.Month())), "start-year", fmt.Sprint(start.Year()), "hours", "30")
	a.goes("wishes", "choices.1", "bruket", "choices.2", "hamnen")
	a.goes("everyday", "basis", "own_need", "siblings", "no", "current_care", "home", "health", "Tål inte nötter")
	a.goes("contact", "contact", "phone", "phone", "070-174 06 05", "message", "Ring helst på kvällen")
}

type order struct{ Order, AutoStartToken, Status, Next string }

// signs starts an order, approves it and gives how it ended.
func signs(t *testing.T, b *house.Browser, path, key string) order {
	t.Helper()
	o := begins(t, b, path)
	b.Approve(o.AutoStartToken, key)
	end := b.Collect(path + "/" + o.Order)
	return order{Order: o.Order, Status: end.Status, Next: end.Next}
}

func begins(t *testing.T, b *house.Browser, path string) order {
	t.Helper()
	p := b.JSON(path, map[string]string{})
	var o order
	if err := json.Unmarshal([]byte(p.Body), &o); err != nil || p.Status != http.StatusCreated {
		t.Fatalf("signing at %s: %d", path, p.Status)
	}
	return o
}

func (a *applicant) sends() string {
	a.t.Helper()
	o := signs(a.t, a.Browser, a.draft+"/sign", a.key)
	path, sent := strings.CutSuffix(o.Next, "?sent=1")
	if !sent || !strings.HasPrefix(path, "/my/cases/") {
		a.t.Fatalf("sent in: %s", o.Next)
	}
	return path
}

var tags = regexp.MustCompile(`<[^>]*>`)

// says is what a page says, without its tags.
func says(p house.Page) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(p.Body, " "))), " ")
}

var errorLine = regexp.MustCompile(`class="t-error"[^>]*>(.*?)</p>`)

func wrong(p house.Page) []string {
	var list []string
	for _, m := range errorLine.FindAllStringSubmatch(p.Body, -1) {
		list = append(list, html.UnescapeString(tags.ReplaceAllString(m[1], "")))
	}
	return list
}

func (a *applicant) sendsFile(path, slot, name string, body []byte, accept string, pairs ...string) house.Page {
	a.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range form(pairs...) {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	part, err := w.CreateFormFile(slot, name)
	if err != nil {
		a.t.Fatal(err)
	}
	_, _ = part.Write(body)
	_ = w.Close()
	req, err := http.NewRequest("POST", a.House.Public+path, &b)
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return a.Send(req)
}

func TestAStepComesBackWithWhatWasTypedAndWhatToPutRight(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	a := apply(t, h, "maria-lindqvist")
	a.goes("kind", "kind", "preschool")
	elsa := a.child("Elsa")
	p := a.step("child", "_asked", "child start hours", "child", elsa, "start-day", "31", "start-month", "2", "start-year", "2027", "hours", "trettio")
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "<title>Fel: ") {
		t.Fatalf("status %d", p.Status)
	}
	for _, kept := range []string{`value="31"`, `value="2027"`, `value="trettio"`, `value="` + elsa + `" checked`} {
		if !strings.Contains(p.Body, kept) {
			t.Errorf("what was typed is lost: %s", kept)
		}
	}
	for _, link := range []string{`href="#start"`, `href="#hours"`} {
		if !strings.Contains(p.Body, link) {
			t.Errorf("the summary has no %s", link)
		}
	}
	if n := len(wrong(p)); n != 2 {
		t.Errorf("%d fields are wrong: %v", n, wrong(p))
	}
	// It is saved all the same, and is there in another browser of hers.
	other := h.Resident(t, "maria-lindqvist")
	if p := other.Get(a.draft + "/steps/child"); !strings.Contains(p.Body, `value="trettio"`) || len(wrong(p)) != 0 {
		t.Errorf("saved: %d %v", p.Status, wrong(p))
	}
	if p := other.Get(a.draft); p.To != a.draft+"/steps/child" {
		t.Errorf("goes on at %s", p.To)
	}
	// What is too long to be kept is shown again all the same, to be shortened.
	long := strings.Repeat("många ord ", 2500)
	if p := a.step("everyday", "basis", "work", "health", long); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, long) {
		t.Errorf("a long text: %d", p.Status)
	}
	if p := a.step("child", "_later", "1", "hours", "30"); p.To != "/my" {
		t.Errorf("later: %d %s", p.Status, p.To)
	}
}

func TestANewQuestionIsAskedBeforeItIsMissed(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	a := apply(t, h, "maria-lindqvist")
	a.fill("Elsa")
	asked := "basis siblings current_care languages health"
	p := a.step("everyday", "_asked", asked, "basis", "own_need", "siblings", "yes", "current_care", "home")
	if p.Status != http.StatusSeeOther || !strings.HasSuffix(p.To, "/steps/everyday?more=sibling_unit") {
		t.Fatalf("%d %s", p.Status, p.To)
	}
	if p = a.Get(p.To); len(wrong(p)) != 0 || !strings.Contains(says(p), "Var går syskonet?") {
		t.Errorf("the question is not asked, or is an error already: %v", wrong(p))
	}
	p = a.step("everyday", "_asked", asked+" sibling_unit", "basis", "own_need", "siblings", "yes", "sibling_unit", "", "current_care", "home")
	if p.Status != http.StatusUnprocessableEntity || len(wrong(p)) != 1 {
		t.Errorf("asked and not answered: %d %v", p.Status, wrong(p))
	}
	if p = a.Get(a.draft + "/review"); !strings.Contains(p.Body, `/steps/everyday#sibling_unit"`) || strings.Contains(p.Body, `/sign"`) {
		t.Error("the reading through does not lead to what is left")
	}
}

func TestTheWholeErrand(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	maria := apply(t, h, "maria-lindqvist")
	maria.fill("Elsa")
	maria.goes("everyday", "basis", "study", "siblings", "no", "current_care", "home", "health", "Tål inte nötter")
	if p := maria.sendsFile(maria.draft+"/steps/contact", "certificate", "../intyg.pdf", pdf, "", "contact", "my_pages"); p.To != maria.draft+"/review" {
		t.Fatalf("a file goes along with its step: %d %v", p.Status, wrong(p))
	}
	if p := maria.Get(maria.draft + "/review"); !strings.Contains(says(p), "intyg.pdf") || !strings.Contains(says(p), "Johan Ek kommer att få skriva under") {
		t.Error("the reading through lacks the file, or who will sign")
	}
	c := maria.sends()
	const private = "Tål inte nötter"
	if p := maria.Get(c); !strings.Contains(says(p), private) || !strings.Contains(says(p), "Vi väntar på att Johan Ek skriver under") {
		t.Error("she does not see her own answers, or what happens now")
	}
	file := regexp.MustCompile(`/my/files/[0-9a-f-]+`).FindString(maria.Get(c).Body)

	johan := h.Resident(t, "johan-ek")
	if p := johan.Get("/my"); !strings.Contains(says(p), "Ta ställning till en ansökan") {
		t.Error("the invitation is not on his first page")
	}
	p := johan.Get(c)
	if !strings.Contains(says(p), "Maria Lindqvist har ansökt") || strings.Contains(says(p), "Förskolan Bruket") {
		t.Error("an invitation shows who has applied, and no answer")
	}
	if p := johan.Post(c+"/sign", nil); p.Status != http.StatusNotFound {
		t.Errorf("signed before he said that it is he: %d", p.Status)
	}
	johan.Post(c+"/identify", nil)
	if p = johan.Get(c); !strings.Contains(says(p), "Förskolan Bruket") || strings.Contains(says(p), private) || strings.Contains(p.Body, "intyg") {
		t.Error("a guardian sees what all see, and nothing else")
	}
	if p := johan.Get(file); p.Status != http.StatusNotFound {
		t.Errorf("her file: %d", p.Status)
	}
	signed := signs(t, johan, c+"/sign", "johan-ek")
	if signed.Next != c+"?sent=1" {
		t.Fatalf("co-signed: %s", signed.Next)
	}
	// The answer was lost on its way: asked again, it is the same.
	if again := johan.Collect(c + "/sign/" + signed.Order); again.Next != c+"?sent=1" {
		t.Errorf("collected again: %s", again.Next)
	}
	if p := maria.Get(c); !strings.Contains(says(p), "Bekräftelse") {
		t.Error("there is no receipt when all have signed")
	}

	// Going back in the browser leads to what came of it.
	for _, path := range []string{"", "/review", "/steps/kind", "/discard"} {
		if p := maria.Get(maria.draft + path); p.To != c {
			t.Errorf("back to %s: %d %s", path, p.Status, p.To)
		}
	}
	for range 2 {
		if p := maria.Post(c+"/messages", form("body", "När får vi veta?")); p.Status != http.StatusSeeOther {
			t.Errorf("message: %d", p.Status)
		}
	}
	if n := strings.Count(maria.Get(c).Body, "När får vi veta?"); n != 1 {
		t.Errorf("a double click wrote %d messages", n)
	}
	if p := johan.Get(c); strings.Contains(p.Body, "När får vi veta?") {
		t.Error("her message is in his thread")
	}
	if p := maria.Post(c+"/messages", form("body", strings.Repeat("å", 8001))); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "ååå") {
		t.Errorf("a message that is too long: %d", p.Status)
	}
	strangers(t, h, maria.draft, c, file)
}

// strangers tries every door of an errand with its true keys.
func strangers(t *testing.T, h *house.House, draft, c, file string) {
	t.Helper()
	const key = "/01a20020-1afc-703d-8156-9076b182ce77"
	gets := []string{c, c + "/decline", c + "/withdraw", c + "/sign" + key, c + "/sign" + key + "/qr", file}
	posts := []string{c + "/identify", c + "/decline", c + "/withdraw", c + "/sign", c + "/sign" + key, c + "/sign/cancel", c + "/messages", c + "/read", c + "/files", c + "/completions" + key}
	for _, path := range []string{"", "/review", "/discard", "/steps/kind", "/sign" + key, "/sign" + key + "/qr"} {
		gets = append(gets, draft+path)
	}
	for _, path := range []string{"/steps/kind", "/steps/kind/keep", "/files/certificate", "/files" + key + "/remove", "/discard", "/sign", "/sign" + key, "/sign/cancel"} {
		posts = append(posts, draft+path)
	}
	var stranger *house.Browser
	for i, path := range append(gets, posts...) {
		if i%15 == 0 {
			stranger = h.Resident(t, "stina-alm") // who asks for too much that is not there has to wait
		}
		p := house.Page{}
		if i < len(gets) {
			p = stranger.Get(path)
		} else {
			p = stranger.Post(path, form("body", "x", "answer", "x", "kind", "preschool"))
		}
		if p.Status != http.StatusNotFound {
			t.Errorf("a stranger at %s: %d %s", path, p.Status, p.To)
		}
	}
}

func TestAnswersThatChangedAreNotSentIn(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	a := apply(t, h, "maria-lindqvist")
	a.fill("Elsa")
	other := h.Resident(t, "maria-lindqvist")
	o := begins(t, a.Browser, a.draft+"/sign")
	other.Post(a.draft+"/steps/wishes", form("choices.1", "norrberg"))
	a.Approve(o.AutoStartToken, a.key)
	end := a.Collect(a.draft + "/sign/" + o.Order)
	if end.Next != a.draft+"/review?again=changed" {
		t.Fatalf("went on to %s", end.Next)
	}
	if p := a.Get(end.Next); !strings.Contains(says(p), "Inget är inskickat") || !strings.Contains(says(p), "Norrbergs förskola") {
		t.Errorf("%d: it does not say so, or shows the old answers", p.Status)
	}
	if p := a.Get("/my"); strings.Contains(p.Body, "/my/cases/") {
		t.Error("there is a case")
	}
	// An order for one thing is none for another.
	if another := a.Post(service+"/start", nil).To; another == a.draft || a.Get(another+"/sign/"+o.Order).To != another+"/review" {
		t.Error("the order is shown for another draft")
	}
	// Reading its page sends nothing in.
	if p := a.Get(a.draft + "/sign/" + o.Order); p.Status != http.StatusOK || !strings.Contains(says(p), "Skicka in") {
		t.Errorf("its own page: %d", p.Status)
	}
	a.sends()
}

func TestAFileIsWhatItsBytesSay(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	a := apply(t, h, "maria-lindqvist")
	a.fill("Elsa")
	a.goes("everyday", "basis", "work", "siblings", "no", "current_care", "home")
	path := a.draft + "/files/certificate"
	typed := []string{"_asked", "contact phone certificate message", "contact", "my_pages", "message", "Skrivet före filen"}
	p := a.sendsFile(path, "certificate", "intyg.pdf", []byte("MZ\x90\x00 not what it says"), "", typed...)
	if p.Status != http.StatusUnprocessableEntity || len(wrong(p)) != 1 || !strings.Contains(p.Body, "Skrivet före filen") {
		t.Errorf("a file that lies: %d %v", p.Status, wrong(p))
	}
	if p = a.sendsFile(path, "certificate", "stor.pdf", append(bytes.Clone(pdf), make([]byte, 10_000_000)...), "", typed...); p.Status != http.StatusUnprocessableEntity || len(wrong(p)) != 1 {
		t.Errorf("too large: %d %v", p.Status, wrong(p))
	}
	for range 2 {
		if p = a.sendsFile(path, "certificate", "intyg.pdf", pdf, "application/json", typed...); p.Status != http.StatusOK || !strings.Contains(p.Body, `{"next":"`+a.draft+`/steps/contact"}`) {
			t.Errorf("by script: %d %s", p.Status, p.Body)
		}
	}
	p = a.Get(a.draft + "/steps/contact")
	remove := regexp.MustCompile(`formaction="([^"]+/remove)"`).FindAllStringSubmatch(p.Body, -1)
	if len(remove) != 1 {
		t.Fatalf("the same file twice is %d files", len(remove))
	}
	if p = a.Post(remove[0][1], form(append(typed, "message", "Ändrat igen")...)); p.Status != http.StatusSeeOther {
		t.Errorf("taken out: %d", p.Status)
	}
	if p = a.Get(a.draft + "/steps/contact"); strings.Contains(p.Body, "intyg.pdf") {
		t.Error("it is still there")
	}
}

func TestSayingNoTwiceSaysItOnce(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	jenny := apply(t, h, "jenny-sandell")
	if p := jenny.Post(service+"/start", nil); p.To != jenny.draft {
		t.Errorf("a double click began another draft: %s", p.To)
	}
	jenny.fill("Tuva")
	c := jenny.sends()
	robert := h.Resident(t, "robert-falk")
	for range 2 {
		if p := robert.Post(c+"/decline", nil); p.To != "/my/declined" {
			t.Errorf("declined: %d %s", p.Status, p.To)
		}
	}
	if p := robert.Get(c); p.Status != http.StatusNotFound {
		t.Errorf("he still sees it: %d", p.Status)
	}
	back := regexp.MustCompile(`href="(/my/drafts/[0-9a-f-]+)"`).FindStringSubmatch(jenny.Get("/my").Body)
	if back == nil || jenny.Get(back[1]).To != back[1]+"/review" {
		t.Fatal("her answers are not hers to read through again")
	}
	jenny.draft = back[1]
	c = jenny.sends()
	for range 2 {
		if p := jenny.Post(c+"/withdraw", nil); p.To != "/my" {
			t.Errorf("taken back: %d %s", p.Status, p.To)
		}
	}
	if p := robert.Get("/my"); strings.Contains(p.Body, c) {
		t.Error("he is still invited")
	}
}

// Where a protected guardian wishes for a place tells where she lives.
func TestTheOtherGuardianLearnsNothingOfAProtectedOne(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	tove := apply(t, h, "tove-almgren")
	tove.fill("Vilma")
	if p := tove.Get(tove.draft + "/review"); !strings.Contains(says(p), "Vilka ställen du önskar syns inte") {
		t.Error("she is not told")
	}
	c := tove.sends()
	if p := tove.Get(c); !strings.Contains(says(p), "Förskolan Bruket") {
		t.Error("she does not see her own wishes")
	}
	henrik := h.Resident(t, "henrik-rask")
	var seen []house.Page
	seen = append(seen, henrik.Get("/my"), henrik.Get(c))
	henrik.Post(c+"/identify", nil)
	seen = append(seen, henrik.Get(c), henrik.Get(c+"/decline"))
	if o := signs(t, henrik, c+"/sign", "henrik-rask"); o.Next != c+"?sent=1" {
		t.Fatalf("signed: %s", o.Next)
	}
	seen = append(seen, henrik.Get(c), henrik.Get("/my"), henrik.Get("/my/messages"))
	for i, p := range seen {
		if p.Status != http.StatusOK {
			t.Errorf("page %d: %d", i, p.Status)
		}
		for _, secret := range []string{"Tove", "Bruket", "Hamnens", "kyddade", "Kommunstyrelsen"} {
			if strings.Contains(p.Body, secret) {
				t.Errorf("page %d tells %q", i, secret)
			}
		}
	}
	if !strings.Contains(says(seen[1]), "Den andra vårdnadshavaren har ansökt") {
		t.Error("an invitation without a name says who it is from all the same")
	}
}

func TestTheServicesOwnPage(t *testing.T) {
	t.Parallel()
	h := house.New(t)
	nobody := h.Browser(t)
	p := nobody.Get(service)
	if p.Status != http.StatusOK || !strings.Contains(says(p), "Logga in och ansök") || !strings.Contains(says(p), "14 dagar på sig att säga ja") {
		t.Errorf("%d", p.Status)
	}
	if p := nobody.Get("/services/another"); p.Status != http.StatusNotFound {
		t.Errorf("a service that there isn't: %d", p.Status)
	}
	if p := nobody.Post(service+"/start", nil); p.Status != http.StatusSeeOther || p.To != "/sign-in" {
		t.Errorf("nobody began: %d %s", p.Status, p.To)
	}
	a := apply(t, h, "maria-lindqvist")
	if p := a.Get(service); !strings.Contains(p.Body, `href="`+a.draft+`"`) {
		t.Error("what she has begun is not offered")
	}
	if p := a.Post(a.draft+"/discard", nil); p.To != "/my" || a.Get(a.draft).Status != http.StatusNotFound {
		t.Errorf("discarded: %d %s", p.Status, p.To)
	}
}
