package main

import (
	"crypto/rand"
	"errors"
	"runtime"
	"syscall"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/guard"
	"tillit/internal/core/notify"
	"tillit/internal/core/person"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/module/eservice"
	"tillit/internal/module/mypages"
	"tillit/internal/town"
)

// perSecond does something again and again on one core for a second of processor time, and says
// how often it could in one. Others who use the machine don't count, the collector of garbage
// does, with a heap such as a server has.
func perSecond(do func() error) (float64, error) {
	const long = time.Second
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	heap := make([]byte, 32<<20)
	defer runtime.KeepAlive(heap)
	runtime.GC()
	begun := processor()
	n := 0
	for {
		for range 100 {
			if err := do(); err != nil {
				return 0, err
			}
		}
		n += 100
		if took := processor() - begun; took >= long {
			return float64(n) / took.Seconds(), nil
		}
	}
}

// processor is the time that this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// decisions measures the decision point with the policies of the house: an officer reads a
// case of her unit.
func (r *report) decisions() error {
	d, err := access.NewDecider(map[string][]byte{
		"person": person.Policy, "eservice": eservice.Policy, "mypages": mypages.Policy, "notify": notify.Policy,
	})
	if err != nil {
		return err
	}
	ids := id.NewSource(clock.Wall{}, rand.Reader)
	someone := func() access.PersonID { return access.PersonID(id.New[any](ids)) }
	unit := access.UnitID(id.New[any](ids))
	by, visit := access.Actor{Kind: access.Officer, Person: someone(), All: []access.Membership{{Unit: unit}, {Unit: access.UnitID(id.New[any](ids))}}}.Enter(access.RequestID(id.New[any](ids)))
	defer visit.End()
	applicant := someone()
	facts := access.Facts{
		"state": string(eservice.InProgress), "unit": unit, "applicant": applicant, "officer": by.Person, "shielded": false, "signing": false,
		"invited": []access.PersonID{}, "parties": []access.PersonID{applicant, someone()}, "served": []access.PersonID{}, "own": false,
	}
	ref := eservice.CaseRef(eservice.CaseID(id.New[any](ids)))
	var tx db.Tx
	n, err := perSecond(func() error {
		_, err := d.Decide(&tx, by, eservice.ReadCase, ref, eservice.Handle, facts)
		return err
	})
	if err != nil {
		return err
	}
	r.add("Decision with facts in memory", "> 150,000/s a core", holds(n > 150_000), "%s/s a core", count(n))
	return nil
}

// scan measures the guard on a page that may leave.
func (r *report) scan(body []byte, t town.Town) error {
	var names []guard.Name
	var allowed guard.Allowed
	for _, p := range t.People {
		if p.Protection != "" {
			names = append(names, guard.Name{Given: p.Given, Surname: p.Surname, Kind: guard.ProtectedName})
		}
		allowed.Add(p.Number)
	}
	for _, s := range t.Staff {
		allowed.Add(s.Name)
	}
	g := guard.New()
	g.Watch(guard.NewWatch(names))
	n, err := perSecond(func() error {
		if g.Scan(body, &allowed) != nil {
			return errors.New("bench: the page is not clean")
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.add("Guard, a clean page of "+kB(len(body)), "", "", "%.0f MB/s a core, %.0f µs a page", n*float64(len(body))/1e6, 1e6/n)
	return nil
}
