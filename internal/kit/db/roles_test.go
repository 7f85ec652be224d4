package db_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/testkit/pg"
)

func refused(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "42501"
}

func TestNoRoleGetsAroundRowLevelSecurity(t *testing.T) {
	d := pg.New(t)
	if _, err := super(t, d.Server, d.Name).Exec(t.Context(), "insert into note values (1, 'anna', '')"); err != nil {
		t.Fatal(err)
	}
	for _, role := range db.Roles {
		pool := d.Pool(t, role)
		if got := ask[string](t, pool, "select session_user || ' ' || current_user"); got != string(role)+" "+string(role) {
			t.Errorf("connected as %s", got)
		}
		if ask[bool](t, pool, "select bool_or(rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication) from pg_roles where rolname like 'tillit%' and rolname <> 'tillit_super'") {
			t.Error("a role has a power it may not have")
		}
		var n int
		err := pool.QueryRow(t.Context(), "select count(*) from note").Scan(&n)
		if err == nil && n != 0 || err != nil && !refused(err) {
			t.Errorf("%s sees %d rows, error %v", role, n, err)
		}
		_, err = pool.Exec(t.Context(), "set row_security = off; select count(*) from note")
		if !refused(err) {
			t.Errorf("%s with row security off: %v", role, err)
		}
		for _, other := range append([]db.Role{"tillit_super"}, db.Roles...) {
			if other == role {
				continue
			}
			if _, err := pool.Exec(t.Context(), "set role "+string(other)); !refused(err) {
				t.Errorf("%s becomes %s: %v", role, other, err)
			}
		}
	}
}

func TestTheAppPlansOnceAndEverybodyCountsInUTC(t *testing.T) {
	d := pg.New(t)
	for _, role := range db.Roles {
		want := "auto UTC"
		if role == db.App {
			want = "force_generic_plan UTC"
		}
		if got := ask[string](t, d.Pool(t, role), "select current_setting('plan_cache_mode') || ' ' || current_setting('timezone')"); got != want {
			t.Errorf("%s: %s", role, got)
		}
	}
}

func TestDatabasesAreClosedToThePublic(t *testing.T) {
	d := pg.New(t)
	conn := super(t, d.Server, d.Name)
	if _, err := conn.Exec(t.Context(), "create role stranger"); err != nil {
		t.Fatal(err)
	}
	defer conn.Exec(t.Context(), "drop role stranger")
	open := ask[[]string](t, conn, "select coalesce(array_agg(datname::text), '{}') from pg_database where datname <> 'template0' and has_database_privilege('stranger', oid, 'connect')")
	if len(open) != 0 {
		t.Errorf("open to the public: %v", open)
	}
	if ask[bool](t, conn, "select has_database_privilege('tillit_app', current_database(), 'temporary,create')") {
		t.Error("the app may make tables")
	}
}

// The operator's own server is played by the test's cluster, with logins of its own.
func TestTheOperatorsServer(t *testing.T) {
	d := pg.New(t)
	dir := serverDir(t, d)
	conn := super(t, d.Server, "postgres")
	// The script runs on a server that has none of it.
	for _, statement := range strings.SplitAfter(strings.ReplaceAll(db.RolesSQL(), "tillit", "own"), ";\n") {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	roles := ask[[]string](t, conn, "select array_agg(rolname::text order by rolname) from pg_roles where rolname like 'own%' and not rolsuper and not rolbypassrls")
	if want := []string{"own_app", "own_audit", "own_ledger", "own_owner", "own_projection"}; !slices.Equal(roles, want) {
		t.Errorf("roles are %v", roles)
	}
	for _, statement := range []string{"drop database own", "drop role own_app, own_audit, own_ledger, own_owner, own_projection"} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}

	url := func(login string) string { return "host=" + dir + "/run user=" + login + " dbname=" + d.Name }
	// The audit role stands in for the operator's login: it is not a member of anything yet.
	if _, err := db.Start(t.Context(), db.Config{URL: url("tillit_audit")}); err == nil || !strings.Contains(err.Error(), "script of roles") {
		t.Errorf("a login without the roles: %v", err)
	}
	if _, err := conn.Exec(t.Context(), "grant tillit_app, tillit_owner to tillit_audit"); err != nil {
		t.Fatal(err)
	}
	defer conn.Exec(t.Context(), "revoke tillit_app, tillit_owner from tillit_audit")
	if _, err := db.Start(t.Context(), db.Config{URL: url("tillit_super")}); err == nil || !strings.Contains(err.Error(), "superuser") {
		t.Errorf("a superuser's login: %v", err)
	}

	s, err := db.Start(t.Context(), db.Config{URL: url("tillit_audit")})
	if err != nil {
		t.Fatal(err)
	}
	if !s.Ready() {
		t.Error("not ready")
	}
	if err := db.Migrate(t.Context(), s, "", migrations); err != nil { // done already, as the template
		t.Error(err)
	}
	pool, err := s.Pool(t.Context(), db.App, db.PoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.New(pool, clock.Wall{}).Tx(t.Context(), db.Local{Actor: "anna"}, func(ctx context.Context, tx *db.Tx) error {
		if got := ask[string](t, tx, "select current_user || ' ' || current_setting('plan_cache_mode')"); got != "tillit_app force_generic_plan" {
			t.Error(got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	pool.Close()
	if _, err := s.Superuser(t.Context(), "postgres"); !errors.Is(err, db.ErrNotSupervised) {
		t.Errorf("superuser: %v", err)
	}
	if err := s.Stop(t.Context()); err != nil || s.Ready() {
		t.Errorf("stopped: error %v, ready %v", err, s.Ready())
	}
	if err := conn.Ping(t.Context()); err != nil {
		t.Errorf("the operator's server was stopped: %v", err)
	}
}

func TestTheUrlIsNotShown(t *testing.T) {
	_, err := db.Start(t.Context(), db.Config{URL: "postgres://u:hush@[::1"})
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("error: %v", err)
	}
}
