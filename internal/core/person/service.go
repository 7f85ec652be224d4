package person

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/person/number"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// Policy is who may see what of a person, in Cedar.
//
//go:embed policy.cedar
var Policy []byte

// Service knows people.
type Service struct {
	ids     *id.Source
	hashKey []byte
	access  *access.Decider
	ended   []func(ctx context.Context, tx *db.Tx, guardian, child ID) error
}

// NewService makes the service; hashKey keys the hash by which people are found by number.
func NewService(ids *id.Source, hashKey []byte, d *access.Decider) *Service {
	s := &Service{ids: ids, hashKey: hashKey, access: d}
	d.Resource(Kind, s.facts)
	return s
}

func (s *Service) facts(ctx context.Context, tx *db.Tx, by access.Actor, ref access.Ref) (access.Facts, error) {
	who := []id.Key{id.Key(ref.ID)}
	all, err := s.reached(ctx, tx, by, who)
	if err != nil {
		return nil, err
	}
	protected, err := New(tx).protectedAmong(ctx, who)
	if err != nil {
		return nil, fault.Wrap("person.facts", err)
	}
	return all[who[0]].facts(ID(ref.ID) == by.Person, len(protected) > 0), nil
}

// ByNumber finds a living person by identity number. For sign-in and the register feed; a
// number that nobody has is NotFound, and so is that of somebody who has died.
func (s *Service) ByNumber(ctx context.Context, tx *db.Tx, n number.Number) (ID, error) {
	hash := n.Hash(s.hashKey)
	row, err := New(tx).personByHash(ctx, hash[:])
	if errors.Is(err, pgx.ErrNoRows) || err == nil && row.DiedAt != nil {
		return ID{}, fault.New(fault.NotFound, "person.ByNumber", "")
	}
	return row.ID, fault.Wrap("person.ByNumber", err)
}

// AddressOf reads where a person lives, for the person herself and for officers who serve
// her. Anybody else gets an empty address.
func (s *Service) AddressOf(ctx context.Context, tx *db.Tx, by access.Actor, who ID, purpose access.Purpose) (Address, error) {
	p, err := s.access.Permit(ctx, tx, by, ReadAddress, Ref(who), purpose)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Refused) {
		return Address{}, nil
	} else if err != nil {
		return Address{}, err
	}
	q := New(tx)
	if a, err := q.protectedAddressOf(ctx, who); err == nil {
		disclosure.Tie(p, who, p.Ref(), 0, &a)
		return Address{a.Street, a.Postcode, a.City, a.Dwelling}, nil
	} else if !errors.Is(err, pgx.ErrNoRows) {
		return Address{}, fault.Wrap("person.AddressOf", err)
	}
	a, err := q.addressOf(ctx, who)
	if errors.Is(err, pgx.ErrNoRows) {
		return Address{}, nil
	}
	if err != nil {
		return Address{}, fault.Wrap("person.AddressOf", err)
	}
	disclosure.Tie(p, who, p.Ref(), 0, &a)
	return Address{a.Street, a.Postcode, a.City, a.Dwelling}, nil
}

// Children lists the children whom the signed-in resident is guardian of now.
func (s *Service) Children(ctx context.Context, tx *db.Tx, by access.Actor) ([]ID, error) {
	if by.Kind != access.Resident {
		return nil, nil
	}
	rows, err := New(tx).childrenOf(ctx, id.Key(by.Person), tx.Now())
	if err != nil {
		return nil, fault.Wrap("person.Children", err)
	}
	children := make([]ID, len(rows))
	for i, r := range rows {
		children[i] = ID(r)
	}
	return children, nil
}

// Guardians lists the custody of a child that is valid now, as far as the actor reaches it:
// a guardian of the child sees all of it, a stranger nothing.
func (s *Service) Guardians(ctx context.Context, tx *db.Tx, child ID) ([]Custody, error) {
	rows, err := New(tx).custodyOf(ctx, child, tx.Now())
	if err != nil {
		return nil, fault.Wrap("person.Guardians", err)
	}
	list := make([]Custody, len(rows))
	for i, r := range rows {
		list[i] = Custody{Guardian: r.Guardian, Kind: CustodyKind(r.Kind), Living: Living(r.Living), From: r.ValidFrom, To: r.ValidTo}
	}
	return list, nil
}

// AnyProtected reports whether somebody among the people is protected. For named services
// that must choose the shielded way; to anybody else nobody is.
func (s *Service) AnyProtected(ctx context.Context, tx *db.Tx, people ...ID) (bool, error) {
	keys := make([]id.Key, len(people))
	for i, p := range people {
		keys[i] = id.Key(p)
	}
	rows, err := New(tx).protectedAmong(ctx, keys)
	return len(rows) > 0, fault.Wrap("person.AnyProtected", err)
}

// Watched are the names that the guard looks for in everything that leaves: those of
// protected people, and of canaries.
func (s *Service) Watched(ctx context.Context, tx *db.Tx, name func(given, surname, kind string)) error {
	rows, err := New(tx).watchedNames(ctx)
	if err != nil {
		return fault.Wrap("person.Watched", err)
	}
	by, visit := access.Service("guard").Enter(access.RequestID(id.New[any](s.ids)))
	defer visit.End()
	for _, r := range rows {
		p, err := s.access.Decide(tx, by, "person.Watch", Ref(r.Person), "guard", access.Facts{})
		if err != nil {
			return err
		}
		disclosure.Tie(p, r.Person, Ref(r.Person), 0, &r)
		given, err := disclosure.Use(r.Given)
		if err != nil {
			return fault.Wrap("person.Watched", err)
		}
		surname, err := disclosure.Use(r.Surname)
		if err != nil {
			return fault.Wrap("person.Watched", err)
		}
		name(given, surname, r.Kind)
	}
	return nil
}

// Enter puts a person from the population register in, or brings her up to date. For the
// services population and seed.
func (s *Service) Enter(ctx context.Context, tx *db.Tx, e Entry) (ID, error) {
	q := New(tx)
	hash := e.Number.Hash(s.hashKey)
	var who ID
	row, err := q.personByHash(ctx, hash[:])
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		who = ID(id.New[any](s.ids))
		if err := q.insertPerson(ctx, who, string(e.Number.Country()), e.Canary, tx.Now()); err != nil {
			return ID{}, fault.Wrap("person.Enter", err)
		}
	case err != nil:
		return ID{}, fault.Wrap("person.Enter", err)
	default:
		who = row.ID
	}
	if e.Died != nil {
		if err := q.setDied(ctx, who, e.Died); err != nil {
			return ID{}, fault.Wrap("person.Enter", err)
		}
	}
	born := e.Number.Born().Format(time.DateOnly)
	if e.Protection == Unprotected {
		err = s.inTheOpen(ctx, q, who, e, born, hash[:])
	} else {
		err = s.shielded(ctx, q, who, e, born, hash[:], tx.Now())
	}
	return who, fault.Wrap("person.Enter", err)
}

func (s *Service) inTheOpen(ctx context.Context, q *Queries, who ID, e Entry, born string, hash []byte) error {
	return errors.Join(
		q.deleteProtectedAddress(ctx, who), q.deleteProtected(ctx, who),
		q.upsertName(ctx, who, disclosure.NewPersonal(e.Given), disclosure.NewPersonal(e.Surname)),
		q.upsertNumber(ctx, who, disclosure.NewPersonal(e.Number.Canonical()), disclosure.NewPersonal(born), hash),
		q.upsertAddress(ctx, upsertAddressParams{who, disclosure.NewPersonal(e.Street), disclosure.NewPersonal(e.Postcode), disclosure.NewPersonal(e.City), disclosure.NewPersonal(e.Dwelling)}),
	)
}

func (s *Service) shielded(ctx context.Context, q *Queries, who ID, e Entry, born string, hash []byte, now time.Time) error {
	return errors.Join(
		q.deleteName(ctx, who), q.deleteNumber(ctx, who), q.deleteAddress(ctx, who),
		q.upsertProtected(ctx, upsertProtectedParams{who, string(e.Protection), disclosure.NewProtected(e.Number.Canonical()), hash,
			disclosure.NewProtected(e.Given), disclosure.NewProtected(e.Surname), disclosure.NewProtected(born), now}),
		q.upsertProtectedAddress(ctx, upsertProtectedAddressParams{who, disclosure.NewProtected(e.Street), disclosure.NewProtected(e.Postcode), disclosure.NewProtected(e.City), disclosure.NewProtected(e.Dwelling)}),
	)
}

// SetCustody makes the register's custody of a child true: what is no longer said ends now,
// what is new begins, and the relations that give reach follow. For population and seed.
func (s *Service) SetCustody(ctx context.Context, tx *db.Tx, child ID, said []Custody) error {
	q := New(tx)
	current, err := q.custodyOf(ctx, child, tx.Now())
	if err != nil {
		return fault.Wrap("person.SetCustody", err)
	}
	for _, c := range current {
		still := slices.ContainsFunc(said, func(n Custody) bool {
			return n.Guardian == c.Guardian && string(n.Kind) == c.Kind && string(n.Living) == c.Living && (n.To == nil || n.To.After(tx.Now()))
		})
		if still {
			continue
		}
		now := tx.Now()
		if err := q.endCustody(ctx, c.ID, &now); err != nil {
			return fault.Wrap("person.SetCustody", err)
		}
	}
	for _, n := range said {
		if slices.ContainsFunc(current, func(c PersonCustody) bool {
			return n.Guardian == c.Guardian && string(n.Kind) == c.Kind && string(n.Living) == c.Living
		}) && (n.To == nil || n.To.After(tx.Now())) {
			continue
		}
		if err := q.insertCustody(ctx, insertCustodyParams{id.New[any](s.ids), child, n.Guardian, string(n.Kind), string(n.Living), n.From, n.To, "population", tx.Now()}); err != nil {
			return fault.Wrap("person.SetCustody", err)
		}
	}
	if err := s.relate(ctx, q, tx.Now(), child, current, said); err != nil {
		return err
	}
	for _, c := range current {
		if slices.ContainsFunc(said, func(n Custody) bool { return n.Guardian == c.Guardian && (n.To == nil || n.To.After(tx.Now())) }) {
			continue
		}
		for _, end := range s.ended {
			if err := end(ctx, tx, c.Guardian, child); err != nil {
				return err
			}
		}
	}
	return nil
}

// OnCustodyEnd says what else ends when somebody's custody of a child does, in the same
// transaction. Called by whoever ties the modules together, before serving.
func (s *Service) OnCustodyEnd(end func(ctx context.Context, tx *db.Tx, guardian, child ID) error) {
	s.ended = append(s.ended, end)
}

// relate writes the reach that custody gives: guardian to child, and guardian to guardian.
func (s *Service) relate(ctx context.Context, q *Queries, now time.Time, child ID, before []PersonCustody, said []Custody) error {
	var was, is []ID
	for _, c := range before {
		was = append(was, c.Guardian)
	}
	for _, c := range said {
		if c.To == nil || c.To.After(now) {
			is = append(is, c.Guardian)
		}
	}
	put := func(subject ID, kind string, object ID, from time.Time) error {
		return q.insertRelation(ctx, insertRelationParams{ID: id.New[any](s.ids), Subject: id.Key(subject), Kind: kind, Object: id.Key(object),
			Via: id.Key(child), Source: "population", ValidFrom: from, RecordedAt: now})
	}
	for _, g := range was {
		if slices.Contains(is, g) {
			continue
		}
		if err := q.endRelation(ctx, id.Key(g), "guardian_of", id.Key(child), &now); err != nil {
			return fault.Wrap("person.relate", err)
		}
		for _, other := range was {
			if err := errors.Join(
				q.endRelation(ctx, id.Key(g), "co_guardian_of", id.Key(other), &now),
				q.endRelation(ctx, id.Key(other), "co_guardian_of", id.Key(g), &now)); err != nil {
				return fault.Wrap("person.relate", err)
			}
		}
	}
	for _, c := range said {
		g := c.Guardian
		if !slices.Contains(is, g) || slices.Contains(was, g) {
			continue
		}
		if err := put(g, "guardian_of", child, c.From); err != nil {
			return fault.Wrap("person.relate", err)
		}
		for _, other := range is {
			if other == g {
				continue
			}
			if err := put(g, "co_guardian_of", other, c.From); err != nil {
				return fault.Wrap("person.relate", err)
			}
			if slices.Contains(was, other) {
				if err := put(other, "co_guardian_of", g, c.From); err != nil {
					return fault.Wrap("person.relate", err)
				}
			}
		}
	}
	return nil
}
