// Package smtptest holds a mail relay, played or real, to what the platform relies on. Tests
// import it, and nothing else does.
package smtptest

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"tillit/internal/adapter/smtp"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/fault"
)

// Arrived is a mail as its receiver reads it.
type Arrived struct {
	From, Subject, Text, HTML string
	ReturnPath                string
	Headers                   map[string]string
}

// World is a relay, a receiver behind it, and her mailbox, newest first.
type World struct {
	Config  smtp.Config
	To      string
	Mailbox func() []Arrived
}

// Run sends mail through the relay and reads what arrived.
func Run(t *testing.T, w World, clk clock.Clock) {
	t.Helper()
	relay, err := smtp.New(w.Config, clk)
	if err != nil {
		t.Fatal(err)
	}
	letter := smtp.Letter{
		From: "Granviks kommun <svara-ej@granvik.example>", To: w.To, MessageID: "1@granvik.example",
		Subject: "Du har ett nytt meddelande på Mina sidor – åäö ÆØÅ, och en rad som är så lång att den måste brytas på vägen till läsaren",
		Text:    "Hej!\n\n.En punkt först\nLogga in: https://granvik.example/my?x=1&y=2\n" + strings.Repeat("lång rad ", 200) + "\n",
		HTML:    "<!doctype html><html lang=\"sv\"><p>Hej! Åäö &amp; <a href=\"https://granvik.example/my\">logga in</a></p></html>\n",
	}
	send := func(t *testing.T, l smtp.Letter) Arrived {
		t.Helper()
		receipt, err := relay.Send(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		if spoken := receipt.TLS != ""; spoken != (w.Config.TLS != smtp.None) {
			t.Errorf("TLS %q with policy %q", receipt.TLS, w.Config.TLS)
		}
		for _, m := range w.Mailbox() {
			if m.Headers["Message-ID"] == "<"+l.MessageID+">" {
				return m
			}
		}
		t.Fatal("the relay took it and nothing arrived")
		return Arrived{}
	}
	equal := func(t *testing.T, what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	t.Run("text and page", func(t *testing.T) {
		m := send(t, letter)
		equal(t, "subject", m.Subject, letter.Subject)
		equal(t, "text", m.Text, letter.Text)
		equal(t, "page", m.HTML, letter.HTML)
		equal(t, "from", m.From, `"Granviks kommun" <svara-ej@granvik.example>`)
		equal(t, "return path", m.ReturnPath, "svara-ej@granvik.example")
		equal(t, "to", m.Headers["To"], "<"+w.To+">")
		equal(t, "date", m.Headers["Date"], clk.Now().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
		for _, own := range []string{"User-Agent", "X-Mailer"} {
			equal(t, own, m.Headers[own], "")
		}
	})
	t.Run("text only", func(t *testing.T) {
		l := letter
		l.HTML, l.MessageID, l.ReturnPath = "", "2@granvik.example", "studs+k7f2@granvik.example"
		l.Headers = map[string]string{"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://granvik.example/u/k7f2>"}
		m := send(t, l)
		equal(t, "text", m.Text, l.Text)
		equal(t, "page", m.HTML, "")
		equal(t, "return path", m.ReturnPath, "studs+k7f2@granvik.example")
		for name, value := range l.Headers {
			equal(t, name, m.Headers[name], value)
		}
	})
	t.Run("twice the same", func(t *testing.T) {
		l := letter
		l.MessageID = "3@granvik.example"
		a := send(t, l)
		b := send(t, l)
		equal(t, "content type, boundary and all", b.Headers["Content-Type"], a.Headers["Content-Type"])
		equal(t, "text", b.Text, a.Text)
	})
	t.Run("many at a time", func(t *testing.T) {
		before := len(w.Mailbox())
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := relay.Send(t.Context(), letter); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := len(w.Mailbox()) - before; got != 20 {
			t.Errorf("%d arrived, want 20", got)
		}
	})
	t.Run("injection", func(t *testing.T) {
		before := len(w.Mailbox())
		for _, evil := range []string{"a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "a\rb", "a\x00b", "a\u2028b", "a\u0085b", "\xff", strings.Repeat("a", 2000)} {
			for part, change := range map[string]func(*smtp.Letter){
				"from":        func(l *smtp.Letter) { l.From = evil },
				"name":        func(l *smtp.Letter) { l.From = evil + " <svara-ej@granvik.example>" },
				"to":          func(l *smtp.Letter) { l.To = w.To + evil },
				"return path": func(l *smtp.Letter) { l.ReturnPath = evil + "@granvik.example" },
				"subject":     func(l *smtp.Letter) { l.Subject = evil },
				"message id":  func(l *smtp.Letter) { l.MessageID = evil + "@granvik.example" },
				"field":       func(l *smtp.Letter) { l.Headers = map[string]string{"X-A": evil} },
				"field name":  func(l *smtp.Letter) { l.Headers = map[string]string{"X-" + evil: "a"} },
			} {
				l := letter
				change(&l)
				if part == "field name" && len(evil) > 1000 {
					continue // long, and harmless
				}
				if _, err := relay.Send(t.Context(), l); !errors.Is(err, smtp.ErrLetter) || !fault.Is(err, fault.Invalid) {
					t.Errorf("%s with %q: %v, want ErrLetter", part, evil[:2], err)
				}
			}
		}
		if got := len(w.Mailbox()) - before; got != 0 {
			t.Errorf("%d arrived, want none", got)
		}
	})
}
