package arch

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unportable are the words that SQL of ours does without: what asks the machine for time or
// chance, and what a distributed engine that speaks PostgreSQL can't run.
var unportable = []struct {
	name string
	seen *regexp.Regexp
}{
	{"the machine's time", regexp.MustCompile(`(?i)\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b`)},
	{"the machine's chance", regexp.MustCompile(`(?i)\b(random|setseed|gen_random_uuid|gen_random_bytes|uuid_generate_v\d\w*|uuidv[47])\s*\(`)},
	{"a sequence", regexp.MustCompile(`(?i)\bcreate\s+sequence\b|\bnextval\s*\(|\w\s+(big|small)?serial[248]?\b|\bgenerated\s+(always|by\s+default)\s+as\s+identity\b`)},
	{"an exclusion or deferrable constraint", regexp.MustCompile(`(?i)\bexclude\s*(using\b|\()|\bdeferrable\b`)},
	{"an advisory lock", regexp.MustCompile(`(?i)\bpg_(try_)?advisory_`)},
	{"a temporary table, inheritance, GiST or a held cursor", regexp.MustCompile(`(?i)\btemp(orary)?\s+table\b|\binherits\s*\(|\busing\s+gist\b|\bwith\s+hold\b`)},
}

// sqlComment is what the reader sees and the database does not.
var sqlComment = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)

// sqlStart tells SQL from other strings in Go.
var sqlStart = regexp.MustCompile(`(?i)^\s*(select|insert|update|delete|with|create|alter|merge|copy)\s`)

// comesOut are the files that a database wrote, not we.
var comesOut = []string{"dump.sql", "schema.sql"}

var portableSQL = rule{
	name: "portable SQL",
	says: "SQL asks for no time and no chance, and uses nothing that only a single PostgreSQL has",
	mend: "pass the instant or the key in as a parameter; a lease row instead of an advisory lock; a trigger or a unique index instead of an exclusion",
	find: func(t testing.TB, tr *tree) []breach {
		var found []breach
		look := func(p string, line int, text string) {
			text = sqlComment.ReplaceAllStringFunc(text, func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) })
			for i, l := range strings.Split(text, "\n") {
				for _, u := range unportable {
					if u.seen.MatchString(l) {
						found = append(found, breach{path: p, line: line + i, what: u.name})
					}
				}
			}
		}
		for _, p := range tr.files {
			if path.Ext(p) == ".sql" && within(p, "internal") && !inAny(path.Base(p), comesOut) && !strings.Contains(p, "/testdata/") {
				look(p, 1, tr.read(t, p))
			}
		}
		for _, s := range tr.sources {
			if s.test || s.generated || inAny(s.dir, testSide) || !within(s.dir, "internal") {
				continue
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && sqlStart.MatchString(text) {
						look(s.path, s.line(lit.Pos()), text)
					}
				}
				return true
			})
		}
		return found
	},
	exceptions: sqlExceptions,
	planted: []plant{
		{files{"internal/schema/migrations/1.sql": "create table a (\n at timestamptz default NOW( )\n);"}, "1.sql:2: the machine's time"},
		{files{"internal/schema/migrations/1.sql": "at timestamptz default current_timestamp"}, "the machine's time"},
		{files{"internal/module/a/queries.sql": "/* two\nlines */ select random ();"}, "queries.sql:2: the machine's chance"},
		{files{"internal/module/a/queries.sql": "id uuid default gen_random_uuid()"}, "the machine's chance"},
		{files{"internal/schema/migrations/1.sql": "id bigserial primary key"}, "a sequence"},
		{files{"internal/schema/migrations/1.sql": "id bigint generated always as identity"}, "a sequence"},
		{files{"internal/schema/migrations/1.sql": "create sequence s"}, "a sequence"},
		{files{"internal/schema/migrations/1.sql": "exclude using btree (a with =)"}, "an exclusion"},
		{files{"internal/schema/migrations/1.sql": "references a (id) deferrable initially deferred"}, "deferrable"},
		{files{"internal/module/a/store.go": "package a\nconst q = `\nselect pg_try_advisory_xact_lock(1)`\n"}, "store.go:3: an advisory lock"},
		{files{"internal/schema/migrations/1.sql": "create temp table t ()"}, "a temporary table"},
	},
	sound: []files{
		{"internal/schema/migrations/1.sql": "-- never now()\ncreate table known (serial text, at timestamptz not null, identity_kind text); /* random() */\ninsert into t values (1) on conflict (id) do update set a = excluded.a;"},
		{"internal/schema/dump.sql": "id bigserial"},
		{"internal/module/a/service.go": "package a\nconst hint = `do not call now()`\n"},
	},
}

// sqlExceptions are the places that need such a word, each with its reason.
var sqlExceptions = []exception{}
