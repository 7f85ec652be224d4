package db_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"tillit/internal/kit/db"
	"tillit/internal/testkit/pg"
)

func TestManyMayMigrateAtOnce(t *testing.T) {
	d := pg.New(t)
	const fresh = "fresh_for_migration"
	if err := d.Server.CreateDatabase(t.Context(), fresh, "template0"); err != nil {
		t.Fatal(err)
	}
	conn := super(t, d.Server, "postgres")
	defer conn.Exec(t.Context(), "drop database "+fresh+" with (force)")
	const nodes = 3
	errs := make(chan error, nodes)
	for range nodes {
		go func() { errs <- db.Migrate(t.Context(), d.Server, fresh, migrations) }()
	}
	for range nodes {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := ask[string](t, super(t, d.Server, fresh), "select tableowner::text from pg_tables where tablename = 'note'"); got != string(db.Owner) {
		t.Errorf("the table is %s's", got)
	}
}

func TestABrokenMigrationLeavesNothing(t *testing.T) {
	d := pg.New(t)
	broken := fstest.MapFS{"0002_x.sql": {Data: []byte("-- +goose Up\ncreate table half (n int);\nselect 1/0;\n")}}
	for name, text := range migrations {
		broken[name] = text
	}
	if err := db.Migrate(t.Context(), d.Server, d.Name, broken); err == nil {
		t.Error("no error")
	}
	if ask[bool](t, super(t, d.Server, d.Name), "select to_regclass('half') is not null") {
		t.Error("half of it stayed")
	}
	// And the lease is free again.
	if err := errors.Join(db.Migrate(t.Context(), d.Server, d.Name, migrations), db.Migrate(t.Context(), d.Server, d.Name, fstest.MapFS{})); err != nil {
		t.Error(err)
	}
}
