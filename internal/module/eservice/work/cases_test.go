package work_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/kit/id"
	"tillit/internal/testkit/house"
)

func TestMain(m *testing.M) { house.Main(m) }

// desk is a house with cases in it, put there as they stand after residents have signed.
type desk struct {
	*house.House
	t    testing.TB
	conn *pgx.Conn
	ids  *id.Source
	refs int
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	h := house.New(t)
	conn, err := h.DB.Server.Superuser(t.Context(), h.DB.Name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	d := &desk{House: h, t: t, conn: conn, ids: id.NewSource(h.Clock, rand.NewChaCha8([32]byte{7}))}
	d.exec(`select set_config('tillit.kind', 'service:seed', false), set_config('tillit.purpose', 'seed', false), set_config('tillit.now', $1, false)`, h.Clock.Now().Format(time.RFC3339Nano))
	return d
}

func (d *desk) key() string { return id.New[any](d.ids).String() }

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.conn.Exec(d.t.Context(), sql, args...); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
}

func (d *desk) one(sql string, args ...any) (s string) {
	d.t.Helper()
	if err := d.conn.QueryRow(d.t.Context(), sql, args...).Scan(&s); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
	return s
}

// person is the database's key of somebody in the cast.
func (d *desk) person(key string) string {
	d.t.Helper()
	p := d.Town.Person(key)
	return d.one(`select person::text from (select person, given::text as given, surname::text as surname from person.name
union all select person, given::text, surname::text from person.protected) n where given = $1 and surname = $2`, p.Given, p.Surname)
}

func (d *desk) staff(key string) string {
	d.t.Helper()
	return d.one(`select person::text from access.membership where source = $1 limit 1`, "staff:"+key)
}

// application is a case as a test wants it.
type application struct {
	Child, Applicant string
	Guardian         string // signs second; empty for none
	Shielded         bool
	Due              time.Duration // from now; zero for thirty days
	Mine             string        // who handles it; nobody when empty
	Own              map[string]any
}

// put makes the case and gives its key and reference.
func (d *desk) put(a application) (key, ref string) {
	d.t.Helper()
	key = d.key()
	d.refs++
	ref = "K7M-4Q" + string("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[d.refs])
	now := d.Clock.Now()
	if a.Due == 0 {
		a.Due = 30 * 24 * time.Hour
	}
	unit := "unit"
	if a.Shielded {
		unit = "shielded_unit"
	}
	unit = d.one(`select ` + unit + `::text from eservice.family where key = 'childcare-application'`)
	child, applicant := d.person(a.Child), d.person(a.Applicant)
	people := []string{applicant}
	if a.Guardian != "" {
		people = append(people, d.person(a.Guardian))
	}
	state, officer := "submitted", any(nil)
	if a.Mine != "" {
		state, officer = "in_progress", d.staff(a.Mine)
	}
	d.exec(`insert into eservice.case (id, ref, family, package, unit, controller, about, applicant, shielded, state, officer, salt, payload, receipt, created_at, signed_at, complete_at, due_at, version)
select $1::uuid, $2, f.key, f.live, u.id, u.board, $3::uuid, $4::uuid, $5, $6, $7::uuid, '\x01', '\x02', $2, $8::timestamptz, $8, $8, $9, 1
from eservice.family f, access.unit u where f.key = 'childcare-application' and u.id = $10::uuid`,
		key, ref, child, applicant, a.Shielded, state, officer, now.Add(-5*24*time.Hour), now.Add(a.Due), unit)
	own := map[string]any{"basis": "work", "occupation": "Biblioteket", "siblings": false, "contact": "my_pages", "languages": "svenska", "health": "Tål inte nötter.\nHar en penna med sig."}
	for k, v := range a.Own {
		own[k] = v
	}
	for part, answers := range map[string]map[string]any{"shared": {"kind": "preschool", "child": child, "start": now.AddDate(0, 4, 0).Format(time.DateOnly), "hours": 30,
		"choices": []string{"tallbacken", "nackrosen"}, "current_care": "home", "age_at_start": 26}, "applicant": own} {
		body, err := json.Marshal(answers)
		if err != nil {
			d.t.Fatal(err)
		}
		d.exec(`insert into eservice.answers (case_id, part, owner, body) values ($1::uuid, $2, $3::uuid, $4)`, key, part, applicant, string(body))
	}
	for i, who := range people {
		role, at := "applicant", now.Add(-5*24*time.Hour)
		if i > 0 {
			role, at = "guardian", now.Add(-4*24*time.Hour)
		}
		d.exec(`insert into eservice.party (id, case_id, person, role, state, invited_at, answered_at) values ($1::uuid, $2::uuid, $3::uuid, $4, 'signed', $5::timestamptz, $5)`, d.key(), key, who, role, at)
		d.exec(`insert into eservice.signature (id, case_id, person, payload, visible, evidence, ocsp, at) values ($1::uuid, $2::uuid, $3::uuid, '\x02', 'text', 'signature', 'ocsp', $4)`, d.key(), key, who, at)
		d.relate(who, "party_to", key, key)
	}
	for _, who := range append(people, child) {
		d.relate(unit, "serves", who, key)
	}
	d.event(key, "signed_by_applicant", "", now.Add(-5*24*time.Hour))
	d.event(key, "submitted", "", now.Add(-4*24*time.Hour))
	if a.Mine != "" {
		d.event(key, "taken", d.one(`select name from access.membership where source = $1 limit 1`, "staff:"+a.Mine), now.Add(-3*24*time.Hour))
	}
	return key, ref
}

func (d *desk) relate(subject, kind, object, via string) {
	d.t.Helper()
	now := d.Clock.Now().Add(-time.Hour)
	d.exec(`insert into access.relation (id, subject, kind, object, via, source, valid_from, recorded_at) values ($1::uuid, $2::uuid, $3, $4::uuid, $5::uuid, 'eservice', $6::timestamptz, $6)`, d.key(), subject, kind, object, via, now)
}

func (d *desk) event(key, what, by string, at time.Time) {
	d.t.Helper()
	d.exec(`insert into eservice.event (id, case_id, what, audience, by, at) values ($1::uuid, $2::uuid, $3, 'parties', $4, $5)`, d.key(), key, what, by, at)
}

// say puts a party's message into her thread.
func (d *desk) say(key, who, body string) {
	d.t.Helper()
	d.exec(`insert into eservice.message (id, case_id, party, from_party, author, author_name, body, at) values ($1::uuid, $2::uuid, $3::uuid, true, $3::uuid, '', $4, $5)`, d.key(), key, d.person(who), body, d.Clock.Now())
}

// send puts a file into the case.
func (d *desk) send(key, who, slot, name, scan string) string {
	d.t.Helper()
	file := d.key()
	d.exec(`insert into eservice.attachment (id, case_id, slot, owner, shared, name, media, size, sha, scan, body, at) values ($1::uuid, $2::uuid, $3, $4::uuid, false, $5, 'application/pdf', 20480, '\x03', $6, '\x255044462d', $7)`,
		file, key, slot, d.person(who), name, scan, d.Clock.Now())
	return file
}

// elsas is Maria's and Johan's application for Elsa.
func elsas(officer string) application {
	return application{Child: "elsa-lindqvist-ek", Applicant: "maria-lindqvist", Guardian: "johan-ek", Mine: officer}
}

// vilmas is the application for Vilma, who is protected together with Tove.
func vilmas(officer string) application {
	return application{Child: "vilma-almgren", Applicant: "tove-almgren", Guardian: "henrik-rask", Shielded: true, Mine: officer}
}
