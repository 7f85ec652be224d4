package eservice

import (
	"bytes"
	"context"
	"io"
	"slices"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/session"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

// The roles as packages name them.
const (
	roleApplicant = "applicant"
	roleCoSigner  = "co_signer"
)

// ToSign is what is put before a signer: the text that she reads in her eID, and the hash
// that it stands for.
type ToSign struct {
	Visible string
	Payload []byte
}

// PrepareSubmit readies a draft to be signed by its applicant. Invalid, with the problems as
// fields, when something is still to be put right.
func (s *Service) PrepareSubmit(ctx context.Context, by access.Actor, draft DraftID, lang text.Lang) (ToSign, error) {
	var out ToSign
	var rec *disclosure.Recorder
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		d, f, err := s.draft(ctx, tx, by, ReadDraft, draft)
		if err != nil {
			return err
		}
		ready, err := s.ready(ctx, tx, d, f, lang)
		if err != nil {
			return err
		}
		out, rec = ready.toSign, s.toEID(by)
		_, _, err = f.chosenOnly().Input(rec.Open, lang)
		return sealed(err)
	})
	if err == nil {
		err = s.sent(ctx, by, rec, CaseID{}, Apply, out)
	}
	return out, fault.Wrap("eservice.PrepareSubmit", err)
}

// ready is a draft that may be submitted: its answers as they are stored and signed.
type ready struct {
	answers map[string]any
	toSign  ToSign
}

func (s *Service) ready(ctx context.Context, tx *db.Tx, d *Draft, f *Form, lang text.Lang) (ready, error) {
	in, _, err := f.Input(disclosure.Use, lang)
	if err != nil {
		return ready{}, err
	}
	result := f.Package.Evaluate(in)
	if !result.OK() || d.About.IsZero() {
		return ready{}, problems("eservice.ready", result.Problems)
	}
	in.Answers = result.Answers
	canonical, err := formpack.Canonical(result.Answers)
	if err != nil {
		return ready{}, fault.As(fault.Internal, "eservice.ready", errMalformed)
	}
	files, err := New(tx).attachmentsOfDraft(ctx, id.Key(d.ID))
	if err != nil {
		return ready{}, fault.Wrap("eservice.ready", err)
	}
	more := [][]byte{d.salt}
	for _, a := range files {
		more = append(more, a.Sha)
	}
	payload := formpack.PayloadHash(d.Package, canonical, more...)
	return ready{answers: result.Answers, toSign: ToSign{Visible: f.Package.SigningText(in, roleApplicant), Payload: payload[:]}}, nil
}

func problems(op string, list []formpack.Problem) error {
	f := &fault.Fault{Kind: fault.Invalid, Op: op}
	for _, p := range list {
		f.Fields = append(f.Fields, fault.Field{Name: p.Field, Text: p.Rule})
	}
	return f
}

// Submit makes a case of a draft whose applicant has signed: answers, parties, signature,
// invitations and notices, all in one transaction or none of it. The case has the draft's
// key, so that asking twice gives the same case once. Conflict when the answers have changed
// since they were signed, or another application for the child came first.
func (s *Service) Submit(ctx context.Context, by access.Actor, draft DraftID, order session.OrderID, lang text.Lang) (CaseID, error) {
	caseID := CaseID(draft)
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		d, f, err := s.draft(ctx, tx, by, WriteDraft, draft)
		if fault.Is(err, fault.NotFound) {
			// Submitted already, by this person: a double click, or a retry after a kill.
			if _, again := s.access.Permit(ctx, tx, by, ReadShared, CaseRef(caseID), Apply); again == nil {
				return nil
			}
		}
		if err != nil {
			return err
		}
		r, err := s.ready(ctx, tx, d, f, lang)
		if err != nil {
			return err
		}
		signed, err := s.sessions.TakeSigned(ctx, tx, by, order, draft)
		if err != nil {
			return err
		}
		if !bytes.Equal(signed.Payload, r.toSign.Payload) {
			return fault.New(fault.Conflict, "eservice.Submit", "changed_since_signed")
		}
		return s.receive(ctx, tx, by, d, f, r, signed)
	})
	if taken(err) {
		err = fault.New(fault.Conflict, "eservice.Submit", "open_application")
	}
	return caseID, fault.Wrap("eservice.Submit", err)
}

// receive writes the case. What it makes true for others than the applicant, it does as the
// module itself; the permit above and the applicant's own key are what it goes by.
func (s *Service) receive(ctx context.Context, tx *db.Tx, by access.Actor, d *Draft, f *Form, r ready, signed session.Signed) error {
	return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
		fam, err := s.family(ctx, tx, d.Family)
		if err != nil {
			return err
		}
		signers, err := s.signers(ctx, tx, by, d, f)
		if err != nil {
			return err
		}
		shielded, err := s.people.AnyProtected(ctx, tx, append(slices.Clone(signers), d.About, by.Person)...)
		if err != nil {
			return err
		}
		unit, board := fam.Unit, fam.Board
		if shielded {
			unit, board = fam.ShieldedUnit, fam.ShieldedBoard
		}
		c := caseIn{id: id.Key(d.ID), draft: d, form: f, by: by, unit: unit, board: board, shielded: shielded, signers: signers, payload: r.toSign.Payload}
		if err := s.insertCase(ctx, tx, c); err != nil {
			return err
		}
		q := New(tx)
		shared, own := f.parts(r.answers)
		for _, part := range []struct {
			name    string
			answers map[string]any
		}{{"shared", shared}, {"applicant", own}} {
			body, err := formpack.Canonical(part.answers)
			if err != nil {
				return fault.As(fault.Internal, "eservice.receive", errMalformed)
			}
			if err := q.insertAnswers(ctx, c.id, part.name, by.Person, disclosure.NewSensitive(string(body))); err != nil {
				return err
			}
		}
		if err := q.moveAttachments(ctx, c.id, s.sharedSlots(ctx, tx, f, d), id.Key(d.ID)); err != nil {
			return err
		}
		if err := s.sign(ctx, tx, CaseID(c.id), by.Person, signed); err != nil {
			return err
		}
		if _, err := q.deleteDraft(ctx, id.Key(d.ID)); err != nil {
			return err
		}
		if len(signers) == 0 {
			return s.submitted(ctx, tx, CaseID(c.id))
		}
		for _, g := range signers {
			if err := s.notices.Notify(ctx, tx, g, "sign_invitation", c.id, d.Family); err != nil {
				return err
			}
		}
		return s.event(ctx, tx, CaseID(c.id), "signed_by_applicant", "parties", "")
	})
}

// caseIn is a case on its way in.
type caseIn struct {
	id          id.Key
	draft       *Draft
	form        *Form
	by          access.Actor
	unit, board id.Key
	shielded    bool
	signers     []access.PersonID
	payload     []byte
}

func (s *Service) insertCase(ctx context.Context, tx *db.Tx, c caseIn) error {
	var chance [6]byte
	if _, err := io.ReadFull(s.chance, chance[:]); err != nil {
		return fault.As(fault.Internal, "eservice.insertCase", err)
	}
	var until *time.Time
	if d, ok := days(c.form.Package, c.form.Rates, "sign"); ok && len(c.signers) > 0 {
		t := tx.Now().Add(d)
		until = &t
	}
	q := New(tx)
	now := tx.Now()
	if err := q.insertCase(ctx, insertCaseParams{ID: c.id, Ref: newRef(chance), Family: c.draft.Family, Package: c.draft.Package, Unit: c.unit, Controller: c.board,
		About: c.draft.About, Applicant: c.by.Person, Shielded: c.shielded, State: string(WaitingForMultisign), Salt: c.draft.salt, Payload: c.payload,
		CreatedAt: now, SignUntil: until}); err != nil {
		return err
	}
	if err := q.insertParty(ctx, insertPartyParams{id.New[any](s.ids), c.id, c.by.Person, string(Applicant), string(Signed), now, nil, &now, &now}); err != nil {
		return err
	}
	if err := s.relate(ctx, tx, c.by.Person, "party_to", c.id); err != nil {
		return err
	}
	for _, g := range c.signers {
		if err := q.insertParty(ctx, insertPartyParams{id.New[any](s.ids), c.id, g, string(Guardian), string(Invited), now, until, nil, nil}); err != nil {
			return err
		}
		if err := s.relate(ctx, tx, g, "invited_to", c.id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) relate(ctx context.Context, tx *db.Tx, who access.PersonID, kind string, caseID id.Key) error {
	return New(tx).insertRelation(ctx, insertRelationParams{ID: id.New[any](s.ids), Subject: id.Key(who), Kind: kind, Object: caseID, Via: caseID, ValidFrom: tx.Now()})
}

// signers are the child's other guardians, by the package's rule. They come from the register
// alone: nobody is invited because somebody wrote her number.
func (s *Service) signers(ctx context.Context, tx *db.Tx, by access.Actor, d *Draft, f *Form) ([]access.PersonID, error) {
	if f.Package.Signers.Rule == "none" {
		return nil, nil
	}
	custody, err := s.people.Guardians(ctx, tx, d.About)
	if err != nil {
		return nil, err
	}
	var list []access.PersonID
	mine := false
	for _, c := range custody {
		if c.Guardian == by.Person {
			mine = true
		} else {
			list = append(list, c.Guardian)
		}
	}
	if !mine {
		// Custody ended while the form was filled in.
		return nil, fault.New(fault.NotFound, "eservice.signers", "")
	}
	return list, nil
}

func (s *Service) sharedSlots(ctx context.Context, tx *db.Tx, f *Form, d *Draft) []string {
	shared := []string{}
	rows, err := New(tx).attachmentsOfDraft(ctx, id.Key(d.ID))
	if err != nil {
		return shared
	}
	for _, r := range rows {
		if label, ok := f.Package.LabelOf(r.Slot); ok && slices.Contains(label.VisibleTo, roleCoSigner) {
			shared = append(shared, r.Slot)
		}
	}
	return shared
}

func (s *Service) sign(ctx context.Context, tx *db.Tx, caseID CaseID, who access.PersonID, signed session.Signed) error {
	return New(tx).insertSignature(ctx, insertSignatureParams{ID: id.New[any](s.ids), CaseID: id.Key(caseID), Person: who, Payload: signed.Payload,
		Visible: signed.Evidence.Visible, Evidence: signed.Evidence.Signature, Ocsp: signed.Evidence.OCSP, At: signed.At})
}

// submitted makes a case received: the receipt, the deadline, the unit's reach to its people,
// and a notice to each party. As the module itself.
func (s *Service) submitted(ctx context.Context, tx *db.Tx, caseID CaseID) error {
	c, err := s.frame(ctx, tx, caseID)
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
	now := tx.Now()
	set := setSubmittedParams{Now: &now, CompleteAt: &now, ID: id.Key(caseID)}
	receipt := c.Ref + "-" + now.In(s.zone).Format("20060102")
	set.Receipt = &receipt
	if d, ok := days(p, rates, "answer"); ok {
		due := now.Add(d)
		set.DueAt = &due
	}
	q := New(tx)
	if n, err := q.setSubmitted(ctx, set); err != nil || n == 0 {
		return fault.Wrap("eservice.submitted", err)
	}
	people := []access.PersonID{c.About}
	for _, party := range c.Parties {
		if party.State != Signed {
			continue // taken out of the case: neither its unit nor she has to do with the other
		}
		people = append(people, party.Person)
		if err := s.notices.Notify(ctx, tx, party.Person, "case_submitted", caseID, c.Family); err != nil {
			return err
		}
	}
	for _, who := range people {
		if err := q.insertRelation(ctx, insertRelationParams{ID: id.New[any](s.ids), Subject: id.Key(c.Unit), Kind: "serves", Object: id.Key(who), Via: id.Key(caseID), ValidFrom: now}); err != nil {
			return err
		}
	}
	return s.event(ctx, tx, caseID, "submitted", "parties", "")
}

func (s *Service) event(ctx context.Context, tx *db.Tx, caseID CaseID, what, audience, by string) error {
	return New(tx).insertEvent(ctx, insertEventParams{id.New[any](s.ids), id.Key(caseID), what, audience, by, tx.Now()})
}

// Identify is an invited guardian's word that it is she: from now on she sees what all
// parties see. Asked again it changes nothing.
func (s *Service) Identify(ctx context.Context, by access.Actor, caseID CaseID) error {
	err := s.db.Tx(ctx, by.Local(CoSign), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, ReadShared, CaseRef(caseID), CoSign); err == nil {
			c, err := s.frame(ctx, tx, caseID)
			if err != nil {
				return err
			}
			if p, _ := c.Party(by.Person); p.State != Invited {
				return nil
			}
		}
		if _, err := s.access.Permit(ctx, tx, by, Identify, CaseRef(caseID), CoSign); err != nil {
			return err
		}
		return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
			now := tx.Now()
			n, err := New(tx).setParty(ctx, setPartyParams{State: string(Identified), IdentifiedAt: &now, CaseID: id.Key(caseID), Person: by.Person, Was: []string{string(Invited)}})
			if err != nil || n == 0 {
				return err
			}
			return s.relate(ctx, tx, by.Person, "party_to", id.Key(caseID))
		})
	})
	return fault.Wrap("eservice.Identify", err)
}

// PrepareCoSign readies a case to be signed by one of its guardians: she reads what she may
// see, and signs the same hash as the applicant.
func (s *Service) PrepareCoSign(ctx context.Context, by access.Actor, caseID CaseID, lang text.Lang) (ToSign, error) {
	var out ToSign
	var rec *disclosure.Recorder
	err := s.db.Tx(ctx, by.Local(CoSign), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, Sign, CaseRef(caseID), CoSign); err != nil {
			return err
		}
		v, err := s.partyView(ctx, tx, by, caseID)
		if err != nil {
			return err
		}
		if err := v.MaySign(by.Person, tx.Now()); err != nil {
			return err
		}
		rec = s.toEID(by)
		in, _, err := v.Shared.Input(rec.Open, lang)
		if err != nil {
			return sealed(err)
		}
		out = ToSign{Visible: v.Shared.Package.SigningText(in, roleCoSigner), Payload: v.payload}
		return nil
	})
	if err == nil {
		err = s.sent(ctx, by, rec, caseID, CoSign, out)
	}
	return out, fault.Wrap("eservice.PrepareCoSign", err)
}

// CoSign keeps a guardian's signature; with the last one the case is received. One who has
// signed can't sign again, and nobody signs for another: the order's subject, the session's
// and the party must be one person.
func (s *Service) CoSign(ctx context.Context, by access.Actor, caseID CaseID, order session.OrderID) error {
	err := s.db.Tx(ctx, by.Local(CoSign), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, Sign, CaseRef(caseID), CoSign); err != nil {
			if s.hasSigned(ctx, tx, by, caseID) {
				return nil // hers was the last signature, and the case has gone on
			}
			return err
		}
		if err := s.lock(ctx, tx, caseID); err != nil {
			return err
		}
		c, err := s.frame(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if p, ok := c.Party(by.Person); ok && p.State == Signed {
			return nil // her answer was lost on the way; it counts
		}
		if err := c.MaySign(by.Person, tx.Now()); err != nil {
			return err
		}
		signed, err := s.sessions.TakeSigned(ctx, tx, by, order, caseID)
		if err != nil {
			return err
		}
		if !bytes.Equal(signed.Payload, c.payload) {
			return fault.New(fault.Conflict, "eservice.CoSign", "changed_since_signed")
		}
		return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
			now := tx.Now()
			if err := s.sign(ctx, tx, caseID, by.Person, signed); err != nil {
				return err
			}
			if _, err := New(tx).setParty(ctx, setPartyParams{State: string(Signed), AnsweredAt: &now, CaseID: id.Key(caseID), Person: by.Person, Was: []string{string(Identified)}}); err != nil {
				return err
			}
			if c, err = s.frame(ctx, tx, caseID); err != nil {
				return err
			}
			if !c.AllSigned() {
				return s.event(ctx, tx, caseID, "signed_by_guardian", "parties", "")
			}
			return s.submitted(ctx, tx, caseID)
		})
	})
	return fault.Wrap("eservice.CoSign", err)
}

// hasSigned reports whether a party's signature is kept already.
func (s *Service) hasSigned(ctx context.Context, tx *db.Tx, by access.Actor, caseID CaseID) bool {
	if _, err := s.access.Permit(ctx, tx, by, ReadShared, CaseRef(caseID), CoSign); err != nil {
		return false
	}
	c, err := s.frame(ctx, tx, caseID)
	if err != nil {
		return false
	}
	p, ok := c.Party(by.Person)
	return ok && p.State == Signed && p.Role == Guardian
}

// Decline says no: nothing counts as received, and the answers are the applicant's draft
// again. For an invited or identified guardian; said again it changes nothing.
func (s *Service) Decline(ctx context.Context, by access.Actor, caseID CaseID) error {
	err := s.db.Tx(ctx, by.Local(CoSign), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, Decline, CaseRef(caseID), CoSign); err != nil {
			if s.hasLeft(ctx, tx, by, caseID, Guardian) {
				return nil
			}
			return err
		}
		if err := s.lock(ctx, tx, caseID); err != nil {
			return err
		}
		return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
			now := tx.Now()
			n, err := New(tx).setParty(ctx, setPartyParams{State: string(Declined), AnsweredAt: &now, CaseID: id.Key(caseID), Person: by.Person,
				Was: []string{string(Invited), string(Identified)}})
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.New(fault.Conflict, "eservice.Decline", "not_yours_to_sign")
			}
			return s.giveBack(ctx, tx, caseID, "signer_declined")
		})
	})
	return fault.Wrap("eservice.Decline", err)
}

// hasLeft reports whether a guardian has said no to a case, or the applicant has had it given
// back: she does not reach it any more, and her second click is not a stranger's.
func (s *Service) hasLeft(ctx context.Context, tx *db.Tx, by access.Actor, caseID CaseID, as Role) bool {
	left := false
	err := access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
		c, err := s.frame(ctx, tx, caseID)
		if err != nil {
			return err
		}
		p, _ := c.Party(by.Person)
		left = p.Role == as && (p.State == Declined || as == Applicant && c.State == Returned)
		return nil
	})
	return err == nil && left
}

// takenBack is why a case was given back that its applicant withdrew before all had signed.
const takenBack = "taken_back"

// giveBack ends a case that never was received: its answers are the applicant's draft again,
// under a new key, and nobody else reaches it any more. As the module itself.
func (s *Service) giveBack(ctx context.Context, tx *db.Tx, caseID CaseID, why string) error {
	c, err := s.frame(ctx, tx, caseID)
	if err != nil {
		return err
	}
	q := New(tx)
	now := tx.Now()
	if n, err := q.setReturned(ctx, &now, id.Key(caseID)); err != nil || n == 0 {
		return fault.Wrap("eservice.giveBack", err)
	}
	answers, err := s.whole(ctx, tx, c)
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
	draft := id.New[draftKey](s.ids)
	if err := q.insertDraft(ctx, insertDraftParams{ID: id.Key(draft), Family: c.Family, Package: c.Package, Applicant: c.Applicant, Answers: answers, Salt: c.salt,
		Step: "", CreatedAt: now, ExpiresAt: now.Add(draftLife(p, rates))}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "update eservice.draft set about = $2 where id = $1", id.Key(draft), c.About); err != nil {
		return err
	}
	if err := q.returnAttachments(ctx, id.Key(draft), id.Key(caseID)); err != nil {
		return err
	}
	for _, party := range c.Parties {
		for _, kind := range []string{"party_to", "invited_to"} {
			if err := q.endRelation(ctx, &now, id.Key(party.Person), kind, id.Key(caseID)); err != nil {
				return err
			}
		}
	}
	if err := s.tellGivenBack(ctx, tx, c, why); err != nil {
		return err
	}
	return s.event(ctx, tx, caseID, why, "parties", "")
}

// tellGivenBack tells the applicant why nothing was received; or, when she took it back
// herself, those whom she had asked to sign.
func (s *Service) tellGivenBack(ctx context.Context, tx *db.Tx, c *Case, why string) error {
	if why != takenBack {
		return s.notices.Notify(ctx, tx, c.Applicant, why, [16]byte{}, c.Family)
	}
	for _, p := range c.Parties {
		if p.Person == c.Applicant {
			continue
		}
		if err := s.notices.Notify(ctx, tx, p.Person, "case_withdrawn", [16]byte{}, c.Family); err != nil {
			return err
		}
	}
	return nil
}

// whole puts the parts of a case's answers together again, still sealed.
func (s *Service) whole(ctx context.Context, tx *db.Tx, c *Case) (disclosure.Sensitive, error) {
	by, visit := access.Service("eservice").Enter(access.RequestID(id.New[any](s.ids)))
	defer visit.End()
	p, err := s.access.Decide(tx, by, ReadCase, CaseRef(c.ID), Handle, c.facts(by))
	if err != nil {
		return disclosure.Sensitive{}, err
	}
	rows, err := New(tx).answersOf(ctx, id.Key(c.ID))
	if err != nil {
		return disclosure.Sensitive{}, err
	}
	all := map[string]any{}
	for i := range rows {
		disclosure.Tie(p, rows[i].Owner, p.Ref(), 1, &rows[i])
		answers, err := openAnswers(disclosure.Use, rows[i].Body)
		if err != nil {
			return disclosure.Sensitive{}, err
		}
		for k, v := range answers {
			all[k] = v
		}
	}
	body, err := formpack.Canonical(all)
	if err != nil {
		return disclosure.Sensitive{}, fault.As(fault.Internal, "eservice.whole", errMalformed)
	}
	return disclosure.NewSensitive(string(body)), nil
}

// CustodyEnded takes a guardian who is one no more out of the cases about the child that wait
// for her: nothing of them is hers to see or to sign. One that waits for nobody else is received.
// For the register feed, in the transaction in which the custody ends.
func (s *Service) CustodyEnded(ctx context.Context, tx *db.Tx, guardian, child access.PersonID) error {
	err := access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
		q := New(tx)
		waiting, err := q.signingFor(ctx, child, guardian)
		if err != nil {
			return err
		}
		now := tx.Now()
		for _, key := range waiting {
			if _, err := q.setParty(ctx, setPartyParams{State: string(Removed), AnsweredAt: &now, CaseID: key, Person: guardian, Was: []string{string(Invited), string(Identified)}}); err != nil {
				return err
			}
			for _, kind := range []string{"party_to", "invited_to"} {
				if err := q.endRelation(ctx, &now, id.Key(guardian), kind, key); err != nil {
					return err
				}
			}
			c, err := s.frame(ctx, tx, CaseID(key))
			if err != nil {
				return err
			}
			if !c.AllSigned() {
				continue
			}
			if err := s.submitted(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.Wrap("eservice.CustodyEnded", err)
}

// lock takes a case's row for the rest of the transaction, so that two who act on it at once
// come one after the other.
func (s *Service) lock(ctx context.Context, tx *db.Tx, caseID CaseID) error {
	return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
		_, err := New(tx).lockCase(ctx, id.Key(caseID))
		return missing("eservice.lock", err)
	})
}

// Withdraw takes an application back: before all have signed it becomes a draft again,
// afterwards the case is closed. For the applicant; asked again it changes nothing.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, caseID CaseID) error {
	err := s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, Withdraw, CaseRef(caseID), Follow); err != nil {
			if s.hasLeft(ctx, tx, by, caseID, Applicant) {
				return nil
			}
			return err
		}
		if err := s.lock(ctx, tx, caseID); err != nil {
			return err
		}
		c, err := s.frame(ctx, tx, caseID)
		if err != nil {
			return err
		}
		if c.Outcome == Withdrawn {
			return nil
		}
		if err := c.MayWithdraw(by.Person); err != nil {
			return err
		}
		return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
			if c.State == WaitingForMultisign {
				return s.giveBack(ctx, tx, caseID, takenBack)
			}
			now := tx.Now()
			if _, err := New(tx).setArchived(ctx, string(Withdrawn), &now, id.Key(caseID)); err != nil {
				return err
			}
			for _, p := range c.Parties {
				if p.Person == by.Person {
					continue
				}
				if err := s.notices.Notify(ctx, tx, p.Person, "case_withdrawn", caseID, c.Family); err != nil {
					return err
				}
			}
			return s.event(ctx, tx, caseID, "withdrawn", "parties", "")
		})
	})
	return fault.Wrap("eservice.Withdraw", err)
}
