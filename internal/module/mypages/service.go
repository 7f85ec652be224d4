package mypages

import (
	"context"
	_ "embed"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/ledger"
	"tillit/internal/core/notify"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// Policy is who may read a person's log, in Cedar.
//
//go:embed policy.cedar
var Policy []byte

// Service is the verbs of the room. Each is for the signed-in resident, about herself.
type Service struct {
	db     *db.DB
	ids    *id.Source
	access *access.Decider
	people *person.Service
	ledger *ledger.Reader
	notify *notify.Service
	cases  Cases
}

// Config is what the service is made of.
type Config struct {
	DB     *db.DB
	IDs    *id.Source
	Access *access.Decider
	People *person.Service
	Ledger *ledger.Reader
	Notify *notify.Service
	Cases  Cases
}

// NewService makes the service and says how the facts of a log are loaded.
func NewService(c Config) *Service {
	s := &Service{db: c.DB, ids: c.IDs, access: c.Access, people: c.People, ledger: c.Ledger, notify: c.Notify, cases: c.Cases}
	c.Access.Resource(logKind, func(_ context.Context, _ *db.Tx, by access.Actor, ref access.Ref) (access.Facts, error) {
		return access.Facts{"self": access.PersonID(ref.ID) == by.Person}, nil
	})
	return s
}

// pageSize is how many occasions a page shows, and walkSize how many are read at a time on
// the way through all of a log.
const (
	pageSize = 25
	walkSize = 500
)

// soon is past every line that can have been written by now: nodes' clocks differ a little,
// and a line of this very instant counts too.
func soon(now time.Time) time.Time { return now.Add(time.Minute) }

// looks reads a page of the actor's own log, newest first, before an instant. Older is where
// the next page begins, zero when there is none. Refused with NotFound to all but residents.
func (s *Service) looks(ctx context.Context, by access.Actor, before time.Time, size int, own bool) (page []ledger.Seen, older time.Time, err error) {
	for limit := size; ; limit *= 2 {
		list, err := s.ledger.SeenBy(ctx, by, before, limit+1, own)
		if err != nil {
			return nil, time.Time{}, err
		}
		if page, older, ok := cut(list, limit); ok {
			return page, older, nil
		}
	}
}

// walk goes through the actor's own log, newest first, until visit has seen enough.
func (s *Service) walk(ctx context.Context, by access.Actor, before time.Time, own bool, visit func(ledger.Seen) (more bool)) error {
	for !before.IsZero() {
		page, older, err := s.looks(ctx, by, before, walkSize, own)
		if err != nil {
			return err
		}
		for _, l := range page {
			if !visit(l) {
				return nil
			}
		}
		before = older
	}
	return nil
}

// looksSince reads the occasions since an instant on which others looked.
func (s *Service) looksSince(ctx context.Context, by access.Actor, now, since time.Time) ([]ledger.Seen, error) {
	var list []ledger.Seen
	err := s.walk(ctx, by, soon(now), false, func(l ledger.Seen) bool {
		if l.At.Before(since) {
			return false
		}
		list = append(list, l)
		return true
	})
	return list, err
}

// object keeps that an occasion is not right, for the resident whose log it stands in. Said
// again it changes nothing. Refused with NotFound when the occasion showed nothing about her.
func (s *Service) object(ctx context.Context, by access.Actor, now time.Time, response access.RequestID) error {
	mine := false
	err := s.walk(ctx, by, soon(now), true, func(l ledger.Seen) bool {
		mine = l.Response == response
		return !mine
	})
	if err != nil {
		return err
	}
	if !mine {
		return fault.New(fault.NotFound, "mypages.object", "")
	}
	key := id.New[any](s.ids)
	return s.db.Tx(ctx, by.Local(WhoLooked), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, Object, Log(by.Person), WhoLooked); err != nil {
			return err
		}
		return insertObjection(ctx, tx, key, by.Person, response)
	})
}

// objections gives when she has objected to which of the occasions.
func (s *Service) objections(ctx context.Context, by access.Actor, looks []ledger.Seen) (map[access.RequestID]time.Time, error) {
	responses := make([]access.RequestID, len(looks))
	for i, l := range looks {
		responses[i] = l.Response
	}
	var said map[access.RequestID]time.Time
	err := s.db.Tx(ctx, by.Local(WhoLooked), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Permit(ctx, tx, by, ReadLog, Log(by.Person), WhoLooked); err != nil {
			return err
		}
		var err error
		said, err = objectionsTo(ctx, tx, by.Person, responses)
		return err
	})
	return said, err
}

// logFile is her log as a document: sealed, and tied to her, until it leaves.
type logFile struct {
	Name disclosure.Personal
	Body disclosure.Bytes
}

// file seals the document of her log under a permit to read it.
func (s *Service) file(ctx context.Context, by access.Actor, name string, body []byte) (logFile, error) {
	var f logFile
	err := s.db.Tx(ctx, by.Local(WhoLooked), func(ctx context.Context, tx *db.Tx) error {
		p, err := s.access.Permit(ctx, tx, by, ReadLog, Log(by.Person), WhoLooked)
		if err != nil {
			return err
		}
		f = logFile{disclosure.NewPersonal(name), disclosure.NewBytes(body)}
		disclosure.Tie(p, by.Person, p.Ref(), 0, &f)
		return nil
	})
	return f, err
}

// told reads her notices, newest first, and her contact points, oldest first.
func (s *Service) told(ctx context.Context, by access.Actor, limit int32) (notices []notify.Notice, points []notify.Point, err error) {
	err = s.db.Tx(ctx, by.Local(notify.Contact), func(ctx context.Context, tx *db.Tx) error {
		var err error
		if notices, err = s.notify.Notices(ctx, tx, by, limit); err != nil {
			return err
		}
		points, err = s.notify.Points(ctx, tx, by)
		return err
	})
	return notices, points, err
}

// family reads the resident herself and the children whom she is guardian of now.
func (s *Service) family(ctx context.Context, by access.Actor) (self person.Identity, children []person.Identity, err error) {
	err = s.db.Tx(ctx, by.Local(MyPages), func(ctx context.Context, tx *db.Tx) error {
		var err error
		if self, err = s.people.Self(ctx, tx, by, MyPages); err != nil {
			return err
		}
		keys, err := s.people.Children(ctx, tx, by)
		if err != nil {
			return err
		}
		seen, err := s.people.SeeAll(ctx, tx, by, keys, MyPages)
		if err != nil {
			return err
		}
		children = make([]person.Identity, 0, len(keys))
		for _, key := range keys {
			if child := seen[key]; child.Known() {
				children = append(children, child)
			}
		}
		return nil
	})
	return self, children, err
}

// protected reports whether the resident herself is.
func (s *Service) protected(ctx context.Context, by access.Actor) (bool, error) {
	var self person.Identity
	err := s.db.Tx(ctx, by.Local(WhoLooked), func(ctx context.Context, tx *db.Tx) error {
		var err error
		self, err = s.people.Self(ctx, tx, by, WhoLooked)
		return err
	})
	return self.Protected, err
}
