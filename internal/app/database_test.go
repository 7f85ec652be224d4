package app_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/testkit/pg"
)

// facts is a migrated database as its superuser sees it.
type facts struct {
	t     *testing.T
	super *pgx.Conn
}

func databaseFacts(t *testing.T) *facts {
	t.Helper()
	d := pg.New(t)
	conn, err := d.Server.Superuser(t.Context(), d.Name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return &facts{t, conn}
}

func (f *facts) list(sql string, args ...any) []string {
	f.t.Helper()
	rows, err := f.super.Query(f.t.Context(), sql, args...)
	if err != nil {
		f.t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		f.t.Fatalf("%s: %v", sql, err)
	}
	return list
}

// ours are the tables of ours: not those of the queue, whose arguments are keys alone, nor of
// the migrations.
const ours = `pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'river', 'public')`

// personalTables have a column that is about somebody: a person's key, or a text or bytes of
// a class above internal.
const personalTables = `select n.nspname || '.' || c.relname from ` + ours + ` and exists (select from pg_attribute a join pg_type y on y.oid = a.atttypid
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and y.typname in ('person_id', 'personal_text', 'sensitive_text', 'sensitive_bytes', 'protected_text')) order by 1`

func TestPersonalTablesHaveRowLevelSecurity(t *testing.T) {
	f := databaseFacts(t)
	personal := f.list(personalTables)
	if len(personal) < 20 {
		t.Fatalf("only %d personal tables", len(personal))
	}
	guarded := f.list(`select n.nspname || '.' || c.relname from ` + ours + ` and c.relrowsecurity and c.relforcerowsecurity`)
	for _, table := range personal {
		if slices.Contains(guarded, table) {
			continue
		}
		// Where the app can do nothing at all there is nothing to guard against it.
		if may := f.list(`select privilege from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) privilege where has_table_privilege('tillit_app', $1, privilege)
			union all select 'some columns' where has_any_column_privilege('tillit_app', $1, 'select, insert, update, references')`, table); len(may) > 0 {
			t.Errorf("%s has a person in it and no row-level security that is enabled and forced, and the app may %s", table, strings.Join(may, ", "))
		}
	}
	for _, role := range f.list(`select rolname::text from pg_roles where rolname like 'tillit\_%' and (rolsuper or rolbypassrls) and rolname <> 'tillit_super'`) {
		t.Errorf("%s is not bound by row-level security", role)
	}
	for _, table := range f.list(`select n.nspname || '.' || c.relname from ` + ours + ` and pg_get_userbyid(c.relowner) <> 'tillit_owner'`) {
		t.Errorf("%s is not the owner role's", table)
	}
	// A view or a function that runs as its owner looks past it.
	for _, view := range f.list(`select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm')
		and n.nspname not in ('pg_catalog', 'information_schema', 'river') and not coalesce('security_invoker=true' = any(c.reloptions), false)`) {
		if _, ok := ownersViews[view]; !ok {
			t.Errorf("the view %s reads as its owner: make it security_invoker, or add it to ownersViews and say there whose rows it gives", view)
		}
	}
	definers := []string{"history.note", "ledger.ensure_month"} // they write, and give nothing back
	for _, fn := range f.list(`select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')`) {
		if !slices.Contains(definers, fn) {
			t.Errorf("the function %s runs as its owner", fn)
		}
	}
}

// ownersViews read as their owner, and give by themselves no more than the actor's own: how many
// rows to whom, the matrix on rows compares.
var ownersViews = map[string]func(o *oracle, r reader) int{
	"access.mine":       func(o *oracle, r reader) int { return o.relations[r.key] },
	"access.employment": func(o *oracle, r reader) int { return o.employments[r.key] },
	"access.ours": func(o *oracle, r reader) (n int) {
		for _, u := range o.worksIn[r.key] {
			n += o.relations[u]
		}
		return n
	},
}

func TestEveryColumnHasAClass(t *testing.T) {
	f := databaseFacts(t)
	for _, column := range f.list(`select n.nspname || '.' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace join pg_type y on y.oid = a.atttypid join pg_namespace yn on yn.oid = y.typnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'river', 'public') and a.attnum > 0 and not a.attisdropped
  and not (yn.nspname = 'core' and y.typtype = 'd') and y.typname not in ('uuid', 'timestamptz', 'int8', 'int4', 'int2', 'bool')
  and coalesce(col_description(c.oid, a.attnum), '') !~ '^class: (open|internal|personal|sensitive|protected)$' order by 1`) {
		t.Errorf("%s has no class: give it a domain of core, or a comment 'class: ...'", column)
	}
	if n := len(f.list(`select t.typname::text from pg_type t join pg_namespace n on n.oid = t.typnamespace where n.nspname = 'core' and t.typtype = 'd'`)); n < 8 {
		t.Errorf("only %d classes", n)
	}
}

func TestWhatTheAppMayNotDo(t *testing.T) {
	f := databaseFacts(t)
	may := func(privilege, tables string) []string {
		return f.list(`select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname || '.' || c.relname like $1 and (has_table_privilege('tillit_app', c.oid, $2)
  or $2 in ('select', 'insert', 'update') and has_any_column_privilege('tillit_app', c.oid, $2)) order by 1`, tables, privilege)
	}
	for _, c := range []struct {
		privilege, tables string
		but               []string
	}{
		{"update", "ledger.%", nil}, {"delete", "ledger.%", nil}, {"truncate", "ledger.%", nil},
		{"insert", "ledger.%", []string{"ledger.near_miss", "ledger.objection"}},
		{"select", "ledger.%", []string{"ledger.near_miss", "ledger.objection"}},
		{"select", "history.%", nil}, {"insert", "history.%", nil}, {"update", "history.%", nil}, {"delete", "history.%", nil}, {"truncate", "history.%", nil},
		{"update", "eservice.package", nil}, {"delete", "eservice.package", nil},
		{"delete", "eservice.%", []string{"eservice.attachment", "eservice.draft"}},
		{"delete", "access.%", nil}, {"truncate", "%.%", nil}, {"trigger", "%.%", nil}, {"references", "%.%", nil},
	} {
		if got := may(c.privilege, c.tables); !slices.Equal(got, c.but) && len(got)+len(c.but) > 0 {
			t.Errorf("the app may %s %v, and should only %v", c.privilege, got, c.but)
		}
	}
	if got := may("insert", "ledger.%"); len(got) == 0 {
		t.Error("the question is asked wrongly")
	}
	for _, schema := range f.list(`select nspname::text from pg_namespace where has_schema_privilege('tillit_app', oid, 'create') and nspname !~ '^pg_'`) {
		t.Errorf("the app may make things in %s", schema)
	}
	for _, role := range f.list(`select r.rolname::text from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles u on u.oid = m.member where u.rolname = 'tillit_app'`) {
		t.Errorf("the app is a member of %s", role)
	}
}

// unwritten are the personal tables whose writes leave no history, each with the reason.
var unwritten = map[string]string{
	"history.change":    "it is the history",
	"ledger.objection":  "inserted once, and never changed",
	"session.session":   "the subject never changes; what does is when it was last used",
	"session.eid_order": "lives for ten minutes; what it leads to is written where it is kept",
	"session.challenge": "lives for minutes, and is used once",
	"notify.notice":     "says that there is something to read; what changes is that it was read",
}

func TestEveryPersonalTableHasHistory(t *testing.T) {
	f := databaseFacts(t)
	noted := f.list(`select n.nspname || '.' || c.relname from ` + ours + ` and exists (select from pg_trigger g join pg_proc p on p.oid = g.tgfoid
  where g.tgrelid = c.oid and p.proname = 'note' and g.tgenabled = 'O' and g.tgtype & 29 = 29)`) // for each row, after insert, update and delete
	for _, table := range f.list(personalTables) {
		_, spared := unwritten[table]
		switch has := slices.Contains(noted, table); {
		case !has && !spared:
			t.Errorf("%s has no history trigger: add it to the migration, or the table to unwritten with the reason", table)
		case has && spared:
			t.Errorf("%s has a history trigger: take it out of unwritten", table)
		}
	}
	for table := range unwritten {
		if !slices.Contains(f.list(personalTables), table) {
			t.Errorf("%s is no personal table: take it out of unwritten", table)
		}
	}
}

// A session never changes hands: not by the app, nor by the owner of the table, nor by the
// superuser of the whole cluster.
func TestNobodyChangesTheSubjectOfASession(t *testing.T) {
	d := pg.New(t)
	ctx := t.Context()
	super, err := d.Server.Superuser(ctx, d.Name)
	if err != nil {
		t.Fatal(err)
	}
	defer super.Close(context.Background())
	ids := id.NewSource(clock.Wall{}, nil)
	first, second := id.New[any](ids), id.New[any](ids)
	if _, err := super.Exec(ctx, `insert into session.session (hash, id, subject, kind, method, strength, generation, build, created_at, seen_at, idle_until, absolute_until)
values ('\x01', $1, $2, 'resident', 'bankid', 'high', 1, 'test', $3, $3, $3, $3)`, id.New[any](ids), first, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	app := db.New(d.Pool(t, db.App), clock.Wall{})
	for column, value := range map[string]any{"subject": second, "kind": "steward", "id": second, "hash": []byte{2}, "build": "other", "created_at": time.Unix(1, 0), "absolute_until": time.Unix(1, 0)} {
		sql := "update session.session set " + column + " = $1"
		err := app.Tx(ctx, access.Service("session").Local("test"), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, sql, value)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "never changes hands") {
			t.Errorf("the session service changes %s: %v", column, err)
		}
		if _, err := super.Exec(ctx, sql, value); err == nil || !strings.Contains(err.Error(), "never changes hands") {
			t.Errorf("the superuser changes %s: %v", column, err)
		}
	}
	if _, err := super.Exec(ctx, "update session.session set seen_at = $1, revoked_at = $1", time.Unix(1, 0)); err != nil {
		t.Errorf("what may change does not: %v", err)
	}
	if _, err := super.Exec(ctx, "update session.session set revoked_at = null"); err == nil {
		t.Error("a session that has ended comes back")
	}
	owner := d.Pool(t, db.Owner) // row-level security is forced on her too: there is no row
	if tag, err := owner.Exec(ctx, "update session.session set subject = $1", second); err == nil && tag.RowsAffected() > 0 {
		t.Error("the owner changes the subject")
	}
}

// Fifty people on four connections, with statements that fail and queries that are given up:
// no statement ever runs as somebody else, and none as anybody outside a transaction.
func TestAPooledConnectionCarriesNobodyAlong(t *testing.T) {
	const users, rounds = 50, 16
	d := pg.New(t)
	pool, err := d.Server.Pool(t.Context(), db.App, db.PoolOptions{Max: 4, Database: d.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	tx := db.New(pool, clock.Wall{})
	ids := id.NewSource(clock.Wall{}, nil)
	var wait sync.WaitGroup
	var mu sync.Mutex
	seen, failed, gone := 0, 0, 0
	for u := range users {
		me := id.New[any](ids)
		chance := rand.New(rand.NewPCG(uint64(u), 7))
		wait.Go(func() {
			for range rounds {
				how := chance.IntN(4)
				ctx, cancel := context.WithCancel(t.Context())
				err := tx.Tx(ctx, db.Local{Actor: me.String(), Kind: "resident", Session: me.String(), Purpose: "test"}, func(ctx context.Context, tx *db.Tx) error {
					for range 1 + chance.IntN(3) {
						var actor, session, kind string
						if err := tx.QueryRow(ctx, "select core.actor()::text, current_setting('tillit.session'), core.kind()").Scan(&actor, &session, &kind); err != nil {
							return err
						}
						mu.Lock()
						seen++
						mu.Unlock()
						if actor != me.String() || session != me.String() || kind != "resident" {
							t.Errorf("a statement ran as somebody else")
						}
					}
					switch how {
					case 1: // the statement fails
						_, err := tx.Exec(ctx, "select 1 / 0")
						return err
					case 2: // the visitor goes away in the middle
						time.AfterFunc(time.Duration(chance.IntN(2000))*time.Microsecond, cancel)
						_, err := tx.Exec(ctx, "select pg_sleep(0.02)")
						return err
					case 3: // what nobody may sees its rows refused
						_, err := tx.Exec(ctx, "insert into person.person (id, country, recorded_at) values ($1, 'se', core.instant())", me)
						return err
					}
					return nil
				})
				cancel()
				mu.Lock()
				switch {
				case err == nil:
				case how == 2:
					gone++
				default:
					failed++
				}
				mu.Unlock()
				if (err == nil) != (how == 0) {
					t.Errorf("round %d: %v", how, err)
				}
				if chance.IntN(3) == 0 { // and beside every transaction there is nobody
					var who string
					if err := pool.QueryRow(t.Context(), "select coalesce(core.actor()::text, '') || core.kind() || coalesce(current_setting('tillit.session', true), '')").Scan(&who); err != nil || who != "" {
						t.Errorf("outside a transaction a statement ran as somebody: %v", err)
					}
				}
			}
		})
	}
	wait.Wait()
	if seen < users*rounds || failed == 0 || gone == 0 {
		t.Errorf("too little was tried: %d statements, %d that failed, %d given up", seen, failed, gone)
	}
	if n := pool.Stat().MaxConns(); n != 4 {
		t.Errorf("%d connections", n)
	}
}
