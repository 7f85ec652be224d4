package smtp

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/wneessen/go-mail"

	"tillit/internal/kit/clock"
)

// TLS is how the way to the relay is encrypted.
type TLS string

// The policies. Certificates are checked wherever TLS is spoken.
const (
	Required      TLS = ""              // STARTTLS, or nothing is sent
	Implicit      TLS = "implicit"      // TLS from the first byte
	Opportunistic TLS = "opportunistic" // STARTTLS where the relay offers it
	None          TLS = "none"          // for a relay on the same machine only
)

// ErrConfig says that a configuration can't be worked with.
var ErrConfig = errors.New("smtp: no host, an unknown TLS policy, or no TLS to another machine")

// Config is how to reach the relay.
type Config struct {
	Host           string // a name that its certificate bears
	Port           int    // 0 means 465 with Implicit, 25 with None, else 587
	TLS            TLS
	Roots          *x509.CertPool // nil means those of the machine
	User, Password string         // empty User means without signing in
	Hello          string         // the name that we introduce ourselves by; empty means localhost
	Timeout        time.Duration  // for connecting, and again for handing over; 0 means half a minute
}

// Receipt is what is known of a mail that the relay took. Taken is not delivered.
type Receipt struct {
	TLS string // version of TLS that was spoken ("TLS 1.3"); empty without
}

// Relay takes our mail. It is safe for use by many; each mail has a connection of its own.
type Relay struct {
	config Config
	clock  clock.Clock
}

// New makes a relay; the clock dates the mails. It refuses with ErrConfig and connects to
// nobody.
func New(c Config, clk clock.Clock) (*Relay, error) {
	switch c.TLS {
	case Required, Opportunistic:
		c.Port = first(c.Port, 587)
	case Implicit:
		c.Port = first(c.Port, 465)
	case None:
		c.Port = first(c.Port, 25)
		if !isThisMachine(c.Host) {
			return nil, ErrConfig
		}
	default:
		return nil, ErrConfig
	}
	if c.Host == "" {
		return nil, ErrConfig
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	return &Relay{config: c, clock: clk}, nil
}

func first(port, usual int) int {
	if port != 0 {
		return port
	}
	return usual
}

func isThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Send hands one letter over and returns when the relay has taken it. It refuses a letter
// with ErrLetter (fault.Invalid), and returns a *Failure when it was not taken or when nobody
// can tell. Once the relay has taken it nothing that happens after makes it a failure.
func (r *Relay) Send(ctx context.Context, l Letter) (Receipt, error) {
	if err := l.check(); err != nil {
		return Receipt{}, err
	}
	m, err := r.message(l)
	if err != nil {
		return Receipt{}, err
	}
	var line connection
	defer line.hangUp()
	c, err := mail.NewClient(r.config.Host, r.options(ctx, &line)...)
	if err != nil {
		return Receipt{}, ErrConfig
	}
	server, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return Receipt{}, unreached(err)
	}
	if err := c.SendWithSMTPClient(server, m); err != nil {
		return Receipt{}, untaken(err)
	}
	var receipt Receipt
	if state, err := server.GetTLSConnectionState(); err == nil {
		receipt.TLS = tls.VersionName(state.Version)
	}
	_ = server.Quit() // a courtesy
	return receipt, nil
}

// options are the library's. The checks that it makes before and after a mail are left out:
// one that fails after would make a taken mail look lost.
func (r *Relay) options(whole context.Context, line *connection) []mail.Option {
	o := []mail.Option{
		mail.WithPort(r.config.Port), mail.WithTimeout(r.config.Timeout), mail.WithHELO(r.config.Hello),
		mail.WithoutNoop(), mail.WithoutRset(), mail.WithTLSConfig(r.tls()),
		mail.WithDialContextFunc(func(ctx context.Context, _, address string) (net.Conn, error) {
			conn, err := r.dial(ctx, address)
			if err == nil {
				line.hold(whole, conn)
			}
			return conn, err
		}),
	}
	switch r.config.TLS {
	case Required:
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory))
	case Opportunistic:
		o = append(o, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default: // none, or spoken already when the line stands
		o = append(o, mail.WithTLSPolicy(mail.NoTLS))
	}
	if r.config.User != "" {
		o = append(o, mail.WithUsername(r.config.User), mail.WithPassword(r.config.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin)) // the last two refuse a line without TLS
	}
	return o
}

func (r *Relay) tls() *tls.Config {
	return &tls.Config{ServerName: r.config.Host, RootCAs: r.config.Roots, MinVersion: tls.VersionTLS12}
}

func (r *Relay) dial(ctx context.Context, address string) (net.Conn, error) {
	if r.config.TLS == Implicit {
		d := tls.Dialer{Config: r.tls()}
		return d.DialContext(ctx, "tcp", address)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}

// message makes the library's message. Its boundary follows from the Message-ID, so that the
// same letter is the same bytes each time but for the date.
func (r *Relay) message(l Letter) (*mail.Msg, error) {
	sum := sha256.Sum256([]byte(l.MessageID))
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary(hex.EncodeToString(sum[:16])))
	returnPath := l.ReturnPath
	if returnPath == "" {
		returnPath = l.From
	}
	if m.From(l.From) != nil || m.EnvelopeFrom(returnPath) != nil || m.To(l.To) != nil {
		return nil, malformed()
	}
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(l.MessageID)
	m.SetDateWithValue(r.clock.Now())
	for name, value := range l.Headers {
		m.SetGenHeader(mail.Header(name), value)
	}
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, l.HTML)
	}
	return m, nil
}

// connection is the line of one mail. The library does not listen to a context once the line
// stands, so the line itself ends with it.
type connection struct {
	conn net.Conn
	stop func() bool
}

func (l *connection) hold(whole context.Context, conn net.Conn) {
	l.conn = conn
	l.stop = context.AfterFunc(whole, func() { _ = conn.Close() })
}

func (l *connection) hangUp() {
	if l.conn != nil {
		l.stop()
		_ = l.conn.Close()
	}
}
