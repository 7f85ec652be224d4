package bankid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"tillit/internal/adapter/bankid"
	"tillit/internal/kit/fault"
)

// authority is a certificate authority that a test has to itself.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func issue(t *testing.T, name string, by *authority) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: by == nil, BasicConstraintsValid: true,
	}
	parent := &authority{tmpl, key}
	if by != nil {
		parent = by
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent.cert, &key.PublicKey, parent.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

func (a *authority) p12(t *testing.T, password string) []byte {
	t.Helper()
	b, err := pkcs12.Modern.Encode(a.key, a.cert, nil, password)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMutualTLS(t *testing.T) {
	theirs, ours, strangers := issue(t, "their root", nil), issue(t, "our issuer", nil), issue(t, "another root", nil)
	server, rp, nobody := issue(t, "server", theirs), issue(t, "us", ours), issue(t, "nobody", strangers)
	clients := x509.NewCertPool()
	clients.AddCert(ours.cert)
	seen := ""
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.TLS.PeerCertificates[0].Subject.CommonName
		fmt.Fprint(w, `{"orderRef":"a","autoStartToken":"b","qrStartToken":"c","qrStartSecret":"d"}`)
	}))
	srv.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{server.cert.Raw}, PrivateKey: server.key}},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: clients,
	}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are expected
	srv.StartTLS()
	defer srv.Close()

	for name, x := range map[string]struct {
		who  *authority
		root *authority
		ok   bool
	}{
		"both known":                {rp, theirs, true},
		"a server under other root": {rp, strangers, false},
		"a client they don't know":  {nobody, theirs, false},
	} {
		t.Run(name, func(t *testing.T) {
			seen = ""
			c, err := bankid.New(bankid.Config{URL: srv.URL, PKCS12: x.who.p12(t, "hemligt"), Password: "hemligt", Root: x.root.pem()})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Auth(t.Context(), bankid.Request{EndUserIP: netip.MustParseAddr("203.0.113.7")})
			if x.ok && (err != nil || seen != "us") {
				t.Errorf("%v, they saw %q", err, seen)
			}
			if !x.ok && (!errors.Is(err, bankid.Unreachable) || !fault.Is(err, fault.Unavailable) || seen != "") {
				t.Errorf("%v, they saw %q", err, seen)
			}
		})
	}
}

func TestConfigurationsRefused(t *testing.T) {
	root, rp := issue(t, "root", nil), issue(t, "us", nil)
	good := bankid.Config{URL: "https://bankid.example/rp/v6.0", PKCS12: rp.p12(t, "hemligt"), Password: "hemligt", Root: root.pem()}
	if _, err := bankid.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*bankid.Config){
		"no address":         func(c *bankid.Config) { c.URL = "" },
		"no scheme":          func(c *bankid.Config) { c.URL = "bankid.example/rp" },
		"another scheme":     func(c *bankid.Config) { c.URL = "ftp://bankid.example" },
		"http to far away":   func(c *bankid.Config) { c.URL = "http://bankid.example/rp/v6.0" },
		"http to an address": func(c *bankid.Config) { c.URL = "http://192.0.2.1/rp/v6.0" },
		"http to a name":     func(c *bankid.Config) { c.URL = "http://localhost:8090/rp/v6.0" },
		"a user in it":       func(c *bankid.Config) { c.URL = "https://a:hemligt@bankid.example" },
		"a query":            func(c *bankid.Config) { c.URL += "?x=hemligt" },
		"no own certificate": func(c *bankid.Config) { c.PKCS12 = nil },
		"wrong password":     func(c *bankid.Config) { c.Password = "hemligare" },
		"no root":            func(c *bankid.Config) { c.Root = nil },
		"root not PEM":       func(c *bankid.Config) { c.Root = root.cert.Raw },
	} {
		t.Run(name, func(t *testing.T) {
			c := good
			change(&c)
			client, err := bankid.New(c)
			if client != nil || !fault.Is(err, fault.Invalid) {
				t.Fatalf("taken, or refused as %v", err)
			}
			if strings.Contains(err.Error(), "hemlig") {
				t.Error("the refusal tells the password")
			}
		})
	}
	for _, url := range []string{"http://127.0.0.1:8090/bankid/rp/v6.0", "http://[::1]:8090/bankid/rp/v6.0"} {
		if _, err := bankid.New(bankid.Config{URL: url}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}
