package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tillit/internal/core/access"
	"tillit/internal/kit/id"
)

// stand is where a lane stands: its last row's number and the chain's head.
type stand struct {
	seq  int64
	head [32]byte
}

// commit writes a batch in one transaction, and moves the lane on when that is committed. When
// the answer is lost it waits until the lane can be read back: that says whether the rows are
// there, and if they are not they are written again. No number is used twice.
func (w *Writer) commit(ctx context.Context, entries []*entry) error {
	if w.unsure {
		now, err := w.readBack(ctx)
		if err != nil {
			return err
		}
		w.at, w.unsure = now, false
	}
	at := w.clock.Now()
	if err := w.ensureMonth(ctx, at); err != nil {
		return err
	}
	c, after, err := w.columns(ctx, entries, at)
	if err != nil {
		return err
	}
	for {
		err := w.insert(ctx, c)
		if err == nil {
			w.at = after
			return nil
		}
		now, lost := w.readBack(ctx)
		switch {
		case lost != nil:
			w.unsure = true
			return fmt.Errorf("ledger: commit: %w", errors.Join(err, lost))
		case now == after:
			w.at = after
			return nil
		case refused(err):
			w.at = now
			return fmt.Errorf("ledger: commit: %w", err)
		}
	}
}

// readBack reads where the lane stands, as soon as PostgreSQL answers.
func (w *Writer) readBack(ctx context.Context) (stand, error) {
	var s stand
	err := patiently(ctx, func() error {
		var head []byte
		err := w.pool.QueryRow(ctx, `select seq, head from ledger.disclosure where lane = $1 order by seq desc limit 1`, w.lane).Scan(&s.seq, &head)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			s = stand{}
			return nil
		case err == nil:
			s.head = [32]byte(head)
		}
		return err
	})
	return s, err
}

// patiently asks PostgreSQL for something that may be asked twice, again until it answers or
// ctx ends.
func patiently(ctx context.Context, ask func() error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask()
		if err == nil || refused(err) || errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// refused reports that PostgreSQL said no, which it says again however often it is asked. An
// answer that was lost, a server that is going, gone or not yet there, is no refusal.
func refused(err error) bool {
	pe, ok := errors.AsType[*pgconn.PgError](err)
	return ok && !strings.HasPrefix(pe.Code, "57P0") && !strings.HasPrefix(pe.Code, "08")
}

// columns are the rows of a batch, column by column, as one statement a table takes them.
type columns struct {
	at    time.Time
	lane  int32
	build int32

	response struct {
		id                           []access.RequestID
		session                      []access.SessionID
		principal                    []access.PersonID
		unit                         []access.UnitID
		controller                   []access.BoardID
		caseID                       []id.Key
		route, policy, purpose, role []int32
		kind, channel                []int16
		digest                       [][]byte
	}
	line struct {
		seq                     []int64
		record, version, fields []int32
		classes, level          []int16
		response                []access.RequestID
		subject                 []access.PersonID
		object                  []id.Key
		commitment, head, salt  [][]byte
	}
}

// columns makes the rows, and says where the lane stands after them.
func (w *Writer) columns(ctx context.Context, entries []*entry, at time.Time) (*columns, stand, error) {
	c := &columns{at: at, lane: w.lane}
	after := w.at
	var err error
	if c.build, err = w.word(ctx, "build", w.build); err != nil {
		return nil, after, err
	}
	for _, e := range entries {
		if err := w.addResponse(ctx, c, e.response); err != nil {
			return nil, after, err
		}
		for i := range e.response.Lines {
			if after, err = w.addLine(ctx, c, e.response, &e.response.Lines[i], after); err != nil {
				return nil, after, err
			}
		}
	}
	return c, after, nil
}

func (w *Writer) addResponse(ctx context.Context, c *columns, r *Response) error {
	n, err := w.numbers(ctx, word{"route", r.Route}, word{"policy", r.Policy}, word{"purpose", string(r.Purpose)}, word{"role", role(r.By)})
	if err != nil {
		return err
	}
	o := &c.response
	o.id, o.session, o.principal = append(o.id, r.ID), append(o.session, r.By.Session), append(o.principal, r.By.Person)
	o.unit, o.controller, o.caseID = append(o.unit, r.By.At.Unit), append(o.controller, r.Controller), append(o.caseID, id.Key(r.Case))
	o.route, o.policy, o.purpose, o.role = append(o.route, n[0]), append(o.policy, n[1]), append(o.purpose, n[2]), append(o.role, n[3])
	o.kind, o.channel, o.digest = append(o.kind, kindNumber(r.By.Kind)), append(o.channel, int16(r.Channel)), append(o.digest, r.Digest[:])
	return nil
}

func (w *Writer) addLine(ctx context.Context, c *columns, r *Response, l *Line, before stand) (stand, error) {
	slices.Sort(l.Fields)
	n, err := w.numbers(ctx, word{"record", l.Record.Kind}, word{"fields", strings.Join(l.Fields, " ")})
	if err != nil {
		return before, err
	}
	salt := make([]byte, 32)
	if _, err := io.ReadFull(w.chance, salt); err != nil {
		return before, fmt.Errorf("ledger: no chance for a salt: %w", err)
	}
	after := stand{seq: before.seq + 1}
	sealed := commit(salt, bytesOf(after.seq, c.at, r, l))
	after.head = chain(before.head, sealed)
	o := &c.line
	o.seq, o.record, o.version, o.fields = append(o.seq, after.seq), append(o.record, n[0]), append(o.version, int32(l.Version)), append(o.fields, n[1])
	o.classes, o.level = append(o.classes, int16(l.Classes)), append(o.level, int16(l.Level))
	o.response, o.subject, o.object = append(o.response, r.ID), append(o.subject, l.Subject), append(o.object, id.Key(l.Record.ID))
	o.commitment, o.head, o.salt = append(o.commitment, sealed[:]), append(o.head, slices.Clone(after.head[:])), append(o.salt, salt)
	return after, nil
}

const (
	insertResponses = `
insert into ledger.response (at, build, id, session, principal, unit, controller, case_id, route, policy, purpose, role, kind, channel, digest)
select $1::timestamptz, $2::integer, * from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[],
  $9::integer[], $10::integer[], $11::integer[], $12::integer[], $13::smallint[], $14::smallint[], $15::bytea[])`
	insertLines = `
insert into ledger.disclosure (at, lane, seq, record, version, fields, classes, level, response, subject, object, commitment, head)
select $1::timestamptz, $2::integer, * from unnest($3::bigint[], $4::integer[], $5::integer[], $6::integer[], $7::smallint[], $8::smallint[],
  $9::uuid[], $10::uuid[], $11::uuid[], $12::bytea[], $13::bytea[])`
	insertSalts = `
insert into ledger.salt (lane, seq, salt) select $1::integer, * from unnest($2::bigint[], $3::bytea[])`
)

// insert writes all rows in one message, which is one transaction.
func (w *Writer) insert(ctx context.Context, c *columns) error {
	var b pgx.Batch
	r, l := &c.response, &c.line
	b.Queue(insertResponses, c.at, c.build, r.id, r.session, r.principal, r.unit, r.controller, r.caseID, r.route, r.policy, r.purpose, r.role, r.kind, r.channel, r.digest)
	b.Queue(insertLines, c.at, c.lane, l.seq, l.record, l.version, l.fields, l.classes, l.level, l.response, l.subject, l.object, l.commitment, l.head)
	b.Queue(insertSalts, c.lane, l.seq, l.salt)
	return w.pool.SendBatch(ctx, &b).Close()
}
