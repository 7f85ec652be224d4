package job

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"tillit/internal/kit/db"
)

// schema is where the queue's tables are.
const schema = "river"

// grants are what the app role may do there: everything but change the tables.
const grants = `grant usage on schema river to ` + string(db.App) + `;
grant select, insert, update, delete on all tables in schema river to ` + string(db.App) + `;
grant usage on all sequences in schema river to ` + string(db.App)

// Migrate brings the queue's tables up to date. The pool is the owner role's and has at
// least two connections. Many processes may call it at once: they take turns.
func Migrate(ctx context.Context, owner *pgxpool.Pool) error {
	if err := makeTurn(ctx, owner); err != nil {
		return fmt.Errorf("job: migrate: %w", err)
	}
	err := pgx.BeginFunc(ctx, owner, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "lock table river.turn in access exclusive mode"); err != nil {
			return err
		}
		m, err := rivermigrate.New(riverpgxv5.New(owner), &rivermigrate.Config{Schema: schema, Logger: quiet(nil)})
		if err != nil {
			return err
		}
		// River's steps are transactions of their own: one may not use what another has just made.
		if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, grants)
		return err
	})
	if err != nil {
		return fmt.Errorf("job: migrate: %w", err)
	}
	return nil
}

// makeTurn makes the schema and the table whose lock is the turn. Of several who make it at
// once PostgreSQL refuses all but one, and it is there for the rest.
func makeTurn(ctx context.Context, owner *pgxpool.Pool) error {
	var err error
	for range 3 {
		if _, err = owner.Exec(ctx, "create schema if not exists river; create table if not exists river.turn ()"); err == nil {
			return nil
		}
	}
	return err
}
