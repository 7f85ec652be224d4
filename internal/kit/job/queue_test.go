package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/job"
	"tillit/internal/testkit/pg"
)

var migrations = fstest.MapFS{"0001_cause.sql": {Data: []byte(`-- +goose Up
create table cause (n int primary key);
grant select, insert on cause to tillit_app;
`)}}

func TestMain(m *testing.M) {
	pg.Main(m, migrations, "river 0.51.1", func(ctx context.Context, s *db.Server) error {
		owner, err := s.Pool(ctx, db.Owner, db.PoolOptions{})
		if err != nil {
			return err
		}
		defer owner.Close()
		return job.Migrate(ctx, owner)
	})
}

// note is the job of these tests: n names a row of cause.
type note struct {
	N int `json:"n"`
}

func (note) Kind() string { return "note" }

// site is a queue on a database of its own.
type site struct {
	clock *clock.Movable
	pool  *pgxpool.Pool
	db    *db.DB
	queue *job.Queue
	log   *bytes.Buffer
	did   chan int
}

func newSite(t *testing.T) *site {
	s := &site{clock: clock.NewStill(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)), log: &bytes.Buffer{}, did: make(chan int, 100)}
	s.pool = pg.New(t).Pool(t, db.App)
	s.db = db.New(s.pool, s.clock)
	s.queue = newQueue(t, s.pool, s.clock, slog.New(slog.NewTextHandler(s.log, nil)))
	return s
}

func newQueue(t *testing.T, pool *pgxpool.Pool, c clock.Clock, log *slog.Logger) *job.Queue {
	t.Helper()
	q, err := job.New(pool, c, log)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// work starts the queue with fn, and stops it with the test.
func (s *site) work(t *testing.T, workers int, fn func(context.Context, job.Job[note]) error) {
	t.Helper()
	job.Work(s.queue, workers, fn)
	if err := s.queue.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.queue.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func (s *site) tell(_ context.Context, j job.Job[note]) error {
	s.did <- j.Args.N
	return nil
}

// insert puts the cause and its job in; err is what the transaction ends with.
func (s *site) insert(t *testing.T, n int, err error, o ...job.Option) {
	t.Helper()
	got := s.db.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "insert into cause values ($1)", n); err != nil {
			return err
		}
		if err := s.queue.Insert(ctx, tx, note{n}, o...); err != nil {
			return err
		}
		return err
	})
	if !errors.Is(got, err) {
		t.Fatal(got)
	}
}

func (s *site) next(t *testing.T) int {
	t.Helper()
	return receive(t, s.did)
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func (s *site) count(t *testing.T, sql string) int {
	t.Helper()
	var n int
	if err := s.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAJobAndItsCauseAreBothThereOrNeither(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	changed := errors.New("changed its mind")
	s.insert(t, 1, changed)
	if causes, jobs := s.count(t, "select count(*) from cause"), s.count(t, "select count(*) from river.river_job"); causes+jobs != 0 {
		t.Errorf("%d causes and %d jobs of a transaction that was rolled back", causes, jobs)
	}
	s.insert(t, 2, nil)
	s.work(t, 1, s.tell)
	if n := s.next(t); n != 2 {
		t.Errorf("job %d was done", n)
	}
	s.insert(t, 3, nil) // while the queue works
	if n := s.next(t); n != 3 {
		t.Errorf("job %d was done", n)
	}
}

func TestJobsFallDueByTheMovedClock(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tried := 0
	s.work(t, 1, func(ctx context.Context, j job.Job[note]) error {
		if j.Args.N == 2 {
			if tried++; tried == 1 {
				s.did <- -2
				return errors.New("the first time it fails")
			}
		}
		return s.tell(ctx, j)
	})
	s.insert(t, 1, nil, job.At(s.clock.Now().Add(36*time.Hour)))
	s.insert(t, 2, nil)
	if n := s.next(t); n != -2 {
		t.Fatalf("job %d was done", n)
	}
	// Neither the one of the day after tomorrow nor the second try is due: a third is done
	// first, and time stands still.
	s.insert(t, 3, nil)
	if n := s.next(t); n != 3 {
		t.Fatalf("job %d was done before its time", n)
	}
	s.clock.Advance(36 * time.Hour)
	if sum := s.next(t) + s.next(t); sum != 1+2 {
		t.Errorf("after the clock was moved other jobs were done")
	}
}

func TestAFailureIsToldAndAPanicKeepsItsValue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.work(t, 1, func(ctx context.Context, j job.Job[note]) error {
		if j.Args.N == 1 {
			defer func() { s.did <- 1 }()
			panic("Anna Ek")
		}
		return s.tell(ctx, j)
	})
	s.insert(t, 1, nil)
	s.next(t)
	s.insert(t, 2, nil)
	s.next(t)
	if err := s.queue.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := s.log.String(); strings.Contains(text, "Anna") || !strings.Contains(text, "panic in a job") {
		t.Errorf("the log says: %s", text)
	}
	if n := s.count(t, "select count(*) from river.river_job where state = 'available' and attempt = 1 and errors::text like '%job: panic%' and errors::text not like '%Anna%'"); n != 1 {
		t.Errorf("%d jobs wait for another try with a clean error", n)
	}
}

func TestWaitingCostsNoTry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.work(t, 1, func(_ context.Context, j job.Job[note]) error {
		s.did <- j.Args.N
		return job.Later(time.Hour)
	})
	s.insert(t, 1, nil)
	s.next(t)
	if err := s.queue.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := s.count(t, "select count(*) from river.river_job where state = 'scheduled' and attempt = 0 and scheduled_at = '2026-11-21 10:00:00Z'"); n != 1 {
		t.Errorf("%d jobs wait for an hour with no try spent", n)
	}
}

func TestNoMoreAtOnceThanWorkers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for n := range 6 {
		s.insert(t, n, nil)
	}
	begun, release := make(chan bool, 6), make(chan bool)
	s.work(t, 2, func(ctx context.Context, j job.Job[note]) error {
		begun <- true
		<-release
		return s.tell(ctx, j)
	})
	receive(t, begun)
	receive(t, begun)
	if n := s.count(t, "select count(*) from river.river_job where state = 'running'"); n != 2 {
		t.Errorf("%d are taken at once", n)
	}
	close(release)
	for range 6 {
		s.next(t)
	}
}

func TestStopWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	begun, finish := make(chan bool), make(chan bool)
	s.work(t, 1, func(ctx context.Context, j job.Job[note]) error {
		begun <- true
		<-finish
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return s.tell(ctx, j)
	})
	s.insert(t, 1, nil)
	receive(t, begun)
	stopped := make(chan error)
	go func() { stopped <- s.queue.Stop(t.Context()) }()
	select {
	case <-stopped:
		t.Fatal("it did not wait")
	default:
	}
	s.insert(t, 2, nil) // too late: for the next process
	close(finish)
	if err := receive(t, stopped); err != nil {
		t.Error(err)
	}
	if n := s.count(t, "select count(*) from river.river_job where state = 'completed'"); n != 1 {
		t.Errorf("%d jobs are done", n)
	}

	next := newQueue(t, s.pool, s.clock, nil)
	job.Work(next, 1, s.tell)
	if err := next.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := s.next(t), s.next(t); a != 1 || b != 2 {
		t.Errorf("jobs %d and %d were done", a, b)
	}
	if err := next.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOnceWhileItWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	twice := func() {
		t.Helper()
		err := s.db.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(s.queue.Insert(ctx, tx, note{7}, job.Once()), s.queue.Insert(ctx, tx, note{7}, job.Once()), s.queue.Insert(ctx, tx, note{8}, job.Once()))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	twice()
	twice()
	if n := s.count(t, "select count(*) from river.river_job"); n != 2 {
		t.Errorf("%d jobs wait", n)
	}
	s.work(t, 1, s.tell)
	if sum := s.next(t) + s.next(t); sum != 15 {
		t.Errorf("%d", sum)
	}
}

func TestEveryIsInsertedOnceOverAllProcesses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := newQueue(t, s.pool, s.clock, nil)
	for _, q := range []*job.Queue{s.queue, other} {
		q.Every(time.Hour, note{5})
	}
	job.Work(other, 1, s.tell)
	if err := other.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.work(t, 1, s.tell)
	if n := s.next(t); n != 5 {
		t.Errorf("job %d was done", n)
	}
	if err := other.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if n := s.count(t, "select count(*) from river.river_job"); n != 1 {
		t.Errorf("%d jobs", n)
	}
}

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	owner := pg.New(t).Pool(t, db.Owner)
	if _, err := owner.Exec(t.Context(), "drop schema river cascade"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 3 {
		go func() { done <- job.Migrate(t.Context(), owner) }()
	}
	for range 3 {
		if err := receive(t, done); err != nil {
			t.Error(err)
		}
	}
	var changes bool
	if err := owner.QueryRow(t.Context(), "select has_schema_privilege('tillit_app', 'river', 'create') or has_table_privilege('tillit_projection', 'river.river_job', 'select')").Scan(&changes); err != nil || changes {
		t.Errorf("more was granted than is needed (%v)", err)
	}
}
