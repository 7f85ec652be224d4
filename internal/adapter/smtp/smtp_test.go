package smtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tillit/internal/adapter/smtp"
	"tillit/internal/adapter/smtp/fake"
	"tillit/internal/adapter/smtp/smtptest"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/fault"
)

var still = clock.NewStill(time.Date(2026, 11, 21, 8, 15, 0, 0, time.UTC))

const to = "kim@example.org"

func letter() smtp.Letter {
	return smtp.Letter{From: "svara-ej@granvik.example", To: to, Subject: "Hej", Text: "Hej\n", MessageID: "7@granvik.example"}
}

func listen(t *testing.T, c fake.Config) *fake.Server {
	t.Helper()
	c.Address = "127.0.0.1:0"
	s, err := fake.Listen(c, still)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func plain(s *fake.Server) smtp.Config {
	return smtp.Config{Host: "127.0.0.1", Port: s.Port(), TLS: smtp.None, Timeout: 10 * time.Second}
}

func relay(t *testing.T, c smtp.Config) *smtp.Relay {
	t.Helper()
	r, err := smtp.New(c, still)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// certificate vouches for itself and for this machine.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}

func TestFake(t *testing.T) {
	with, roots := certificate(t)
	for name, c := range map[string]struct {
		fake fake.Config
		smtp smtp.Config
	}{
		"without TLS":          {fake.Config{}, smtp.Config{TLS: smtp.None}},
		"STARTTLS":             {fake.Config{TLS: with}, smtp.Config{}},
		"STARTTLS by chance":   {fake.Config{TLS: with}, smtp.Config{TLS: smtp.Opportunistic}},
		"implicit TLS":         {fake.Config{TLS: with, Implicit: true}, smtp.Config{TLS: smtp.Implicit}},
		"with a password":      {fake.Config{TLS: with, User: "tillit", Password: "hemligt"}, smtp.Config{User: "tillit", Password: "hemligt"}},
		"implicit, a password": {fake.Config{TLS: with, Implicit: true, User: "tillit", Password: "hemligt"}, smtp.Config{TLS: smtp.Implicit, User: "tillit", Password: "hemligt"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := listen(t, c.fake)
			c.smtp.Host, c.smtp.Port, c.smtp.Roots = "127.0.0.1", s.Port(), roots
			smtptest.Run(t, smtptest.World{Config: c.smtp, To: to, Mailbox: func() []smtptest.Arrived {
				var all []smtptest.Arrived
				for _, m := range s.Mails(to) {
					all = append(all, smtptest.Arrived{From: m.From, Subject: m.Subject, Text: m.Text, HTML: m.HTML, ReturnPath: m.ReturnPath, Headers: m.Headers})
				}
				return all
			}}, still)
		})
	}
}

// fails sends a letter that is not taken, and checks that the error tells no address.
func fails(t *testing.T, r *smtp.Relay, want smtp.Failure) {
	t.Helper()
	_, err := r.Send(t.Context(), letter())
	var f *smtp.Failure
	if !errors.As(err, &f) {
		t.Fatalf("%v, want a failure", err)
	}
	if *f != want {
		t.Errorf("%+v, want %+v", *f, want)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if s := e.Error(); strings.Contains(s, "@") || strings.Contains(s, "127.0.0.1") {
			t.Errorf("the error tells an address: %d characters", len(s))
		}
	}
	kind := fault.Refused
	if want.Temporary {
		kind = fault.Unavailable
	}
	if !fault.Is(err, kind) {
		t.Errorf("kind %v, want %v", fault.KindOf(err), kind)
	}
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		behaviour fake.Behaviour
		want      smtp.Failure
		kept      int
	}{
		"no such receiver": {fake.Refuse, smtp.Failure{Stage: smtp.AtReceiver, Code: 550, Enhanced: "5.1.1"}, 0},
		"greylisted":       {fake.Greylist, smtp.Failure{Stage: smtp.AtReceiver, Code: 451, Enhanced: "4.7.1", Temporary: true}, 0},
		"mailbox full":     {fake.Full, smtp.Failure{Stage: smtp.AtContent, Code: 452, Enhanced: "4.2.2", Temporary: true}, 0},
		"spam":             {fake.Spam, smtp.Failure{Stage: smtp.AtContent, Code: 554, Enhanced: "5.7.1"}, 0},
		"no answer":        {fake.Hang, smtp.Failure{Stage: smtp.AtEnd, Temporary: true, Uncertain: true}, 0},
		"taken and cut":    {fake.Forget, smtp.Failure{Stage: smtp.AtEnd, Temporary: true, Uncertain: true}, 1},
		"busy":             {fake.Busy, smtp.Failure{Stage: smtp.Reaching, Code: 421, Temporary: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, fake.Config{})
			s.Behave(c.behaviour)
			config := plain(s)
			config.Timeout = 300 * time.Millisecond
			fails(t, relay(t, config), c.want)
			if got := len(s.Mails("")); got != c.kept {
				t.Errorf("%d arrived, want %d", got, c.kept)
			}
		})
	}
}

func TestGreylistedMailArrivesLater(t *testing.T) {
	s := listen(t, fake.Config{})
	s.Behave(fake.Greylist)
	r := relay(t, plain(s))
	fails(t, r, smtp.Failure{Stage: smtp.AtReceiver, Code: 451, Enhanced: "4.7.1", Temporary: true})
	if _, err := r.Send(t.Context(), letter()); err != nil {
		t.Fatal(err)
	}
	if got := s.Mails(to); len(got) != 1 || len(s.Mails("eve@example.org")) != 0 {
		t.Errorf("%d arrived, want one", len(got))
	}
}

func TestTakenIsTakenWhateverComesAfter(t *testing.T) {
	s := listen(t, fake.Config{})
	s.Behave(fake.Leave)
	if _, err := relay(t, plain(s)).Send(t.Context(), letter()); err != nil {
		t.Errorf("%v, though the relay took it", err)
	}
	if got := len(s.Mails(to)); got != 1 {
		t.Errorf("%d arrived, want one", got)
	}
}

func TestNothingIsSentWithoutTheTLSThatIsRequired(t *testing.T) {
	with, roots := certificate(t)
	_, others := certificate(t)
	for name, c := range map[string]struct {
		fake fake.Config
		smtp smtp.Config
	}{
		"not offered":              {fake.Config{}, smtp.Config{Roots: roots}},
		"not spoken":               {fake.Config{}, smtp.Config{TLS: smtp.Implicit, Roots: roots}},
		"another's certificate":    {fake.Config{TLS: with}, smtp.Config{Roots: others}},
		"another's, by chance":     {fake.Config{TLS: with}, smtp.Config{TLS: smtp.Opportunistic, Roots: others}},
		"another's, implicit":      {fake.Config{TLS: with, Implicit: true}, smtp.Config{TLS: smtp.Implicit, Roots: others}},
		"another name":             {fake.Config{TLS: with}, smtp.Config{Host: "localhost", Roots: roots}},
		"wrong password":           {fake.Config{TLS: with, User: "tillit", Password: "hemligt"}, smtp.Config{Roots: roots, User: "tillit", Password: "fel"}},
		"no password":              {fake.Config{TLS: with, User: "tillit", Password: "hemligt"}, smtp.Config{Roots: roots}},
		"password without any TLS": {fake.Config{User: "tillit", Password: "hemligt"}, smtp.Config{TLS: smtp.Opportunistic, User: "tillit", Password: "hemligt"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := listen(t, c.fake)
			if c.smtp.Host == "" {
				c.smtp.Host = "127.0.0.1"
			}
			c.smtp.Port, c.smtp.Timeout = s.Port(), 2*time.Second
			if _, err := relay(t, c.smtp).Send(t.Context(), letter()); err == nil || fault.KindOf(err) == fault.Invalid {
				t.Errorf("%v, want a failure", err)
			} else if strings.Contains(err.Error(), "hemligt") || strings.Contains(err.Error(), "@") {
				t.Error("the error tells too much")
			}
			if got := len(s.Mails("")); got != 0 {
				t.Errorf("%d arrived, want none", got)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	fails(t, relay(t, smtp.Config{Host: "127.0.0.1", Port: port, TLS: smtp.None}), smtp.Failure{Stage: smtp.Reaching, Temporary: true})
}

func TestContextEndsTheWait(t *testing.T) {
	s := listen(t, fake.Config{})
	s.Behave(fake.Hang)
	config := plain(s)
	config.Timeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := relay(t, config).Send(ctx, letter())
	var f *smtp.Failure
	if !errors.As(err, &f) || !f.Uncertain {
		t.Errorf("%v, want a mail of which nobody knows", err)
	}
}

func TestLettersThatAreRefused(t *testing.T) {
	s := listen(t, fake.Config{})
	r := relay(t, plain(s))
	for name, change := range map[string]func(*smtp.Letter){
		"no sender":         func(l *smtp.Letter) { l.From = "" },
		"two senders":       func(l *smtp.Letter) { l.From = "a@granvik.example, b@granvik.example" },
		"no receiver":       func(l *smtp.Letter) { l.To = "" },
		"two receivers":     func(l *smtp.Letter) { l.To = to + ", eve@example.org" },
		"a group":           func(l *smtp.Letter) { l.To = "alla: " + to + ";" },
		"named receiver":    func(l *smtp.Letter) { l.To = "Kim <" + to + ">" },
		"no address":        func(l *smtp.Letter) { l.To = "kim" },
		"beyond ASCII":      func(l *smtp.Letter) { l.To = "kim@exämple.org" },
		"named return path": func(l *smtp.Letter) { l.ReturnPath = "Studs <a@granvik.example>" },
		"too long":          func(l *smtp.Letter) { l.To = strings.Repeat("k", 260) + "@example.org" },
		"no subject":        func(l *smtp.Letter) { l.Subject = "" },
		"no text":           func(l *smtp.Letter) { l.Text = "" },
		"text is no UTF-8":  func(l *smtp.Letter) { l.Text = "\xe5" },
		"page is no UTF-8":  func(l *smtp.Letter) { l.HTML = "\xe5" },
		"no message id":     func(l *smtp.Letter) { l.MessageID = "" },
		"half a message id": func(l *smtp.Letter) { l.MessageID = "7" },
		"brackets":          func(l *smtp.Letter) { l.MessageID = "<7@granvik.example>" },
		"field of ours":     func(l *smtp.Letter) { l.Headers = map[string]string{"bcc": "eve@example.org"} },
		"field of MIME":     func(l *smtp.Letter) { l.Headers = map[string]string{"Content-Type": "text/html"} },
		"field resent":      func(l *smtp.Letter) { l.Headers = map[string]string{"Resent-To": "eve@example.org"} },
		"field with colon":  func(l *smtp.Letter) { l.Headers = map[string]string{"X:Y": "a"} },
		"field no name":     func(l *smtp.Letter) { l.Headers = map[string]string{"": "a"} },
	} {
		l := letter()
		change(&l)
		if _, err := r.Send(t.Context(), l); !errors.Is(err, smtp.ErrLetter) || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want ErrLetter", name, err)
		}
	}
	if got := len(s.Mails("")); got != 0 {
		t.Errorf("%d arrived, want none", got)
	}
}

func TestConfigsThatAreRefused(t *testing.T) {
	for _, c := range []smtp.Config{{}, {Host: "mail.example.org", TLS: smtp.None}, {Host: "10.0.0.1", TLS: smtp.None}, {Host: "mail.example.org", TLS: "ssl"}} {
		if _, err := smtp.New(c, still); !errors.Is(err, smtp.ErrConfig) {
			t.Errorf("%v, want ErrConfig", err)
		}
	}
}

func TestFakeAnswersTheWorld(t *testing.T) {
	s := listen(t, fake.Config{})
	r := relay(t, plain(s))
	for i := range 502 {
		l := letter()
		l.Subject = string(rune('A' + i%26))
		if i == 500 {
			l.To = "bo@example.org"
		}
		if _, err := r.Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(path string) (mails []struct {
		At, To, From, Subject, Text, HTML string
		Headers                           map[string]string
	}) {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if err := json.Unmarshal(w.Body.Bytes(), &mails); err != nil {
			t.Fatal(err)
		}
		return mails
	}
	all := ask("/")
	if len(all) != 500 || all[0].Subject != string(rune('A'+501%26)) || all[0].At != "2026-11-21T08:15:00Z" || all[0].Text != "Hej\n" || all[0].Headers["Message-ID"] == "" {
		t.Errorf("%d mails, the newest %+v", len(all), all[0])
	}
	if one := ask("/?to=bo@example.org"); len(one) != 1 || one[0].To != "bo@example.org" {
		t.Errorf("%d mails to one receiver, want 1", len(one))
	}
	if none := ask("/?to=eve@example.org"); none == nil || len(none) != 0 {
		t.Error("an empty mailbox is no empty list")
	}
}
