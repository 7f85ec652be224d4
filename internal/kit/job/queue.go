package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
)

const (
	// tries is how often a job is tried when it doesn't say otherwise. The pauses grow with
	// the fourth power of the tries: fourteen take a day.
	tries = 14
	// limit is how long one try may take, and lost when one that has not ended is taken for
	// that of a process that died.
	limit = time.Minute
	lost  = 10 * time.Minute
	// A new job is announced by the database and fetched after the cool-down; the poll finds
	// those whose announcement was lost and those that fall due.
	coolDown = 5 * time.Millisecond
	poll     = 200 * time.Millisecond
	// lastWish is how long jobs under way may go on when the queue stops.
	lastWish = 10 * time.Second
)

// Args say what a job is about: keys of rows and nothing else. Kind names the work and its
// queue, in small letters, digits and underlines.
type Args interface{ Kind() string }

// Job is one try of a job.
type Job[T Args] struct {
	Args T
	Last bool // nobody will try again
}

// Queue takes jobs in and has them done. It is safe for use by many once started.
type Queue struct {
	config  river.Config // what every client has in common
	driver  *riverpgxv5.Driver
	log     *slog.Logger
	insert  *river.Client[pgx.Tx]
	workers *river.Workers
	queues  map[string]river.QueueConfig
	work    *river.Client[pgx.Tx] // nil before Start
}

// New makes a queue on a pool of the app role, of which it keeps one connection to listen.
// Jobs fall due by c. Log may be nil.
func New(pool *pgxpool.Pool, c clock.Clock, log *slog.Logger) (*Queue, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{
		config: river.Config{
			Schema: schema, Logger: quiet(log), MaxAttempts: tries, JobTimeout: limit, RescueStuckJobsAfter: lost,
			FetchCooldown: coolDown, FetchPollInterval: poll, SoftStopTimeout: lastWish,
			ReindexerIndexNames: []string{}, // rebuilding an index is the owner's, and the app role is not
		},
		driver: riverpgxv5.New(pool), log: log, workers: river.NewWorkers(), queues: map[string]river.QueueConfig{},
	}
	if _, wall := c.(clock.Wall); !wall {
		// River calls this a setting for tests. A moved clock needs it in the demo as well.
		q.config.Test.Time = moved{c}
	}
	config := q.config
	var err error
	q.insert, err = river.NewClient(q.driver, &config)
	return q, err
}

// moved lets River tell the time by a clock of ours.
type moved struct{ clock clock.Clock }

// Now implements rivertype.TimeGenerator.
func (m moved) Now() time.Time { return m.clock.Now() }

// NowOrNil implements rivertype.TimeGenerator: never nil, so that the database isn't asked.
func (m moved) NowOrNil() *time.Time {
	now := m.clock.Now()
	return &now
}

// Work has the jobs of T's kind done by fn, by at most so many at once. It is called before
// Start, once a kind: a second time panics. Start refuses a malformed kind.
//
// An error of fn is kept with the job and logged, so it holds no argument values, and the
// job is tried again; with [Later] that costs no try. ctx ends after a minute and when the
// queue stops.
func Work[T Args](q *Queue, workers int, fn func(ctx context.Context, j Job[T]) error) {
	var zero T
	kind := zero.Kind()
	if q.work != nil {
		panic("job: the queue works already, too late for " + kind)
	}
	river.AddWorker(q.workers, river.WorkFunc(func(ctx context.Context, j *river.Job[T]) error {
		return q.try(j.JobRow, func(last bool) error { return fn(ctx, Job[T]{Args: j.Args, Last: last}) })
	}))
	q.queues[kind] = river.QueueConfig{MaxWorkers: workers}
}

// try guards one try: a panic's value may hold anything, and River would keep it.
func (q *Queue) try(row *rivertype.JobRow, fn func(last bool) error) (err error) {
	last := row.Attempt >= row.MaxAttempts
	defer func() {
		if p := recover(); p != nil {
			q.log.Error("panic in a job", "job", row.Kind, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = errors.New("job: panic")
		}
	}()
	err = fn(last)
	var later *river.JobSnoozeError
	switch {
	case err == nil, errors.As(err, &later):
	case last:
		q.log.Error("a job is given up", "job", row.Kind, "id", row.ID, "tries", row.Attempt, "error", err)
	default:
		q.log.Warn("a job failed and will be tried again", "job", row.Kind, "id", row.ID, "try", row.Attempt, "error", err)
	}
	return err
}

// Later is returned by a worker whose job has to wait for something: it is tried again
// after d, and the try doesn't count.
func Later(d time.Duration) error { return river.JobSnooze(d) }

// Option changes how one job is done.
type Option func(*river.InsertOpts)

// At has the job done at an instant and not before.
func At(t time.Time) Option { return func(o *river.InsertOpts) { o.ScheduledAt = t } }

// Once drops the job when one of the same kind and arguments waits or runs.
func Once() Option {
	return func(o *river.InsertOpts) {
		o.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}
	}
}

// Insert puts a job into the queue in the transaction that causes it.
func (q *Queue) Insert(ctx context.Context, tx *db.Tx, args Args, options ...Option) error {
	o := river.InsertOpts{Queue: args.Kind()}
	for _, option := range options {
		option(&o)
	}
	if _, err := q.insert.InsertTx(ctx, tx.Tx, args, &o); err != nil {
		return fmt.Errorf("job: insert %s: %w", args.Kind(), err)
	}
	return nil
}

// Every inserts a job by itself: when the queue starts and each d after, once over all
// processes. It is called before Start.
func (q *Queue) Every(d time.Duration, args Args) {
	q.config.PeriodicJobs = append(q.config.PeriodicJobs, river.NewPeriodicJob(river.PeriodicInterval(d),
		func() (river.JobArgs, *river.InsertOpts) {
			o := river.InsertOpts{Queue: args.Kind()}
			Once()(&o)
			return args, &o
		}, &river.PeriodicJobOpts{RunOnStart: true}))
}

// Start begins to work. Jobs then run until Stop, whatever becomes of ctx.
func (q *Queue) Start(ctx context.Context) error {
	config := q.config
	config.Queues, config.Workers = q.queues, q.workers
	work, err := river.NewClient(q.driver, &config)
	if err != nil {
		return fmt.Errorf("job: %w", err)
	}
	q.work = work
	if err := work.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	return nil
}

// Stop takes no more jobs on and returns when those under way have ended, or with ctx. Ten
// seconds on they are told to break off, and are done again later. Without Start it does
// nothing.
func (q *Queue) Stop(ctx context.Context) error {
	if q.work == nil {
		return nil
	}
	return q.work.Stop(ctx)
}

// quiet lets River's warnings through and leaves out its diary.
func quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(warnings{log.Handler()})
}

type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
