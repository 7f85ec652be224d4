package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
)

// cells are the columns of a row.
type cells map[string]any

func (c cells) text(column string) string {
	s, _ := c[column].(string)
	return s
}

// reader is somebody who reads the tables as the app would for her.
type reader struct {
	name  string
	kind  access.Kind
	key   string   // of the person
	units []string // keys of the units that she works in now
}

// oracle says by hand who sees which rows. It knows the world as the superuser reads it, and
// nothing of how row-level security is written.
type oracle struct {
	cases    map[string]cells            // by key
	parties  map[string]map[string]cells // by case and person
	served   map[string]bool             // case and person
	children map[string][]string         // by guardian, who has custody now
	beside   map[string][]string         // by guardian: the other guardians of her children
	shielded map[string]bool             // units of protected people's cases
	known    map[string][]string         // by unit: the people in the cases that it has received

	relations, employments map[string]int // by subject, by person
	worksIn                map[string][]string
}

func (w *world) oracle(t *testing.T) *oracle {
	o := &oracle{cases: map[string]cells{}, parties: map[string]map[string]cells{}, served: map[string]bool{}, children: map[string][]string{},
		beside: map[string][]string{}, shielded: map[string]bool{}, known: map[string][]string{}, relations: map[string]int{}, employments: map[string]int{}, worksIn: map[string][]string{}}
	for _, r := range w.table(t, "access.relation") {
		o.relations[r.text("subject")]++
	}
	for _, m := range w.table(t, "access.membership") {
		o.employments[m.text("person")]++
		if m["valid_to"] == nil && m.text("role") == "officer" {
			o.worksIn[m.text("person")] = append(o.worksIn[m.text("person")], m.text("unit"))
		}
	}
	for _, c := range w.table(t, "eservice.case") {
		o.cases[c.text("id")], o.parties[c.text("id")] = c, map[string]cells{}
	}
	for _, p := range w.table(t, "eservice.party") {
		o.parties[p.text("case_id")][p.text("person")] = p
	}
	for _, s := range w.table(t, "eservice.served") {
		o.served[s.text("case_id")+s.text("person")] = true
	}
	var custody []cells
	for _, c := range w.table(t, "person.custody") {
		if c["valid_to"] == nil {
			custody = append(custody, c)
			o.children[c.text("guardian")] = append(o.children[c.text("guardian")], c.text("child"))
		}
	}
	for _, a := range custody {
		for _, b := range custody {
			if a.text("child") == b.text("child") && a.text("guardian") != b.text("guardian") {
				o.beside[a.text("guardian")] = append(o.beside[a.text("guardian")], b.text("guardian"))
			}
		}
	}
	for _, u := range w.table(t, "access.unit") {
		o.shielded[u.text("id")] = u["shielded"] == true
	}
	for id, c := range o.cases {
		if !received(c) {
			continue
		}
		unit := c.text("unit")
		o.known[unit] = append(o.known[unit], c.text("about"))
		for person, p := range o.parties[id] {
			if p.text("state") == "signed" {
				o.known[unit] = append(o.known[unit], person)
			}
		}
	}
	return o
}

func received(c cells) bool {
	return c != nil && c.text("state") != "waiting_for_multisign" && c.text("state") != "returned"
}

// party is how far a person is a party of a case: "" for none, "invited", or "party".
func (o *oracle) party(caseID, person string) string {
	c := o.cases[caseID]
	p := o.parties[caseID][person]
	if p == nil || c.text("state") == "returned" { // given back: a draft again, and no case of anybody's
		return ""
	}
	switch p.text("state") {
	case "invited":
		return "invited"
	case "identified", "signed":
		return "party"
	}
	return ""
}

// handles reports whether an officer may read a case: one that her unit has received, and that
// she has nothing to do with herself.
func (o *oracle) handles(r reader, caseID string) bool {
	c := o.cases[caseID]
	_, party := o.parties[caseID][r.key]
	return r.kind == access.Officer && received(c) && slices.Contains(r.units, c.text("unit")) && !party && c.text("about") != r.key && c.text("applicant") != r.key
}

// knows reports whether an officer's units have to do with a person.
func (o *oracle) knows(r reader, person string, shieldedOnly bool) bool {
	return r.kind == access.Officer && slices.ContainsFunc(r.units, func(u string) bool {
		return slices.Contains(o.known[u], person) && (!shieldedOnly || o.shielded[u])
	})
}

// sees is the matrix on a row.
func (o *oracle) sees(r reader, table string, c cells) (visible, known bool) {
	resident, me := r.kind == access.Resident, r.key
	caseID, who := c.text("case_id"), c.text("person")
	party := func() bool { return resident && o.party(caseID, me) == "party" }
	switch table {
	case "eservice.draft":
		return resident && c.text("applicant") == me, true
	case "eservice.case":
		return resident && o.party(c.text("id"), me) != "" || o.handles(r, c.text("id")), true
	case "eservice.party":
		return resident && o.party(caseID, me) != "" || o.handles(r, caseID), true
	case "eservice.event":
		return resident && c.text("audience") == "parties" && o.party(caseID, me) != "" || o.handles(r, caseID), true
	case "eservice.answers":
		return party() && (c.text("part") == "shared" || c.text("owner") == me) || o.handles(r, caseID), true
	case "eservice.attachment":
		return resident && c.text("owner") == me || party() && c["shared"] == true || caseID != "" && o.handles(r, caseID), true
	case "eservice.message", "eservice.completion":
		return party() && c.text("party") == me || o.handles(r, caseID), true
	case "eservice.signature", "eservice.served":
		return party() && who == me || o.handles(r, caseID), true
	case "eservice.decision":
		return party() && o.served[caseID+me] || o.handles(r, caseID), true
	case "eservice.note":
		return o.handles(r, caseID), true
	case "person.person":
		return resident && (c.text("id") == me || slices.Contains(o.children[me], c.text("id")) || slices.Contains(o.beside[me], c.text("id"))) || o.knows(r, c.text("id"), false), true
	case "person.name":
		own := who == me && r.kind != access.Nobody
		return own || resident && (slices.Contains(o.children[me], who) || slices.Contains(o.beside[me], who)) || o.knows(r, who, false), true
	case "person.number":
		return resident && (who == me || slices.Contains(o.children[me], who)) || o.knows(r, who, false), true
	case "person.address":
		return resident && who == me || o.knows(r, who, false), true
	case "person.protected":
		return resident && (who == me || slices.Contains(o.children[me], who)) || o.knows(r, who, true), true
	case "person.protected_address":
		return resident && who == me || o.knows(r, who, true), true
	case "person.custody":
		return resident && (c.text("guardian") == me || slices.Contains(o.children[me], c.text("child"))) || o.knows(r, c.text("child"), false), true
	case "access.membership":
		return !resident && who == me && r.kind != access.Nobody, true
	case "access.relation":
		return (resident || r.kind == access.Officer) && c.text("subject") == me || r.kind == access.Officer && slices.Contains(r.units, c.text("subject")), true
	case "notify.contact_point", "notify.notice":
		return resident && who == me, true
	case "ledger.objection":
		return resident && who == me || r.kind == access.Steward, true
	case "ledger.near_miss":
		return r.kind == access.Steward, true
	case "notify.delivery", "session.session", "session.eid_order", "session.passkey", "session.challenge", "session.epoch", "closure.closure", "closure.event":
		return false, true // named services alone
	}
	return false, false
}

// table reads a whole table as the superuser, but for what is heavy and for codes, which are made
// when a letter leaves.
func (w *world) table(t *testing.T, name string) []cells {
	t.Helper()
	var list []cells
	for _, text := range w.list(t, "select (to_jsonb(x) - 'body' - 'code')::text from "+name+" x") {
		c := cells{}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	return list
}

// rowsAreTheMatrix compares what row-level security lets through of every table with what the
// oracle says, for everybody in the world.
func (w *world) rowsAreTheMatrix(t *testing.T) {
	o := w.oracle(t)
	tables := w.list(t, `select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relrowsecurity order by 1`)
	if len(tables) < 20 {
		t.Fatalf("only %d tables have row-level security", len(tables))
	}
	readers := w.readers(t)
	for _, table := range tables {
		rows := w.table(t, table)
		hidden := 0
		for _, r := range readers {
			visible := w.visible(t, r, table)
			for _, c := range rows {
				want, known := o.sees(r, table, c)
				if !known {
					t.Fatalf("the oracle does not know who sees the rows of %s: say so in sees", table)
				}
				if got := visible[rowKey(c)]; got != want {
					t.Errorf("%s: %s sees a row: %v, the matrix says %v", table, r.name, got, want)
				}
				if !want {
					hidden++
				}
			}
		}
		if len(rows) > 0 && hidden == 0 {
			t.Errorf("%s hides nothing from anybody", table)
		}
		if len(rows) == 0 && !slices.Contains([]string{"ledger.objection", "ledger.near_miss", "session.passkey", "closure.closure", "closure.event"}, table) {
			t.Errorf("%s is empty: nothing is compared", table)
		}
	}
}

// viewsGiveOnesOwn compares the views that read as their owner with what is the reader's own.
func (w *world) viewsGiveOnesOwn(t *testing.T) {
	o := w.oracle(t)
	some := false
	for view, rows := range ownersViews {
		for _, r := range w.readers(t) {
			want := rows(o, r)
			some = some || want > 0
			if got := w.counted(t, r, view); got != want {
				t.Errorf("%s gives %s %d rows, and %d are hers", view, r.name, got, want)
			}
		}
	}
	if !some {
		t.Error("no view gives anybody anything")
	}
}

func (w *world) counted(t *testing.T, r reader, table string) (n int) {
	t.Helper()
	if err := w.Inside.DB.Tx(t.Context(), db.Local{Kind: string(r.kind), Actor: r.key, Purpose: "test"}, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from "+table).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// rowKey tells rows of one table apart.
func rowKey(c cells) string {
	text, err := json.Marshal(c) // keys are written in order
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// visible are the rows of a table that the app gets for a reader.
func (w *world) visible(t *testing.T, r reader, table string) map[string]bool {
	t.Helper()
	l := db.Local{Kind: string(r.kind), Actor: r.key, Purpose: "test"}
	found := map[string]bool{}
	err := w.Inside.DB.Tx(t.Context(), l, func(ctx context.Context, tx *db.Tx) error {
		clear(found)
		rows, err := tx.Query(ctx, "select (to_jsonb(x) - 'body' - 'code')::text from "+table+" x")
		if err != nil {
			return err
		}
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, text := range texts {
			c := cells{}
			if err := json.Unmarshal([]byte(text), &c); err != nil {
				return err
			}
			found[rowKey(c)] = true
		}
		return err
	})
	if err != nil {
		t.Fatalf("%s as %s: %v", table, r.name, err)
	}
	return found
}

// readers are everybody in the world, and nobody.
func (w *world) readers(t *testing.T) []reader {
	t.Helper()
	list := []reader{{name: "nobody"}, {name: "a kind without a person", kind: access.Officer}, {name: "a person without a kind", key: w.person("maria-lindqvist")}}
	had := map[string]bool{}
	put := func(key string) {
		if key != "" && !had[key] {
			had[key] = true
			list = append(list, w.reader(t, key))
		}
	}
	for _, b := range w.bundles {
		put(b.owner)
		put(b.officer)
	}
	for _, s := range strangers {
		put(s.key)
	}
	put("nadja-severin")
	return list
}

func (w *world) reader(t *testing.T, key string) reader {
	r := reader{name: key, kind: access.Resident, key: w.person(key)}
	who, staff := w.Inside.Staff[key]
	if !staff {
		return r
	}
	r.kind = access.Officer
	r.units = w.list(t, "select unit::text from access.membership where person = $1 and role = 'officer' and valid_to is null", who)
	if strings.Contains(fmt.Sprint(w.list(t, "select role::text from access.membership where person = $1", who)), "steward") {
		r.kind = access.Steward
	}
	return r
}

// writesAreTheMatrix tries writes past policy: row-level security says by itself who may.
func (w *world) writesAreTheMatrix(t *testing.T) {
	of := func(name string) string { return w.bundle(name).params["case"] }
	received := of("received")
	note := "insert into eservice.note (id, case_id, author, author_name, body, at) values ($1, $2, core.actor(), 'A', 'B', core.instant())"
	decision := "insert into eservice.decision (id, case_id, outcome, reasons, delegation, officer, officer_name, appeal_days, at) values ($1, $2, 'granted', 'R', 'D', core.actor(), 'A', 21, core.instant())"
	ask := "insert into eservice.completion (id, case_id, party, ask, asked_by, asked_at, due_at) values ($1, $2, $3, 'A', 'B', core.instant(), core.instant())"
	serve := "insert into eservice.served (case_id, person, at) select $2, $3, core.instant() where $1::uuid is not null"
	event := "insert into eservice.event (id, case_id, what, audience, by, at) values ($1, $2, 'taken', 'parties', 'B', core.instant())"
	message := "insert into eservice.message (id, case_id, party, from_party, author, author_name, body, at) values ($1, $2, $3, $4, core.actor(), '', 'B', core.instant())"
	file := "insert into eservice.attachment (id, case_id, slot, owner, name, media, size, sha, scan, body, at) values ($1, $2, 's', core.actor(), 'N', 'M', 1, '', 'clean', '', core.instant())"
	draftFile := strings.Replace(file, "case_id", "draft_id", 1)
	take := "update eservice.case set officer = core.actor() where id = $2 and $1::uuid is not null"
	withdraw := "update eservice.case set state = 'archived' where id = $2 and $1::uuid is not null"
	answer := "update eservice.completion set answer = 'A' where case_id = $2 and $1::uuid is not null"
	sofia, peter := w.Of["sofia-berglund"].String(), w.Of["peter-wallin"].String()
	for _, c := range []struct {
		name, by, sql string
		args          []any
		want          bool
	}{
		{"a note by the officer who handles the case", "anna-karin-mo", note, []any{received}, true},
		{"a note by a colleague", "jonas-viklund", note, []any{received}, false},
		{"a note by another unit", "petra-astrom", note, []any{received}, false},
		{"a note by a party", "sofia-berglund", note, []any{received}, false},
		{"a note by a steward", "rakel-sund", note, []any{received}, false},
		{"a decision by the officer who handles the case", "anna-karin-mo", decision, []any{received}, true},
		{"a decision by a colleague", "jonas-viklund", decision, []any{received}, false},
		{"a letter by the officer who handles the case", "anna-karin-mo", message, []any{received, sofia, false}, true},
		{"a letter by a colleague", "jonas-viklund", message, []any{received, sofia, false}, false},
		{"a question by a colleague", "jonas-viklund", ask, []any{received, sofia}, false},
		{"a question by the officer who handles the case", "anna-karin-mo", ask, []any{received, sofia}, true},
		{"serving by a colleague", "jonas-viklund", serve, []any{received, sofia}, false},
		{"serving by the officer who handles the case", "anna-karin-mo", serve, []any{received, sofia}, true},
		{"an event by a colleague", "jonas-viklund", event, []any{received}, false},
		{"an event by the officer who handles the case", "anna-karin-mo", event, []any{received}, true},
		{"an event by a party", "sofia-berglund", event, []any{received}, false},
		{"a decision of one's own case", "jonas-viklund", decision, []any{of("in which an officer has an interest")}, false},
		{"taking one's own case", "jonas-viklund", take, []any{of("in which an officer has an interest")}, false},
		{"taking what is not received", "anna-karin-mo", take, []any{of("waiting for a signature")}, false},
		{"taking a shielded case", "anna-karin-mo", take, []any{of("shielded")}, false},
		{"taking what nobody has", "anna-karin-mo", take, []any{of("unassigned")}, true},
		{"a letter in her own thread", "sofia-berglund", message, []any{received, sofia, true}, true},
		{"a letter in the other's thread", "sofia-berglund", message, []any{received, peter, true}, false},
		{"a letter as if from the officer", "sofia-berglund", message, []any{received, sofia, false}, false},
		{"a letter in another's name", "sofia-berglund", strings.Replace(message, "core.actor()", "'"+peter+"'", 1), []any{received, sofia, true}, false},
		{"a letter to a case that is not hers", "stina-alm", message, []any{received, w.Of["stina-alm"].String(), true}, false},
		{"the applicant's file", "sofia-berglund", file, []any{received}, true},
		{"the other guardian's file", "peter-wallin", file, []any{received}, false},
		{"a file in another's draft", "stina-alm", draftFile, []any{w.bundle("declined").params["draft"]}, false},
		{"a file in one's own draft", "jenny-sandell", draftFile, []any{w.bundle("declined").params["draft"]}, true},
		{"withdrawing by the other guardian", "peter-wallin", withdraw, []any{received}, false},
		{"the applicant's answer", "sofia-berglund", answer, []any{received}, true},
		{"an answer by the other guardian", "peter-wallin", answer, []any{received}, false},
	} {
		r := w.reader(t, c.by)
		done := false
		err := w.Inside.DB.Tx(t.Context(), db.Local{Kind: string(r.kind), Actor: r.key, Purpose: "test"}, func(ctx context.Context, tx *db.Tx) error {
			tag, err := tx.Exec(ctx, c.sql, append([]any{w.key()}, c.args...)...)
			if err == nil {
				done = tag.RowsAffected() > 0
				err = errBack
			}
			return err
		})
		if err != nil && err != errBack && !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", c.name, err)
		}
		if done != c.want {
			t.Errorf("%s: done %v, the matrix says %v", c.name, done, c.want)
		}
	}
}

var errBack = fmt.Errorf("rolled back")
