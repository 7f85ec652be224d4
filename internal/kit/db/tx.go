package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/fault"
)

// attempts bounds how often one transaction is tried.
const attempts = 8

var (
	// ErrLocal says that a value of a Local has a character that may not stand there,
	// or is too long.
	ErrLocal = errors.New("db: a value of Local is malformed")
	// ErrNested says that a transaction was opened inside another one's closure.
	ErrNested = errors.New("db: a transaction inside a transaction")
	// errOurs says that the closure tried to end the transaction itself.
	errOurs = errors.New("db: Tx commits and rolls back by itself")
)

// Local is what a transaction tells the database about itself. Row-level security and
// the history triggers read it as tillit.actor, tillit.kind and so on; it ends with the
// transaction, so a pooled connection never carries the last actor along. Each value
// matches ^[A-Za-z0-9_:./-]{0,100}$.
type Local struct {
	Actor   string // who does it: a key, or empty for nobody, who sees nothing
	Kind    string // what the actor is: resident, officer, service ...
	Purpose string // why, of the module's list
	Session string // the session's key
	Request string // the request's key
}

// begin writes the text that opens the transaction and makes the settings, in one
// message. The values are checked, so they can stand in it.
func (l Local) begin(now time.Time) (string, error) {
	settings := [...]struct{ name, value string }{
		{"actor", l.Actor}, {"kind", l.Kind}, {"purpose", l.Purpose},
		{"session", l.Session}, {"request", l.Request},
		{"now", now.Format("2006-01-02T15:04:05.000000Z")},
	}
	var b strings.Builder
	b.Grow(512)
	b.WriteString("begin isolation level read committed")
	for _, s := range settings {
		if !plain(s.value) {
			return "", fmt.Errorf("%w: %s", ErrLocal, s.name)
		}
		// A third cheaper than one select with set_config, and the same in effect.
		b.WriteString("; set local tillit." + s.name + " = '" + s.value + "'")
	}
	return b.String(), nil
}

func plain(s string) bool {
	if len(s) > 100 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '_', c == ':', c == '.', c == '/', c == '-':
		default:
			return false
		}
	}
	return true
}

// DB opens transactions on one pool. It is safe for use by many.
type DB struct {
	pool  *pgxpool.Pool
	clock clock.Clock
}

// New makes a DB that takes connections from pool and the time from c.
func New(pool *pgxpool.Pool, c clock.Clock) *DB { return &DB{pool: pool, clock: c} }

// Tx is an open transaction. Only [DB.Tx] makes and ends one.
type Tx struct {
	pgx.Tx
	now time.Time
}

// Now is the transaction's pinned time: UTC, in microseconds, the same as tillit.now
// in the database. After a retry it is a new one.
func (tx *Tx) Now() time.Time { return tx.now }

// Commit is refused: returning nil from the closure commits.
func (tx *Tx) Commit(context.Context) error { return errOurs }

// Rollback is refused: returning an error from the closure rolls back.
func (tx *Tx) Rollback(context.Context) error { return errOurs }

type inTx struct{}

// Tx runs fn in one transaction (read committed) that carries l. It commits when fn
// returns nil, and rolls back when fn returns an error or panics.
//
// fn may run more than once: PostgreSQL may ask for another try (a serialization
// failure or a deadlock, SQLSTATE 40001 and 40P01). So fn must not touch the world
// outside the transaction, and must set what it hands out afresh each time. Keys are
// made before the transaction: when the answer to a commit is lost, the outcome is
// unknown, and asking again with the same keys is harmless.
//
// It refuses a malformed l with ErrLocal, and a ctx that is already inside a
// transaction with ErrNested: the second connection would see none of the first one's
// writes and could wait for it for ever. An error of fn comes back as it is; when the
// connection broke, or there was none to be had, it is a fault of kind Unavailable.
func (d *DB) Tx(ctx context.Context, l Local, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inTx{}) != nil {
		return ErrNested
	}
	for try := 1; ; try++ {
		err := d.once(ctx, l, fn)
		if err == nil {
			return nil
		}
		if try == attempts || !again(err) || pause(ctx, try) != nil {
			if _, ok := errors.AsType[beginError](err); ok && gone(err) {
				err = fault.As(fault.Unavailable, "db.Tx", err)
			}
			return err
		}
	}
}

// once is one try.
func (d *DB) once(ctx context.Context, l Local, fn func(context.Context, *Tx) error) error {
	now := d.clock.Now().UTC().Truncate(time.Microsecond)
	begin, err := l.begin(now)
	if err != nil {
		return err
	}
	inner, err := d.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		if gone(err) && ctx.Err() == nil {
			d.pool.Reset() // the other idle connections went with the same server
		}
		return beginError{err}
	}
	// After a commit this does nothing. It also runs when fn panics, and when ctx has
	// ended, which must not leave the transaction open.
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = inner.Rollback(end) // pgx closes a connection that can't roll back
	}()
	if err = fn(context.WithValue(ctx, inTx{}, true), &Tx{Tx: inner, now: now}); err == nil {
		err = inner.Commit(ctx)
	}
	if err != nil && fault.KindOf(err) == fault.Internal && inner.Conn().IsClosed() && ctx.Err() == nil {
		return fault.As(fault.Unavailable, "db.Tx", err)
	}
	return err
}

// beginError is a failure before anything was done.
type beginError struct{ error }

func (e beginError) Unwrap() error { return e.error }

// again reports whether the whole transaction is worth another try: PostgreSQL asks for
// it, or the server went away while the connection was idle, when nothing had been done.
func again(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && (pg.Code == "40001" || pg.Code == "40P01") {
		return true
	}
	_, ok := errors.AsType[beginError](err)
	return ok && gone(err)
}

// gone reports whether the server is not there (any more), or not yet.
func gone(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, "57P0") // shutting down, crashed, starting up
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// pause waits a growing, uneven time, so that those who collided do not meet again.
func pause(ctx context.Context, try int) error {
	most := min(5*time.Millisecond<<try, 250*time.Millisecond)
	t := time.NewTimer(most/4 + rand.N(most))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
