package session

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/person/number"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// Evidence is a signature as the eID gave it: the text that was shown, the signature and
// the certificate's status at that time. Sealed; it goes from order to module unopened.
type Evidence struct {
	Visible   disclosure.Sensitive
	Signature disclosure.Sensitive
	OCSP      disclosure.Sensitive
}

const (
	collectEvery = 2 * time.Second  // one collector per order, this often
	orderLife    = 10 * time.Minute // an order's row, at most
)

// Browser is the browser that asks: the nonce that binds orders to it, its session if it
// has one, and the address it comes from.
type Browser struct {
	Nonce Secret
	Old   *Secret
	IP    string
}

// errNonce says that a browser without a nonce asked for an order: it could not be told from
// any other browser without one.
var errNonce = errors.New("session: a browser without a nonce")

func (b Browser) check() error {
	if b.Nonce == (Secret{}) {
		return fault.As(fault.NotFound, "session.Browser", errNonce)
	}
	return nil
}

// StartAuth starts an order to sign in. An order that this browser had running is cancelled
// first, and told so: two at once is how people are fooled. Closed when sign-in is closed.
func (s *Service) StartAuth(ctx context.Context, b Browser, shared bool, returnTo string) (Order, error) {
	if _, closed := s.board.Closed(closure.SignIn); closed {
		return Order{}, fault.New(fault.Closed, "session.StartAuth", "")
	}
	if err := b.check(); err != nil {
		return Order{}, err
	}
	if err := s.cancelRunning(ctx, b); err != nil {
		return Order{}, err
	}
	started, err := s.eid.Auth(ctx, b.IP)
	if err != nil {
		return Order{}, fault.Wrap("session.StartAuth", err)
	}
	return s.keep(ctx, started, insertOrderParams{Provider: "bankid", Purpose: "auth", Nonce: b.Nonce.Hash(), Shared: shared, ReturnTo: returnTo})
}

// StartSign starts an order for the signed-in resident to sign: visible is the text that she
// is shown, payload what it stands for, ref what the signature belongs to. Nobody else's eID
// is taken.
func (s *Service) StartSign(ctx context.Context, by access.Actor, b Browser, ref [16]byte, visible string, payload []byte, returnTo string) (Order, error) {
	if by.Kind != access.Resident {
		return Order{}, fault.New(fault.NotFound, "session.StartSign", "")
	}
	if err := b.check(); err != nil {
		return Order{}, err
	}
	if err := s.cancelRunning(ctx, b); err != nil {
		return Order{}, err
	}
	var own string
	err := s.db.Tx(ctx, by.Local("sign"), func(ctx context.Context, tx *db.Tx) error {
		self, err := s.people.Self(ctx, tx, by, "sign")
		if err != nil {
			return err
		}
		own, err = disclosure.Use(self.Number)
		return err
	})
	if err != nil {
		return Order{}, fault.Wrap("session.StartSign", err)
	}
	started, err := s.eid.Sign(ctx, b.IP, own, visible, payload)
	if err != nil {
		return Order{}, fault.Wrap("session.StartSign", err)
	}
	shown := disclosure.NewSensitive(visible)
	return s.keep(ctx, started, insertOrderParams{Provider: "bankid", Purpose: "sign", Nonce: b.Nonce.Hash(), Subject: by.Person, Session: id.Key(by.Session),
		SignRef: ref, Visible: &shown, Payload: payload, ReturnTo: returnTo})
}

func (s *Service) keep(ctx context.Context, started Started, p insertOrderParams) (Order, error) {
	p.ID, p.Ref, p.AutoStart, p.QrToken, p.QrSecret = id.New[any](s.ids), started.Ref, started.AutoStart, started.QRToken, started.QRSecret
	o := Order{ID: OrderID(p.ID), Purpose: p.Purpose, Status: Pending, Hint: "outstandingTransaction", AutoStart: started.AutoStart, Shared: p.Shared, ReturnTo: p.ReturnTo, started: started}
	err := s.db.Tx(ctx, as(p.Subject), func(ctx context.Context, tx *db.Tx) error {
		q := New(tx)
		if _, err := q.sweepOrders(ctx, tx.Now().Add(-orderLife)); err != nil {
			return err
		}
		p.StartedAt, o.Started = tx.Now(), tx.Now()
		return q.insertOrder(ctx, p)
	})
	return o, fault.Wrap("session.keep", err)
}

func (s *Service) cancelRunning(ctx context.Context, b Browser) error {
	var refs []string
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		refs = nil
		q := New(tx)
		rows, err := q.pendingOf(ctx, b.Nonce.Hash())
		if err != nil {
			return err
		}
		now := tx.Now()
		for _, r := range rows {
			refs = append(refs, r.Ref)
			if _, err := q.endOrder(ctx, endOrderParams{State: Cancelled, Hint: "cancelled", Now: &now, ID: r.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fault.Wrap("session.cancelRunning", err)
	}
	for _, ref := range refs {
		if err := s.eid.Cancel(ctx, ref); err != nil {
			s.log.Info("an order could not be cancelled at the eID; it ends by itself", "error", err)
		}
	}
	return nil
}

// Look reads an order for the browser that started it; to any other there is none.
func (s *Service) Look(ctx context.Context, b Browser, order OrderID) (Order, error) {
	var o Order
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		row, err := s.order(ctx, tx, b, order)
		o = row
		return err
	})
	return o, fault.Wrap("session.Look", err)
}

func (s *Service) order(ctx context.Context, tx *db.Tx, b Browser, order OrderID) (Order, error) {
	if err := b.check(); err != nil {
		return Order{}, err
	}
	row, err := New(tx).orderOf(ctx, id.Key(order), b.Nonce.Hash())
	if errors.Is(err, pgx.ErrNoRows) {
		return Order{}, fault.New(fault.NotFound, "session.order", "")
	}
	if err != nil {
		return Order{}, err
	}
	return Order{ID: OrderID(row.ID), Purpose: row.Purpose, Status: row.State, Hint: row.Hint, AutoStart: row.AutoStart, Shared: row.Shared, ReturnTo: row.ReturnTo,
		Started: row.StartedAt, started: Started{row.Ref, row.AutoStart, row.QrToken, row.QrSecret}}, nil
}

// QR is the code of a pending order now; empty when it has ended.
func (s *Service) QR(o Order) string {
	if o.Status != Pending {
		return ""
	}
	return s.eid.QR(o.started, s.clock.Now().Sub(o.Started))
}

// Autostart is the address that opens the eID on this device; empty when the order has ended.
func (s *Service) Autostart(o Order) string {
	if o.Status != Pending {
		return ""
	}
	return s.eid.Autostart(o.started)
}

// Cancel ends the browser's running orders.
func (s *Service) Cancel(ctx context.Context, b Browser) error { return s.cancelRunning(ctx, b) }

// Collect asks how an order stands, for the browser that started it. When a sign-in is
// complete it begins the session and gives its secret. One collector at a time, every two
// seconds; never again after the end. An eID that can't be reached leaves the order pending.
// Closed when sign-in is closed: an order that was begun before lets nobody in either.
func (s *Service) Collect(ctx context.Context, b Browser, order OrderID) (Order, *Secret, error) {
	var o Order
	var mine bool
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		var err error
		if o, err = s.order(ctx, tx, b, order); err != nil || o.Status != Pending {
			return err
		}
		if _, closed := s.board.Closed(closure.SignIn); closed && o.Purpose == "auth" {
			return fault.New(fault.Closed, "session.Collect", "")
		}
		n, err := New(tx).lease(ctx, tx.Now().Add(collectEvery), id.Key(order), tx.Now())
		mine = n == 1
		return err
	})
	if err != nil || !mine {
		return o, nil, fault.Wrap("session.Collect", err)
	}
	got, err := s.eid.Collect(ctx, o.started.Ref)
	if fault.Is(err, fault.Unavailable) {
		return o, nil, nil
	}
	if err != nil {
		// The order is gone at the eID, an answer was lost, or it was nonsense: a failed sign-in.
		s.log.Warn("collect failed", "error", err)
		got = Collected{Status: Failed, Hint: "lost"}
	}
	return s.collected(ctx, b, o, got)
}

func (s *Service) collected(ctx context.Context, b Browser, o Order, got Collected) (Order, *Secret, error) {
	if got.Status == Pending {
		o.Hint = got.Hint
		err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
			return New(tx).setHint(ctx, id.Key(o.ID), got.Hint)
		})
		return o, nil, fault.Wrap("session.collected", err)
	}
	o.Status, o.Hint = got.Status, got.Hint
	var who number.Number
	if got.Status == Complete {
		n, err := number.Parse(s.country, got.Number, s.clock.Now())
		if err != nil {
			s.log.Warn("the eID named nobody", "error", err)
			o.Status, o.Hint = Failed, "unknownPerson"
		}
		who = n
	}
	var secret *Secret
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		secret = nil
		return s.finish(ctx, tx, b, &o, got, who, &secret)
	})
	if err != nil {
		return Order{}, nil, fault.Wrap("session.collected", err)
	}
	return o, secret, nil
}

// finish ends the order's row and makes what follows true, in one transaction.
func (s *Service) finish(ctx context.Context, tx *db.Tx, b Browser, o *Order, got Collected, who number.Number, secret **Secret) error {
	q := New(tx)
	end := endOrderParams{State: o.Status, Hint: o.Hint, ID: id.Key(o.ID)}
	now := tx.Now()
	end.Now = &now
	var person access.PersonID
	if o.Status == Complete {
		var err error
		person, err = s.people.ByNumber(ctx, tx, who)
		switch {
		case fault.Is(err, fault.NotFound):
			end.State, end.Hint = Failed, "unknownPerson"
		case err != nil:
			return err
		case o.Purpose == "sign":
			row, err := q.orderOf(ctx, id.Key(o.ID), b.Nonce.Hash())
			if err != nil {
				return err
			}
			if row.Subject != person {
				// Somebody else's eID: a refusal, never a switch of person.
				end.State, end.Hint = Failed, "anotherPerson"
			} else {
				signature, ocsp := disclosure.NewSensitive(got.Signature), disclosure.NewSensitive(got.OCSP)
				end.Evidence, end.Ocsp = &signature, &ocsp
			}
		}
	}
	o.Status, o.Hint = end.State, end.Hint
	if n, err := q.endOrder(ctx, end); err != nil || n == 0 {
		return err
	}
	if o.Status != Complete || o.Purpose != "auth" {
		return nil
	}
	made, err := s.begin(ctx, tx, person, access.Resident, access.MembershipID{}, o.provider(), "high", o.Shared, b.Old)
	if err != nil {
		return err
	}
	*secret = &made
	return nil
}

func (o *Order) provider() string { return "bankid" }

// TakeSigned hands the evidence of a completed signing order to the module that keeps it,
// inside the module's own transaction: the signature is stored once, or not at all. Only for
// the session and the subject that started it, and for the ref that it was started for;
// NotFound otherwise, and when it was taken already.
func (s *Service) TakeSigned(ctx context.Context, tx *db.Tx, by access.Actor, order OrderID, ref [16]byte) (Signed, error) {
	var out Signed
	err := access.AsService(ctx, tx, "session", func(ctx context.Context) error {
		q := New(tx)
		row, err := q.takeEvidence(ctx, id.Key(order), id.Key(by.Session), by.Person)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && row.SignRef != ref {
			return fault.New(fault.NotFound, "session.TakeSigned", "")
		}
		if err != nil {
			return err
		}
		out = Signed{Evidence: Evidence{*row.Visible, *row.Evidence, *row.Ocsp}, Payload: row.Payload, At: *row.EndedAt}
		return q.dropEvidence(ctx, row.ID)
	})
	return out, fault.Wrap("session.TakeSigned", err)
}
