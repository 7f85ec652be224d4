// Package pg gives each test a PostgreSQL database of its own, already migrated. Tests
// call [Main] from TestMain and [New] in each test; a machine without PostgreSQL fails
// them. One throwaway cluster runs for each test process; it is a copy of one that is
// kept in the temporary folder and made anew whenever engine, roles or migrations change.
package pg

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/kit/db"
)

// server is the test process's cluster. A test package has one TestMain.
var server *db.Server

var count atomic.Int64

// Main runs the tests of a package beside a cluster of their own. migrations make up the
// template that each test's database is a copy of; after, when not nil, adds to it (the
// job queue's tables) and version names what after does, so that a change of it makes a
// new template.
func Main(m *testing.M, migrations fs.FS, version string, after func(ctx context.Context, s *db.Server) error) {
	os.Exit(run(m, migrations, version, after))
}

func run(m *testing.M, migrations fs.FS, version string, after func(context.Context, *db.Server) error) int {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	dir, err := provide(ctx, template{migrations: migrations, version: version, after: after})
	if err != nil {
		fmt.Fprintln(os.Stderr, "testkit/pg: no database for the tests:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if server, err = db.Start(ctx, config(dir)); err != nil {
		fmt.Fprintln(os.Stderr, "testkit/pg: no database for the tests:", err)
		return 1
	}
	code := m.Run()
	if err := server.Stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "testkit/pg: stop:", err)
		return 1
	}
	return code
}

// Database is one test's own.
type Database struct {
	Server *db.Server
	Name   string
}

// New makes a database for a test, a copy of the migrated template. It goes away with
// the test.
func New(t testing.TB) *Database {
	t.Helper()
	if server == nil {
		t.Fatal("pg: the package's TestMain must call pg.Main")
	}
	d := &Database{Server: server, Name: "test_" + strconv.FormatInt(count.Add(1), 10)}
	if err := server.CreateDatabase(t.Context(), d.Name, db.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background() // the test's own has ended
		conn, err := server.Superuser(ctx, "postgres")
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, "drop database "+d.Name+" with (force)"); err != nil {
			t.Errorf("pg: drop the test's database: %v", err)
		}
	})
	return d
}

// Pool opens connections to the test's database as a role, closed with the test.
func (d *Database) Pool(t testing.TB, role db.Role) *pgxpool.Pool {
	t.Helper()
	pool, err := d.Server.Pool(t.Context(), role, db.PoolOptions{Max: 8, Database: d.Name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
