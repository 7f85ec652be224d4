package access_test

import (
	"context"
	"errors"
	"testing"

	"tillit/internal/core/access"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
)

func TestMain(m *testing.M) { pg.Main(m, schema.Migrations(), "schema", nil) }

// Whoever goes on after a step as a service goes on as herself, also when the step failed and
// when one stood inside another.
func TestAServiceActsForOneStepOnly(t *testing.T) {
	d := db.New(pg.New(t).Pool(t, db.App), clock.Wall{})
	kind := func(tx *db.Tx) (s string) {
		if err := tx.QueryRow(t.Context(), "select core.kind()").Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	failed := errors.New("failed")
	err := d.Tx(t.Context(), db.Local{Kind: "resident", Purpose: "test"}, func(ctx context.Context, tx *db.Tx) error {
		for _, want := range []error{nil, failed} {
			err := access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
				if err := access.AsService(ctx, tx, "notify", func(context.Context) error { return want }); err != want {
					t.Errorf("the inner step gave %v, not %v", err, want)
				}
				if got := kind(tx); got != "service:eservice" {
					t.Errorf("after the inner step: %s", got)
				}
				return want
			})
			if err != want {
				t.Errorf("the step gave %v, not %v", err, want)
			}
			if got := kind(tx); got != "resident" {
				t.Errorf("after the step: %s", got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
