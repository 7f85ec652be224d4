package app

import (
	"context"
	"fmt"
	"os"
	"time"
	_ "time/tzdata" // a machine without zones still knows ours

	"tillit/internal/adapter/bankid"
	"tillit/internal/core/access"
	"tillit/internal/core/door"
	"tillit/internal/core/guard"
	"tillit/internal/core/notify"
	"tillit/internal/core/person"
	"tillit/internal/core/session"
	"tillit/internal/kit/db"
	"tillit/internal/kit/job"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice"
	"tillit/internal/module/eservice/work"
	"tillit/internal/module/hall"
	"tillit/internal/module/incident"
	"tillit/internal/module/mypages"
	"tillit/internal/town"
)

// house is what is composed: the core's services and the modules, behind one set of doors.
type house struct {
	town      town.Town
	zone      *time.Location
	decider   *access.Decider
	people    *person.Service
	sessions  *session.Service
	guard     *guard.Guard
	queue     *job.Queue
	notices   *notify.Service
	cases     *eservice.Service
	residents *eservice.Web
	doors     *door.Door
	cast      *cast
}

var zones = map[string]string{"se": "Europe/Stockholm", "dk": "Europe/Copenhagen"}

// policies are all that decide, by file name.
func policies() map[string][]byte {
	return map[string][]byte{
		"person/policy.cedar": person.Policy, "notify/policy.cedar": notify.Policy,
		"eservice/policy.cedar": eservice.Policy, "mypages/policy.cedar": mypages.Policy,
	}
}

// compose makes the services and the modules, and lets them meet.
func (a *App) compose(ctx context.Context) error {
	key, err := a.key(ctx)
	if err != nil {
		return err
	}
	return a.furnish(key)
}

// furnish makes everything that needs no answer from outside.
func (a *App) furnish(key []byte) error {
	c := a.opts.Config
	h := &house{guard: guard.New()}
	a.house = h
	t, ok := town.ByCountry(c.Country)
	if !ok {
		return fmt.Errorf("no profile for country %s", c.Country)
	}
	h.town = t
	var err error
	if h.zone, err = time.LoadLocation(zones[c.Country]); err != nil {
		return err
	}
	texts := a.opts.locks.policies(policies())
	if h.decider, err = access.NewDecider(texts); err != nil {
		return err
	}
	h.people = person.NewService(a.ids, key, h.decider)
	eid, err := a.eid()
	if err != nil {
		return err
	}
	if h.sessions, err = session.NewService(session.Config{DB: a.db, Clock: a.clock, IDs: a.ids, Chance: a.opts.Chance, Build: a.opts.Build, Country: c.Country,
		People: h.people, Board: a.board, EID: eid, Log: a.log, Public: c.Public(), Town: t.Municipality}); err != nil {
		return err
	}
	if a.appPool != nil { // without a database, as when routes are listed, there is no queue
		if h.queue, err = job.New(a.appPool, a.clock, a.log); err != nil {
			return err
		}
		mailer, err := a.mailer()
		if err != nil {
			return err
		}
		h.notices = notify.NewService(notify.Config{DB: a.db, IDs: a.ids, Chance: a.opts.Chance, Access: h.decider, People: h.people, Board: a.board, Ledger: a.ledger,
			Guard: h.guard, Queue: h.queue, Mailer: mailer, Town: t.Municipality, Base: c.Public(), Lang: c.Language(), Build: a.opts.Build, Log: a.log})
	}
	h.cases = eservice.NewService(eservice.Config{DB: a.db, Clock: a.clock, IDs: a.ids, Chance: a.opts.Chance, Access: h.decider, People: h.people,
		Sessions: h.sessions, Board: a.board, Ledger: a.ledger, Notices: h.notices, Scanner: a.scanner(), Zone: h.zone, Town: t.Key, Log: a.log})
	h.people.OnCustodyEnd(h.cases.CustodyEnded)
	a.hang()
	return nil
}

// eid is the electronic identity that people sign in with: BankID as the operator set it, or
// in the demo the one that the world plays.
func (a *App) eid() (session.EID, error) {
	b := a.opts.Config.BankID
	conf := bankid.Config{URL: b.Endpoint}
	switch {
	case a.opts.Config.Country != "se":
		return none{}, nil
	case a.world != nil:
		conf.URL = a.World + "/bankid/rp/v6.0"
	case b.Set():
		var err error
		if conf.PKCS12, err = os.ReadFile(b.P12); err != nil {
			return nil, fmt.Errorf("BankID's certificate: %w", err)
		}
		password, err := os.ReadFile(b.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("the password of BankID's certificate: %w", err)
		}
		conf.Password = string(password)
		if conf.Root, err = os.ReadFile(b.RootFile); err != nil {
			return nil, fmt.Errorf("BankID's root: %w", err)
		}
	default:
		return none{}, nil
	}
	client, err := bankid.New(conf)
	if err != nil {
		return nil, err
	}
	return bankID{client}, nil
}

// hang hangs the doors.
func (a *App) hang() {
	h, c := a.house, a.opts.Config
	conf := door.Config{
		DB: a.db, Clock: a.clock, IDs: a.ids, Chance: a.opts.Chance, Board: a.board, Sessions: h.sessions, People: h.people, Ledger: a.ledger, Guard: h.guard,
		Site: a.site(), Zone: h.zone, Lang: c.Language(), Policy: h.decider.ID(), Build: a.opts.Build, Secure: len(c.Public()) > 5 && c.Public()[:5] == "https",
		Log: a.log, Metrics: a.metrics,
	}
	a.opts.locks.apply(&conf)
	h.doors = door.New(conf)
	h.residents = eservice.NewWeb(h.cases, a.forms())
	lobby := hall.New(hall.Config{Sessions: h.sessions, Board: a.board, Chance: a.opts.Chance, Log: a.log, Outside: a.outside()})
	mine := mypages.NewService(mypages.Config{DB: a.db, IDs: a.ids, Access: h.decider, People: h.people, Ledger: a.reader, Notify: h.notices, Cases: residents{h.residents}})
	h.doors.Add(lobby.Routes()...)
	h.doors.Add(mine.Routes()...)
	h.doors.Add(h.residents.Routes()...)
	h.doors.Add(work.NewWeb(h.cases, a.reader).Routes()...)
	h.doors.Add(incident.New(incident.Config{DB: a.db, Board: a.board, Services: h.closable, Doors: h.doors.Declarations}).Routes()...)
}

var marks = map[string]ui.MarkName{"se": ui.MarkSpruce, "dk": ui.MarkOak}

// site is the place that the pages belong to.
func (a *App) site() ui.Site {
	t := a.house.town
	return ui.Site{Name: t.Name, Mark: marks[a.opts.Config.Country], Owner: t.Municipality, Phone: t.Phone, Address: []string{t.Street + ", " + t.PostCode + " " + t.City}}
}

// watchNames tells the guard whom to look for, and again each time it may have changed.
func (a *App) watchNames(ctx context.Context) error {
	var names []guard.Name
	err := a.db.Tx(ctx, access.Service("guard").Local("guard"), func(ctx context.Context, tx *db.Tx) error {
		names = nil
		return a.house.people.Watched(ctx, tx, func(given, surname, kind string) {
			k := guard.ProtectedName
			if kind == "canary" {
				k = guard.CanaryName
			}
			names = append(names, guard.Name{Given: given, Surname: surname, Kind: k})
		})
	})
	if err != nil {
		return err
	}
	a.house.guard.Watch(guard.NewWatch(names))
	return nil
}
