package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
)

// watched are the tables that a stranger could change something in.
const watched = `select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('eservice', 'person', 'access', 'notify', 'closure') or n.nspname || '.' || c.relname = 'ledger.objection' order by 1`

// row is a row of a table: its columns as JSON.
type row struct{ table, json string }

// rows reads every row of every table that is watched.
func (w *world) rows(t *testing.T) map[row]bool {
	t.Helper()
	tables, err := w.super.Query(t.Context(), watched)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(tables, pgx.RowTo[string])
	if err != nil || len(names) < 20 {
		t.Fatal(names, err)
	}
	found := map[row]bool{}
	for _, table := range names {
		if table == "notify.delivery" { // letters leave while strangers are there
			continue
		}
		what := "to_jsonb(x)"
		switch table {
		case "eservice.attachment":
			what += " - 'body'" // too heavy, and never changed
		case "notify.contact_point":
			what += " - 'code'" // made when the letter leaves
		}
		list, err := w.super.Query(t.Context(), "select ("+what+")::text from "+table+" x")
		if err != nil {
			t.Fatal(err)
		}
		texts, err := pgx.CollectRows(list, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			found[row{table, text}] = true
		}
	}
	return found
}

// people are the columns that name a person, by table.
func (w *world) peopleColumns(t *testing.T) map[string][]string {
	t.Helper()
	rows, err := w.super.Query(t.Context(), `select table_schema || '.' || table_name, column_name from information_schema.columns where domain_schema = 'core' and domain_name = 'person_id'`)
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string][]string{}
	var table, column string
	if _, err := pgx.ForEachRow(rows, []any{&table, &column}, func() error {
		columns[table] = append(columns[table], column)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return columns
}

// unchanged sees that no row of anybody else's is another one, or new, or gone, since before.
func (w *world) unchanged(t *testing.T, s stranger, before map[row]bool, began time.Time) {
	t.Helper()
	me := w.person(s.key)
	columns := w.peopleColumns(t)
	after := w.rows(t)
	var hers []string // cases: an officer takes what is hers to take
	for _, name := range s.hers {
		hers = append(hers, w.bundle(name).params["case"])
	}
	foreign := func(r row, how string) {
		cells := map[string]any{}
		if err := json.Unmarshal([]byte(r.json), &cells); err != nil {
			t.Fatal(err)
		}
		for _, c := range []string{"id", "case_id"} {
			if key, ok := cells[c].(string); ok && slices.Contains(hers, key) {
				return
			}
		}
		mine, others := false, false
		people := columns[r.table]
		if r.table == "eservice.message" {
			people = []string{"party"} // whose thread it is; an officer's letter is read by the party
		}
		for _, c := range people {
			switch cells[c] {
			case nil:
			case me:
				mine = true
			default:
				others = true
			}
		}
		if !mine || others {
			t.Errorf("a row of %s is %s", r.table, how)
		}
	}
	for r := range before {
		if !after[r] {
			foreign(r, "changed or gone")
		}
	}
	for r := range after {
		if !before[r] {
			foreign(r, "new or changed")
		}
	}
	// The history says the same, by another way: it names who did it.
	for _, place := range w.list(t, `select distinct place from history.change h where actor::text = $1 and at >= $2 and not place = any($3) and not (after_key::json ->> 'id') = any($4)
and not exists (select from eservice.message m where h.place = 'eservice.message' and m.id::text = h.after_key::json ->> 'id' and m.party::text = $1) order by 1`, me, began, ownPlaces, hers) {
		t.Errorf("the history has a change of %s by her", place)
	}
}

// ownPlaces are the tables in which everybody may make rows of her own.
var ownPlaces = []string{"eservice.draft", "notify.contact_point", "eservice.attachment"}

// person is the key of somebody of the cast, or of nobody.
func (w *world) person(key string) string {
	for _, of := range []map[string]access.PersonID{w.Of, w.Inside.Staff} {
		if who, ok := of[key]; ok {
			return who.String()
		}
	}
	return ""
}

func (w *world) list(t *testing.T, sql string, args ...any) []string {
	t.Helper()
	rows, err := w.super.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// unnoted sees that the ledger has no line by the stranger about anybody whom she may not see.
func (w *world) unnoted(t *testing.T, s stranger, began time.Time) {
	t.Helper()
	name := []string{}
	for _, c := range w.Town.Custody { // of a child's other guardian there is the name, and nothing else
		if c.To.IsZero() && slices.Contains(guardians(w.Town, c.Child), s.key) {
			name = append(name, w.person(c.Guardian))
		}
	}
	lines := w.list(t, `select distinct d.subject::text || ' ' || f.text || ' ' || p.text from ledger.disclosure d join ledger.response r on r.id = d.response
join ledger.word f on f.id = d.fields join ledger.word p on p.id = r.route where r.principal::text = $1 and r.at >= $2`, w.person(s.key), began)
	for _, line := range lines {
		subject, rest, _ := strings.Cut(line, " ")
		if subject != w.person(s.key) && slices.Contains(name, subject) && !strings.HasPrefix(rest, "given surname ") || !slices.Contains(w.may(s), subject) {
			t.Errorf("the ledger has a line about %s: %s", w.name(subject), rest)
		}
	}
}

// may lists the people of whom a stranger may see something: herself, and those in what she
// knows or has.
func (w *world) may(s stranger) []string {
	people := []string{w.person(s.key)}
	for _, name := range append(slices.Clone(s.knows), s.hers...) {
		b := w.bundle(name)
		for _, key := range append(slices.Clone(b.people), b.owner) {
			people = append(people, w.person(key))
		}
	}
	for _, c := range w.Town.Custody {
		if c.Guardian == s.key && c.To.IsZero() && s.key != "piotr-nowicki" {
			people = append(people, w.person(c.Child))
			for _, g := range guardians(w.Town, c.Child) {
				if g != "tove-almgren" {
					people = append(people, w.person(g))
				}
			}
		}
	}
	return people
}

func (w *world) name(subject string) string {
	for key, who := range w.Of {
		if who.String() == subject {
			return key
		}
	}
	return "somebody"
}

// nothingWasNoticed sees that the locks that are on had nothing to stop: what leaked would
// have leaked without the guard, and what is in the log may be read by whoever runs the house.
func (w *world) nothingWasNoticed(t *testing.T) {
	t.Helper()
	if n := w.one("select count(*)::text from ledger.near_miss"); n != "0" {
		t.Errorf("the guard stopped %s answers", n)
	}
	log := w.Logs.String()
	if !strings.Contains(log, "GET /my/contact") {
		t.Error("the log has no requests: it is looked for in the wrong place")
	}
	for _, m := range w.marks {
		if stands(log, m.text) {
			t.Errorf("the log has the %s of %s", m.what, m.of)
		}
	}
	if strings.Contains(log, "refused by policy") {
		t.Error("the database let a row through that policy refuses")
	}
	if w.one("select count(*)::text from closure.closure") != "0" {
		t.Error("a stranger closed something")
	}
}
