package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/testkit/pg"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.FixedZone("", 3600))

const readAll = `select current_setting('tillit.actor', true) || '|' || current_setting('tillit.kind', true) || '|' ||
	current_setting('tillit.purpose', true) || '|' || current_setting('tillit.session', true) || '|' || current_setting('tillit.request', true)`

// onePool has a single connection, so that every transaction meets the last one's.
func onePool(t *testing.T, d *pg.Database, role db.Role) *pgxpool.Pool {
	t.Helper()
	pool, err := d.Server.Pool(t.Context(), role, db.PoolOptions{Max: 1, Database: d.Name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func TestSettingsAreThereAndEndWithTheTransaction(t *testing.T) {
	pool := onePool(t, pg.New(t), db.App)
	d := db.New(pool, clock.Wall{})
	failed := errors.New("failed")
	for _, end := range []error{nil, failed} {
		err := d.Tx(t.Context(), db.Local{Actor: "a", Kind: "k", Purpose: "p", Session: "s", Request: "r"}, func(ctx context.Context, tx *db.Tx) error {
			if got := ask[string](t, tx, readAll); got != "a|k|p|s|r" {
				t.Errorf("inside: %q", got)
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Fatalf("got %v, want %v", err, end)
		}
		if got := ask[string](t, pool, readAll); got != "||||" {
			t.Errorf("after, on the same connection: %q", got)
		}
		if got := ask[string](t, pool, "select current_setting('tillit.now', true)"); got != "" {
			t.Errorf("after: now is %q", got)
		}
	}
	// Nothing of the last actor is inherited by one who says nothing.
	err := d.Tx(t.Context(), db.Local{Kind: "x"}, func(ctx context.Context, tx *db.Tx) error {
		if got := ask[string](t, tx, readAll); got != "|x|||" {
			t.Errorf("inside: %q", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTimeIsPinned(t *testing.T) {
	still := clock.NewStill(noon)
	d := db.New(pg.New(t).Pool(t, db.App), still)
	err := d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		before := tx.Now()
		still.Advance(time.Hour)
		if want := noon.UTC().Truncate(time.Microsecond); tx.Now() != want || before != want || tx.Now().Location() != time.UTC {
			t.Errorf("now is %v, then %v, want %v", before, tx.Now(), want)
		}
		if got := ask[time.Time](t, tx, "select current_setting('tillit.now')::timestamptz"); !got.Equal(before) {
			t.Errorf("in the database: %v", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMalformedLocalIsRefused(t *testing.T) {
	d := db.New(pg.New(t).Pool(t, db.App), clock.Wall{})
	run := func(l db.Local) (ran bool, err error) {
		err = d.Tx(t.Context(), l, func(ctx context.Context, tx *db.Tx) error {
			ran = true
			if got, want := ask[string](t, tx, readAll), l.Actor+"|"+l.Kind+"|"+l.Purpose+"|"+l.Session+"|"+l.Request; got != want {
				t.Errorf("%q is read back as %q", want, got)
			}
			return nil
		})
		return ran, err
	}
	for _, bad := range []string{"'", "a'b", `\`, ";", " ", "\x00", "å", "\n", "$1", strings.Repeat("a", 101)} {
		for i, l := range []db.Local{{Actor: bad}, {Kind: bad}, {Purpose: bad}, {Session: bad}, {Request: bad}} {
			if ran, err := run(l); ran || !errors.Is(err, db.ErrLocal) || strings.Contains(err.Error(), bad) && bad != " " {
				t.Errorf("value %d: ran %v, error %v", i, ran, err)
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		good := rapid.StringMatching(`[A-Za-z0-9_:./-]{0,100}`)
		if ran, err := run(db.Local{good.Draw(rt, "a"), good.Draw(rt, "k"), good.Draw(rt, "p"), good.Draw(rt, "s"), good.Draw(rt, "r")}); !ran || err != nil {
			rt.Fatal(err)
		}
	})
}

func TestATransactionInsideATransactionIsRefused(t *testing.T) {
	d := db.New(pg.New(t).Pool(t, db.App), clock.Wall{})
	var inner bool
	err := d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		return d.Tx(ctx, db.Local{}, func(context.Context, *db.Tx) error { inner = true; return nil })
	})
	if !errors.Is(err, db.ErrNested) || inner {
		t.Errorf("error %v, ran %v", err, inner)
	}
}

func TestTheClosureCannotEndTheTransaction(t *testing.T) {
	d := db.New(pg.New(t).Pool(t, db.App), clock.Wall{})
	err := d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		if tx.Commit(ctx) == nil || tx.Rollback(ctx) == nil {
			t.Error("it could")
		}
		_, err := tx.Exec(ctx, "update counter set n = 7 where id = 1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// counter reads the counter as the owner sees it.
func counter(t *testing.T, d *pg.Database, id int) int {
	return ask[int](t, d.Pool(t, db.Owner), "select n from counter where id = $1", id)
}

func TestItRollsBackOnErrorPanicAndEndOfContext(t *testing.T) {
	base := pg.New(t)
	pool := onePool(t, base, db.App)
	d := db.New(pool, clock.Wall{})
	add := func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update counter set n = n + 1 where id = 1")
		return err
	}
	failed := errors.New("failed")
	if err := d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		return errors.Join(add(ctx, tx), failed)
	}); !errors.Is(err, failed) {
		t.Errorf("error: %v", err)
	}
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic was swallowed")
			}
		}()
		_ = d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
			if err := add(ctx, tx); err != nil {
				t.Error(err)
			}
			panic("boom")
		})
	}()
	ctx, cancel := context.WithCancel(t.Context())
	if err := d.Tx(ctx, db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		err := add(ctx, tx)
		cancel()
		return err
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	// An error that the closure hides must not pass for success.
	if err := d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		if err := add(ctx, tx); err != nil {
			return err
		}
		_, _ = tx.Exec(ctx, "select 1/0")
		return nil
	}); err == nil {
		t.Error("a broken transaction was reported as committed")
	}
	if n := counter(t, base, 1); n != 0 {
		t.Errorf("%d changes stayed", n)
	}
	// The pool's one connection is free again.
	if err := d.Tx(t.Context(), db.Local{}, add); err != nil {
		t.Fatal(err)
	}
	if n := counter(t, base, 1); n != 1 {
		t.Errorf("counter is %d", n)
	}
}

func TestABrokenConnectionIsSaidToBeUnavailable(t *testing.T) {
	t.Parallel()
	d := pg.New(t)
	err := db.New(d.Pool(t, db.App), clock.Wall{}).Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "select pg_terminate_backend(pg_backend_pid())")
		return fault.Wrap("test", err)
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("the connection broke: %v", err)
	}
	own := fault.New(fault.NotFound, "test", "")
	err = db.New(d.Pool(t, db.App), clock.Wall{}).Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		_, _ = tx.Exec(ctx, "select pg_terminate_backend(pg_backend_pid())")
		return own
	})
	if !errors.Is(err, own) || !fault.Is(err, fault.NotFound) {
		t.Errorf("what the closure said comes back as %v", err)
	}
}

func TestADeadlockIsTriedAgain(t *testing.T) {
	base := pg.New(t)
	// So that the test need not wait the usual second until PostgreSQL looks for one.
	if _, err := super(t, base.Server, "postgres").Exec(t.Context(), "alter database "+base.Name+" set deadlock_timeout = '20ms'"); err != nil {
		t.Fatal(err)
	}
	d := db.New(base.Pool(t, db.App), clock.Wall{})
	var meet sync.WaitGroup
	meet.Add(2)
	var mu sync.Mutex
	runs := 0
	add := func(first, second int) error {
		var once sync.Once
		return d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
			mu.Lock()
			runs++
			mu.Unlock()
			if _, err := tx.Exec(ctx, "update counter set n = n + 1 where id = $1", first); err != nil {
				return err
			}
			once.Do(func() { meet.Done(); meet.Wait() }) // each holds one row and wants the other's
			_, err := tx.Exec(ctx, "update counter set n = n + 1 where id = $1", second)
			return err
		})
	}
	errs := make(chan error, 2)
	go func() { errs <- add(1, 2) }()
	go func() { errs <- add(2, 1) }()
	if err := errors.Join(<-errs, <-errs); err != nil {
		t.Fatal(err)
	}
	if runs < 3 {
		t.Errorf("%d runs: no deadlock was provoked", runs)
	}
	if counter(t, base, 1) != 2 || counter(t, base, 2) != 2 {
		t.Errorf("counters are %d and %d", counter(t, base, 1), counter(t, base, 2))
	}
}

func TestASerializationFailureIsTriedAgainButNotForEver(t *testing.T) {
	base := pg.New(t)
	d := db.New(base.Pool(t, db.App), clock.Wall{})
	run := func(disturbances int) (runs int, err error) {
		err = d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
			runs++
			if runs <= disturbances {
				_, err := tx.Exec(ctx, "do $$ begin raise exception using errcode = '40001'; end $$")
				return err
			}
			_, err := tx.Exec(ctx, "update counter set n = n + 1 where id = 1")
			return err
		})
		return runs, err
	}
	if runs, err := run(2); err != nil || runs != 3 {
		t.Errorf("%d runs, error %v", runs, err)
	}
	runs, err := run(1000)
	if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != "40001" || runs < 3 || runs > 20 {
		t.Errorf("%d runs, error %v", runs, err)
	}
	if n := counter(t, base, 1); n != 1 {
		t.Errorf("counter is %d", n)
	}
}

func TestRowLevelSecurityKnowsTheActor(t *testing.T) {
	base := pg.New(t)
	d := db.New(onePool(t, base, db.App), clock.Wall{})
	insert := func(actor, owner string, id int) error {
		return d.Tx(t.Context(), db.Local{Actor: actor}, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "insert into note values ($1, $2, '')", id, owner)
			return err
		})
	}
	sees := func(actor string) (n int) {
		if err := d.Tx(t.Context(), db.Local{Actor: actor}, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRow(ctx, "select count(*) from note").Scan(&n)
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := insert("anna", "anna", 1); err != nil {
		t.Fatal(err)
	}
	err := insert("anna", "bo", 2)
	if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || pg.Code != "42501" {
		t.Errorf("another's row: %v", err)
	}
	if a, b, nobody := sees("anna"), sees("bo"), sees(""); a != 1 || b != 0 || nobody != 0 {
		t.Errorf("anna sees %d, bo %d, nobody %d", a, b, nobody)
	}
}
