package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"tillit/internal/adapter/smtp"
	"tillit/internal/core/notify"
	"tillit/internal/kit/fault"
)

// mailer is where mail leaves: the operator's relay, or in the demo the one that the world plays.
func (a *App) mailer() (notify.Mailer, error) {
	c := a.opts.Config.SMTP
	if a.world != nil {
		relay, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: a.world.relay.Port(), TLS: smtp.None}, a.clock)
		return mail{relay, a.house.town.Email}, err
	}
	if !c.Set() {
		return noMail{}, nil
	}
	host, port := split(c.Server)
	conf := smtp.Config{Host: host, Port: port, User: c.User, Hello: helloName(a.opts.Config.Public())}
	switch c.TLS {
	case "tls":
		conf.TLS = smtp.Implicit
	case "none":
		conf.TLS = smtp.None
	}
	if c.PasswordFile != "" {
		password, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("the mail server's password: %w", err)
		}
		conf.Password = strings.TrimRight(string(password), "\r\n")
	}
	relay, err := smtp.New(conf, a.clock)
	return mail{relay, c.From}, err
}

func split(address string) (host string, port int) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return address, 0
	}
	port, _ = strconv.Atoi(text) // the settings were checked; 0 is the policy's own port
	return host, port
}

// helloName is what we introduce ourselves by: the host that people type.
func helloName(public string) string {
	_, host, _ := strings.Cut(public, "://")
	host, _, _ = strings.Cut(host, ":")
	return host
}

// mail bridges the relay to what notices need.
type mail struct {
	relay *smtp.Relay
	from  string
}

func (m mail) Send(ctx context.Context, l notify.Letter) error {
	_, err := m.relay.Send(ctx, smtp.Letter{From: m.from, To: l.To.Mailbox(), Subject: l.Subject, Text: l.Text, HTML: l.HTML, MessageID: l.MessageID,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"}})
	var f *smtp.Failure
	switch {
	case errors.As(err, &f) && !f.Temporary && f.Stage != smtp.Reaching, fault.Is(err, fault.Invalid):
		return errors.Join(notify.ErrRefused, err)
	}
	return err
}

// noMail keeps mail waiting: an installation that has no mail server yet loses none.
type noMail struct{}

func (noMail) Send(context.Context, notify.Letter) error {
	return errors.New("app: no mail server is set")
}
