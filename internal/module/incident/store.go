package incident

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
)

// seen is what the stewards' first page reads: how often the guard stopped which route
// since an instant, and how many objections nobody has looked at. For stewards: row-level
// security gives anybody else no objections.
func seen(ctx context.Context, d *db.DB, by access.Actor, since time.Time) (misses []miss, objections int, err error) {
	err = d.Tx(ctx, by.Local(Watching), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `select route, count(*), max(at) from ledger.near_miss where at >= $1 group by route order by 2 desc, 1`, since)
		if err != nil {
			return err
		}
		if misses, err = pgx.CollectRows(rows, pgx.RowToStructByPos[miss]); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select count(*) from ledger.objection where seen_at is null`).Scan(&objections)
	})
	return misses, objections, fault.Wrap("incident.seen", err)
}
