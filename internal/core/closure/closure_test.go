package closure

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
)

func TestMain(m *testing.M) { pg.Main(m, schema.Migrations(), "schema", nil) }

func board(t *testing.T, d *pg.Database) *Board {
	t.Helper()
	b, err := Open(t.Context(), db.New(d.Pool(t, db.App), clock.Wall{}), id.NewSource(clock.Wall{}, rand.Reader), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAClosingReachesAnotherProcessWithinASecond(t *testing.T) {
	d := pg.New(t)
	here, there := board(t, d), board(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go there.Run(ctx)
	if err := here.Close(t.Context(), "Rakel Sund", "service/eservice", "a test of the switch"); err != nil {
		t.Fatal(err)
	}
	if _, closed := here.Closed("service/eservice"); !closed {
		t.Error("not closed where it was closed")
	}
	deadline := time.After(time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, closed := there.Closed("service/other", "service/eservice"); closed {
			if c.By != "Rakel Sund" || c.Why != "a test of the switch" {
				t.Errorf("it says otherwise there: %+v", c)
			}
			return
		}
		select {
		case <-deadline:
			t.Fatal("another process did not hear of it within a second")
		case <-tick.C:
		}
	}
}

func TestOneClosesAndTwoOpen(t *testing.T) {
	b := board(t, pg.New(t))
	ctx := t.Context()
	if err := b.Close(ctx, "Rakel Sund", SignIn, "something is wrong"); err != nil {
		t.Fatal(err)
	}
	if opened, err := b.AskOpen(ctx, "Amir Dahlgren", SignIn, "it is mended"); err != nil || opened {
		t.Fatalf("one opened alone: %t %v", opened, err)
	}
	if _, err := b.AskOpen(ctx, "Amir Dahlgren", SignIn, "it is mended"); !errors.Is(err, ErrSame) {
		t.Errorf("the same one twice: %v", err)
	}
	if _, closed := b.Closed(SignIn); !closed {
		t.Error("open before two have asked")
	}
	if opened, err := b.AskOpen(ctx, "Rakel Sund", SignIn, "I agree"); err != nil || !opened {
		t.Fatalf("two could not open: %t %v", opened, err)
	}
	if _, closed := b.Closed(SignIn); closed {
		t.Error("still closed")
	}
	events, err := b.Events(ctx, 10)
	if err != nil || len(events) != 3 || events[0].What != "opened" || events[2].What != "closed" {
		t.Errorf("events %+v %v", events, err)
	}
	if _, err := b.AskOpen(ctx, "Rakel Sund", SignIn, "again"); !errors.Is(err, ErrOpen) {
		t.Errorf("opening what is open: %v", err)
	}
}

func TestWhatIsNoTargetOrHasNoReasonIsRefused(t *testing.T) {
	b := board(t, pg.New(t))
	for target, why := range map[string]string{"everything": "a reason", "service/": "a reason", "service/eservice": " ", "class/secret": "a reason", "route/": "a reason", "egress": "no"} {
		if err := b.Close(t.Context(), "Rakel Sund", target, why); err == nil {
			t.Errorf("closed %q because %q", target, why)
		}
	}
	if len(b.All()) != 0 {
		t.Error("something closed all the same")
	}
}
