package mypages

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// insertObjection keeps an objection; one that is kept already stays as it was.
func insertObjection(ctx context.Context, tx *db.Tx, key id.Key, person access.PersonID, response access.RequestID) error {
	_, err := tx.Exec(ctx, `insert into ledger.objection (id, person, response, at) values ($1, $2, $3, $4) on conflict (person, response) do nothing`,
		key, person, response, tx.Now())
	return fault.Wrap("mypages.insertObjection", err)
}

// objectionsTo gives when the person objected to which of the responses.
func objectionsTo(ctx context.Context, tx *db.Tx, person access.PersonID, responses []access.RequestID) (map[access.RequestID]time.Time, error) {
	rows, err := tx.Query(ctx, `select response, at from ledger.objection where person = $1 and response = any($2)`, person, responses)
	if err != nil {
		return nil, fault.Wrap("mypages.objectionsTo", err)
	}
	said := map[access.RequestID]time.Time{}
	var response access.RequestID
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&response, &at}, func() error {
		said[response] = at
		return nil
	})
	return said, fault.Wrap("mypages.objectionsTo", err)
}
