package eservice

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// taken reports that a row of the same key was there first.
func taken(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "23505"
}

// maxText is how long a message, note, question or reason may be, in signs.
const maxText = 8000

// prose checks a text that somebody wrote: something, not too long, nothing that is no text.
func prose(op, field, body string) (string, error) {
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	rule := ""
	switch {
	case body == "":
		rule = "write_something"
	case utf8.RuneCountInString(body) > maxText:
		rule = "too_long"
	case !utf8.ValidString(body) || strings.ContainsFunc(body, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }):
		rule = "not_text"
	}
	if rule != "" {
		return "", &fault.Fault{Kind: fault.Invalid, Op: op, Fields: []fault.Field{{Name: field, Text: rule}}}
	}
	return body, nil
}

// handling runs a verb of an officer's on a case that is locked for it, under a permit.
func (s *Service) handling(ctx context.Context, by access.Actor, action access.Action, caseID CaseID, fn func(ctx context.Context, tx *db.Tx, q *Queries, c *Case) error) error {
	return s.db.Tx(ctx, by.Local(Handle), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, action, CaseRef(caseID), Handle); err != nil {
			return err
		}
		q := New(tx)
		if _, err := q.lockCase(ctx, id.Key(caseID)); err != nil {
			return missing("eservice.handling", err)
		}
		c, err := s.frame(ctx, tx, caseID)
		if err != nil {
			return err
		}
		return fn(ctx, tx, q, c)
	})
}

// Take makes the officer the one who handles the case. Conflict when a colleague has it.
func (s *Service) Take(ctx context.Context, by access.Actor, caseID CaseID) error {
	err := s.handling(ctx, by, TakeCase, caseID, func(ctx context.Context, tx *db.Tx, q *Queries, c *Case) error {
		if c.Officer == by.Person {
			return nil
		}
		n, err := q.setTaken(ctx, by.Person, id.Key(caseID))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "eservice.Take", "taken_by_colleague")
		}
		if err != nil {
			return err
		}
		return s.event(ctx, tx, caseID, "taken", "parties", by.At.Name)
	})
	return fault.Wrap("eservice.Take", err)
}

// AskCompletion asks the applicant for what is missing (förvaltningslagen 20 §): the clock
// stands until she answers or the time for it is out.
func (s *Service) AskCompletion(ctx context.Context, by access.Actor, caseID CaseID, ask string) error {
	ask, err := prose("eservice.AskCompletion", "ask", ask)
	if err != nil {
		return err
	}
	err = s.handling(ctx, by, HandleCase, caseID, func(ctx context.Context, tx *db.Tx, q *Queries, c *Case) error {
		p, err := s.Package(ctx, tx, c.Package)
		if err != nil {
			return err
		}
		rates, err := s.rates(ctx, tx, p)
		if err != nil {
			return err
		}
		wait, ok := days(p, rates, "completion")
		if !ok {
			wait = 14 * 24 * time.Hour
		}
		now := tx.Now()
		n, err := q.setWaiting(ctx, &now, id.Key(caseID))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "eservice.AskCompletion", "not_in_progress")
		}
		if err != nil {
			return err
		}
		if err := q.insertCompletion(ctx, insertCompletionParams{id.New[any](s.ids), id.Key(caseID), c.Applicant, disclosure.NewSensitive(ask), by.At.Name, now, now.Add(wait)}); err != nil {
			return err
		}
		if err := s.notices.Notify(ctx, tx, c.Applicant, "completion_asked", caseID, c.Family); err != nil {
			return err
		}
		return s.event(ctx, tx, caseID, "completion_asked", "parties", by.At.Name)
	})
	return fault.Wrap("eservice.AskCompletion", err)
}

// AnswerCompletion is the applicant's answer: the case is in progress again. The same answer
// again changes nothing; another is Conflict.
func (s *Service) AnswerCompletion(ctx context.Context, by access.Actor, caseID CaseID, completion CompletionID, answer string) error {
	answer, err := prose("eservice.AnswerCompletion", "answer", answer)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.access.Permit(ctx, tx, by, AnswerCompletion, CaseRef(caseID), Follow)
		if err != nil {
			return err
		}
		if err := s.lock(ctx, tx, caseID); err != nil {
			return err
		}
		now := tx.Now()
		sealed := disclosure.NewSensitive(answer)
		q := New(tx)
		rows, err := q.completionsOf(ctx, id.Key(caseID))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(rows, func(r EserviceCompletion) bool { return CompletionID(r.ID) == completion })
		if i < 0 {
			return fault.New(fault.NotFound, "eservice.AnswerCompletion", "")
		}
		disclosure.Tie(p, rows[i].Party, p.Ref(), 1, &rows[i])
		if rows[i].Answer != nil && same(*rows[i].Answer, answer) {
			return nil
		}
		n, err := q.answerCompletion(ctx, id.Key(completion), &sealed, &now)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "eservice.AnswerCompletion", "answered_already")
		}
		if err != nil {
			return err
		}
		return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error { return s.resume(ctx, tx, caseID, "completion_answered") })
	})
	return fault.Wrap("eservice.AnswerCompletion", err)
}

// same reports whether a text that is kept is what was sent again: by a double click, or a
// browser that asks again because it got no answer.
func same(kept disclosure.Sensitive, sent string) bool {
	have, err := disclosure.Use(kept)
	return err == nil && have == sent
}

// sentTwice is how soon the same message again is the same message.
const sentTwice = time.Minute

// resume sets the clock going again. As the module itself.
func (s *Service) resume(ctx context.Context, tx *db.Tx, caseID CaseID, what string) error {
	c, err := s.frame(ctx, tx, caseID)
	if err != nil {
		return err
	}
	now := tx.Now()
	if _, err := New(tx).setResumed(ctx, c.Resume(now), &now, id.Key(caseID)); err != nil {
		return err
	}
	return s.event(ctx, tx, caseID, what, "parties", "")
}

// Tell sends a message from the officer to a party of the case.
func (s *Service) Tell(ctx context.Context, by access.Actor, caseID CaseID, to access.PersonID, body string) error {
	body, err := prose("eservice.Tell", "body", body)
	if err != nil {
		return err
	}
	err = s.handling(ctx, by, HandleCase, caseID, func(ctx context.Context, tx *db.Tx, q *Queries, c *Case) error {
		if p, _ := c.Party(to); p.State != Signed {
			return fault.New(fault.NotFound, "eservice.Tell", "")
		}
		if err := q.insertMessage(ctx, insertMessageParams{id.New[any](s.ids), id.Key(caseID), to, false, by.Person, by.At.Name, disclosure.NewSensitive(body), tx.Now()}); err != nil {
			return err
		}
		return s.notices.Notify(ctx, tx, to, "message_new", caseID, c.Family)
	})
	return fault.Wrap("eservice.Tell", err)
}

// Write sends a message from a party, in her own thread. The same again at once is one.
func (s *Service) Write(ctx context.Context, by access.Actor, caseID CaseID, body string) error {
	body, err := prose("eservice.Write", "body", body)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.access.Permit(ctx, tx, by, WriteMessage, CaseRef(caseID), Follow)
		if err != nil {
			return err
		}
		q := New(tx)
		rows, err := q.messagesOf(ctx, id.Key(caseID))
		if err != nil {
			return err
		}
		if n := len(rows); n > 0 && rows[n-1].FromParty && tx.Now().Sub(rows[n-1].At) < sentTwice {
			disclosure.Tie(p, rows[n-1].Party, p.Ref(), 1, &rows[n-1])
			if same(rows[n-1].Body, body) {
				return nil
			}
		}
		return q.insertMessage(ctx, insertMessageParams{id.New[any](s.ids), id.Key(caseID), by.Person, true, by.Person, "", disclosure.NewSensitive(body), tx.Now()})
	})
	return fault.Wrap("eservice.Write", err)
}

// AddNote keeps an officer's note: for officers of the unit alone.
func (s *Service) AddNote(ctx context.Context, by access.Actor, caseID CaseID, body string) error {
	body, err := prose("eservice.AddNote", "note", body)
	if err != nil {
		return err
	}
	err = s.handling(ctx, by, HandleCase, caseID, func(ctx context.Context, tx *db.Tx, q *Queries, _ *Case) error {
		return q.insertNote(ctx, insertNoteParams{id.New[any](s.ids), id.Key(caseID), by.Person, by.At.Name, disclosure.NewSensitive(body), tx.Now()})
	})
	return fault.Wrap("eservice.AddNote", err)
}

// Ruling is a decision on its way in.
type Ruling struct {
	Outcome Outcome
	Reasons string
}

// delegation is the point of the board's order of delegation that officers decide by.
const delegation = "4.2"

// appealDays is how long one may appeal: three weeks from when one was told
// (förvaltningslagen 44 §).
const appealDays = 21

// Check refuses a ruling without outcome or reasons (förvaltningslagen 32 §).
func (r Ruling) Check() (Ruling, error) {
	var fields []fault.Field
	known := false
	for _, o := range Outcomes {
		known = known || o == r.Outcome
	}
	if !known {
		fields = append(fields, fault.Field{Name: "outcome", Text: "choose_outcome"})
	}
	reasons, err := prose("eservice.Ruling", "reasons", r.Reasons)
	var f *fault.Fault
	if errors.As(err, &f) {
		fields = append(fields, f.Fields...)
	}
	if len(fields) > 0 {
		return r, &fault.Fault{Kind: fault.Invalid, Op: "eservice.Ruling", Fields: fields}
	}
	r.Reasons = reasons
	return r, nil
}

// Rule decides the case and serves the decision to every party, in one transaction. For the
// officer who handles it.
func (s *Service) Rule(ctx context.Context, by access.Actor, caseID CaseID, r Ruling) error {
	r, err := r.Check()
	if err != nil {
		return err
	}
	err = s.handling(ctx, by, Decide, caseID, func(ctx context.Context, tx *db.Tx, q *Queries, c *Case) error {
		if err := c.MayDecide(by.Person); err != nil {
			return err
		}
		now := tx.Now()
		if err := q.insertDecision(ctx, insertDecisionParams{id.New[any](s.ids), id.Key(caseID), string(r.Outcome), disclosure.NewSensitive(r.Reasons), delegation,
			by.Person, by.At.Name, appealDays, now}); err != nil {
			return err
		}
		if _, err := q.setArchived(ctx, string(r.Outcome), &now, id.Key(caseID)); err != nil {
			return err
		}
		for _, p := range c.Parties {
			if p.State != Signed {
				continue
			}
			if err := q.insertServed(ctx, id.Key(caseID), p.Person, now); err != nil {
				return err
			}
			if err := s.notices.Notify(ctx, tx, p.Person, "decision_served", caseID, c.Family); err != nil {
				return err
			}
		}
		return s.event(ctx, tx, caseID, "decided", "parties", by.At.Name)
	})
	return fault.Wrap("eservice.Rule", err)
}

// Decided reports whether the case was decided just so by this officer: her button was
// pressed twice.
func (v *View) Decided(by access.Actor, r Ruling) bool {
	if v.Decision == nil || v.Officer != by.Person || v.Decision.Outcome != r.Outcome {
		return false
	}
	r, err := r.Check()
	if err != nil {
		return false
	}
	reasons, err := disclosure.Use(v.Decision.Reasons)
	return err == nil && reasons == r.Reasons
}

// Preview is the case with the decision as its parties would read it. Nothing is kept and
// nobody is told. Refused as Rule is.
func (s *Service) Preview(ctx context.Context, by access.Actor, caseID CaseID, r Ruling) (*View, error) {
	r, err := r.Check()
	if err != nil {
		return nil, err
	}
	v, err := s.CaseForOfficer(ctx, by, caseID)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, by.Local(Handle), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.access.Permit(ctx, tx, by, Decide, CaseRef(caseID), Handle)
		if err != nil {
			return err
		}
		if err := v.MayDecide(by.Person); err != nil {
			return err
		}
		row := struct{ Reasons disclosure.Sensitive }{disclosure.NewSensitive(r.Reasons)}
		disclosure.Tie(p, v.About, CaseRef(caseID), 1, &row)
		v.Decision = &Decision{Outcome: r.Outcome, Reasons: row.Reasons, Delegation: delegation, OfficerName: by.At.Name, AppealDays: appealDays, At: tx.Now()}
		return nil
	})
	return v, fault.Wrap("eservice.Preview", err)
}

// MarkRead notes that a party has read what is in her case: messages and decision.
func (s *Service) MarkRead(ctx context.Context, by access.Actor, caseID CaseID) error {
	err := s.db.Tx(ctx, by.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, ReadShared, CaseRef(caseID), Follow); err != nil {
			return err
		}
		now := tx.Now()
		q := New(tx)
		return errors.Join(q.readMessages(ctx, &now, id.Key(caseID), by.Person), q.setServedRead(ctx, id.Key(caseID), by.Person, &now))
	})
	return fault.Wrap("eservice.MarkRead", err)
}

// Shield moves the open cases of a person who has become protected to the shielded unit: the
// unit that had them does not reach her, or them, any more. For the feed of the population
// register, inside its transaction; decided cases move as well, since they are read too.
func (s *Service) Shield(ctx context.Context, tx *db.Tx, who access.PersonID) error {
	err := access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
		q := New(tx)
		cases, err := q.unshieldedOf(ctx, id.Key(who))
		if err != nil {
			return err
		}
		now := tx.Now()
		for _, c := range cases {
			if err := q.setShielded(ctx, c.ShieldedUnit, c.ShieldedBoard, c.ID); err != nil {
				return err
			}
			people, err := q.servedBy(ctx, c.ID)
			if err != nil {
				return err
			}
			if err := q.endServing(ctx, &now, c.ID); err != nil {
				return err
			}
			for _, p := range people {
				if err := q.insertRelation(ctx, insertRelationParams{ID: id.New[any](s.ids), Subject: c.ShieldedUnit, Kind: "serves", Object: p, Via: c.ID, ValidFrom: now}); err != nil {
					return err
				}
			}
			if err := s.event(ctx, tx, CaseID(c.ID), "shielded", "officers", ""); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.Wrap("eservice.Shield", err)
}
