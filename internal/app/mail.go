package app

import (
	"context"
	"errors"

	"tillit/internal/core/notify"
)

// mailer is where mail leaves.
func (a *App) mailer() notify.Mailer { return noMail{} }

// noMail keeps mail waiting: an installation that has no mail server yet loses none.
type noMail struct{}

func (noMail) Send(context.Context, notify.Letter) error {
	return errors.New("app: no mail server is set")
}
