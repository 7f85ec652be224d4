package config

import (
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Problem is something that would not hold: the setting, and what to do about it.
type Problem struct {
	Setting string // as the flag is written: "public-url"
	Text    string
}

// String is a line for the operator. It never has a secret in it.
func (p Problem) String() string { return p.Setting + ": " + p.Text }

// minKey is what a key of the installation has at least, in bytes.
const minKey = 32

// Check tells everything that would not hold in these settings. It looks at the files
// that they name, and connects to nothing.
func (c Config) Check() []Problem {
	var list problems
	c.checkListeners(&list)
	c.checkPublic(&list)
	c.checkStorage(&list)
	c.checkBankID(&list)
	c.checkMail(&list)
	c.checkFiles(&list)
	return list
}

type problems []Problem

func (l *problems) say(setting, format string, args ...any) {
	*l = append(*l, Problem{setting, fmt.Sprintf(format, args...)})
}

func (c Config) checkListeners(l *problems) {
	taken := map[string]string{}
	listeners := []struct {
		setting, address string
		ownOnly          string // why it must be this machine's own; empty where it need not
	}{
		{"listen", c.Listen, ""},
		{"admin", c.Admin, "it asks nobody who they are"},
	}
	if c.Demo {
		listeners[0].ownOnly = "with --demo anybody can sign in as anybody"
		listeners = append(listeners, struct{ setting, address, ownOnly string }{"world", c.World, "it lets anybody play anybody"})
	}
	for _, at := range listeners {
		_, port, err := net.SplitHostPort(at.address)
		if err != nil || port == "" {
			l.say(at.setting, "write it as HOST:PORT, as in 127.0.0.1:8080")
			continue
		}
		if at.ownOnly != "" && !loopback(at.address) {
			l.say(at.setting, "listen on 127.0.0.1 only: %s", at.ownOnly)
		}
		if other, clash := taken[at.address]; clash && port != "0" {
			l.say(at.setting, "is the same address as %s: choose another port", other)
		}
		taken[at.address] = at.setting
	}
}

func (c Config) checkPublic(l *problems) {
	if c.Country != "se" && c.Country != "dk" {
		l.say("country", "is se or dk")
	}
	if c.PublicURL == "" {
		if !loopback(c.Listen) {
			l.say("public-url", "is needed when we listen on more than this machine: the address that people type")
		}
		return
	}
	u, err := url.Parse(c.PublicURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		l.say("public-url", "write it whole, as in https://e.example.se")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		l.say("public-url", "ends with the host: no path, no user, no question mark")
	case u.Scheme == "http" && !loopback(u.Host):
		l.say("public-url", "plain http is for this machine only: people's data travels by https")
	}
}

func (c Config) checkStorage(l *problems) {
	if c.Database == "" {
		if c.Data == "" {
			l.say("data", "name a folder, or a database")
		} else if filepath.Clean(c.Data) == "/" {
			l.say("data", "is the root of the machine: name a folder of its own")
		} else if at, err := os.Stat(c.Data); err == nil && !at.IsDir() {
			l.say("data", "is a file: name a folder")
		}
		return
	}
	u, err := url.Parse(c.Database.Reveal())
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		l.say("database", "write it as postgres://USER@HOST/NAME")
		return
	}
	host := u.Hostname()
	if h := u.Query().Get("host"); h != "" {
		host = h
	}
	near := host == "" || strings.HasPrefix(host, "/") || loopback(host)
	switch u.Query().Get("sslmode") {
	case "verify-full":
	default:
		if !near {
			l.say("database", "add sslmode=verify-full: the database is on another machine")
		}
	}
}

func (c Config) checkBankID(l *problems) {
	b := c.BankID
	if !b.Set() {
		return
	}
	for _, part := range [...]struct{ setting, value string }{
		{"bankid-endpoint", b.Endpoint}, {"bankid-p12", b.P12}, {"bankid-password-file", b.PasswordFile}, {"bankid-root-file", b.RootFile},
	} {
		if part.value == "" {
			l.say(part.setting, "is needed: the four of BankID are set together")
		}
	}
	if u, err := url.Parse(b.Endpoint); b.Endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Host))) {
		l.say("bankid-endpoint", "write it whole, beginning with https://")
	}
	l.secretFile("bankid-p12", b.P12, 1)
	l.secretFile("bankid-password-file", b.PasswordFile, 1)
	l.file("bankid-root-file", b.RootFile)
}

func (c Config) checkMail(l *problems) {
	s := c.SMTP
	if !s.Set() {
		if s.From != "" || s.User != "" || s.PasswordFile != "" {
			l.say("smtp-server", "is needed: the other settings of mail are there")
		}
		return
	}
	if _, port, err := net.SplitHostPort(s.Server); err != nil || port == "" {
		l.say("smtp-server", "write it as HOST:PORT, as in mail.example.se:587")
	}
	if a, err := mail.ParseAddress(s.From); err != nil || a.Address != s.From {
		l.say("smtp-from", "write one address and nothing else, as in noreply@example.se")
	}
	switch s.TLS {
	case "starttls", "tls":
	case "none":
		if !loopback(s.Server) {
			l.say("smtp-tls", "none is for a mail server on this machine only")
		}
	default:
		l.say("smtp-tls", "is starttls, tls or none")
	}
	if (s.User == "") != (s.PasswordFile == "") {
		l.say("smtp-user", "is set together with smtp-password-file, or neither is")
	}
	l.secretFile("smtp-password-file", s.PasswordFile, 1)
}

func (c Config) checkFiles(l *problems) {
	if c.KeyFile == "" && !c.Demo {
		l.say("key-file", "is needed: make one with `head -c 32 /dev/urandom > FILE` and let nobody else read it")
	}
	l.secretFile("key-file", c.KeyFile, minKey)
	if c.Clamd != "" {
		if at, err := os.Stat(c.Clamd); err != nil || at.Mode().Type() != fs.ModeSocket {
			l.say("clamd", "there is no socket %s: is clamd running?", c.Clamd)
		}
	}
}

// file says what is wrong with a file that is named and must be readable.
func (l *problems) file(setting, path string) (fs.FileInfo, bool) {
	if path == "" {
		return nil, false
	}
	f, err := os.Open(path)
	if err != nil {
		l.say(setting, "%s can't be read", path)
		return nil, false
	}
	defer f.Close()
	at, err := f.Stat()
	if err != nil || !at.Mode().IsRegular() {
		l.say(setting, "%s is not a file", path)
		return nil, false
	}
	return at, true
}

// secretFile also says when others can read it, or it is too short.
func (l *problems) secretFile(setting, path string, least int64) {
	at, ok := l.file(setting, path)
	if !ok {
		return
	}
	if at.Mode().Perm()&0o007 != 0 {
		l.say(setting, "others can read %s: chmod 600", path)
	}
	if at.Size() < least {
		l.say(setting, "%s is too short: at least %d bytes", path, least)
	}
}
