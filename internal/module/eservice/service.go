package eservice

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/core/session"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/module/eservice/formpack"
)

// Policy is who may do what with drafts and cases, in Cedar.
//
//go:embed policy.cedar
var Policy []byte

// Service is the verbs of the module. Each takes who does it first and asks for a permit on
// the record; nothing is gained by coming another way.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	ids      *id.Source
	chance   io.Reader
	access   *access.Decider
	people   *person.Service
	sessions *session.Service
	board    *closure.Board
	ledger   *ledger.Writer
	notices  Notices
	scanner  Scanner
	zone     *time.Location
	town     string // whose overrides of rates hold
	log      *slog.Logger

	packages sync.Map // hash -> *formpack.Package: immutable, so kept
}

// Config is what the service is made of.
type Config struct {
	DB       *db.DB
	Clock    clock.Clock
	IDs      *id.Source
	Chance   io.Reader
	Access   *access.Decider
	People   *person.Service
	Sessions *session.Service
	Board    *closure.Board
	Ledger   *ledger.Writer
	Notices  Notices
	Scanner  Scanner
	Zone     *time.Location
	Town     string
	Log      *slog.Logger
}

// NewService makes the service and says how its facts are loaded.
func NewService(c Config) *Service {
	s := &Service{db: c.DB, clock: c.Clock, ids: c.IDs, chance: c.Chance, access: c.Access, people: c.People, sessions: c.Sessions, board: c.Board, ledger: c.Ledger,
		notices: c.Notices, scanner: c.Scanner, zone: c.Zone, town: c.Town, log: c.Log}
	c.Access.Resource("draft", s.draftFacts)
	c.Access.Resource("case", s.caseFacts)
	return s
}

func (s *Service) draftFacts(ctx context.Context, tx *db.Tx, _ access.Actor, ref access.Ref) (access.Facts, error) {
	d, err := New(tx).draftOf(ctx, id.Key(ref.ID))
	if err != nil {
		return nil, missing("eservice.draftFacts", err)
	}
	if _, err := s.family(ctx, tx, d.Family); err != nil {
		return nil, err
	}
	return access.Facts{"applicant": d.Applicant}, nil
}

// open refuses with Closed what belongs to a service, or to a board's services, that are
// switched off by themselves. The doors know their paths only; which service a record is of,
// and which board answers for it, stands in the record.
func (s *Service) open(family, board string) error {
	if _, closed := s.board.Closed(closure.Service(family), closure.Controller(board)); closed {
		return fault.New(fault.Closed, "eservice.open", "")
	}
	return nil
}

func (s *Service) caseFacts(ctx context.Context, tx *db.Tx, by access.Actor, ref access.Ref) (access.Facts, error) {
	c, err := s.frame(ctx, tx, CaseID(ref.ID))
	if err != nil {
		return nil, err
	}
	if err := s.open(c.Family, c.boardKey); err != nil {
		return nil, err
	}
	served, err := New(tx).servedOf(ctx, id.Key(ref.ID))
	if err != nil {
		return nil, fault.Wrap("eservice.caseFacts", err)
	}
	facts := c.facts(by)
	people := []access.PersonID{}
	for _, r := range served {
		people = append(people, r.Person)
	}
	facts["served"] = people
	return facts, nil
}

// facts are what the policy knows of a case.
func (c *Case) facts(by access.Actor) access.Facts {
	invited, parties := []access.PersonID{}, []access.PersonID{}
	own := by.Person == c.About || by.Person == c.Applicant
	for _, p := range c.Parties {
		switch p.State {
		case Invited:
			invited = append(invited, p.Person)
		case Identified, Signed:
			parties = append(parties, p.Person)
		}
		own = own || p.Person == by.Person
	}
	return access.Facts{
		"state": string(c.State), "unit": c.Unit, "applicant": c.Applicant, "officer": c.Officer, "shielded": c.Shielded,
		"signing": c.State == WaitingForMultisign || c.State == Returned, "invited": invited, "parties": parties,
		"served": []access.PersonID{}, "own": own,
	}
}

// missing turns "no row" into NotFound: not there and not yours are the same.
func missing(op string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, op, "")
	}
	return fault.Wrap(op, err)
}

// Package opens a published form by its hash. A stored package that was touched is refused.
func (s *Service) Package(ctx context.Context, tx *db.Tx, hash string) (*formpack.Package, error) {
	if p, ok := s.packages.Load(hash); ok {
		return p.(*formpack.Package), nil
	}
	row, err := New(tx).packageOf(ctx, hash)
	if err != nil {
		return nil, missing("eservice.Package", err)
	}
	p, err := formpack.Load([]byte(row.Body), hash)
	if err != nil {
		return nil, fault.Wrap("eservice.Package", err)
	}
	s.packages.Store(hash, p)
	return p, nil
}

// Publish makes a compiled package the live one of its family, handled by a unit, and by the
// shielded unit for protected persons. A package is never changed: the same hash is the same
// package, and another content under a number that is taken is Conflict. For the seed and the console.
func (s *Service) Publish(ctx context.Context, tx *db.Tx, p *formpack.Package, unit, shielded access.UnitID) error {
	q := New(tx)
	switch hash, err := q.publishedAs(ctx, p.Family, int32(p.Number)); {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return fault.Wrap("eservice.Publish", err)
	case hash != p.Hash:
		return fault.As(fault.Conflict, "eservice.Publish", fmt.Errorf("package %d of %s is published with another content: give the new one the next number", p.Number, p.Family))
	}
	if err := q.insertPackage(ctx, insertPackageParams{p.Hash, p.Family, int32(p.Number), string(p.JSON), tx.Now()}); err != nil {
		return fault.Wrap("eservice.Publish", err)
	}
	return fault.Wrap("eservice.Publish", q.putFamily(ctx, p.Family, id.Key(unit), id.Key(shielded), p.Hash))
}

// SetRates adds dated rows; a row that is there stays as it is.
func (s *Service) SetRates(ctx context.Context, tx *db.Tx, rates []formpack.Rate) error {
	q := New(tx)
	for _, r := range rates {
		var to *time.Time
		if !r.ValidTo.IsZero() {
			to = &r.ValidTo
		}
		if err := q.insertRate(ctx, insertRateParams{id.New[any](s.ids), r.Key, string(r.Unit), r.Value, r.ValidFrom, to, r.Municipality, r.Source, r.Confirmed, r.Enabled}); err != nil {
			return fault.Wrap("eservice.SetRates", err)
		}
	}
	return nil
}

// AddFacility adds a place that can be applied for.
func (s *Service) AddFacility(ctx context.Context, tx *db.Tx, key, name, kind, area string) error {
	return fault.Wrap("eservice.AddFacility", New(tx).insertFacility(ctx, insertFacilityParams{id.New[any](s.ids), key, name, kind, area}))
}

// Family is a service as the public side lists it.
type Family struct {
	Key       string
	Live      *formpack.Package
	BoardName string
	Enabled   bool

	boardKey string
}

// Families lists the services. For anyone: nothing here is about anybody.
func (s *Service) Families(ctx context.Context, tx *db.Tx) ([]Family, error) {
	rows, err := New(tx).families(ctx)
	if err != nil {
		return nil, fault.Wrap("eservice.Families", err)
	}
	list := make([]Family, len(rows))
	for i, r := range rows {
		p, err := s.Package(ctx, tx, r.Live)
		if err != nil {
			return nil, err
		}
		list[i] = Family{Key: r.Key, Live: p, BoardName: r.BoardName, Enabled: r.Enabled, boardKey: r.BoardKey}
	}
	return list, nil
}

func (s *Service) family(ctx context.Context, tx *db.Tx, key string) (familiesRow, error) {
	rows, err := New(tx).families(ctx)
	if err != nil {
		return familiesRow{}, fault.Wrap("eservice.family", err)
	}
	for _, r := range rows {
		if r.Key == key && r.Enabled {
			return r, s.open(key, r.BoardKey)
		}
	}
	return familiesRow{}, fault.New(fault.NotFound, "eservice.family", "")
}

// rates picks the rows that a package needs on a day.
func (s *Service) rates(ctx context.Context, tx *db.Tx, p *formpack.Package) (map[string]formpack.Rate, error) {
	rows, err := New(tx).rates(ctx)
	if err != nil {
		return nil, fault.Wrap("eservice.rates", err)
	}
	all := make([]formpack.Rate, len(rows))
	for i, r := range rows {
		all[i] = formpack.Rate{ID: r.ID.String(), Key: r.Key, Unit: formpack.Unit(r.Unit), Value: r.Value, ValidFrom: r.ValidFrom, Source: r.Source,
			Confirmed: r.Confirmed, Enabled: r.Enabled, Municipality: r.Municipality}
		if r.ValidTo != nil {
			all[i].ValidTo = *r.ValidTo
		}
	}
	return p.PickAll(all, tx.Now().In(s.zone), s.town), nil
}

// days is a deadline of a package in days; a package without it has none.
func days(p *formpack.Package, rates map[string]formpack.Rate, use string) (time.Duration, bool) {
	key := p.Deadlines[use]
	switch use {
	case "sign":
		key = p.Signers.Deadline
	case "sign_reminder":
		key = p.Signers.Reminder
	}
	r, ok := rates[key]
	return time.Duration(r.Value) * 24 * time.Hour, ok
}
