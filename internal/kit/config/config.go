// Package config is what the operator sets: flags first, then TILLIT_* in the
// environment, then a TOML file, then the defaults. The command line embeds Config and
// hands kong a Resolver; Check says in words what would not hold.
//
// Secrets are in files of their own, or in a Secret, which prints as a placeholder.
package config

import (
	"log/slog"
	"net"
	"strings"

	"tillit/internal/kit/text"
)

// Config is every setting of a serving Tillit. The tags are kong's.
type Config struct {
	File string `name:"config" placeholder:"FILE" help:"Read settings from this TOML file."`

	Storage `embed:""`

	Listen    string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where people are served."`
	Admin     string `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Where metrics and profiles are; asks nobody who they are."`
	World     string `default:"127.0.0.1:8090" placeholder:"HOST:PORT" help:"With --demo: where the world outside is played."`
	Demo      bool   `help:"Serve an invented town. Anybody can sign in as anybody."`
	PublicURL string `name:"public-url" placeholder:"URL" help:"How people reach us, as in https://e.example.se."`
	Country   string `enum:"se,dk" default:"se" help:"Whose laws, numbers and holidays hold: se or dk."`

	BankID     BankID `embed:"" prefix:"bankid-"`
	SMTP       SMTP   `embed:"" prefix:"smtp-"`
	Population string `placeholder:"URL" help:"The population register, up to and with the path that lookup and changes are beneath."`
	Clamd      string `placeholder:"SOCKET" help:"The Unix socket of clamd, which looks at what is uploaded."`

	KeyFile  string     `name:"key-file" placeholder:"FILE" help:"The installation's own secret, at least 32 bytes."`
	LogLevel slog.Level `name:"log-level" default:"info" help:"debug, info, warn or error."`
}

// Storage is where everything is kept; the commands that need nothing else embed it alone.
type Storage struct {
	Data     string `default:"data" placeholder:"DIR" help:"The folder of everything that is kept."`
	Database Secret `placeholder:"URL" help:"Use this PostgreSQL instead of our own in the data folder."`
}

// BankID is the relying party's end of BankID. All four are set, or none.
type BankID struct {
	Endpoint     string `placeholder:"URL" help:"BankID's server, as the agreement says."`
	P12          string `name:"p12" placeholder:"FILE" help:"The relying party's certificate and key (PKCS 12)."`
	PasswordFile string `placeholder:"FILE" help:"The certificate's password."`
	RootFile     string `placeholder:"FILE" help:"The certificate that BankID's server is signed with (PEM)."`
}

// SMTP is the server that mail leaves through.
type SMTP struct {
	Server       string `placeholder:"HOST:PORT" help:"The mail server."`
	From         string `placeholder:"ADDRESS" help:"Who mail is from."`
	User         string `placeholder:"NAME" help:"Who we are at the mail server."`
	PasswordFile string `placeholder:"FILE" help:"The password there."`
	TLS          string `name:"tls" enum:"starttls,tls,none" default:"starttls" help:"starttls, tls, or none on this machine only."`
}

// Set tells whether anything of it is set.
func (b BankID) Set() bool { return b != BankID{} }

// Set tells whether mail can leave.
func (s SMTP) Set() bool { return s.Server != "" }

// Public is how people reach us, without a slash at the end: the public URL, or where
// we listen when none is set.
func (c Config) Public() string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	return "http://" + c.Listen
}

// Language is what people read who ask for no language of ours.
func (c Config) Language() text.Lang {
	if c.Country == "dk" {
		return text.DA
	}
	return text.SV
}

// loopback tells whether an address, with or without a port, is this machine's own.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
