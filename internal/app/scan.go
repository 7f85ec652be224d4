package app

import (
	"bytes"
	"context"

	"tillit/internal/adapter/antivirus"
	"tillit/internal/module/eservice"
)

// scanner bridges the antivirus daemon to what uploads need.
type scanner struct{ daemon *antivirus.Scanner }

func (a *App) scanner() scanner {
	socket := a.opts.Config.Clamd
	if a.world != nil {
		socket = a.world.clamd
	}
	return scanner{antivirus.New(antivirus.Config{Socket: socket})}
}

func (s scanner) Scan(ctx context.Context, body []byte) eservice.Verdict {
	return eservice.Verdict(s.daemon.Scan(ctx, bytes.NewReader(body)).Verdict.String())
}
