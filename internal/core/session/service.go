package session

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/person"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// Service signs in and out.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Source
	chance  io.Reader
	build   string
	country string
	people  *person.Service
	board   *closure.Board
	eid     EID
	log     *slog.Logger

	passkeys *webauthn.WebAuthn // nil where the address can't have any
}

// Config is what the service is made of.
type Config struct {
	DB      *db.DB
	Clock   clock.Clock
	IDs     *id.Source
	Chance  io.Reader
	Build   string
	Country string
	People  *person.Service
	Board   *closure.Board
	EID     EID
	Log     *slog.Logger
	Public  string // the address that people type: passkeys belong to it
	Town    string // how the municipality calls itself
}

// NewService makes the service.
func NewService(c Config) (*Service, error) {
	keys, err := passkeys(c.Public, c.Town)
	if err != nil {
		return nil, fault.As(fault.Internal, "session.NewService", err)
	}
	return &Service{db: c.DB, clock: c.Clock, ids: c.IDs, chance: c.Chance, build: c.Build, country: c.Country, people: c.People, board: c.Board, eid: c.EID, log: c.Log,
		passkeys: keys}, nil
}

// as is the transaction of this named service on behalf of somebody, or of nobody yet.
func as(who access.PersonID) db.Local {
	l := db.Local{Kind: "service:session", Purpose: "sign-in"}
	if !who.IsZero() {
		l.Actor = who.String()
	}
	return l
}

// Identify turns a cookie's secret into the actor whose live session it is; the zero Actor
// when there is none. Each request asks: nothing is remembered between two. Reading moves
// the idle limit on, at most every half minute.
func (s *Service) Identify(ctx context.Context, secret Secret) (access.Actor, Session, error) {
	var by access.Actor
	var out Session
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		by, out = access.Actor{}, Session{}
		q := New(tx)
		row, err := q.live(ctx, secret.Hash(), tx.Now())
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		actor := access.Actor{Kind: access.Kind(row.Kind), Person: row.Subject, Session: access.SessionID(row.ID)}
		if actor.Kind != access.Resident {
			// An employment that has ended takes the session's reach with it at once.
			ok, err := s.employ(ctx, q, &actor, access.MembershipID(row.Membership), tx.Now())
			if err != nil || !ok {
				return err
			}
		}
		by = actor
		out = Session{ID: actor.Session, Kind: actor.Kind, Shared: row.Shared, Build: row.Build, IdleUntil: row.IdleUntil, Until: row.AbsoluteUntil}
		if tx.Now().Sub(row.SeenAt) < 30*time.Second {
			return nil
		}
		out.IdleUntil = earlier(tx.Now().Add(LimitsFor(row.Shared).Idle), row.AbsoluteUntil)
		return q.touch(ctx, secret.Hash(), tx.Now(), out.IdleUntil)
	})
	return by, out, fault.Wrap("session.Identify", err)
}

func (s *Service) employ(ctx context.Context, q *Queries, actor *access.Actor, chosen access.MembershipID, now time.Time) (bool, error) {
	rows, err := q.memberships(ctx, actor.Person, now)
	if err != nil {
		return false, err
	}
	found := false
	for _, r := range rows {
		if access.Kind(r.Role) != actor.Kind {
			continue
		}
		m := access.Membership{ID: access.MembershipID(r.ID), Unit: access.UnitID(r.Unit), UnitName: r.UnitName, Board: access.BoardID(r.Board),
			Shielded: r.Shielded, Role: access.Kind(r.Role), Name: r.Name, Title: r.Title}
		actor.All = append(actor.All, m)
		if m.ID == chosen {
			actor.At, found = m, true
		}
	}
	return found, nil
}

// begin makes a session for a person and gives the secret for her browser. Another session
// in the same browser (old) ends in the same transaction: one person after another makes
// another row, never a changed one.
func (s *Service) begin(ctx context.Context, tx *db.Tx, who access.PersonID, kind access.Kind, membership access.MembershipID, method, strength string, shared bool, old *Secret) (Secret, error) {
	var secret Secret
	if _, err := io.ReadFull(s.chance, secret[:]); err != nil {
		return Secret{}, fault.As(fault.Internal, "session.begin", err)
	}
	q := New(tx)
	if old != nil {
		if err := s.revoke(ctx, tx, *old, "another sign-in"); err != nil {
			return Secret{}, err
		}
	}
	limits := LimitsFor(shared)
	now := tx.Now()
	return secret, q.insertSession(ctx, insertSessionParams{
		Hash: secret.Hash(), ID: id.New[any](s.ids), Subject: who, Kind: string(kind), Membership: id.Key(membership), Method: method, Strength: strength,
		Shared: shared, Build: s.build, Now: now, IdleUntil: now.Add(limits.Idle), AbsoluteUntil: now.Add(limits.Absolute),
	})
}

func (s *Service) revoke(ctx context.Context, tx *db.Tx, secret Secret, why string) error {
	now := tx.Now()
	_, err := New(tx).revoke(ctx, &now, &why, secret.Hash())
	return err
}

// SignOut ends the session before it returns. Ending what has ended changes nothing.
func (s *Service) SignOut(ctx context.Context, by access.Actor, secret Secret) error {
	err := s.db.Tx(ctx, as(by.Person), func(ctx context.Context, tx *db.Tx) error {
		return s.revoke(ctx, tx, secret, "signed out")
	})
	return fault.Wrap("session.SignOut", err)
}

// EndAllOf ends every session of a person: when she asks, when she dies, when her protection
// changes. For stewards and the population service; returns how many ended.
func (s *Service) EndAllOf(ctx context.Context, who access.PersonID, why string) (int64, error) {
	var n int64
	err := s.db.Tx(ctx, as(who), func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		var err error
		n, err = New(tx).revokePerson(ctx, &now, &why, who)
		return err
	})
	return n, fault.Wrap("session.EndAllOf", err)
}

// EndIn is EndAllOf inside the transaction of what makes it needed.
func (s *Service) EndIn(ctx context.Context, tx *db.Tx, who access.PersonID, why string) error {
	err := access.AsService(ctx, tx, "session", func(ctx context.Context) error {
		now := tx.Now()
		_, err := New(tx).revokePerson(ctx, &now, &why, who)
		return err
	})
	return fault.Wrap("session.EndIn", err)
}

// EndBuild ends every session that was born under a build. For stewards.
func (s *Service) EndBuild(ctx context.Context, build, why string) (int64, error) {
	var n int64
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		var err error
		n, err = New(tx).revokeBuild(ctx, &now, &why, build)
		return err
	})
	return n, fault.Wrap("session.EndBuild", err)
}

// SignInStaff begins a session for an employee who has proved who she is to the caller: by a
// passkey, or in the demo by being picked from the cast. NotFound when she has no employment
// of the kind now.
func (s *Service) SignInStaff(ctx context.Context, who access.PersonID, kind access.Kind, method string, old *Secret) (Secret, error) {
	if _, closed := s.board.Closed(closure.SignIn); closed && kind != access.Steward {
		return Secret{}, fault.New(fault.Closed, "session.SignInStaff", "")
	}
	var secret Secret
	err := s.db.Tx(ctx, as(who), func(ctx context.Context, tx *db.Tx) error {
		rows, err := New(tx).memberships(ctx, who, tx.Now())
		if err != nil {
			return err
		}
		for _, r := range rows {
			if access.Kind(r.Role) == kind {
				secret, err = s.begin(ctx, tx, who, kind, access.MembershipID(r.ID), method, "high", false, old)
				return err
			}
		}
		return fault.New(fault.NotFound, "session.SignInStaff", "")
	})
	return secret, fault.Wrap("session.SignInStaff", err)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
