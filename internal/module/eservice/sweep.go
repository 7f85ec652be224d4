package eservice

import (
	"context"
	"errors"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// Sweep does what has fallen due: signing deadlines, reminders, completions that nobody
// answered, drafts that have lain too long, files that wait for the scanner. Each in a
// transaction of its own; doing it twice does it once. For the app's sweeper.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(
		s.each(ctx, func(ctx context.Context, tx *db.Tx) ([]id.Key, error) {
			now := tx.Now()
			return New(tx).signingLate(ctx, &now)
		}, func(ctx context.Context, tx *db.Tx, key id.Key) error {
			now := tx.Now()
			if err := New(tx).expireParties(ctx, &now, key); err != nil {
				return err
			}
			return s.giveBack(ctx, tx, CaseID(key), "sign_expired")
		}),
		s.remind(ctx),
		s.endCompletions(ctx),
		s.each(ctx, func(ctx context.Context, tx *db.Tx) ([]id.Key, error) { return New(tx).staleDrafts(ctx, tx.Now()) },
			func(ctx context.Context, tx *db.Tx, key id.Key) error { return s.removeDraft(ctx, tx, DraftID(key)) }),
		s.scanPending(ctx),
	)
}

// acting is the module itself in a transaction of its own.
var acting = access.Service("eservice").Local("sweep")

// each lists what is due and does it, one transaction each: one that fails holds up no other.
func (s *Service) each(ctx context.Context, list func(context.Context, *db.Tx) ([]id.Key, error), do func(context.Context, *db.Tx, id.Key) error) error {
	var due []id.Key
	err := s.db.Tx(ctx, acting, func(ctx context.Context, tx *db.Tx) error {
		var err error
		due, err = list(ctx, tx)
		return err
	})
	errs := []error{fault.Wrap("eservice.each", err)}
	for _, key := range due {
		errs = append(errs, s.db.Tx(ctx, acting, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, key) }))
	}
	return errors.Join(errs...)
}

// remind reminds those who have not signed, once, when the package says.
func (s *Service) remind(ctx context.Context) error {
	return s.db.Tx(ctx, acting, func(ctx context.Context, tx *db.Tx) error {
		q := New(tx)
		rows, err := q.dueReminders(ctx, tx.Now())
		if err != nil {
			return fault.Wrap("eservice.remind", err)
		}
		for _, r := range rows {
			c, err := s.frame(ctx, tx, CaseID(r.CaseID))
			if err != nil {
				return err
			}
			p, err := s.Package(ctx, tx, c.Package)
			if err != nil {
				return err
			}
			rates, err := s.rates(ctx, tx, p)
			if err != nil {
				return err
			}
			wait, ok := days(p, rates, "sign_reminder")
			if !ok || tx.Now().Before(c.Created.Add(wait)) {
				continue
			}
			now := tx.Now()
			if err := errors.Join(q.setReminded(ctx, r.ID, &now), s.notices.Notify(ctx, tx, r.Person, "sign_reminder", r.CaseID, c.Family)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) endCompletions(ctx context.Context) error {
	return s.each(ctx, func(ctx context.Context, tx *db.Tx) ([]id.Key, error) {
		rows, err := New(tx).completionLate(ctx, tx.Now())
		keys := make([]id.Key, len(rows))
		for i, r := range rows {
			keys[i] = r.CaseID
		}
		return keys, err
	}, func(ctx context.Context, tx *db.Tx, key id.Key) error {
		return s.resume(ctx, tx, CaseID(key), "completion_out_of_time")
	})
}

// scanPending looks again at files that the scanner could not look at when they came.
func (s *Service) scanPending(ctx context.Context) error {
	return s.each(ctx, func(ctx context.Context, tx *db.Tx) ([]id.Key, error) { return New(tx).pendingScans(ctx) }, func(ctx context.Context, tx *db.Tx, key id.Key) error {
		by, visit := access.Service("eservice").Enter(access.RequestID(id.New[any](s.ids)))
		defer visit.End()
		p, err := s.access.Decide(tx, by, ReadCase, CaseRef(CaseID(key)), Handle, (&Case{}).facts(by))
		if err != nil {
			return err
		}
		row, err := New(tx).attachmentBody(ctx, key)
		if err != nil {
			return missing("eservice.scanPending", err)
		}
		disclosure.Tie(p, access.PersonID{}, p.Ref(), 1, &row)
		body, err := disclosure.Use(row.Body)
		if err != nil {
			return fault.Wrap("eservice.scanPending", err)
		}
		scan, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		if verdict := s.scanner.Scan(scan, []byte(body)); verdict == Clean || verdict == Infected || verdict == Held {
			return New(tx).setScan(ctx, key, string(verdict))
		}
		return nil
	})
}
