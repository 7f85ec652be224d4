package door

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/guard"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// scan is the third lock: what is about to leave may name nobody but those who were opened
// for this visit, and what the person herself sent in it.
func (d *Door) scan(v *Visit, body []byte, rec *disclosure.Recorder) error {
	allowed := allowed(v, rec)
	found := d.Guard.Scan(body, &allowed)
	if len(found) == 0 {
		return nil
	}
	if d.Metrics != nil {
		d.Metrics.GuardStop(v.route.name())
	}
	d.Log.Error("the guard stopped an answer", "route", v.route.name(), "findings", len(found), "kind", found[0].Kind.String(), "build", d.Build)
	d.nearMiss(v, found)
	return fault.New(fault.Internal, "door.scan", "stopped")
}

// allowed is what the answer may carry: what was opened for it, and what the visitor sent, in
// every form in which a page may say it again. Names of fields are sent as well as values, and a
// page's ways to other languages have the whole address in them, escaped once more.
func allowed(v *Visit, rec *disclosure.Recorder) (a guard.Allowed) {
	for _, text := range rec.Opened() {
		a.Add(text)
	}
	for _, name := range rec.Names() {
		a.Add(name[0], name[1])
	}
	address := v.Request.URL.RequestURI()
	for _, text := range []string{v.Request.URL.Path, address, url.QueryEscape(address)} {
		a.Add(text)
	}
	for _, sent := range []url.Values{v.Form, v.Request.URL.Query()} {
		for name, values := range sent {
			a.Add(name)
			for _, value := range values {
				a.Add(value)
			}
		}
	}
	return a
}

// A route closes itself when the guard has stopped closeAfter answers of it within missesApart,
// to closeFor visitors at least. The stopped answers left for nobody; closing is for what the
// guard may not see of the same leak. One visitor alone, who asks again and again, closes
// nothing for the others.
const (
	closeAfter  = 3
	closeFor    = 2
	missesApart = 15 * time.Minute
)

// nearMiss keeps what was stopped, never the data itself, and closes a route that leaks on.
func (d *Door) nearMiss(v *Visit, found []guard.Finding) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.Request.Context()), 2*time.Second)
	defer cancel()
	err := d.DB.Tx(ctx, db.Local{Kind: "service:guard", Purpose: "guard"}, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `insert into ledger.near_miss (id, at, route, build, kind, count, principal, session) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			id.New[any](d.IDs), tx.Now(), v.route.name(), d.Build, found[0].Kind.String(), len(found), v.By.Person, v.By.Session)
		return err
	})
	if err != nil {
		d.Log.Error("a near miss could not be kept", "error", err)
	}
	if answers, visitors := d.misses.count(v.route.Path, v.who(), d.Clock.Now()); answers < closeAfter || visitors < closeFor || !v.route.declaration().Closable() {
		return
	}
	if err := d.Board.Close(ctx, "guard", closure.Route(v.route.Path), "the guard stopped several answers of this route"); err != nil {
		d.Log.Error("a route that leaks could not be closed", "error", err)
	}
}

// who tells visitors apart: by person, or by address while nobody is signed in.
func (v *Visit) who() string {
	if !v.By.Person.IsZero() {
		return v.By.Person.String()
	}
	return clientIP(v.Request)
}

// misses counts the latest near misses of each route.
type misses struct {
	mu sync.Mutex
	at map[string][]miss
}

type miss struct {
	at  time.Time
	who string
}

func newMisses() *misses { return &misses{at: map[string][]miss{}} }

// count adds a near miss and tells how many there were lately, and to how many visitors.
func (m *misses) count(route, who string, now time.Time) (answers, visitors int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := slices.DeleteFunc(m.at[route], func(o miss) bool { return now.Sub(o.at) >= missesApart })
	m.at[route] = append(kept, miss{now, who})
	people := map[string]bool{}
	for _, o := range m.at[route] {
		people[o.who] = true
	}
	return len(m.at[route]), len(people)
}
