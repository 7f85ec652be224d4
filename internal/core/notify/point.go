package notify

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// State is how far a contact point has got. Withdrawn is the end.
type State string

// The states.
const (
	Unproven  State = "unproven"
	Proven    State = "proven"
	Withdrawn State = "withdrawn"
)

// Point is a contact point as its owner sees it.
type Point struct {
	ID       PointID
	Address  disclosure.Value // a mail address
	State    State            // Unproven or Proven
	GivenAt  time.Time
	ProvenAt *time.Time
	Until    time.Time // unproven: when the code expires
}

// givenADay bounds how many addresses one person gives in a day, since each gets a mail
// that nobody there may have asked for.
const givenADay = 5

func (s *Service) pointFacts(ctx context.Context, tx *db.Tx, _ access.Actor, ref access.Ref) (access.Facts, error) {
	p, err := New(tx).point(ctx, id.Key(ref.ID))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "notify.pointFacts", "")
	}
	if err != nil {
		return nil, fault.Wrap("notify.pointFacts", err)
	}
	return factsOf(p.Person, State(p.State), p.ProvenAt), nil
}

func factsOf(owner access.PersonID, state State, provenAt *time.Time) access.Facts {
	return access.Facts{"owner": owner, "state": string(state), "once_proven": provenAt != nil}
}

func invalid(op, field, text string) error {
	return &fault.Fault{Kind: fault.Invalid, Op: op, Fields: []fault.Field{{Name: field, Text: text}}}
}

// Points lists the signed-in resident's own contact points, without the withdrawn, oldest first.
func (s *Service) Points(ctx context.Context, tx *db.Tx, by access.Actor) ([]Point, error) {
	rows, err := New(tx).pointsOf(ctx, by.Person)
	if err != nil {
		return nil, fault.Wrap("notify.Points", err)
	}
	list := make([]Point, len(rows))
	for i := range rows {
		r := &rows[i]
		ref := PointRef(PointID(r.ID))
		p, err := s.access.Decide(tx, by, ReadPoint, ref, Contact, factsOf(r.Person, State(r.State), r.ProvenAt))
		if err != nil {
			return nil, fault.Wrap("notify.Points", err)
		}
		disclosure.Tie(p, r.Person, ref, 0, r)
		list[i] = Point{ID: PointID(r.ID), Address: r.Address, State: State(r.State), GivenAt: r.CreatedAt, ProvenAt: r.ProvenAt, Until: r.CreatedAt.Add(codeLife)}
	}
	return list, nil
}

// AddPoint keeps a mail address that the signed-in resident gives, unproven, and has a code
// mailed there. An address that she gave before and never proved is withdrawn.
//
// It refuses with Invalid and the field address: what is no single address, one that she has
// proved already, the sixth within a day, and every address of a protected person, whom no
// mail may show to exist. Officers and stewards have none here: Refused.
func (s *Service) AddPoint(ctx context.Context, by access.Actor, address string) (PointID, error) {
	const op = "notify.AddPoint"
	mailbox, wrong := readAddress(address)
	if wrong != "" {
		return PointID{}, invalid(op, "address", wrong)
	}
	point := id.New[pointKey](s.ids)
	sealed := disclosure.NewPersonal(mailbox)
	err := s.db.Tx(ctx, by.Local(Contact), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Decide(tx, by, ChangePoint, PointRef(point), Contact, factsOf(by.Person, Unproven, nil)); err != nil {
			return err
		}
		q := New(tx)
		given, err1 := q.givenSince(ctx, by.Person, tx.Now().Add(-24*time.Hour))
		known, err2 := q.isProven(ctx, by.Person, sealed)
		protected, err3 := s.people.AnyProtected(ctx, tx, by.Person)
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		switch {
		case protected:
			return invalid(op, "address", "address_protected")
		case known:
			return invalid(op, "address", "address_known")
		case given >= givenADay:
			return invalid(op, "address", "address_too_many")
		}
		if err := q.withdrawUnproven(ctx, by.Person); err != nil {
			return err
		}
		if err := q.insertPoint(ctx, insertPointParams{ID: id.Key(point), Person: by.Person, Address: sealed, State: string(Unproven), CreatedAt: tx.Now()}); err != nil {
			return err
		}
		return access.AsService(ctx, tx, "notify", func(ctx context.Context) error { return s.send(ctx, tx, NoticeID{}, point) })
	})
	return point, fault.Wrap(op, err)
}

// ProvePoint takes the code that was mailed to a contact point of the signed-in resident,
// in whatever spelling. The point is then proven and the one before it withdrawn, and that
// one gets a last mail which says so. Proving again changes nothing.
//
// It refuses with Invalid and the field code: a wrong one, the sixth try, one older than a
// day. A point that is not hers, or withdrawn, is NotFound.
func (s *Service) ProvePoint(ctx context.Context, by access.Actor, point PointID, code string) error {
	const op = "notify.ProvePoint"
	var wrong string
	err := s.db.Tx(ctx, by.Local(Contact), func(ctx context.Context, tx *db.Tx) error {
		wrong = ""
		if _, err := s.access.Permit(ctx, tx, by, ChangePoint, PointRef(point), Contact); err != nil {
			return err
		}
		q := New(tx)
		p, err := q.lockPoint(ctx, id.Key(point))
		if err != nil {
			return err
		}
		switch {
		case State(p.State) == Proven:
			return nil
		case State(p.State) == Withdrawn:
			return fault.New(fault.NotFound, op, "")
		case !tx.Now().Before(p.CreatedAt.Add(codeLife)):
			wrong = "code_expired"
			return nil
		case p.Tries >= codeTries:
			wrong = "code_spent"
			return nil
		case !matches(point, code, p.Code):
			wrong = "code_wrong"
			return q.countTry(ctx, id.Key(point)) // commits: a try counts
		}
		now := tx.Now()
		if err := q.prove(ctx, &now, id.Key(point)); err != nil {
			return err
		}
		former, err := q.withdrawOthers(ctx, by.Person, id.Key(point))
		if err != nil {
			return err
		}
		return s.warn(ctx, tx, by.Person, former)
	})
	if err == nil && wrong != "" {
		return invalid(op, "code", wrong)
	}
	return fault.Wrap(op, err)
}

// WithdrawPoint ends a contact point of the signed-in resident. A proven one gets a last
// mail which says so. Withdrawing again changes nothing; one that is not hers is NotFound.
func (s *Service) WithdrawPoint(ctx context.Context, by access.Actor, point PointID) error {
	err := s.db.Tx(ctx, by.Local(Contact), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, ChangePoint, PointRef(point), Contact); err != nil {
			return err
		}
		q := New(tx)
		p, err := q.lockPoint(ctx, id.Key(point))
		if err != nil || State(p.State) == Withdrawn {
			return err
		}
		if err := q.withdraw(ctx, id.Key(point)); err != nil || State(p.State) != Proven {
			return err
		}
		return s.warn(ctx, tx, by.Person, []id.Key{id.Key(point)})
	})
	return fault.Wrap("notify.WithdrawPoint", err)
}

// warn leaves the owner a notice of the change, and has the addresses told that were good
// until now.
func (s *Service) warn(ctx context.Context, tx *db.Tx, who access.PersonID, former []id.Key) error {
	if len(former) == 0 {
		return nil
	}
	return access.AsService(ctx, tx, "notify", func(ctx context.Context) error {
		notice, err := s.leave(ctx, tx, who, ContactChanged, id.Key{}, "")
		for _, point := range former {
			if err == nil {
				err = s.send(ctx, tx, notice, PointID(point))
			}
		}
		return err
	})
}

// Enter keeps an address as proven, for the seed of an invented town. A protected person
// gets none. Refused with Invalid when it is no single address.
func (s *Service) Enter(ctx context.Context, tx *db.Tx, who access.PersonID, address string) error {
	mailbox, wrong := readAddress(address)
	if wrong != "" {
		return invalid("notify.Enter", "address", wrong)
	}
	protected, err := s.people.AnyProtected(ctx, tx, who)
	if err != nil || protected {
		return fault.Wrap("notify.Enter", err)
	}
	now := tx.Now()
	return fault.Wrap("notify.Enter", New(tx).insertPoint(ctx, insertPointParams{ID: id.New[any](s.ids), Person: who,
		Address: disclosure.NewPersonal(mailbox), State: string(Proven), CreatedAt: now, ProvenAt: &now}))
}

// Sweep withdraws the addresses that nobody has proved within a day. The sweeper calls it.
func (s *Service) Sweep(ctx context.Context) error {
	return fault.Wrap("notify.Sweep", s.db.Tx(ctx, local, func(ctx context.Context, tx *db.Tx) error {
		return New(tx).withdrawOverdue(ctx, tx.Now().Add(-codeLife))
	}))
}
