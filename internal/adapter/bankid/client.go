package bankid

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"tillit/internal/kit/fault"
)

const (
	answerLimit    = 1 << 20 // bytes, the rest is not read; a signature over the largest text allowed takes about a third
	collectTries   = 3
	defaultTimeout = 5 * time.Second
	defaultPause   = 200 * time.Millisecond
)

// Config says where BankID is and who we are. It prints, logs and marshals as a placeholder.
type Config struct {
	URL      string // up to and with /rp/v6.0; https, or http to a loopback address
	PKCS12   []byte // our certificate and key; required for https
	Password string // of PKCS12
	Root     []byte // PEM: BankID's own root, a different one for test and production; required for https

	Timeout time.Duration // for one try of a call, 5 s when zero
	Pause   time.Duration // before Collect tries again, 200 ms when zero
}

// Format prints the placeholder for every verb.
func (Config) Format(f fmt.State, _ rune) { fmt.Fprint(f, sealed) }

// LogValue logs the placeholder.
func (Config) LogValue() slog.Value { return slog.StringValue(sealed) }

// MarshalText writes the placeholder.
func (Config) MarshalText() ([]byte, error) { return []byte(sealed), nil }

// Client calls BankID. It is safe for use by many.
type Client struct {
	base  string
	http  *http.Client
	pause time.Duration
}

// New makes a client. It calls nobody. A configuration that can't be used is refused as
// fault.Invalid. The server is trusted by Root alone, never by the machine's own store.
func New(c Config) (*Client, error) {
	refused := func(why string, cause error) (*Client, error) {
		if cause != nil {
			cause = fmt.Errorf("%s: %w", why, cause)
		} else {
			cause = errors.New(why)
		}
		return nil, fault.As(fault.Invalid, "bankid.New", cause)
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return refused("the URL is not the plain address of a service", nil)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: 60 * time.Second}
	switch {
	case u.Scheme == "https":
		if transport.TLSClientConfig, err = mutualTLS(c); err != nil {
			return refused("certificates", err)
		}
	case u.Scheme != "http":
		return refused("the URL is neither https nor http", nil)
	case !loopback(u.Hostname()):
		return refused("http goes to a loopback address only", nil)
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Pause <= 0 {
		c.Pause = defaultPause
	}
	return &Client{
		base:  strings.TrimSuffix(c.URL, "/"),
		pause: c.Pause,
		http: &http.Client{
			Transport:     transport,
			Timeout:       c.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// loopback takes addresses only: what a name means is decided elsewhere.
func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func mutualTLS(c Config) (*tls.Config, error) {
	key, leaf, chain, err := pkcs12.DecodeChain(c.PKCS12, c.Password)
	if err != nil {
		return nil, errors.New("the PKCS#12 file does not open") // the cause may tell of its content
	}
	own := tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
	for _, cert := range chain {
		own.Certificate = append(own.Certificate, cert.Raw)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(c.Root) {
		return nil, errors.New("the root holds no certificate in PEM")
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, Certificates: []tls.Certificate{own}}, nil
}

// Auth starts an order that proves who the holder is. What is refused: see Sign.
func (c *Client) Auth(ctx context.Context, r Request) (Order, error) { return c.start(ctx, "auth", r) }

// Sign starts an order that puts the holder's name to Visible and NonVisible.
//
// A request outside BankID's limits is refused before it is sent, as fault.Invalid.
// AlreadyInProgress comes as fault.Conflict; maintenance, time limits and whatever else
// passes by itself as fault.Unavailable; the rest, which is ours to mend, as fault.Internal.
// Nothing is tried again.
func (c *Client) Sign(ctx context.Context, r Request) (Order, error) { return c.start(ctx, "sign", r) }

func (c *Client) start(ctx context.Context, call string, r Request) (Order, error) {
	if err := r.check(call); err != nil {
		return Order{}, fault.As(fault.Invalid, "bankid."+call, &Error{Code: InvalidParameters, Cause: err})
	}
	var a startAnswer
	if e := c.post(ctx, call, r.wire(), &a); e != nil {
		return Order{}, asFault(call, e)
	}
	if a.OrderRef == "" || a.AutoStartToken == "" || a.QRStartToken == "" || a.QRStartSecret == "" {
		return Order{}, asFault(call, garbled("an order without all of its tokens"))
	}
	return Order{Ref: a.OrderRef, AutoStartToken: a.AutoStartToken, QRStartToken: a.QRStartToken, QRStartSecret: a.QRStartSecret}, nil
}

// Collect asks how an order stands. Call it about every two seconds, from one place at a
// time, until the status is not Pending, and not after. It tries twice more when BankID
// is out of reach or out of order; after that, and for Garbled, fault.Unavailable.
// fault.NotFound (InvalidParameters) says that there is no such order or that its end has
// been told already: the sign-in has failed.
func (c *Client) Collect(ctx context.Context, ref string) (Collected, error) {
	var got Collected
	var e *Error
	for try := 1; ; try++ {
		var a collectAnswer
		if e = c.post(ctx, "collect", refBody{ref}, &a); e == nil {
			got, e = a.read(ref)
		}
		if e == nil {
			return got, nil
		}
		if try == collectTries || !e.passing() || !c.wait(ctx) {
			return Collected{}, asFault("collect", e)
		}
	}
}

// wait pauses and reports whether the caller still wants an answer.
func (c *Client) wait(ctx context.Context) bool {
	t := time.NewTimer(c.pause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Cancel ends an order that its holder has left. An order that has ended already gives
// fault.NotFound, which a caller may take for success.
func (c *Client) Cancel(ctx context.Context, ref string) error {
	if e := c.post(ctx, "cancel", refBody{ref}, &struct{}{}); e != nil {
		return asFault("cancel", e)
	}
	return nil
}

// post makes one try of a call.
func (c *Client) post(ctx context.Context, call string, body, into any) *Error {
	b, err := json.Marshal(body)
	if err != nil {
		return garbled("a request that does not marshal")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/"+call, bytes.NewReader(b))
	if err != nil {
		return garbled("a request that can't be made")
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return &Error{Code: Unreachable, Cause: withoutURL(err)}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, answerLimit))
	if err != nil {
		return &Error{Code: Unreachable, Status: res.StatusCode, Cause: withoutURL(err)}
	}
	if res.StatusCode != http.StatusOK {
		var a errorAnswer
		_ = json.Unmarshal(answer, &a) // a proxy's page is no JSON; then the status speaks
		return &Error{Code: readCode(a.ErrorCode, res.StatusCode), Status: res.StatusCode, Details: scrub(a.Details)}
	}
	if json.Unmarshal(answer, into) != nil {
		return garbled("an answer that is not the JSON expected") // the cause would quote the answer
	}
	return nil
}

func garbled(why string) *Error { return &Error{Code: Garbled, Cause: errors.New(why)} }

// withoutURL keeps the reason only: the address of the service belongs to the configuration.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
