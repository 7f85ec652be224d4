package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/core/access"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/id"
)

// ErrClosed says that the writer has stopped: nothing may be shown.
var ErrClosed = errors.New("ledger: closed")

// batch bounds how many responses one commit takes, and patience how long those who wait for
// one may have to, a PostgreSQL that has to come back included.
const (
	batch    = 256
	patience = 4 * time.Second
)

// Writer is the one writer of a process: a lane of its own, with the sequence and the
// chain's head in memory. Many may call Write; one goroutine commits, in batches.
type Writer struct {
	pool   *pgxpool.Pool
	clock  clock.Clock
	chance io.Reader
	build  string
	log    *slog.Logger

	queue chan *entry
	done  chan struct{}
	quit  chan struct{}
	once  sync.Once

	lane   int32
	at     stand
	unsure bool // a commit's answer was lost, and where the lane stands has not been read back yet
	words  map[word]int32
	month  time.Time
}

type entry struct {
	response *Response
	result   chan error
}

type word struct{ kind, text string }

// Open opens a new lane for this process and starts its writer. The pool's role is the
// ledger's. Chance gives the salts.
func Open(ctx context.Context, pool *pgxpool.Pool, c clock.Clock, ids *id.Source, chance io.Reader, build string, log *slog.Logger) (*Writer, error) {
	w := &Writer{
		pool: pool, clock: c, chance: chance, build: build, log: log,
		queue: make(chan *entry, 4*batch), done: make(chan struct{}), quit: make(chan struct{}), words: map[word]int32{},
	}
	writer := id.New[laneKey](ids)
	for attempt := 0; ; attempt++ {
		err := pool.QueryRow(ctx, `insert into ledger.lane (id, writer, opened_at) select coalesce(max(id), 0) + 1, $1, $2 from ledger.lane returning id`,
			writer, c.Now()).Scan(&w.lane)
		if err == nil {
			break
		}
		if !taken(err) || attempt == 20 {
			return nil, fmt.Errorf("ledger: open a lane: %w", err)
		}
	}
	go w.run()
	return w, nil
}

type laneKey struct{}

// Write notes a response and returns when it is committed. No ledger line, no byte: on any
// error the caller sends nothing. A response without lines is not written.
func (w *Writer) Write(ctx context.Context, r *Response) error {
	if len(r.Lines) == 0 {
		return nil
	}
	if err := r.check(); err != nil {
		return err
	}
	e := &entry{response: r, result: make(chan error, 1)}
	select {
	case w.queue <- e:
	case <-w.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-e.result:
		return err
	case <-w.done:
		return ErrClosed
	}
}

func (r *Response) check() error {
	switch {
	case r.ID.IsZero():
		return errors.New("ledger: a response without a request")
	case r.Route == "" || r.Policy == "" || r.Purpose == "":
		return errors.New("ledger: a response without route, policy or purpose")
	case r.By.IsNobody():
		return errors.New("ledger: a disclosure to nobody")
	}
	for _, l := range r.Lines {
		if l.Subject.IsZero() || l.Record.ID == [16]byte{} || len(l.Fields) == 0 || l.Level == 0 || l.Purpose == "" {
			return errors.New("ledger: a line without subject, record, fields, level or purpose")
		}
	}
	return nil
}

// Close commits what waits and closes the lane.
func (w *Writer) Close(ctx context.Context) error {
	w.once.Do(func() { close(w.quit) })
	select {
	case <-w.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return patiently(ctx, func() error {
		_, err := w.pool.Exec(ctx, `update ledger.lane set closed_at = $2, last_seq = $3 where id = $1`, w.lane, w.clock.Now(), w.at.seq)
		return err
	})
}

func (w *Writer) run() {
	defer close(w.done)
	waiting := make([]*entry, 0, batch)
	for {
		waiting = waiting[:0]
		select {
		case e := <-w.queue:
			waiting = append(waiting, e)
		case <-w.quit:
		}
	fill:
		for len(waiting) < batch {
			select {
			case e := <-w.queue:
				waiting = append(waiting, e)
			default:
				break fill
			}
		}
		if len(waiting) == 0 {
			return // asked to stop, and nothing waits
		}
		w.settle(waiting)
	}
}

// settle commits what waits and answers everybody. One that the database refuses must not
// take the others with it.
func (w *Writer) settle(waiting []*entry) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := w.commit(ctx, waiting)
	if err != nil {
		w.log.Error("ledger commit failed", "responses", len(waiting), "error", err)
	}
	for i, e := range waiting {
		if refused(err) && len(waiting) > 1 {
			e.result <- w.commit(ctx, waiting[i:i+1])
			continue
		}
		e.result <- err
	}
}

func role(by access.Actor) string {
	if by.At.Title != "" {
		return by.At.Title
	}
	return string(by.Kind)
}

func kindNumber(k access.Kind) int16 {
	switch k {
	case access.Resident:
		return 1
	case access.Officer:
		return 2
	case access.Steward:
		return 3
	default:
		return 4
	}
}

// numbers gives the numbers of words.
func (w *Writer) numbers(ctx context.Context, words ...word) ([]int32, error) {
	list := make([]int32, len(words))
	for i, k := range words {
		var err error
		if list[i], err = w.word(ctx, k.kind, k.text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// word gives the number of a word, and makes one for a new word. Several processes may
// meet the same new word at once: one of them gets it, the rest read it.
func (w *Writer) word(ctx context.Context, kind, text string) (int32, error) {
	k := word{kind, text}
	if n, ok := w.words[k]; ok {
		return n, nil
	}
	for attempt := 0; ; attempt++ {
		var n int32
		err := patiently(ctx, func() error {
			err := w.pool.QueryRow(ctx, `select id from ledger.word where kind = $1 and text = $2`, kind, text).Scan(&n)
			if errors.Is(err, pgx.ErrNoRows) {
				err = w.pool.QueryRow(ctx, `insert into ledger.word (id, kind, text) select coalesce(max(id), 0) + 1, $1, $2 from ledger.word returning id`, kind, text).Scan(&n)
			}
			return err
		})
		if err == nil {
			w.words[k] = n
			return n, nil
		}
		if !taken(err) || attempt == 20 {
			return 0, fmt.Errorf("ledger: word: %w", err)
		}
	}
}

// ensureMonth sees that this month and the next have their partitions.
func (w *Writer) ensureMonth(ctx context.Context, at time.Time) error {
	month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	if w.month.Equal(month) {
		return nil
	}
	for _, m := range []time.Time{month, month.AddDate(0, 1, 0)} {
		err := patiently(ctx, func() error {
			_, err := w.pool.Exec(ctx, `select ledger.ensure_month($1)`, m)
			return err
		})
		if err != nil && !taken(err) {
			return fmt.Errorf("ledger: partition: %w", err)
		}
	}
	w.month = month
	return nil
}

// taken reports that another process was there first.
func taken(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "23505" || pe.Code == "42P07")
}
