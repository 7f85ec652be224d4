// Package stories_test tells what Tillit promises, as a clerk would tell it: named people of an
// invented town at a real browser, before the whole house. Each story is read from top to
// bottom; each step says in one sentence what happens, and what follows it is checked.
//
// The browser is Chromium. Every page that anybody comes to is looked over for what keeps
// people out (WCAG 2.2 AA, by axe), on a telephone and on a wide screen. With TILLIT_PICTURES
// set to a folder, every step leaves a picture there.
package stories_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tillit/internal/app"
	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

// Story is one story and the house in which it happens.
type Story struct {
	*testing.T
	House *house.House

	step    string
	pages   int // shown in this step
	options app.Options
}

// Tell begins a story in a house of its own.
func Tell(t *testing.T) *Story {
	t.Helper()
	t.Parallel()
	s := &Story{T: t}
	s.House = house.New(t, func(o *app.Options) { s.options = *o })
	return s
}

// Step says what happens next.
func (s *Story) Step(words string) {
	s.Helper()
	s.Log(words)
	s.step, s.pages = words, 0
}

// Fail ends a story: what is not as it should be is said beside the step it was in.
func (s *Story) wrong(format string, values ...any) {
	s.Helper()
	s.Fatalf("%s\n\tbut: %s", s.step, fmt.Sprintf(format, values...))
}

// Days lets time pass.
func (s *Story) Days(n int) { s.Hours(24 * n) }

// Hours lets time pass, and what falls due is done.
func (s *Story) Hours(n int) {
	s.Helper()
	var now struct{ Now string }
	s.world("POST", "/clock", map[string]string{"advance": fmt.Sprintf("%dh", n)}, &now)
}

// Restart stops the server and starts it again on the same database, the same data and the
// same address.
func (s *Story) Restart() {
	s.Helper()
	s.options.Config.Listen = strings.TrimPrefix(s.House.Public, "http://")
	if err := s.House.App.Stop(s.Context()); err != nil {
		s.wrong("the server did not stop: %v", err)
	}
	a, err := app.Start(s.Context(), s.options)
	if err != nil {
		s.wrong("the server did not start again: %v", err)
	}
	s.House.App = a
}

// world speaks with what is played around the house.
func (s *Story) world(method, path string, body, answer any) {
	s.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.Context(), method, s.House.World+path, bytes.NewReader(data))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		s.wrong("the world answers %s with %s", path, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		s.Fatal(err)
	}
}

// Letter is a mail that has arrived.
type Letter struct {
	To, Subject, Text, HTML string
	Headers                 map[string]string
}

// All is everything that stands in a letter, where the mail shows it and where it does not.
func (l Letter) All() string {
	data, _ := json.Marshal(l)
	return string(data) + l.Text + l.HTML
}

// Mail are the letters to a person of the town, newest first. With at least n asked for it
// waits until they are there: a letter leaves when the page has been answered.
func (s *Story) Mail(key string, atLeast int) []Letter {
	s.Helper()
	var list []Letter
	path := "/mail?to=" + url.QueryEscape(s.House.Town.Person(key).Email)
	s.until("the mail arrives", func() bool {
		s.world("GET", path, nil, &list)
		return len(list) >= atLeast
	})
	return list
}

// until waits for something that comes by itself.
func (s *Story) until(what string, there func() bool) {
	s.Helper()
	for end := time.Now().Add(20 * time.Second); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.wrong("it never came to that %s", what)
		}
	}
}

// One asks the database itself for one value.
func (s *Story) One(query string, args ...any) string {
	s.Helper()
	conn, err := s.House.DB.Server.Superuser(s.Context(), s.House.DB.Name)
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close(s.Context())
	var v string
	if err := conn.QueryRow(s.Context(), query, args...).Scan(&v); err != nil {
		s.wrong("the database: %v", err)
	}
	return v
}

// has reports the first of the words that a text holds; white space counts as one blank.
func has(text string, words ...string) (string, bool) {
	text = flat(text)
	for _, w := range words {
		if strings.Contains(text, flat(w)) {
			return w, true
		}
	}
	return "", false
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// pictureName is a file name for what is on the screen now.
func (s *Story) pictureName(who string) string {
	s.pages++
	words := strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e").Replace(strings.ToLower(s.step))
	words = notName.ReplaceAllString(words, "-")
	return fmt.Sprintf("%s-%.60s-%d-%s.png", s.Name(), words, s.pages, who)
}

var pictures = os.Getenv("TILLIT_PICTURES")

// says reports whether a text holds the words.
func says(text, words string) bool { _, ok := has(text, words); return ok }
