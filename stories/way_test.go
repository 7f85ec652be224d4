package stories_test

import (
	"cmp"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// pace is longer than the house waits between two questions to BankID.
const pace = 2100 * time.Millisecond

// order is a BankID order that waits for somebody.
type order struct {
	AutoStartToken string `json:"autoStartToken"`
	Kind           string `json:"kind"`
	Visible        string `json:"visible"`
}

// Approves takes up her telephone and approves in BankID what waits there. It gives what the
// app showed her.
func (p *Person) Approves() string { p.s.Helper(); return p.ApprovesAs(p.Key) }

// ApprovesAs is Approves with the BankID of somebody else, who holds the telephone.
func (p *Person) ApprovesAs(key string) string {
	p.s.Helper()
	var orders []order
	p.s.world("GET", "/bankid", nil, &orders)
	if len(orders) == 0 {
		p.s.wrong("nothing waits in BankID for %s", p.Name)
	}
	var done any
	p.s.world("POST", "/bankid/approve", map[string]string{"autoStartToken": orders[0].AutoStartToken, "personalNumber": p.s.House.Town.Person(key).Number}, &done)
	return orders[0].Visible
}

// GoesOn leaves the page with the code, when the app is done.
func (p *Person) GoesOn() {
	p.s.Helper()
	code := p.Where()
	p.s.until(p.Name+" gets on from the page with the code", func() bool {
		// The house asks BankID at most every other second; nobody has to wait for that here.
		p.s.House.Clock.Advance(pace)
		if p.Where() != code {
			return true
		}
		if at := p.button("Fortsätt"); at.Found && at.Covered == "" {
			before := p.document()
			p.click("”Fortsätt”", at)
			p.s.until("the page answers", func() bool {
				return p.document() != before && ask[string](p, "document.readyState") == "complete"
			})
		}
		return p.Where() != code
	})
	p.s.until("the page is whole", func() bool { return ask[string](p, "document.readyState") == "complete" })
	p.looksOver()
}

// SignsIn signs in with BankID on the sign-in page that is shown.
func (p *Person) SignsIn() {
	p.s.Helper()
	p.Presses("Fortsätt med BankID")
	p.Approves()
	p.GoesOn()
}

// IsSignedIn comes in by the same doors without the page in between: for stories that are
// about something else.
func (p *Person) IsSignedIn() *Person {
	p.s.Helper()
	b := p.s.House.Browser(p.s)
	b.SignIn(p.Key)
	return p.takesOver(b.Client)
}

// IsAtWork signs an employee in by picking her from the cast.
func (p *Person) IsAtWork() *Person {
	p.s.Helper()
	return p.takesOver(p.s.House.Staff(p.s, p.Key).Client)
}

// takesOver puts the cookies of a client into her browser.
func (p *Person) takesOver(c *http.Client) *Person {
	p.s.Helper()
	for _, cookie := range c.Jar.Cookies(mustURL(p.s.House.Public)) {
		p.setCookie(cookie.Name, cookie.Value)
	}
	return p
}

// phoneForms are the ways in which a telephone number can be written.
func phoneForms(number string) []string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	return []string{number, digits, "+46" + digits[1:]}
}

// numberForms are the ways in which an identity number can be written.
func numberForms(number string) []string {
	return []string{number, number[:8] + "-" + number[8:], number[2:], number[2:8] + "-" + number[8:]}
}

// Wish is what an application is for, where it matters to a story.
type Wish struct {
	Kind  string // of care; preschool when empty
	Place string // the first wish; Tallbacken when empty
	To    string // how far the form is filled in: the key of the last step; all when empty
}

// HasFilledIn is an application for a child, up to the signature: through the same doors as
// the pages, without looking at each. It gives the draft's path.
func (p *Person) HasFilledIn(child string, w Wish) string {
	p.s.Helper()
	kind, place := cmp.Or(w.Kind, "preschool"), cmp.Or(w.Place, "tallbacken")
	start := p.s.House.Clock.Now().AddDate(0, 5, 0)
	draft := p.posts("/services/childcare-application/start", nil)
	first := strings.Index(draft, "/steps/")
	if first < 0 {
		p.s.wrong("%s could not begin: %s", p.Name, draft)
	}
	draft = draft[:first]
	for _, step := range []struct {
		key    string
		values url.Values
	}{
		{"kind", url.Values{"kind": {kind}}},
		{"child", url.Values{"child": {p.childKey(draft, child)}, "start-day": {start.Format("2")}, "start-month": {start.Format("1")}, "start-year": {start.Format("2006")}, "hours": {"30"}}},
		{"wishes", url.Values{"choices.1": {place}}},
		{"everyday", url.Values{"basis": {"work"}, "occupation": {mariasWork}, "siblings": {"no"}, "current_care": {"home"}, "health": {"Tål inte nötter."}}},
		{"contact", url.Values{"contact": {"phone"}, "phone": {p.s.House.Town.Person(p.Key).Phone}, "message": {mariasMessage}}},
	} {
		if to := p.posts(draft+"/steps/"+step.key, step.values); to == "" {
			p.s.wrong("%s could not fill in the step %s", p.Name, step.key)
		}
		if step.key == w.To {
			break
		}
	}
	return draft
}

// HasApplied is HasFilledIn and her signature. It gives the case's path.
func (p *Person) HasApplied(child string, w Wish) string {
	p.s.Helper()
	p.Opens(p.HasFilledIn(child, w) + "/review")
	p.Presses("Skriv under med BankID")
	p.Approves()
	p.GoesOn()
	if !strings.HasPrefix(p.Where(), "/my/cases/") {
		p.s.wrong("%s could not sign: she is at %s", p.Name, p.Where())
	}
	return p.Where()
}

// HasCoSigned is another guardian's way from My pages to a signature.
func (p *Person) HasCoSigned() {
	p.s.Helper()
	p.Opens("/my")
	p.Presses("Läs och ta ställning")
	p.Presses("Läs och ta ställning")
	p.Presses("Säg ja och skriv under")
	p.Approves()
	p.GoesOn()
}

// client is her browser's cookies without its window.
func (p *Person) client() *http.Client {
	p.s.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.s.Fatal(err)
	}
	for _, name := range []string{"tillit", "tillit-order"} {
		if v := p.Cookie(name); v != "" {
			jar.SetCookies(mustURL(p.front.URL), []*http.Cookie{{Name: name, Value: v}})
		}
	}
	return &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// posts sends a form as she would. It gives where she is sent: to the end of a chain of
// pages, or nowhere when the form is refused.
func (p *Person) posts(path string, form url.Values) string {
	p.s.Helper()
	status, to := p.sends(path, form)
	for status == http.StatusSeeOther {
		path = to
		status, to = p.gets(path)
	}
	if status >= 400 {
		return ""
	}
	return path
}

// sends posts a form; gets asks for a page. Both give the status and where it leads.
func (p *Person) sends(path string, form url.Values) (status int, to string) {
	p.s.Helper()
	resp, err := p.client().PostForm(p.front.URL+path, form)
	return p.answered(resp, err)
}

func (p *Person) gets(path string) (status int, to string) {
	p.s.Helper()
	resp, err := p.client().Get(p.front.URL + path)
	return p.answered(resp, err)
}

func (p *Person) answered(resp *http.Response, err error) (int, string) {
	p.s.Helper()
	if err != nil {
		p.s.Fatal(err)
	}
	defer resp.Body.Close()
	if u, err := resp.Location(); err == nil {
		return resp.StatusCode, u.RequestURI()
	}
	return resp.StatusCode, ""
}

var option = regexp.MustCompile(`name="child" value="([^"]+)"[^>]*>\s*<span>\s*(?:<span class="t-strong">)?\s*([^<]+)`)

// childKey is the key under which the form knows one of her children.
func (p *Person) childKey(draft, given string) string {
	p.s.Helper()
	p.gets(draft + "/steps/child")
	p.front.mu.Lock()
	body := p.front.told[len(p.front.told)-1].Body
	p.front.mu.Unlock()
	for _, m := range option.FindAllStringSubmatch(body, -1) {
		if strings.HasPrefix(strings.TrimSpace(m[2]), given) {
			return m[1]
		}
	}
	p.s.wrong("%s can't choose %s", p.Name, given)
	return ""
}
