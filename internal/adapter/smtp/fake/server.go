// Package fake is a mail relay that delivers to nobody: it keeps what arrives, for the demo
// town's mail page and for tests, and can be told to misbehave.
package fake

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tillit/internal/kit/clock"
)

// Behaviour is how the relay answers.
type Behaviour int

// The behaviours.
const (
	Well     Behaviour = iota
	Refuse             // no such receiver: 550 5.1.1, with the address repeated as real ones do
	Greylist           // 451 4.7.1 to the first try of each sender and receiver, well after
	Full               // 452 4.2.2 to the mail itself
	Spam               // 554 5.7.1 to the mail itself
	Hang               // takes the mail in and does not answer until it is closed
	Forget             // keeps the mail and hangs up before it answers
	Leave              // takes the mail, answers, and hangs up
	Busy               // 421 instead of a greeting
)

// Config is how the relay is reached.
type Config struct {
	Address        string      // 127.0.0.1:0 for any free port
	TLS            *tls.Config // nil means without
	Implicit       bool        // speak TLS from the first byte, rather than offer STARTTLS
	User, Password string      // ask everybody to sign in so; only over TLS
}

// most is how many mails are kept; older ones are forgotten.
const most = 500

// Server is the playing relay.
type Server struct {
	smtp     *smtp.Server
	port     int
	clock    clock.Clock
	config   Config
	listener net.Listener
	closed   chan struct{}
	served   chan struct{}

	mu        sync.Mutex
	behaviour Behaviour
	mails     []Mail // oldest first
	seen      map[[2]string]bool
}

// Listen starts a relay. The clock tells when mails arrived.
func Listen(c Config, clk clock.Clock) (*Server, error) {
	s := &Server{clock: clk, config: c, closed: make(chan struct{}), served: make(chan struct{}), seen: map[[2]string]bool{}}
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.session))
	s.smtp.Domain = "relay.test"
	s.smtp.MaxMessageBytes = 10 << 20
	s.smtp.ErrorLog = silent{}
	l, err := net.Listen("tcp", c.Address)
	if err != nil {
		return nil, err
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	switch {
	case c.TLS == nil:
	case c.Implicit:
		l = tls.NewListener(l, c.TLS)
	default:
		s.smtp.TLSConfig = c.TLS
	}
	s.listener = l
	go func() {
		defer close(s.served)
		_ = s.smtp.Serve(l)
	}()
	return s, nil
}

// silent keeps addresses out of logs.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Port is where the relay listens.
func (s *Server) Port() int { return s.port }

// Behave changes how the next mails are answered.
func (s *Server) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
}

// Mails are those that arrived, newest first, for one receiver or, with an empty to, for all.
func (s *Server) Mails(to string) []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Mail{}
	for _, m := range slices.Backward(s.mails) {
		if to == "" || m.To == to {
			found = append(found, m)
		}
	}
	return found
}

// Close hangs up on everybody.
func (s *Server) Close() error {
	close(s.closed)
	err := s.smtp.Close()
	_ = s.listener.Close() // the library closes it only when it has begun to serve
	<-s.served
	return err
}

func (s *Server) keep(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if len(s.mails) > most {
		s.mails = slices.Delete(s.mails, 0, len(s.mails)-most)
	}
}

func (s *Server) session(conn *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	behaviour := s.behaviour
	s.mu.Unlock()
	if behaviour == Busy {
		return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Too busy"}
	}
	return &session{server: s, conn: conn, behaviour: behaviour}, nil
}

// session is one client's visit.
type session struct {
	server    *Server
	conn      *smtp.Conn
	behaviour Behaviour
	signedIn  bool
	from      string
	to        []string
}

// AuthMechanisms offers PLAIN where a password is asked for.
func (s *session) AuthMechanisms() []string {
	if s.server.config.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth lets in who knows the password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.config.User || password != s.server.config.Password {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

// Reset forgets the mail that was under way, which the library does after each answer too.
func (s *session) Reset() {
	if s.behaviour == Leave && s.to != nil {
		_ = s.conn.Conn().Close()
	}
	s.from, s.to = "", nil
}

// Logout ends the visit.
func (s *session) Logout() error { return nil }

// Mail hears whom the mail is from.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.config.User != "" && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

// Rcpt hears whom it is to.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case s.behaviour == Refuse:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "<" + to + ">: no such user here"}
	case s.behaviour == Greylist && s.server.firstTry(s.from, to):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "<" + to + ">: greylisted, come again"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *Server) firstTry(from, to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	pair := [2]string{from, to}
	first := !s.seen[pair]
	s.seen[pair] = true
	return first
}

// Data takes the mail itself.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch s.behaviour {
	case Full:
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "<" + s.to[0] + ">: mailbox full"}
	case Spam:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "From " + s.from + ": looks like spam"}
	case Hang:
		<-s.server.closed
		return errors.New("closed")
	}
	for _, to := range s.to {
		m, err := parse(raw)
		if err != nil {
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Not a mail"}
		}
		m.At, m.To, m.ReturnPath = s.server.clock.Now().Format(time.RFC3339), to, s.from
		s.server.keep(m)
	}
	if s.behaviour == Forget {
		_ = s.conn.Conn().Close()
		return context.Canceled
	}
	return nil
}
