package notify

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/guard"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/core/person/number"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/kit/job"
	"tillit/internal/kit/text"
	"tillit/internal/schema"
	"tillit/internal/testkit/pg"
)

func TestMain(m *testing.M) {
	pg.Main(m, schema.Migrations(), "river 0.51.1", func(ctx context.Context, s *db.Server) error {
		owner, err := s.Pool(ctx, db.Owner, db.PoolOptions{})
		if err != nil {
			return err
		}
		defer owner.Close()
		return job.Migrate(ctx, owner)
	})
}

// site is the service on a database of its own, with people in it.
type site struct {
	*Service
	t      *testing.T
	clock  *clock.Movable
	ids    *id.Source
	post   *post
	super  *pgx.Conn
	people map[string]access.PersonID
}

// maria and johan are residents; agnes is one with protected data.
var cast = []person.Entry{
	{Given: "Maria", Surname: "Lindqvist", Street: "Näckrosvägen 8"},
	{Given: "Johan", Surname: "Ek", Street: "Näckrosvägen 8"},
	{Given: "Agnes", Surname: "Torvald", Street: "Näckrosvägen 6", Protection: person.Secrecy},
}

var numbers = []string{"198803129926", "198609029999", "197904199887"}

func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	d := pg.New(t)
	super, err := d.Server.Superuser(t.Context(), d.Name)
	must(t, err)
	t.Cleanup(func() { super.Close(context.Background()) })
	app, ledgers := pool(t, d, db.App), pool(t, d, db.Ledger)
	log := slog.New(slog.NewTextHandler(t.Output(), nil))

	s := &site{t: t, clock: clock.NewStill(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)), super: super, people: map[string]access.PersonID{}}
	s.ids = id.NewSource(s.clock, nil)
	s.post = &post{delivered: make(chan Letter, 100)}
	decider, err := access.NewDecider(map[string][]byte{"person": person.Policy, "notify": Policy})
	must(t, err)
	house := db.New(app, s.clock)
	board, err := closure.Open(t.Context(), house, s.ids, log)
	must(t, err)
	writer, err := ledger.Open(t.Context(), ledgers, s.clock, s.ids, rand.Reader, "test", log)
	must(t, err)
	t.Cleanup(func() { _ = writer.Close(context.Background()) }) // a test may have closed it
	queue, err := job.New(app, s.clock, log)
	must(t, err)
	people := person.NewService(s.ids, []byte("key of the tests"), decider)
	s.Service = NewService(Config{DB: house, IDs: s.ids, Chance: rand.Reader, Access: decider, People: people, Board: board, Ledger: writer,
		Guard: guard.New(), Queue: queue, Mailer: s.post, Town: "Granviks kommun", Base: "https://granvik.test", Lang: text.SV, Build: "test", Log: log})
	must(t, house.Tx(t.Context(), db.Local{Kind: "service:seed", Purpose: "seed"}, func(ctx context.Context, tx *db.Tx) error {
		for i, e := range cast {
			var err error
			if e.Number, err = number.Parse("se", numbers[i], tx.Now()); err != nil {
				return err
			}
			who, err := people.Enter(ctx, tx, e)
			if err != nil {
				return err
			}
			s.people[strings.ToLower(e.Given)] = who
		}
		return nil
	}))
	return s
}

func pool(t *testing.T, d *pg.Database, role db.Role) *pgxpool.Pool {
	t.Helper()
	p, err := d.Server.Pool(t.Context(), role, db.PoolOptions{Max: 8, Database: d.Name, AfterConnect: func(_ context.Context, c *pgx.Conn) error {
		disclosure.Register(c.TypeMap())
		return nil
	}})
	must(t, err)
	t.Cleanup(p.Close)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// post is the far side of the mail port.
type post struct {
	mu        sync.Mutex
	letters   []Letter
	answers   []error                       // to the next letters; then all are taken
	look      func(context.Context, Letter) // before an answer
	delivered chan Letter
}

func (p *post) Send(ctx context.Context, l Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.look != nil {
		p.look(ctx, l)
	}
	if len(p.answers) > 0 {
		err := p.answers[0]
		p.answers = p.answers[1:]
		if err != nil {
			return err
		}
	}
	p.letters = append(p.letters, l)
	p.delivered <- l
	return nil
}

// take empties the post box.
func (p *post) take() []Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	letters := p.letters
	p.letters = nil
	return letters
}

// as is a resident at the door, for the length of the test.
func (s *site) as(name string) access.Actor {
	by, visit := access.Actor{Kind: access.Resident, Person: s.people[name]}.Enter(access.RequestID(id.New[any](s.ids)))
	s.t.Cleanup(visit.End)
	return by
}

// work does the jobs that wait: it delivers each queued delivery once.
func (s *site) work() {
	s.t.Helper()
	for _, d := range s.queued() {
		must(s.t, s.deliver(s.t.Context(), job.Job[mail]{Args: mail{d}}))
	}
}

func (s *site) queued() []DeliveryID {
	s.t.Helper()
	rows, err := s.super.Query(s.t.Context(), "select id from notify.delivery where state = 'queued' order by id")
	must(s.t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[DeliveryID])
	must(s.t, err)
	return list
}

// one asks the database for one value, past row-level security.
func one[T any](s *site, sql string, args ...any) T {
	s.t.Helper()
	var v T
	must(s.t, s.super.QueryRow(s.t.Context(), sql, args...).Scan(&v))
	return v
}

var codeIn = regexp.MustCompile(`(?m)^[2-9CFGHJMPQRVWX]{4}-[2-9CFGHJMPQRVWX]{4}$`)

// add gives an address and the code that was mailed to it.
func (s *site) add(name, address string) (PointID, string) {
	s.t.Helper()
	point, err := s.AddPoint(s.t.Context(), s.as(name), address)
	must(s.t, err)
	s.work()
	letters := s.post.take()
	if len(letters) != 1 || letters[0].To.Mailbox() != address {
		s.t.Fatalf("%d letters with a code", len(letters))
	}
	code := codeIn.FindString(letters[0].Text)
	if code == "" {
		s.t.Fatal("a letter without a code")
	}
	return point, code
}

// proven gives an address that has been proved, the usual way.
func (s *site) proven(name, address string) PointID {
	s.t.Helper()
	point, code := s.add(name, address)
	must(s.t, s.ProvePoint(s.t.Context(), s.as(name), point, code))
	return point
}

var errMind = errors.New("changed its mind")

// notify leaves a notice for somebody, in a transaction of somebody else, which ends with err.
func (s *site) notify(name string, t Template, err error) {
	s.t.Helper()
	by := s.as("johan")
	got := s.db.Tx(s.t.Context(), by.Local("apply"), func(ctx context.Context, tx *db.Tx) error {
		if err := s.Notify(ctx, tx, s.people[name], string(t), id.New[any](s.ids), "childcare"); err != nil {
			return err
		}
		return err
	})
	if !errors.Is(got, err) {
		s.t.Fatal(got)
	}
}
