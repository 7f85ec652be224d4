package closure

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// look is how often a process looks at the board: well within the second in which a
// closing must reach all of them.
const look = 200 * time.Millisecond

// Board is a process's copy of all switches.
type Board struct {
	db     *db.DB
	ids    *id.Source
	log    *slog.Logger
	closed atomic.Pointer[map[string]Closure]
}

var local = db.Local{Kind: "service:closure", Purpose: "closure"}

// Open reads the board for the first time; a process that can't doesn't start.
func Open(ctx context.Context, d *db.DB, ids *id.Source, log *slog.Logger) (*Board, error) {
	b := &Board{db: d, ids: ids, log: log}
	return b, b.read(ctx)
}

// Run keeps looking until ctx ends. While the database can't be reached the last board holds.
func (b *Board) Run(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := b.read(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("the board of closures can't be read; the last one holds", "error", err)
			}
		}
	}
}

func (b *Board) read(ctx context.Context) error {
	var rows []ClosureClosure
	err := b.db.Tx(ctx, local, func(ctx context.Context, tx *db.Tx) error {
		var err error
		rows, err = New(tx).all(ctx)
		return err
	})
	if err != nil {
		return fault.Wrap("closure.read", err)
	}
	closed := make(map[string]Closure, len(rows))
	for _, r := range rows {
		closed[r.Target] = of(r)
	}
	b.closed.Store(&closed)
	return nil
}

func of(r ClosureClosure) Closure {
	c := Closure{Target: r.Target, Why: r.Why, By: r.ClosedBy, At: r.ClosedAt}
	if r.OpeningBy != nil {
		c.OpeningBy = *r.OpeningBy
	}
	return c
}

// Closed reports whether any of the targets is closed, and gives the first. From memory:
// it is asked on every request.
func (b *Board) Closed(targets ...string) (Closure, bool) {
	closed := *b.closed.Load()
	if len(closed) == 0 {
		return Closure{}, false
	}
	for _, t := range targets {
		if c, ok := closed[t]; ok {
			return c, true
		}
	}
	return Closure{}, false
}

// All lists what is closed, from memory, in no order.
func (b *Board) All() []Closure {
	closed := *b.closed.Load()
	list := make([]Closure, 0, len(closed))
	for _, c := range closed {
		list = append(list, c)
	}
	return list
}

// Close closes a target at once, here and within a second everywhere. By is a steward's
// working name, or who sat at the console. Closing what is closed changes nothing.
// Refused with ErrTarget or ErrWhy.
func (b *Board) Close(ctx context.Context, by, target, why string) error {
	if err := errors.Join(CheckTarget(target), checkWhy(why)); err != nil {
		return &fault.Fault{Kind: fault.Invalid, Op: "closure.Close", Cause: err}
	}
	return b.change(ctx, func(ctx context.Context, tx *db.Tx, q *Queries) error {
		n, err := q.put(ctx, target, why, by, tx.Now())
		if err != nil || n == 0 {
			return err
		}
		return b.note(ctx, tx, q, target, "closed", why, by)
	})
}

// AskOpen asks to open a target. The first who asks is noted; when another asks too it
// opens, and true is returned. Refused with ErrOpen, ErrWhy, and ErrSame to the one who has
// already asked.
func (b *Board) AskOpen(ctx context.Context, by, target, why string) (opened bool, err error) {
	if err := checkWhy(why); err != nil {
		return false, &fault.Fault{Kind: fault.Invalid, Op: "closure.AskOpen", Cause: err}
	}
	err = b.change(ctx, func(ctx context.Context, tx *db.Tx, q *Queries) error {
		opened = false
		c, err := q.get(ctx, target)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return &fault.Fault{Kind: fault.Conflict, Op: "closure.AskOpen", Cause: ErrOpen}
		case err != nil:
			return err
		case c.OpeningBy == nil:
			now := tx.Now()
			return errors.Join(q.askOpen(ctx, target, &by, &now), b.note(ctx, tx, q, target, "opening", why, by))
		case *c.OpeningBy == by:
			return &fault.Fault{Kind: fault.Conflict, Op: "closure.AskOpen", Cause: ErrSame}
		}
		opened = true
		return errors.Join(q.remove(ctx, target), b.note(ctx, tx, q, target, "opened", why, by))
	})
	return opened, err
}

// ConsoleOpen opens a target at once, for who sits at the console: whoever can do that
// holds the machine already. It is noted like every other turn.
func (b *Board) ConsoleOpen(ctx context.Context, by, target, why string) error {
	if err := checkWhy(why); err != nil {
		return &fault.Fault{Kind: fault.Invalid, Op: "closure.ConsoleOpen", Cause: err}
	}
	return b.change(ctx, func(ctx context.Context, tx *db.Tx, q *Queries) error {
		if _, err := q.get(ctx, target); errors.Is(err, pgx.ErrNoRows) {
			return &fault.Fault{Kind: fault.Conflict, Op: "closure.ConsoleOpen", Cause: ErrOpen}
		} else if err != nil {
			return err
		}
		return errors.Join(q.remove(ctx, target), b.note(ctx, tx, q, target, "opened", why, by))
	})
}

// Events lists the latest turns, newest first.
func (b *Board) Events(ctx context.Context, limit int32) ([]Event, error) {
	var list []Event
	err := b.db.Tx(ctx, local, func(ctx context.Context, tx *db.Tx) error {
		rows, err := New(tx).events(ctx, limit)
		if err != nil {
			return err
		}
		list = make([]Event, len(rows))
		for i, r := range rows {
			list[i] = Event{r.Target, r.What, r.Why, r.By, r.At}
		}
		return nil
	})
	return list, fault.Wrap("closure.Events", err)
}

func (b *Board) change(ctx context.Context, fn func(context.Context, *db.Tx, *Queries) error) error {
	err := b.db.Tx(ctx, local, func(ctx context.Context, tx *db.Tx) error { return fn(ctx, tx, New(tx)) })
	if err != nil {
		return fault.Wrap("closure.change", err)
	}
	return b.read(ctx)
}

func (b *Board) note(ctx context.Context, tx *db.Tx, q *Queries, target, what, why, by string) error {
	return q.note(ctx, noteParams{id.New[any](b.ids), target, what, why, by, tx.Now()})
}
