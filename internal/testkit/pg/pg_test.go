package pg_test

import (
	"context"
	"testing"
	"testing/fstest"

	"tillit/internal/kit/db"
	"tillit/internal/testkit/pg"
)

var migrations = fstest.MapFS{"0001_a.sql": {Data: []byte("-- +goose Up\ncreate table a (n int primary key);\n")}}

func TestMain(m *testing.M) {
	pg.Main(m, migrations, "1", func(ctx context.Context, s *db.Server) error {
		pool, err := s.Pool(ctx, db.Owner, db.PoolOptions{})
		if err != nil {
			return err
		}
		defer pool.Close()
		_, err = pool.Exec(ctx, "create table b (n int primary key)")
		return err
	})
}

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	for range 4 {
		t.Run("one", func(t *testing.T) {
			t.Parallel()
			d := pg.New(t)
			owner := d.Pool(t, db.Owner)
			if _, err := owner.Exec(t.Context(), "insert into a values (1); insert into b values (1)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}
