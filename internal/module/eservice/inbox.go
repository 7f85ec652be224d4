package eservice

import (
	"context"
	"strings"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/module/eservice/formpack"
)

// List is a choice of what an officer's inbox shows.
type List string

// The lists.
const (
	Mine       List = "mine"
	Unassigned List = "unassigned"
	Waiting    List = "waiting"
	Done       List = "closed"
	Every      List = "every" // whatever came to the units, the ended ones last
)

// Lists are the inbox's choices, in order.
var Lists = []List{Mine, Unassigned, Waiting, Done}

// Wanted is what an officer asks her inbox for. Ref, when given, is a whole reference; an
// empty State is all.
type Wanted struct {
	List  List
	Ref   string
	State State
}

// Listed is a case as lists show it.
type Listed struct {
	Case
	Form  *formpack.Package
	Child person.Identity

	// What has come in since the officer last did something; in inboxes only.
	NewMessage, NewCompletion bool
}

// Inbox is what an officer has to do. Late and Today count those of hers that are late or
// due today.
type Inbox struct {
	Cases       []Listed
	Counts      map[List]int
	Late, Today int
}

// DoneFor is how long a closed case stays in the list of what is done.
const DoneFor = 7 * 24 * time.Hour

// MostListed is how many cases a list shows.
const MostListed = 200

// InboxOf lists cases of the officer's units, the shortest time left first. A case in which
// she is a party herself is not hers to see. Each row that SQL lets through is decided by
// policy as well: a row that it refuses is an alarm and is left out, never shown.
func (s *Service) InboxOf(ctx context.Context, by access.Actor, want Wanted) (*Inbox, error) {
	var out *Inbox
	err := s.db.Tx(ctx, by.Local(Overall), func(ctx context.Context, tx *db.Tx) error {
		out = &Inbox{}
		q := New(tx)
		var units []id.Key
		for _, u := range by.Units() {
			units = append(units, id.Key(u))
		}
		after := tx.Now().Add(-DoneFor)
		rows, err := q.inbox(ctx, inboxParams{Units: units, List: string(want.List), Person: id.Key(by.Person), ClosedAfter: after,
			Ref: strings.ToUpper(strings.TrimSpace(want.Ref)), State: string(want.State), Most: MostListed})
		if err != nil {
			return err
		}
		all := make([]caseRow, len(rows))
		for i, r := range rows {
			all[i] = caseRow(r)
		}
		out.Cases, err = s.listed(ctx, tx, by, ListCase, Overall, all, func(err error) error {
			s.log.Error("a row that the database let through was refused by policy", "list", "inbox", "error", err)
			return nil
		})
		if err != nil {
			return err
		}
		if err := sinceLast(ctx, q, out.Cases); err != nil {
			return err
		}
		y, m, d := tx.Now().In(s.zone).Date()
		n, err := q.countInbox(ctx, countInboxParams{Person: id.Key(by.Person), Today: time.Date(y, m, d, 0, 0, 0, 0, s.zone), Tomorrow: time.Date(y, m, d+1, 0, 0, 0, 0, s.zone),
			ClosedAfter: after, Units: units})
		if err != nil {
			return err
		}
		out.Counts = map[List]int{Mine: int(n.Mine), Unassigned: int(n.Unassigned), Waiting: int(n.Waiting), Done: int(n.Closed)}
		out.Late, out.Today = int(n.Late), int(n.DueToday)
		return nil
	})
	return out, fault.Wrap("eservice.InboxOf", err)
}

// listed makes a list of rows, with whom each is about; all of it is read in a few questions,
// however long the list. Rows that policy refuses are left out, unless refused says otherwise.
func (s *Service) listed(ctx context.Context, tx *db.Tx, by access.Actor, action access.Action, purpose access.Purpose, rows []caseRow, refused func(error) error) ([]Listed, error) {
	keys := make([]id.Key, len(rows))
	for i, r := range rows {
		keys[i] = r.ID
	}
	between, err := parties(ctx, New(tx), keys...)
	if err != nil {
		return nil, err
	}
	var list []Listed
	var about []access.PersonID
	for _, r := range rows {
		c := caseFrom(r)
		c.Parties = between[r.ID]
		if _, err := s.access.Decide(tx, by, action, CaseRef(c.ID), purpose, c.facts(by)); err != nil {
			if err := refused(err); err != nil {
				return nil, err
			}
			continue
		}
		form, err := s.Package(ctx, tx, c.Package)
		if err != nil {
			return nil, err
		}
		list, about = append(list, Listed{Case: *c, Form: form}), append(about, c.About)
	}
	people, err := s.people.SeeAll(ctx, tx, by, about, purpose)
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Child = people[list[i].About]
	}
	return list, nil
}

// sinceLast marks the cases in which a party has written, or answered what was asked for.
func sinceLast(ctx context.Context, q *Queries, list []Listed) error {
	if len(list) == 0 {
		return nil
	}
	keys := make([]id.Key, len(list))
	at := map[id.Key]*Listed{}
	for i := range list {
		keys[i] = id.Key(list[i].ID)
		at[keys[i]] = &list[i]
	}
	rows, err := q.cameIn(ctx, keys)
	if err != nil {
		return fault.Wrap("eservice.sinceLast", err)
	}
	for _, r := range rows {
		at[r.CaseID].NewMessage, at[r.CaseID].NewCompletion = r.Message, r.Completion
	}
	return nil
}

// TakeNext takes the case of the officer's units that nobody handles and that has the
// shortest time left. False when there is none. Two who ask at once get one each.
func (s *Service) TakeNext(ctx context.Context, by access.Actor) (CaseID, bool, error) {
	inbox, err := s.InboxOf(ctx, by, Wanted{List: Unassigned})
	if err != nil {
		return CaseID{}, false, fault.Wrap("eservice.TakeNext", err)
	}
	for _, c := range inbox.Cases {
		err := s.Take(ctx, by, c.ID)
		if !fault.Is(err, fault.Conflict) {
			return c.ID, err == nil, fault.Wrap("eservice.TakeNext", err)
		}
	}
	return CaseID{}, false, nil
}

// MyCases lists the cases that a resident is a party of or invited to, the newest first.
func (s *Service) MyCases(ctx context.Context, tx *db.Tx, by access.Actor) ([]Listed, error) {
	q := New(tx)
	rows, err := q.myCases(ctx, id.Key(by.Person), tx.Now())
	if err != nil {
		return nil, fault.Wrap("eservice.MyCases", err)
	}
	all := make([]caseRow, len(rows))
	for i, r := range rows {
		all[i] = caseRow(r)
	}
	return s.listed(ctx, tx, by, ReadFrame, Follow, all, func(err error) error {
		if fault.Is(err, fault.NotFound) {
			return nil // a case that was given back, or that she has left
		}
		return err
	})
}
