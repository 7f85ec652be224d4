package stories_test

import (
	"net/http"
	"strings"
	"time"
)

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
		// The house asks BankID at most every other second; so long nobody has to wait here.
		p.s.House.Clock.Advance(2100 * time.Millisecond)
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
