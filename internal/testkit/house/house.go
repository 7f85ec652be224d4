// Package house starts the whole of Tillit for a test: the demo town on a database of the
// test's own, with the world outside played beside it. Tests walk in through the front door.
package house

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tillit/internal/app"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/config"
	"tillit/internal/kit/db"
	"tillit/internal/kit/observe"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
	"tillit/internal/town"
)

// Version is part of the key under which the migrated cluster is kept between runs.
const Version = "house-1"

// Main is for TestMain: one throwaway cluster for all tests of the package.
func Main(m *testing.M) {
	pg.Main(m, schema.Migrations(), Version, func(ctx context.Context, s *db.Server) error { return app.Migrate(ctx, s, db.Name) })
}

// House is a serving Tillit and its town.
type House struct {
	*app.App
	DB    *pg.Database
	Clock *clock.Movable
	Town  town.Town
	Logs  *Logs
	t     testing.TB
}

// Logs keeps what was logged, for tests that look for what must not be there.
type Logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all that was logged.
func (l *Logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// New starts a house in Granvik. What options change is done before the start.
func New(t testing.TB, options ...func(*app.Options)) *House { return In(t, "se", options...) }

// In starts a house in the town of a country.
func In(t testing.TB, country string, options ...func(*app.Options)) *House {
	t.Helper()
	d := pg.New(t)
	h := &House{DB: d, Logs: &Logs{}, t: t}
	h.Town, _ = town.ByCountry(country)
	h.Clock = clock.NewMovable(clock.Wall{})
	o := app.Options{Server: d.Server, Name: d.Name, Build: "test", Clock: h.Clock, Log: observe.NewLog(h.Logs, slog.LevelInfo), Config: config.Config{
		Storage: config.Storage{Data: t.TempDir()}, Demo: true, Country: country, Listen: "127.0.0.1:0", World: "127.0.0.1:0", Admin: "127.0.0.1:0"}}
	for _, change := range options {
		change(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	a, err := app.Start(ctx, o)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	h.App = a
	t.Cleanup(func() {
		if err := h.App.Stop(context.Background()); err != nil { // the one that serves now: a test may have started it anew
			t.Errorf("stop: %v", err)
		}
	})
	return h
}

// Browser is somebody's browser: it keeps cookies and follows no redirect by itself.
type Browser struct {
	House  *House
	Client *http.Client
	t      testing.TB
}

// Browser opens a new browser that nobody is signed in to.
func (h *House) Browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{House: h, t: t, Client: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Page is an answer, read whole.
type Page struct {
	Status int
	Header http.Header
	Body   string
	To     string // where a redirect goes, as a path
}

// Get asks for a path.
func (b *Browser) Get(path string) Page { b.t.Helper(); return b.Do("GET", path, nil, "") }

// Post sends a form.
func (b *Browser) Post(path string, form url.Values) Page {
	b.t.Helper()
	return b.Do("POST", path, strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

// JSON sends a JSON object and asks for JSON.
func (b *Browser) JSON(path string, body any) Page {
	b.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.Do("POST", path, bytes.NewReader(data), "application/json")
}

// Do sends a request to the public front, or to a whole address.
func (b *Browser) Do(method, path string, body io.Reader, kind string) Page {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.House.Public + path
	}
	req, err := http.NewRequest(method, path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if kind == "application/json" {
		req.Header.Set("Accept", kind)
	}
	return b.Send(req)
}

// Send sends a prepared request.
func (b *Browser) Send(req *http.Request) Page {
	b.t.Helper()
	resp, err := b.Client.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := Page{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
	if u, err := resp.Location(); err == nil {
		p.To = u.RequestURI()
	}
	return p
}

// order is the answer of an eID order.
type order struct {
	Order     string `json:"order"`
	AutoStart string `json:"autoStartToken"`
	Status    string `json:"status"`
	Hint      string `json:"hintCode"`
	Next      string `json:"next"`
}

// Resident signs a person of the town in with BankID, in a new browser.
func (h *House) Resident(t testing.TB, key string) *Browser {
	t.Helper()
	b := h.Browser(t)
	b.SignIn(key)
	return b
}

// SignIn signs a person of the town in with BankID in this browser.
func (b *Browser) SignIn(key string) {
	b.t.Helper()
	p := b.JSON("/sign-in/bankid", map[string]string{})
	var o order
	if err := json.Unmarshal([]byte(p.Body), &o); err != nil || p.Status != http.StatusCreated {
		b.t.Fatalf("start of sign-in: %d %v", p.Status, err)
	}
	b.Approve(o.AutoStart, key)
	if o = b.Collect("/sign-in/bankid/" + o.Order); o.Status != "complete" {
		b.t.Fatalf("sign-in of %s: %s %s", key, o.Status, o.Hint)
	}
}

// Approve lets a person of the town approve an order in her BankID app.
func (b *Browser) Approve(autoStart, key string) {
	b.t.Helper()
	p := b.JSON(b.House.World+"/bankid/approve", map[string]string{"autoStartToken": autoStart, "personalNumber": b.House.Town.Person(key).Number})
	if p.Status >= 300 {
		b.t.Fatalf("approve as %s: %d %s", key, p.Status, p.Body)
	}
}

// Collect asks how an order stands until it has ended; the clock is moved past the pause
// between two collects.
func (b *Browser) Collect(path string) order {
	b.t.Helper()
	var o order
	for range 20 {
		p := b.JSON(path, map[string]string{})
		if err := json.Unmarshal([]byte(p.Body), &o); err != nil || p.Status != http.StatusOK {
			b.t.Fatalf("collect: %d", p.Status)
		}
		if o.Status != "pending" {
			return o
		}
		b.House.Clock.Advance(2100 * time.Millisecond)
	}
	return o
}

// Staff signs an employee in by picking her from the cast.
func (h *House) Staff(t testing.TB, key string) *Browser {
	t.Helper()
	b := h.Browser(t)
	if p := b.JSON("/sign-in/demo", map[string]string{"id": key}); p.Status != http.StatusOK {
		t.Fatalf("sign-in of %s: %d", key, p.Status)
	}
	return b
}
