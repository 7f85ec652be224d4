package hall_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/andybalholm/cascadia"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/net/html"

	"tillit/internal/adapter/bankid"
	"tillit/internal/adapter/bankid/fake"
	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/core/guard"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/core/person/number"
	"tillit/internal/core/session"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/hall"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
)

func TestMain(m *testing.M) { pg.Main(m, schema.Migrations(), "hall", nil) }

var (
	alva     = fake.Person{Number: "197802029806", Given: "Alva", Surname: "Prov"}
	stranger = fake.Person{Number: "199005109815", Given: "Bosse", Surname: "Prov"} // has a BankID and is unknown here
	morning  = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
)

// house is the hall with its doors on a real database and a BankID of its own.
type house struct {
	url    string
	clock  *clock.Movable
	board  *closure.Board
	db     *pg.Database
	bankid *httptest.Server
	cards  []hall.ServiceCard
	log    *bytes.Buffer
}

func build(t *testing.T, demo bool) *house {
	t.Helper()
	h := &house{clock: clock.NewStill(morning), log: &bytes.Buffer{}, cards: []hall.ServiceCard{
		{Key: "childcare", Href: "/services/childcare", Name: "Ansök om förskola", Text: "Plats på förskola.", Life: "school", Keywords: []string{"barnomsorg"}},
		{Key: "heat", Href: "/services/heat", Name: "Anmäl bergvärme", Text: "Borra för värme."},
	}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the house says:\n%s", h.log)
		}
	})
	chance := rand.NewChaCha8([32]byte{7})
	ids := id.NewSource(h.clock, chance)
	log := slog.New(slog.NewTextHandler(h.log, nil))
	d := pg.New(t)
	h.db = d
	pool := connect(t, d, db.App)
	base := db.New(pool, h.clock)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	decider, err := access.NewDecider(map[string][]byte{"person": person.Policy})
	must(err)
	people := person.NewService(ids, []byte("a key for the hashes of this test"), decider)
	h.board, err = closure.Open(t.Context(), base, ids, log)
	must(err)
	lines, err := ledger.Open(t.Context(), connect(t, d, db.Ledger), h.clock, ids, chance, "test", log)
	must(err)
	t.Cleanup(func() { _ = lines.Close(context.Background()) })

	h.bankid = httptest.NewServer(fake.New(h.clock, chance, []fake.Person{alva, stranger}))
	t.Cleanup(h.bankid.Close)
	client, err := bankid.New(bankid.Config{URL: h.bankid.URL + "/bankid/rp/v6.0", Pause: time.Microsecond})
	must(err)
	sessions, err := session.NewService(session.Config{DB: base, Clock: h.clock, IDs: ids, Chance: chance, Build: "test", Country: "se", People: people, Board: h.board, EID: eid{client}, Log: log})
	must(err)

	zone, err := time.LoadLocation("Europe/Stockholm")
	must(err)
	doors := door.New(door.Config{DB: base, Clock: h.clock, IDs: ids, Chance: chance, Board: h.board, Sessions: sessions, People: people, Ledger: lines, Guard: guard.New(),
		Site: ui.Site{Name: "Granvik", Mark: ui.MarkSpruce, Owner: "Granviks kommun", Phone: "0980-319 200"}, Zone: zone, Lang: text.SV, Policy: "test", Build: "test", Log: log})
	outside := hall.Outside{
		BankID:   true,
		Services: func(context.Context, text.Lang) ([]hall.ServiceCard, error) { return h.cards, nil },
		Hint: func(l text.Lang, status, code string) string {
			said, _ := bankid.In(l).ByKey(bankid.HintKey(status, code))
			return said
		},
		QRSVG:   bankid.QRSVG,
		Contact: hall.Contact{Phone: "0980-319 200", Mail: "kommun@granvik.test", Visit: "Storgatan 4", Hours: []hall.Hours{{Day: time.Monday, From: "08:00", To: "17:00"}}},
	}
	staff := h.people(t, base, people, ids)
	if demo {
		outside.World = "http://127.0.0.1:8090/bankid"
		outside.Cast = func(context.Context) ([]hall.Member, error) { return staff, nil }
	}
	doors.Add(hall.New(hall.Config{Sessions: sessions, Board: h.board, Chance: chance, Log: log, Outside: outside}).Routes()...)
	handler, err := doors.Handler()
	must(err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func connect(t *testing.T, d *pg.Database, role db.Role) *pgxpool.Pool {
	t.Helper()
	p, err := d.Server.Pool(t.Context(), role, db.PoolOptions{Max: 8, Database: d.Name, AfterConnect: func(_ context.Context, c *pgx.Conn) error {
		disclosure.Register(c.TypeMap())
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// people enters one resident and two employees.
func (h *house) people(t *testing.T, base *db.DB, people *person.Service, ids *id.Source) []hall.Member {
	t.Helper()
	cast := []hall.Member{
		{ID: "ida", Name: "Ida Norén", Title: "Handläggare", Unit: "Miljöenheten", Kind: access.Officer},
		{ID: "rakel", Name: "Rakel Sund", Title: "Säkerhetsansvarig", Unit: "Miljöenheten", Kind: access.Steward},
	}
	err := base.Tx(t.Context(), db.Local{Kind: "service:seed", Purpose: "seed"}, func(ctx context.Context, tx *db.Tx) error {
		n, err := number.Parse("se", alva.Number, tx.Now())
		if err != nil {
			return err
		}
		if _, err := people.Enter(ctx, tx, person.Entry{Number: n, Given: alva.Given, Surname: alva.Surname, Street: "Provvägen 1", Postcode: "999 01", City: "Granvik", Dwelling: "1"}); err != nil {
			return err
		}
		board, unit := id.New[any](ids), id.New[any](ids)
		if _, err := tx.Exec(ctx, `insert into access.board (id, key, name) values ($1, 'miljo', 'Miljönämnden')`, board); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into access.unit (id, key, board, name, shielded) values ($1, 'miljo', $2, 'Miljöenheten', false)`, unit, board); err != nil {
			return err
		}
		for i, m := range cast {
			cast[i].Person = access.PersonID(id.New[any](ids))
			if _, err := tx.Exec(ctx, `insert into person.person (id, country, recorded_at) values ($1, 'se', $2)`, cast[i].Person, tx.Now()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into access.membership (id, person, unit, role, name, title, valid_from, source, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, 'test', $8)`,
				id.New[any](ids), cast[i].Person, unit, string(m.Kind), m.Name, m.Title, morning.AddDate(-1, 0, 0), tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cast
}

// eid is BankID as sign-in asks for it.
type eid struct{ client *bankid.Client }

func (e eid) Auth(ctx context.Context, ip string) (session.Started, error) {
	o, err := e.client.Auth(ctx, bankid.Request{EndUserIP: netip.MustParseAddr(ip)})
	return session.Started{Ref: o.Ref, AutoStart: o.AutoStartToken, QRToken: o.QRStartToken, QRSecret: o.QRStartSecret}, err
}

func (e eid) Sign(context.Context, string, string, string, []byte) (session.Started, error) {
	panic("nothing is signed in the hall")
}

func (e eid) Collect(ctx context.Context, ref string) (session.Collected, error) {
	c, err := e.client.Collect(ctx, ref)
	return session.Collected{Status: string(c.Status), Hint: string(c.Hint), Number: c.User.Number}, err
}

func (e eid) Cancel(ctx context.Context, ref string) error { return e.client.Cancel(ctx, ref) }

func (eid) QR(s session.Started, elapsed time.Duration) string { return order(s).QR(elapsed) }

func (eid) Autostart(s session.Started) string { return order(s).AutoStart() }

func order(s session.Started) bankid.Order {
	return bankid.Order{Ref: s.Ref, AutoStartToken: s.AutoStart, QRStartToken: s.QRToken, QRStartSecret: s.QRSecret}
}

// visitor is a browser with cookies of its own, which follows no redirect.
type visitor struct {
	t *testing.T
	h *house
	c *http.Client
}

func (h *house) visitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back, read.
type answer struct {
	*http.Response
	body string
}

func (v *visitor) do(method, path string, form url.Values, accept string) answer {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.h.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	res, err := v.c.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res, string(b)}
}

func (v *visitor) get(path string) answer { v.t.Helper(); return v.do("GET", path, nil, "") }

func (v *visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	return v.do("POST", path, form, "")
}

type told struct {
	Order, AutoStartToken, Status, HintCode, Text, Next string
}

func (v *visitor) json(path string, form url.Values) (told, answer) {
	v.t.Helper()
	a := v.do("POST", path, form, "application/json")
	var said told
	if err := json.Unmarshal([]byte(a.body), &said); err != nil {
		v.t.Fatalf("POST %s answers %d and no JSON", path, a.StatusCode)
	}
	return said, a
}

// has finds what a selector picks on a page, and gives its text.
func (a answer) has(t *testing.T, selector string) (string, bool) {
	t.Helper()
	n, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	found := cascadia.Query(n, cascadia.MustCompile(selector))
	if found == nil {
		return "", false
	}
	var b strings.Builder
	for d := range found.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), " .", ".")), " "), true
}

func (a answer) sets(name string) bool {
	for _, c := range a.Cookies() {
		if c.Name == name && c.MaxAge >= 0 {
			return true
		}
	}
	return false
}

// world tells the BankID of the test what its holder does.
func (h *house) world(t *testing.T, path string, what map[string]string) {
	t.Helper()
	b, _ := json.Marshal(what)
	res, err := http.Post(h.bankid.URL+path, "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(res.Body)
		t.Fatalf("POST %s: %d %s", path, res.StatusCode, said)
	}
}

// enter signs the resident in, as a test over HTTP does.
func (v *visitor) enter() {
	v.t.Helper()
	o, _ := v.json("/sign-in/bankid", nil)
	v.h.world(v.t, "/bankid/approve", map[string]string{"autoStartToken": o.AutoStartToken, "personalNumber": alva.Number})
	if said, _ := v.json("/sign-in/bankid/"+o.Order, nil); said.Status != "complete" {
		v.t.Fatalf("not signed in: %+v", said)
	}
}
