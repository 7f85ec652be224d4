package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
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

// batch bounds how many responses one commit takes.
const batch = 256

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

	lane  int32
	seq   int64
	head  [32]byte
	words map[word]int32
	month time.Time
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
	_, err := w.pool.Exec(ctx, `update ledger.lane set closed_at = $2, last_seq = $3 where id = $1`, w.lane, w.clock.Now(), w.seq)
	return err
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
		err := w.commit(waiting)
		if err != nil {
			w.log.Error("ledger commit failed", "responses", len(waiting), "error", err)
		}
		for i, e := range waiting {
			if err != nil && len(waiting) > 1 {
				// One that the database refuses must not take the others with it.
				e.result <- w.commit(waiting[i : i+1])
				continue
			}
			e.result <- err
		}
	}
}

// commit writes a batch in one transaction. Sequence and head move on only when it is
// committed. A commit whose answer was lost leaves the sequence ahead in the table: the
// lane is then given up and a new one opened, so that no number is used twice.
func (w *Writer) commit(batch []*entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	at := w.clock.Now()
	if err := w.ensureMonth(ctx, at); err != nil {
		return err
	}
	var responses, lines, salts [][]any
	seq, head := w.seq, w.head
	for _, e := range batch {
		r := e.response
		row, err := w.responseRow(ctx, r, at)
		if err != nil {
			return err
		}
		responses = append(responses, row)
		for i := range r.Lines {
			l := &r.Lines[i]
			seq++
			salt := make([]byte, 32)
			if _, err := io.ReadFull(w.chance, salt); err != nil {
				return fmt.Errorf("ledger: no chance for a salt: %w", err)
			}
			c := commit(salt, bytesOf(seq, at, r, l))
			head = chain(head, c)
			record, err := w.word(ctx, "record", l.Record.Kind)
			if err != nil {
				return err
			}
			slices.Sort(l.Fields)
			fields, err := w.word(ctx, "fields", strings.Join(l.Fields, " "))
			if err != nil {
				return err
			}
			lines = append(lines, []any{at, seq, w.lane, record, int32(l.Version), fields, int16(l.Classes), int16(l.Level),
				r.ID, l.Subject, access.RequestID(l.Record.ID), c[:], slices.Clone(head[:])})
			salts = append(salts, []any{seq, w.lane, salt})
		}
	}
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		for _, t := range []struct {
			table   string
			columns []string
			rows    [][]any
		}{
			{"response", []string{"id", "at", "session", "principal", "unit", "controller", "case_id", "route", "build", "policy", "purpose", "role", "kind", "channel", "digest"}, responses},
			{"disclosure", []string{"at", "seq", "lane", "record", "version", "fields", "classes", "level", "response", "subject", "object", "commitment", "head"}, lines},
			{"salt", []string{"seq", "lane", "salt"}, salts},
		} {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", t.table}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.recover()
		return fmt.Errorf("ledger: commit: %w", err)
	}
	w.seq, w.head = seq, head
	return nil
}

// recover reads back where the lane stands after a failed commit, which may have gone
// through all the same.
func (w *Writer) recover() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	var seq int64
	var head []byte
	err := w.pool.QueryRow(ctx, `select seq, head from ledger.disclosure where lane = $1 order by seq desc limit 1`, w.lane).Scan(&seq, &head)
	switch {
	case err == nil:
		w.seq, w.head = seq, [32]byte(head)
	case errors.Is(err, pgx.ErrNoRows):
	default:
		w.log.Error("ledger lane can't be read back", "error", err)
	}
}

func (w *Writer) responseRow(ctx context.Context, r *Response, at time.Time) ([]any, error) {
	var words [5]int32
	for i, d := range []word{{"route", r.Route}, {"build", w.build}, {"policy", r.Policy}, {"purpose", string(r.Purpose)}, {"role", role(r.By)}} {
		n, err := w.word(ctx, d.kind, d.text)
		if err != nil {
			return nil, err
		}
		words[i] = n
	}
	return []any{r.ID, at, r.By.Session, r.By.Person, r.By.At.Unit, r.Controller, access.RequestID(r.Case),
		words[0], words[1], words[2], words[3], words[4], kindNumber(r.By.Kind), int16(r.Channel), r.Digest[:]}, nil
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

// word gives the number of a word, and makes one for a new word. Several processes may
// meet the same new word at once: one of them gets it, the rest read it.
func (w *Writer) word(ctx context.Context, kind, text string) (int32, error) {
	k := word{kind, text}
	if n, ok := w.words[k]; ok {
		return n, nil
	}
	for attempt := 0; ; attempt++ {
		var n int32
		err := w.pool.QueryRow(ctx, `select id from ledger.word where kind = $1 and text = $2`, kind, text).Scan(&n)
		if errors.Is(err, pgx.ErrNoRows) {
			err = w.pool.QueryRow(ctx, `insert into ledger.word (id, kind, text) select coalesce(max(id), 0) + 1, $1, $2 from ledger.word returning id`, kind, text).Scan(&n)
		}
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
		if _, err := w.pool.Exec(ctx, `select ledger.ensure_month($1)`, m); err != nil && !taken(err) {
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
