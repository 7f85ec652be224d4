package notify

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/guard"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/job"
)

// mail is the job of sending one delivery.
type mail struct {
	Delivery DeliveryID `json:"delivery"`
}

// Kind implements job.Args.
func (mail) Kind() string { return "mail" }

const (
	mailers = 8                // letters under way at once
	held    = 15 * time.Second // between two looks whether what is closed has been opened
)

// local is the worker's own transaction.
var local = access.Service("notify").Local(Telling)

// The states of a delivery.
const (
	queued   = "queued"
	accepted = "accepted" // the other side has taken it over
	refused  = "refused"  // the other side won't, or couldn't be reached
	stopped  = "stopped"  // we did not let it go
)

// outgoing is a delivery on its way: whom to, by what permit, and what it says.
type outgoing struct {
	id      DeliveryID
	route   string // as the ledger calls the kind of letter
	about   id.Key
	subject access.PersonID
	point   PointID
	to      disclosure.Personal // tied
	letter  Letter
}

// stop says why a letter may not go, in a word that stands in the delivery.
type stop string

// Error implements error.
func (s stop) Error() string { return "notify: stopped: " + string(s) }

// deliver sends one letter. It may run again at any time: a delivery that has ended is left
// alone, and one that has not is looked at from the start, since the contact point may have
// changed meanwhile. Under every try it has the same Message-ID.
func (s *Service) deliver(ctx context.Context, j job.Job[mail]) error {
	if _, closed := s.board.Closed(closure.Egress, "class/"+access.Personal.String()); closed {
		return job.Later(held)
	}
	by, visit := access.Service("notify").Enter(access.RequestID(id.New[any](s.ids)))
	defer visit.End()
	out, err := s.prepare(ctx, by, j.Args.Delivery)
	if out == nil {
		return err
	}
	if err == nil {
		err = s.hand(ctx, by, out)
	}
	return s.note(ctx, out, err, j.Last)
}

// prepare finds whom a delivery goes to now and writes the letter. It gives nil when the
// delivery has ended. A new code is made each time, so that it stands nowhere but in the letter.
func (s *Service) prepare(ctx context.Context, by access.Actor, delivery DeliveryID) (*outgoing, error) {
	code, err := newCode(s.chance)
	if err != nil {
		return nil, err
	}
	var out *outgoing
	err = s.db.Tx(ctx, by.Local(Telling), func(ctx context.Context, tx *db.Tx) error {
		out = nil
		q := New(tx)
		d, err := q.queuedDelivery(ctx, id.Key(delivery))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		out = &outgoing{id: delivery, about: d.CaseID, subject: d.Person, point: PointID(d.ContactPoint)}
		// She may have become protected since she gave the address.
		if protected, err := s.people.AnyProtected(ctx, tx, d.Person); err != nil || protected {
			return errors.Join(err, stop("protected"))
		}
		switch {
		case d.Notice.IsZero():
			return s.writeCode(ctx, tx, by, out, d.CreatedAt, code)
		case Template(d.Template) == ContactChanged:
			out.route = "mail/changed"
			out.letter, err = letter(langs(s.lang), s.changedWords)
			return errors.Join(err, s.address(ctx, tx, by, out, sendWarning))
		}
		out.route = "mail/notice"
		now, err := q.provenOf(ctx, d.Person)
		if errors.Is(err, pgx.ErrNoRows) {
			return stop("no_proven_address")
		}
		if err != nil {
			return err
		}
		out.point = PointID(now.ID)
		out.letter, err = letter(langs(s.lang), s.noticeWords)
		return errors.Join(err, s.address(ctx, tx, by, out, sendNotice))
	})
	return out, err
}

func (s *Service) writeCode(ctx context.Context, tx *db.Tx, by access.Actor, out *outgoing, given time.Time, code string) error {
	out.route = "mail/code"
	if !tx.Now().Before(given.Add(codeLife)) {
		return stop("expired")
	}
	if err := s.address(ctx, tx, by, out, sendCode); err != nil {
		return err
	}
	if _, err := New(tx).setCode(ctx, hashCode(out.point, code), id.Key(out.point)); err != nil {
		return err
	}
	var err error
	out.letter, err = letter(langs(s.lang), s.codeWords(code))
	return err
}

// address ties the contact point's address to a permit to send there. Policy refuses what
// may not get this kind of letter.
func (s *Service) address(ctx context.Context, tx *db.Tx, by access.Actor, out *outgoing, action access.Action) error {
	p, err := s.access.Permit(ctx, tx, by, action, PointRef(out.point), Telling)
	if fault.Is(err, fault.NotFound) {
		return stop("address_withdrawn")
	}
	if err != nil {
		return err
	}
	row, err := New(tx).point(ctx, id.Key(out.point))
	if err != nil {
		return err
	}
	disclosure.Tie(p, row.Person, p.Ref(), 0, &row)
	out.to = row.Address
	return nil
}

// hand opens the address, has the bytes scanned and the ledger written, and only then lets
// the letter go. A stopped letter has no line, since nothing left.
func (s *Service) hand(ctx context.Context, by access.Actor, out *outgoing) error {
	rec := disclosure.NewRecorder(by, ledger.Sent, access.Personal)
	mailbox, err := rec.Open(out.to)
	if err != nil {
		return fault.Wrap("notify.hand", err)
	}
	l := out.letter
	l.To, l.MessageID = Address{mailbox}, out.id.String()+"@"+s.host
	bytes := []byte(mailbox + "\n" + l.Subject + "\n" + l.Text + "\n" + l.HTML)
	var allowed guard.Allowed
	for _, opened := range rec.Opened() {
		allowed.Add(opened)
	}
	if found := s.guard.Scan(bytes, &allowed); len(found) > 0 {
		s.log.Error("the guard stopped a mail", "route", out.route, "findings", len(found), "kind", found[0].Kind.String(), "build", s.build)
		s.nearMiss(ctx, out.route, found)
		return stop("guard")
	}
	err = s.ledger.Write(ctx, &ledger.Response{ID: by.Request, By: by, Case: out.about, Route: out.route, Policy: s.access.ID(),
		Purpose: Telling, Channel: ledger.Mail, Digest: sha256.Sum256(bytes), Lines: rec.Lines()})
	if err != nil {
		return fault.As(fault.Unavailable, "notify.hand", err)
	}
	return s.mailer.Send(ctx, l)
}

// note writes how a try ended. What the other side has accepted is noted even when the job's
// time is up. The error is that of the job: it is tried again.
func (s *Service) note(ctx context.Context, out *outgoing, err error, last bool) error {
	state, why := queued, "unavailable"
	var reason stop
	switch {
	case err == nil:
		state, why = accepted, ""
	case errors.As(err, &reason):
		state, why, err = stopped, string(reason), nil
	case errors.Is(err, ErrRefused):
		state, why, err = refused, "refused", nil
	case last:
		state, why = refused, "unreachable"
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, s.db.Tx(ctx, local, func(ctx context.Context, tx *db.Tx) error {
		return New(tx).noteDelivery(ctx, noteDeliveryParams{ID: id.Key(out.id), State: state, Why: why, ContactPoint: id.Key(out.point), Now: tx.Now()})
	}))
}

// nearMiss keeps that something was stopped, never what.
func (s *Service) nearMiss(ctx context.Context, route string, found []guard.Finding) {
	err := s.db.Tx(ctx, local, func(ctx context.Context, tx *db.Tx) error {
		return New(tx).noteNearMiss(ctx, noteNearMissParams{ID: id.New[any](s.ids), At: tx.Now(), Route: route, Build: s.build,
			Kind: found[0].Kind.String(), Count: int32(len(found))})
	})
	if err != nil {
		s.log.Error("a near miss could not be kept", "error", err)
	}
}
