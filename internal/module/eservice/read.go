package eservice

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

// caseRow is a row of the frame, whichever query read it.
type caseRow = caseOfRow

func caseFrom(r caseRow) *Case {
	c := &Case{ID: CaseID(r.ID), Ref: r.Ref, Family: r.Family, Package: r.Package, Unit: access.UnitID(r.Unit), UnitName: r.UnitName, Controller: access.BoardID(r.Controller),
		BoardName: r.BoardName, About: r.About, Applicant: r.Applicant, Shielded: r.Shielded, State: State(r.State), Outcome: Outcome(r.Outcome), Officer: r.Officer,
		Created: r.CreatedAt, SignUntil: r.SignUntil, SignedAt: r.SignedAt, CompleteAt: r.CompleteAt, DueAt: r.DueAt, PausedAt: r.PausedAt, ClosedAt: r.ClosedAt,
		salt: r.Salt, payload: r.Payload, boardKey: r.BoardKey}
	if r.Receipt != nil {
		c.Receipt = *r.Receipt
	}
	return c
}

// frame reads a case's frame and its parties, as far as row-level security lets the actor.
func (s *Service) frame(ctx context.Context, tx *db.Tx, caseID CaseID) (*Case, error) {
	q := New(tx)
	row, err := q.caseOf(ctx, id.Key(caseID))
	if err != nil {
		return nil, missing("eservice.frame", err)
	}
	c := caseFrom(row)
	all, err := parties(ctx, q, row.ID)
	c.Parties = all[row.ID]
	return c, err
}

// parties reads the parties of several cases in one go.
func parties(ctx context.Context, q *Queries, cases ...id.Key) (map[id.Key][]Party, error) {
	rows, err := q.partiesOf(ctx, cases)
	if err != nil {
		return nil, fault.Wrap("eservice.parties", err)
	}
	all := make(map[id.Key][]Party, len(cases))
	for _, p := range rows {
		all[p.CaseID] = append(all[p.CaseID], Party{Person: p.Person, Role: Role(p.Role), State: PartyState(p.State), InvitedAt: p.InvitedAt, Until: p.Until, Answered: p.AnsweredAt})
	}
	return all, nil
}

// View is a case as one who may see it sees it: what she may not is absent.
type View struct {
	Case
	Form        *formpack.Package
	Shared      *Form // the answers that all parties see; nil for one who is only invited
	Own         *Form // the applicant's own part; nil for others
	People      map[access.PersonID]person.Identity
	Addresses   map[access.PersonID]person.Address // officers only
	Attachments []Attachment
	Messages    []Message
	Completions []CompletionRequest
	Notes       []Note
	Decision    *Decision
	Events      []Event
	Signatures  []Signature
	Served      []Served
	Mine        Party // the reader's own part in it; zero for officers
}

// Input opens the answers that the view's reader has: those that all parties see, and the
// applicant's own where she has them too. Own tells by key which are the applicant's own. For
// a view with answers.
func (v *View) Input(open Opener, lang text.Lang) (in formpack.Input, own map[string]bool, err error) {
	in, _, err = v.Shared.Input(open, lang)
	own = map[string]bool{}
	if err != nil || v.Own == nil {
		return in, own, err
	}
	answers, err := openAnswers(open, v.Own.Answers)
	for key := range answers {
		own[key] = true
	}
	maps.Copy(in.Answers, answers)
	return in, own, err
}

// Attachment is a file, by name; its bytes are read on their own.
type Attachment struct {
	ID     AttachmentID
	Slot   string
	Owner  access.PersonID
	Name   disclosure.Personal
	Media  string
	Size   int64
	Scan   Verdict
	At     time.Time
	shared bool
}

// Message is one message in a party's thread.
type Message struct {
	Party      access.PersonID
	FromParty  bool
	AuthorName string
	Body       disclosure.Sensitive
	At         time.Time
	Read       bool
}

// CompletionRequest is what an officer asked for, and the answer.
type CompletionRequest struct {
	ID       CompletionID
	Party    access.PersonID
	Ask      disclosure.Sensitive
	AskedBy  string
	AskedAt  time.Time
	DueAt    time.Time
	Answer   *disclosure.Sensitive
	Answered *time.Time
}

// Note is an officer's note, for officers.
type Note struct {
	AuthorName string
	Body       disclosure.Sensitive
	At         time.Time
}

// Decision is how the case was decided.
type Decision struct {
	Outcome     Outcome
	Reasons     disclosure.Sensitive
	Delegation  string
	OfficerName string
	AppealDays  int
	At          time.Time
}

// Event is a line of the case's history that its reader may see.
type Event struct {
	What string
	By   string
	At   time.Time
}

// Signature is that a party has signed, and when.
type Signature struct {
	Person access.PersonID
	At     time.Time
}

// Served is that a party has the decision, and whether she has read it.
type Served struct {
	Person access.PersonID
	At     time.Time
	ReadAt *time.Time
}

// reading is one reading of a case, under one permit.
type reading struct {
	s       *Service
	tx      *db.Tx
	q       *Queries
	by      access.Actor
	permit  access.Permit
	purpose access.Purpose
	v       *View
}

// CaseForParty reads a case for one of its parties: with an invitation only the frame.
func (s *Service) CaseForParty(ctx context.Context, by access.Actor, caseID CaseID) (*View, error) {
	var v *View
	err := s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		var err error
		v, err = s.partyView(ctx, tx, by, caseID)
		return err
	})
	return v, fault.Wrap("eservice.CaseForParty", err)
}

func (s *Service) partyView(ctx context.Context, tx *db.Tx, by access.Actor, caseID CaseID) (*View, error) {
	frame, err := s.access.Permit(ctx, tx, by, ReadFrame, CaseRef(caseID), Follow)
	if err != nil {
		return nil, err
	}
	r := &reading{s: s, tx: tx, q: New(tx), by: by, permit: frame, purpose: Follow, v: &View{}}
	if err := r.open(ctx, caseID); err != nil {
		return nil, err
	}
	r.v.Mine, _ = r.v.Party(by.Person)
	if r.v.Mine.State == Invited {
		return r.v, r.events(ctx)
	}
	if r.permit, err = s.access.Permit(ctx, tx, by, ReadShared, CaseRef(caseID), Follow); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{r.answers, r.attachments, r.messages, r.completions, r.decision, r.events, r.signatures, r.served} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return r.v, nil
}

// CaseForOfficer reads a case for an officer of its unit: everything in it.
func (s *Service) CaseForOfficer(ctx context.Context, by access.Actor, caseID CaseID) (*View, error) {
	var v *View
	err := s.db.Tx(ctx, by.Local(Handle), func(ctx context.Context, tx *db.Tx) error {
		permit, err := s.access.Permit(ctx, tx, by, ReadCase, CaseRef(caseID), Handle)
		if err != nil {
			return err
		}
		r := &reading{s: s, tx: tx, q: New(tx), by: by, permit: permit, purpose: Handle, v: &View{}}
		for _, step := range []func(context.Context) error{
			func(ctx context.Context) error { return r.open(ctx, caseID) }, r.addresses, r.answers, r.attachments, r.messages, r.completions,
			r.notes, r.decision, r.events, r.signatures, r.served,
		} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		v = r.v
		return nil
	})
	return v, fault.Wrap("eservice.CaseForOfficer", err)
}

// open reads the frame and who its people are, as far as the reader may know.
func (r *reading) open(ctx context.Context, caseID CaseID) error {
	c, err := r.s.frame(ctx, r.tx, caseID)
	if err != nil {
		return err
	}
	r.v.Case = *c
	if r.v.Form, err = r.s.Package(ctx, r.tx, c.Package); err != nil {
		return err
	}
	r.v.People, err = r.s.people.SeeAll(ctx, r.tx, r.by, r.v.everybody(), r.purpose)
	return err
}

// hers reports whether what belongs to one party alone is the reader's: an officer reads all of
// a case, a party what is her own. Row-level security says the same, and neither trusts the other.
func (r *reading) hers(party access.PersonID) bool {
	return r.by.Kind == access.Officer || party == r.by.Person
}

func (v *View) everybody() []access.PersonID {
	list := []access.PersonID{v.About}
	for _, p := range v.Parties {
		if p.Person != v.About {
			list = append(list, p.Person)
		}
	}
	return list
}

func (r *reading) addresses(ctx context.Context) error {
	r.v.Addresses = map[access.PersonID]person.Address{}
	for _, who := range r.v.everybody() {
		a, err := r.s.people.AddressOf(ctx, r.tx, r.by, who, r.purpose)
		if err != nil {
			return err
		}
		r.v.Addresses[who] = a
	}
	return nil
}

func (r *reading) answers(ctx context.Context) error {
	rows, err := r.q.answersOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.answers", err)
	}
	p := r.v.Form
	rates, err := r.s.rates(ctx, r.tx, p)
	if err != nil {
		return err
	}
	units, err := r.s.units(ctx, r.tx)
	if err != nil {
		return err
	}
	child := r.v.People[r.v.About]
	for i := range rows {
		row := &rows[i]
		permit, subject := r.permit, r.v.About
		if row.Part == "applicant" {
			subject = row.Owner
			if r.by.Kind == access.Resident {
				permit, err = r.s.access.Permit(ctx, r.tx, r.by, ReadOwn, CaseRef(r.v.ID), r.purpose)
				if fault.Is(err, fault.NotFound) {
					continue
				}
				if err != nil {
					return err
				}
			}
		}
		disclosure.Tie(permit, subject, CaseRef(r.v.ID), 1, row)
		f := &Form{Package: p, Answers: row.Body, Rates: rates, Units: units, Today: today(r.v.Created, r.s.zone), guardians: len(r.v.Parties)}
		if child.Known() && child.Born != nil {
			f.Child = &child
		}
		if row.Part == "applicant" {
			r.v.Own = f
		} else {
			r.v.Shared = f
		}
	}
	return nil
}

func (r *reading) attachments(ctx context.Context) error {
	rows, err := r.q.attachmentsOfCase(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.attachments", err)
	}
	for _, row := range rows {
		if !row.Shared && !r.hers(row.Owner) {
			continue
		}
		disclosure.Tie(r.permit, row.Owner, CaseRef(r.v.ID), 1, &row)
		r.v.Attachments = append(r.v.Attachments, Attachment{ID: AttachmentID(row.ID), Slot: row.Slot, Owner: row.Owner, Name: row.Name, Media: row.Media, Size: row.Size,
			Scan: Verdict(row.Scan), At: row.At, shared: row.Shared})
	}
	return nil
}

func (r *reading) messages(ctx context.Context) error {
	rows, err := r.q.messagesOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.messages", err)
	}
	for _, row := range rows {
		if !r.hers(row.Party) {
			continue
		}
		disclosure.Tie(r.permit, row.Party, CaseRef(r.v.ID), 1, &row)
		r.v.Messages = append(r.v.Messages, Message{Party: row.Party, FromParty: row.FromParty, AuthorName: row.AuthorName, Body: row.Body, At: row.At, Read: row.ReadAt != nil})
	}
	return nil
}

func (r *reading) completions(ctx context.Context) error {
	rows, err := r.q.completionsOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.completions", err)
	}
	for _, row := range rows {
		if !r.hers(row.Party) {
			continue
		}
		disclosure.Tie(r.permit, row.Party, CaseRef(r.v.ID), 1, &row)
		r.v.Completions = append(r.v.Completions, CompletionRequest{ID: CompletionID(row.ID), Party: row.Party, Ask: row.Ask, AskedBy: row.AskedBy, AskedAt: row.AskedAt,
			DueAt: row.DueAt, Answer: row.Answer, Answered: row.AnsweredAt})
	}
	return nil
}

func (r *reading) notes(ctx context.Context) error {
	rows, err := r.q.notesOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.notes", err)
	}
	for _, row := range rows {
		disclosure.Tie(r.permit, r.v.About, CaseRef(r.v.ID), 1, &row)
		r.v.Notes = append(r.v.Notes, Note{AuthorName: row.AuthorName, Body: row.Body, At: row.At})
	}
	return nil
}

func (r *reading) decision(ctx context.Context) error {
	permit := r.permit
	if r.by.Kind == access.Resident {
		// The decision opens for those to whom it was served, and for nobody before that.
		p, err := r.s.access.Permit(ctx, r.tx, r.by, ReadDecision, CaseRef(r.v.ID), r.purpose)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		permit = p
	}
	row, err := r.q.decisionOf(ctx, id.Key(r.v.ID))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fault.Wrap("eservice.decision", err)
	}
	disclosure.Tie(permit, r.v.About, CaseRef(r.v.ID), 1, &row)
	r.v.Decision = &Decision{Outcome: Outcome(row.Outcome), Reasons: row.Reasons, Delegation: row.Delegation, OfficerName: row.OfficerName, AppealDays: int(row.AppealDays), At: row.At}
	return nil
}

func (r *reading) events(ctx context.Context) error {
	rows, err := r.q.eventsOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.events", err)
	}
	for _, row := range rows {
		if r.by.Kind == access.Resident && row.Audience != "parties" {
			continue
		}
		r.v.Events = append(r.v.Events, Event{What: row.What, By: row.By, At: row.At})
	}
	return nil
}

func (r *reading) signatures(ctx context.Context) error {
	rows, err := r.q.signaturesOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.signatures", err)
	}
	for _, row := range rows {
		if !r.hers(row.Person) {
			continue
		}
		r.v.Signatures = append(r.v.Signatures, Signature{Person: row.Person, At: row.At})
	}
	return nil
}

func (r *reading) served(ctx context.Context) error {
	rows, err := r.q.servedOf(ctx, id.Key(r.v.ID))
	if err != nil {
		return fault.Wrap("eservice.served", err)
	}
	for _, row := range rows {
		if !r.hers(row.Person) {
			continue
		}
		r.v.Served = append(r.v.Served, Served{Person: row.Person, At: row.At, ReadAt: row.ReadAt})
	}
	return nil
}
