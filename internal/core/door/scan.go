package door

import (
	"context"
	"net/url"
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
	var allowed guard.Allowed
	for _, text := range rec.Opened() {
		allowed.Add(text)
	}
	for _, name := range rec.Names() {
		allowed.Add(name[0], name[1])
	}
	allowed.Add(v.Request.URL.Path) // a page says it again in its ways to other languages
	for _, sent := range []url.Values{v.Form, v.Request.URL.Query()} {
		for _, values := range sent {
			for _, value := range values {
				allowed.Add(value)
			}
		}
	}
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

// closeAfter is how many answers of one route the guard stops within a quarter of an hour
// before the route closes itself.
const (
	closeAfter  = 3
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
	if d.misses.count(v.route.Path, d.Clock.Now()) < closeAfter {
		return
	}
	if err := d.Board.Close(ctx, "guard", closure.Route(v.route.Path), "the guard stopped several answers of this route"); err != nil {
		d.Log.Error("a route that leaks could not be closed", "error", err)
	}
}

// misses counts the latest near misses of each route.
type misses struct {
	mu sync.Mutex
	at map[string][]time.Time
}

func newMisses() *misses { return &misses{at: map[string][]time.Time{}} }

func (m *misses) count(route string, now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.at[route][:0]
	for _, t := range m.at[route] {
		if now.Sub(t) < missesApart {
			kept = append(kept, t)
		}
	}
	m.at[route] = append(kept, now)
	return len(m.at[route])
}
