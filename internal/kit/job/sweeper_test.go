package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tillit/internal/kit/job"
)

func TestASweepGoesOnAfterOneThatFails(t *testing.T) {
	var log bytes.Buffer
	s := job.NewSweeper(time.Hour, slog.New(slog.NewTextHandler(&log, nil)))
	var swept []string
	s.Add("fails", func(context.Context) error { swept = append(swept, "fails"); return errors.New("no answer") })
	s.Add("panics", func(context.Context) error { swept = append(swept, "panics"); panic("Anna Ek") })
	s.Add("works", func(context.Context) error { swept = append(swept, "works"); return nil })
	s.Kick(t.Context())
	s.Kick(t.Context())
	if got := strings.Join(swept, " "); got != "fails panics works fails panics works" {
		t.Error(got)
	}
	if text := log.String(); !strings.Contains(text, "sweep=fails") || !strings.Contains(text, "sweep=panics") || strings.Contains(text, "Anna") {
		t.Error(text)
	}
}

func TestASweeperSweepsByItselfUntilItsEnd(t *testing.T) {
	s := job.NewSweeper(time.Millisecond, slog.New(slog.DiscardHandler))
	swept := make(chan bool)
	s.Add("one", func(ctx context.Context) error {
		select {
		case swept <- true:
		case <-ctx.Done():
		}
		return nil
	})
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() { s.Run(ctx); close(ended) }()
	for range 3 {
		receive(t, swept)
	}
	end()
	receive(t, ended)
	s.Add("never", func(context.Context) error { t.Error("swept after its end"); return nil })
	s.Kick(ctx)
}
