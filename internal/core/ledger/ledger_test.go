package ledger

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
)

func TestMain(m *testing.M) { pg.Main(m, schema.Migrations(), "schema", nil) }

// The published vectors of the row's bytes, the commitment and the chain.
func TestVectors(t *testing.T) {
	text := func(s string) *string { return &s }
	salt := func(from byte) []byte {
		b := make([]byte, 32)
		for i := range b {
			b[i] = from + byte(i)
		}
		return b
	}
	row := func(seq string) []byte {
		return rowBytes(text(seq), text("2026-01-15T08:00:00.000000Z"), text("person-a"), text("person-b"), nil)
	}
	if n := len(row("7")); n != 88 {
		t.Errorf("a row of %d bytes, 88 expected", n)
	}
	c1 := commit(salt(0), row("7"))
	h1 := chain([32]byte{}, c1)
	c2 := commit(salt(32), row("8"))
	h2 := chain(h1, c2)
	for name, v := range map[string]struct {
		got  [32]byte
		want string
	}{
		"c1": {c1, "735111e51c875f5d07e34573d8b92b3f3fa160b9f13683f13c1b6d758f46ff8c"},
		"h1": {h1, "6c5ae3c9bbb83b44fa86422e866809826a7fcba7edd3820c9f27848334e4eedd"},
		"c2": {c2, "287d79206116c15aab53b85371a94810b0a106a08aeb996a9f9f83409d6bf757"},
		"h2": {h2, "45c8fe6469b87aaf4ac790d9940dfba9deeac12f9521e48b73b37fca6d03a09a"},
	} {
		if hex.EncodeToString(v.got[:]) != v.want {
			t.Errorf("%s differs", name)
		}
	}
}

type world struct {
	d   *pg.Database
	ids *id.Source
	w   *Writer
	r   *Reader
}

func open(t *testing.T) world {
	t.Helper()
	d := pg.New(t)
	ids := id.NewSource(clock.Wall{}, rand.Reader)
	w, err := Open(t.Context(), d.Pool(t, db.Ledger), clock.Wall{}, ids, rand.Reader, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return world{d, ids, w, NewReader(d.Pool(t, db.Audit))}
}

func (w world) response(principal, subject access.PersonID) *Response {
	return &Response{ID: access.RequestID(id.New[any](w.ids)), By: access.Actor{Kind: access.Officer, Person: principal}, Route: "GET /thing", Policy: "p", Purpose: "test", Channel: HTML,
		Lines: []Line{{Subject: subject, Record: access.Ref{Kind: "thing", ID: [16]byte{9}}, Fields: []string{"street", "given"}, Classes: access.Personal, Level: Opened, Purpose: "test"}}}
}

func TestManyWritersShareALaneWithoutGapsAndTheChainHolds(t *testing.T) {
	w := open(t)
	subject, officer := access.PersonID(id.New[any](w.ids)), access.PersonID(id.New[any](w.ids))
	var wait sync.WaitGroup
	const writers, each = 20, 25
	for range writers {
		wait.Go(func() {
			for range each {
				if err := w.w.Write(t.Context(), w.response(officer, subject)); err != nil {
					t.Errorf("write: %v", err)
				}
			}
		})
	}
	wait.Wait()
	n, err := w.r.VerifyChains(t.Context())
	if err != nil || n != writers*each {
		t.Errorf("%d rows hold, %v", n, err)
	}
	self := access.Actor{Kind: access.Resident, Person: subject}
	seen, err := w.r.SeenBy(t.Context(), self, time.Now().Add(time.Hour), 1000, false)
	if err != nil || len(seen) != writers*each {
		t.Errorf("her log has %d occasions, %v", len(seen), err)
	}
	if _, err := w.r.SeenBy(t.Context(), access.Actor{Kind: access.Officer, Person: subject}, time.Now(), 10, false); err == nil {
		t.Error("somebody else than a resident read a person's log")
	}
}

func TestAChangedOrMissingRowIsNamed(t *testing.T) {
	for name, harm := range map[string]string{
		"changed": "update ledger.disclosure set commitment = '\\x" + hex.EncodeToString(make([]byte, 32)) + "' where seq = 5",
		"missing": "delete from ledger.disclosure where seq = 5",
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			for range 8 {
				if err := w.w.Write(t.Context(), w.response(access.PersonID{1}, access.PersonID{2})); err != nil {
					t.Fatal(err)
				}
			}
			super, err := w.d.Server.Superuser(t.Context(), w.d.Name)
			if err != nil {
				t.Fatal(err)
			}
			defer super.Close(context.Background())
			if _, err := super.Exec(t.Context(), harm); err != nil {
				t.Fatal(err)
			}
			var broken *Broken
			if _, err := w.r.VerifyChains(t.Context()); !errors.As(err, &broken) || broken.Seq != 5 {
				t.Errorf("found %v", err)
			}
		})
	}
}

func TestRowsThatWereCutFromTheEndOfAClosedLaneAreMissed(t *testing.T) {
	w := open(t)
	for range 4 {
		if err := w.w.Write(t.Context(), w.response(access.PersonID{1}, access.PersonID{2})); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := w.r.VerifyChains(t.Context()); err != nil || n != 4 {
		t.Fatalf("whole: %d %v", n, err)
	}
	super, err := w.d.Server.Superuser(t.Context(), w.d.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.Background())
	if _, err := super.Exec(t.Context(), "delete from ledger.disclosure where seq > 2"); err != nil {
		t.Fatal(err)
	}
	var broken *Broken
	if _, err := w.r.VerifyChains(t.Context()); !errors.As(err, &broken) || broken.Seq != 3 {
		t.Errorf("found %v", err)
	}
}

func TestTheRolesCanOnlyAdd(t *testing.T) {
	w := open(t)
	if err := w.w.Write(t.Context(), w.response(access.PersonID{1}, access.PersonID{2})); err != nil {
		t.Fatal(err)
	}
	for _, role := range []db.Role{db.App, db.Ledger, db.Audit} {
		pool := w.d.Pool(t, role)
		for _, statement := range []string{"update ledger.disclosure set level = 1", "delete from ledger.disclosure", "truncate ledger.disclosure", "update ledger.response set purpose = 1",
			"delete from ledger.salt", "drop table ledger.salt"} {
			if _, err := pool.Exec(t.Context(), statement); err == nil {
				t.Errorf("%s may %s", role, statement)
			}
		}
	}
	if _, err := w.d.Pool(t, db.App).Exec(t.Context(), "select * from ledger.disclosure"); err == nil {
		t.Error("the app role reads the ledger")
	}
	if _, err := w.d.Pool(t, db.Audit).Exec(t.Context(), "select * from ledger.salt"); err == nil {
		t.Error("the audit role reads the salts")
	}
}

func TestWhatIsIncompleteIsRefused(t *testing.T) {
	w := open(t)
	for name, spoil := range map[string]func(*Response){
		"nobody":     func(r *Response) { r.By = access.Actor{} },
		"no route":   func(r *Response) { r.Route = "" },
		"no purpose": func(r *Response) { r.Purpose = "" },
		"no subject": func(r *Response) { r.Lines[0].Subject = access.PersonID{} },
		"no fields":  func(r *Response) { r.Lines[0].Fields = nil },
		"no record":  func(r *Response) { r.Lines[0].Record.ID = [16]byte{} },
		"no request": func(r *Response) { r.ID = access.RequestID{} },
	} {
		r := w.response(access.PersonID{1}, access.PersonID{2})
		spoil(r)
		if err := w.w.Write(t.Context(), r); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := w.w.Write(t.Context(), &Response{}); err != nil {
		t.Errorf("a response about nobody needs no line: %v", err)
	}
}

func TestNothingIsWrittenAfterTheLaneHasClosed(t *testing.T) {
	w := open(t)
	if err := w.w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.w.Write(t.Context(), w.response(access.PersonID{1}, access.PersonID{2})); !errors.Is(err, ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
}

// Whoever was told that her line is written finds it, however often connections break; and
// what was refused is not there in part.
func TestBrokenConnectionsCostNoLineAndMakeNoneTwice(t *testing.T) {
	w := open(t)
	super, err := w.d.Server.Superuser(t.Context(), w.d.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.Background())
	subject, officer := access.PersonID(id.New[any](w.ids)), access.PersonID(id.New[any](w.ids))
	var wait sync.WaitGroup
	const writers, each = 8, 60
	var told atomic.Int64 // whose line is written, as far as they know
	for range writers {
		wait.Go(func() {
			for range each {
				if w.w.Write(t.Context(), w.response(officer, subject)) == nil {
					told.Add(1)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wait.Wait(); close(done) }()
	broken := 0
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			var n int
			if err := super.QueryRow(t.Context(), `select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'tillit_ledger' and datname = $1`, w.d.Name).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if broken += n; broken > 20 {
				<-done
				running = false
			}
		}
	}
	if broken == 0 {
		t.Error("no connection was broken")
	}
	held, err := w.r.VerifyChains(t.Context())
	// One who was refused shows nothing, so that her line may be there or not.
	if err != nil || held < told.Load() || held > writers*each {
		t.Errorf("%d rows hold, %d were told so: %v", held, told.Load(), err)
	}
	if told.Load() == 0 {
		t.Error("nobody could write")
	}
	var responses, salts int
	if err := super.QueryRow(t.Context(), "select (select count(*) from ledger.response), (select count(*) from ledger.salt)").Scan(&responses, &salts); err != nil {
		t.Fatal(err)
	}
	if int64(responses) != held || int64(salts) != held {
		t.Errorf("%d responses and %d salts beside %d rows", responses, salts, held)
	}
}

func TestWhatTheDatabaseRefusesTakesNothingElseWithIt(t *testing.T) {
	w := open(t)
	bad := w.response(access.PersonID{1}, access.PersonID{2})
	bad.Lines = append(bad.Lines, bad.Lines[0])
	bad.Lines[1].Record.ID = [16]byte{}
	good := w.response(access.PersonID{1}, access.PersonID{2})
	results := []chan error{make(chan error, 1), make(chan error, 1)}
	w.w.queue <- &entry{bad, results[0]}
	w.w.queue <- &entry{good, results[1]}
	if err := <-results[0]; err == nil {
		t.Error("a line about nothing was taken")
	}
	if err := <-results[1]; err != nil {
		t.Errorf("another's line went with it: %v", err)
	}
	if n, err := w.r.VerifyChains(t.Context()); n != 1 || err != nil {
		t.Errorf("%d rows hold, want the good one: %v", n, err)
	}
}
