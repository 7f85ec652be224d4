package person

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
)

// Change is what the register's word meant for a person whom we know.
type Change struct {
	Person    ID
	Died      bool // she was alive to us before
	Protected bool // she was not protected before
}

// Feed keeps people as the population register has them.
type Feed struct {
	people   *Service
	db       *db.DB
	register Register
	country  string
	changed  func(ctx context.Context, tx *db.Tx, c Change) error
}

// NewFeed makes the feed. What a death or a new protection means elsewhere (sessions that end,
// cases that move to the shielded unit) is done by changed, in the same transaction.
func NewFeed(people *Service, d *db.DB, register Register, country string, changed func(ctx context.Context, tx *db.Tx, c Change) error) *Feed {
	return &Feed{people: people, db: d, register: register, country: country, changed: changed}
}

var feeding = access.Service("population").Local("feed")

// Sync reads all that has changed since the last time. One change and the cursor behind it
// commit together, so that a kill in the middle loses nothing and does nothing twice.
func (f *Feed) Sync(ctx context.Context) error {
	cursor, err := f.cursor(ctx)
	if err != nil {
		return fault.Wrap("person.Sync", err)
	}
	for {
		changes, next, err := f.register.Changes(ctx, cursor)
		if err != nil {
			return fault.Wrap("person.Sync", err)
		}
		if len(changes) == 0 {
			return nil
		}
		if err := f.take(ctx, changes, next); err != nil {
			return fault.Wrap("person.Sync", err)
		}
		cursor = next
	}
}

func (f *Feed) cursor(ctx context.Context) (string, error) {
	var cursor string
	err := f.db.Tx(ctx, feeding, func(ctx context.Context, tx *db.Tx) error {
		var err error
		cursor, err = New(tx).feedCursor(ctx, f.country)
		if errors.Is(err, pgx.ErrNoRows) {
			cursor, err = "", nil
		}
		return err
	})
	return cursor, err
}

func (f *Feed) take(ctx context.Context, changes []Registered, next string) error {
	return f.db.Tx(ctx, feeding, func(ctx context.Context, tx *db.Tx) error {
		for _, r := range changes {
			if err := f.one(ctx, tx, r); err != nil {
				return err
			}
		}
		return New(tx).saveCursor(ctx, f.country, next, tx.Now())
	})
}

func (f *Feed) one(ctx context.Context, tx *db.Tx, r Registered) error {
	hash := r.Number.Hash(f.people.hashKey)
	q := New(tx)
	known, err := q.personByHash(ctx, hash[:])
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var change Change
	if err == nil {
		already, err := f.people.AnyProtected(ctx, tx, known.ID)
		if err != nil {
			return err
		}
		change = Change{Died: known.DiedAt == nil && r.Died != nil, Protected: !already && r.Protection != Unprotected}
	}
	who, err := f.people.Enter(ctx, tx, r.Entry)
	if err != nil {
		return err
	}
	if err := f.custody(ctx, tx, who, r.Guardians); err != nil {
		return err
	}
	change.Person = who
	if f.changed == nil || !change.Died && !change.Protected {
		return nil
	}
	return f.changed(ctx, tx, change)
}

// custody makes a child's custody true. A guardian whom we don't know yet comes with a change
// of her own, and the register then says the child again.
func (f *Feed) custody(ctx context.Context, tx *db.Tx, child ID, said []RegisteredGuardian) error {
	var list []Custody
	for _, g := range said {
		guardian, err := f.people.ByNumber(ctx, tx, g.Number)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		list = append(list, Custody{Guardian: guardian, Kind: g.Kind, Living: g.Living, From: g.From, To: g.To})
	}
	return f.people.SetCustody(ctx, tx, child, list)
}
