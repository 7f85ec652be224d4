package fake_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tillit/internal/adapter/bankid"
	"tillit/internal/adapter/bankid/bankidtest"
	"tillit/internal/adapter/bankid/fake"
	"tillit/internal/kit/clock"
)

var (
	alva  = fake.Person{Number: "197802029806", Given: "Alva", Surname: "Prov"}
	bosse = fake.Person{Number: "199005109815", Given: "Bosse", Surname: "Prov Test"}
)

// stage is a fake on a test server, with a clock that stands still and a client.
type stage struct {
	*fake.Server
	clock  *clock.Movable
	http   *httptest.Server
	client *bankid.Client
	calls  atomic.Int32 // to the RP API

	arrived chan struct{} // gets a value at a call, when somebody may be waiting for it
}

func open(t *testing.T) *stage {
	t.Helper()
	s := &stage{clock: clock.NewStill(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)), arrived: make(chan struct{}, 1)}
	s.Server = fake.New(s.clock, rand.NewChaCha8([32]byte{1}), []fake.Person{alva, bosse})
	s.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/rp/") {
			s.calls.Add(1)
			select {
			case s.arrived <- struct{}{}:
			default:
			}
		}
		s.Server.ServeHTTP(w, r)
	}))
	t.Cleanup(s.http.Close)
	s.client = s.dial(t, 5*time.Second)
	return s
}

func (s *stage) dial(t *testing.T, timeout time.Duration) *bankid.Client {
	t.Helper()
	c, err := bankid.New(bankid.Config{URL: s.http.URL + "/bankid/rp/v6.0", Timeout: timeout, Pause: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var ask = bankid.Request{EndUserIP: netip.MustParseAddr("203.0.113.7")}

func (s *stage) start(t *testing.T) bankid.Order {
	t.Helper()
	o, err := s.client.Auth(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (s *stage) approve(t *testing.T, fields map[string]any) int {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.http.URL+"/bankid/approve", "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func (s *stage) wants(t *testing.T, o bankid.Order, status bankid.Status, hint bankid.Hint) {
	t.Helper()
	got, err := s.client.Collect(t.Context(), o.Ref)
	if err != nil || got.Status != status || got.Hint != hint {
		t.Fatalf("collected %s %q %v, want %s %q", got.Status, got.Hint, err, status, hint)
	}
}

func TestSuite(t *testing.T) {
	s := open(t)
	user := func(p fake.Person) bankid.User {
		return bankid.User{Number: p.Number, Name: p.Given + " " + p.Surname, Given: p.Given, Surname: p.Surname}
	}
	bankidtest.Run(t, bankidtest.World{URL: s.http.URL, A: user(alva), B: user(bosse)})
}

func TestTimeEndsOrders(t *testing.T) {
	opened := func(t *testing.T, s *stage, o bankid.Order) {
		if n := s.approve(t, map[string]any{"orderRef": o.Ref, "personalNumber": alva.Number, "via": []string{"userSign"}}); n != 200 {
			t.Fatal(n)
		}
	}
	answered := func(t *testing.T, s *stage, o bankid.Order) {
		s.approve(t, map[string]any{"orderRef": o.Ref, "personalNumber": alva.Number})
	}
	for name, c := range map[string]struct {
		before func(*testing.T, *stage, bankid.Order)
		wait   time.Duration
		status bankid.Status // empty: gone
		hint   bankid.Hint
	}{
		"not opened, in time":   {nil, 30 * time.Second, bankid.Pending, bankid.OutstandingTransaction},
		"not opened":            {nil, 31 * time.Second, bankid.Failed, bankid.StartFailed},
		"not opened, kept":      {nil, 5*time.Minute + 30*time.Second, bankid.Failed, bankid.StartFailed},
		"not opened, forgotten": {nil, 5*time.Minute + 31*time.Second, "", ""},
		"opened, in time":       {opened, 180 * time.Second, bankid.Pending, bankid.UserSign},
		"opened":                {opened, 181 * time.Second, bankid.Failed, bankid.ExpiredTransaction},
		"answered, kept":        {answered, 3 * time.Minute, bankid.Complete, ""},
		"answered, forgotten":   {answered, 3*time.Minute + time.Second, "", ""},
		"long forgotten":        {answered, time.Hour, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			o := s.start(t)
			if c.before != nil {
				c.before(t, s, o)
			}
			s.clock.Advance(c.wait)
			if c.status != "" {
				s.wants(t, o, c.status, c.hint)
				return
			}
			if _, err := s.client.Collect(t.Context(), o.Ref); !errors.Is(err, bankid.InvalidParameters) {
				t.Errorf("want it gone, got %v", err)
			}
		})
	}
}

func TestCodeIsReadAsTheAppReadsIt(t *testing.T) {
	s := open(t)
	o, other := s.start(t), s.start(t)
	try := func(code string) int {
		return s.approve(t, map[string]any{"qr": code, "personalNumber": "000000000000"}) // nobody: 422 says that the code was taken
	}
	for second := range 31 {
		at := time.Duration(second) * time.Second
		for shown, want := range map[time.Duration]int{
			at: 422, at - 5*time.Second: 422, at - 6*time.Second: 404, at + 2*time.Second: 422, at + 3*time.Second: 404,
		} {
			if shown < 0 {
				continue
			}
			if got := try(o.QR(shown)); got != want {
				t.Errorf("second %d, the code of %s: %d, want %d", second, shown, got, want)
			}
		}
		s.clock.Advance(time.Second)
	}
	s = open(t)
	o, other = s.start(t), s.start(t)
	good := o.QR(0)
	mixed := o
	mixed.QRStartSecret = other.QRStartSecret
	for name, code := range map[string]string{
		"empty":                "",
		"words":                "hello",
		"another's secret":     mixed.QR(0),
		"another's token":      strings.Replace(good, o.QRStartToken, other.QRStartToken, 1),
		"another time":         strings.Replace(good, ".0.", ".1.", 1),
		"a time with a sign":   strings.Replace(good, ".0.", ".-0.", 1),
		"a part too many":      good + ".x",
		"another scheme":       strings.Replace(good, "bankid.", "freja.", 1),
		"big letters":          strings.ToUpper(good),
		"cut":                  good[:len(good)-1],
		"the reference for it": o.Ref,
	} {
		if got := try(code); got != 404 {
			t.Errorf("%s: %d", name, got)
		}
	}
	if got := try(good); got != 422 {
		t.Errorf("the good one: %d", got)
	}
}

func TestEvidence(t *testing.T) {
	s := open(t)
	sign := func(number string) bankid.Collected {
		o, err := s.client.Sign(t.Context(), bankid.Request{EndUserIP: ask.EndUserIP, Visible: "Jag säger upp platsen", NonVisible: []byte{0, 255}})
		if err != nil {
			t.Fatal(err)
		}
		s.approve(t, map[string]any{"orderRef": o.Ref, "personalNumber": number})
		got, err := s.client.Collect(t.Context(), o.Ref)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	a, b := sign(alva.Number), sign(bosse.Number)
	signed, err := fake.Verify(a.Signature, a.OCSP, s.Key())
	if err != nil || string(signed.Visible) != "Jag säger upp platsen" || !bytes.Equal(signed.NonVisible, []byte{0, 255}) ||
		signed.Number != alva.Number || !signed.At.Equal(s.clock.Now()) {
		t.Errorf("not what was signed: %v", err)
	}
	stranger := fake.New(s.clock, rand.NewChaCha8([32]byte{2}), nil)
	for name, try := range map[string]func() error{
		"another's statement": func() error { _, err := fake.Verify(a.Signature, b.OCSP, s.Key()); return err },
		"swapped":             func() error { _, err := fake.Verify(a.OCSP, a.Signature, s.Key()); return err },
		"another key":         func() error { _, err := fake.Verify(a.Signature, a.OCSP, stranger.Key()); return err },
		"nothing":             func() error { _, err := fake.Verify("", "", s.Key()); return err },
	} {
		if err := try(); !errors.Is(err, fake.ErrEvidence) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWireIsStrict(t *testing.T) {
	s := open(t)
	ip := `"endUserIp":"203.0.113.7"`
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
		code                     string
	}{
		"fine":                   {"POST", "auth", "application/json", `{` + ip + `}`, 200, ""},
		"list of policies":       {"POST", "auth", "application/json", `{` + ip + `,"requirement":{"certificatePolicies":["1.2.752.78.1.5"]}}`, 200, ""},
		"policies as text":       {"POST", "auth", "application/json", `{` + ip + `,"requirement":{"certificatePolicies":"1.2.752.78.1.5"}}`, 400, "invalidParameters"},
		"typed number, as in v5": {"POST", "auth", "application/json", `{` + ip + `,"personalNumber":"197802029806"}`, 400, "invalidParameters"},
		"no address":             {"POST", "auth", "application/json", `{}`, 400, "invalidParameters"},
		"nothing to sign":        {"POST", "sign", "application/json", `{` + ip + `}`, 400, "invalidParameters"},
		"text not in base64":     {"POST", "auth", "application/json", `{` + ip + `,"userVisibleData":"å"}`, 400, "invalidParameters"},
		"text too long":          {"POST", "auth", "application/json", `{` + ip + `,"userVisibleData":"` + strings.Repeat("AAAA", 376) + `"}`, 400, "invalidParameters"},
		"GET":                    {"GET", "auth", "application/json", "", 405, "methodNotAllowed"},
		"a form":                 {"POST", "auth", "application/x-www-form-urlencoded", "a=b", 415, "unsupportedMediaType"},
		"no such call":           {"POST", "register", "application/json", "{}", 404, "notFound"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, s.http.URL+"/bankid/rp/v6.0/"+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", c.kind)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var a struct{ ErrorCode string }
			if err := json.NewDecoder(res.Body).Decode(&a); err != nil || res.StatusCode != c.status || a.ErrorCode != c.code {
				t.Errorf("%d %q %v, want %d %q", res.StatusCode, a.ErrorCode, err, c.status, c.code)
			}
		})
	}
}
