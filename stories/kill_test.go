package stories_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/kit/db"
	"tillit/internal/testkit/served"
	"tillit/internal/town"
)

// How many applications are sent in (TILLIT_SUBMISSIONS says otherwise), and how often the
// server and PostgreSQL are killed meanwhile, in turns.
const (
	submissionsByDefault = 1000
	kills                = 12
)

// A guardian who was told that her application has come in finds it: once, and whole, with
// answers, parties and signature. So it is however often the server and its PostgreSQL are
// killed (kill -9) while a town full of guardians sends in applications.
func TestKillingServerAndDatabaseLosesNothingThatWasConfirmed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	rush := newRush(t, submissionsFrom(t))
	begun := time.Now()

	var wait sync.WaitGroup
	for _, h := range households(town.Granvik()) {
		wait.Go(func() { rush.household(ctx, h) })
	}
	killed := make(chan error, 1)
	go func() {
		err := rush.kill(ctx)
		if err != nil {
			cancel() // nobody waits for what does not come back
		}
		killed <- err
	}()
	wait.Wait()
	rush.end()
	if err := <-killed; err != nil {
		t.Fatalf("killing and starting again: %v", err)
	}
	t.Logf("%d applications confirmed in %.0f s, %d kills; %d requests were cut off or refused on the way", len(rush.confirmed), time.Since(begun).Seconds(), rush.kills, rush.cut)
	if t.Failed() {
		return
	}
	rush.onThePages(ctx)
	rush.inTheDatabase(ctx)
	if said, err := rush.site.Run(ctx, "ledger", "verify"); err != nil || !strings.Contains(said, "no gap") {
		t.Errorf("the ledger: %v: %s", err, said)
	}
}

func submissionsFrom(t *testing.T) int {
	text, ok := os.LookupEnv("TILLIT_SUBMISSIONS")
	if !ok {
		return submissionsByDefault
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < kills {
		t.Fatalf("TILLIT_SUBMISSIONS is a number from %d up", kills)
	}
	return n
}

// household is a guardian and those children for whom she is the one who applies.
type household struct {
	guardian town.Person
	children []town.Person
	shared   map[string]bool // names of children whom another guardian signs for as well
}

func households(t town.Town) []*household {
	var list []*household
	by := map[string]*household{}
	first := map[string]string{} // guardian who applies, by child
	for _, c := range t.Custody {
		guardian, child := t.Person(c.Guardian), t.Person(c.Child)
		if !c.To.IsZero() || !guardian.Died.IsZero() || !child.Died.IsZero() {
			continue
		}
		if g, ok := first[c.Child]; ok {
			by[g].shared[child.Name()] = true
			continue
		}
		first[c.Child] = c.Guardian
		h := by[c.Guardian]
		if h == nil {
			h = &household{guardian: guardian, shared: map[string]bool{}}
			by[c.Guardian] = h
			list = append(list, h)
		}
		h.children = append(h.children, child)
	}
	return list
}

// rush is the town sending in its applications.
type rush struct {
	t    *testing.T
	site *served.Site

	mu        sync.Mutex
	left      int               // applications still to be begun
	confirmed map[string]string // the case's path by the draft's, of everybody who was told
	open      map[string]*visit // the last application for a child, by its case's path
	cut       int               // requests that had to be made again
	kills     int
	progress  chan struct{} // one for each confirmed application
	over      chan struct{} // closed when all are
}

// visit is who sent in an application.
type visit struct {
	browser *served.Browser
	shared  bool
}

func newRush(t *testing.T, n int) *rush {
	t.Helper()
	folder := t.TempDir()
	binary, err := served.Build(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	said, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	r := &rush{t: t, left: n, confirmed: map[string]string{}, open: map[string]*visit{}, progress: make(chan struct{}, n), over: make(chan struct{})}
	if r.site, err = served.New(binary, filepath.Join(folder, "data"), said, "--log-level", "error"); err != nil {
		t.Fatal(err)
	}
	if err := r.site.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(r.site.Stop(), said.Close()); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			if text, err := os.ReadFile(said.Name()); err == nil {
				t.Logf("the server said last:\n%s", text[max(0, len(text)-8000):])
			}
		}
	})
	return r
}

func (r *rush) end() { close(r.over) }

// next says whether there is another application to begin.
func (r *rush) next() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left--
	return r.left >= 0
}

// kill kills the server and PostgreSQL in turns, each time when a share more has been confirmed,
// and starts what does not start again by itself.
func (r *rush) kill(ctx context.Context) error {
	share := cap(r.progress) / (kills + 1)
	for r.kills < kills {
		for range share {
			select {
			case <-r.progress:
			case <-r.over:
				return fmt.Errorf("all was sent in after %d kills", r.kills)
			}
		}
		if r.kills%2 == 0 {
			if err := errors.Join(r.site.Kill(), r.site.Start(ctx)); err != nil {
				return err
			}
		} else if err := r.site.KillPostgres(); err != nil {
			return err
		}
		r.kills++
	}
	return nil
}

// household sends in applications for its children, in turns, until there are enough.
func (r *rush) household(ctx context.Context, h *household) {
	b := r.site.Browser()
	err := r.patiently(ctx, func() error { return b.SignIn(ctx, h.guardian.Number) })
	var keys map[string]string
	if err == nil {
		keys, err = r.keys(ctx, b)
	}
	last := map[string]string{} // the case that a child has now
	for err == nil {
		for _, child := range h.children {
			if !r.next() {
				return
			}
			if path := last[child.Key]; path != "" {
				r.mu.Lock()
				delete(r.open, path)
				r.mu.Unlock()
				if err = r.withdraw(ctx, b, path); err != nil {
					break
				}
			}
			key, ok := keys[child.Name()]
			if !ok {
				err = errors.New("the form does not offer her child")
				break
			}
			if last[child.Key], err = r.apply(ctx, b, h, child, key); err != nil {
				break
			}
		}
	}
	r.t.Errorf("%s: %v", h.guardian.Key, err)
}

func (r *rush) keys(ctx context.Context, b *served.Browser) (keys map[string]string, err error) {
	err = r.patiently(ctx, func() error {
		draft, err := b.Draft(ctx)
		if err == nil {
			keys, err = b.Children(ctx, draft)
		}
		return err
	})
	return keys, err
}

// apply fills in an application, signs it and sends it in. Whatever is cut off is done again,
// on the same draft and with the same order for as long as there is one.
func (r *rush) apply(ctx context.Context, b *served.Browser, h *household, child town.Person, key string) (string, error) {
	var draft string
	err := r.patiently(ctx, func() (err error) { draft, err = b.Draft(ctx); return err })
	if err != nil {
		return "", err
	}
	if err := r.patiently(ctx, func() error { return b.Fill(ctx, draft, key, time.Now()) }); err != nil {
		return "", fmt.Errorf("fill in: %w", err)
	}
	var path string
	for path == "" {
		var order string
		if err := r.patiently(ctx, func() (err error) { order, err = b.Sign(ctx, draft, h.guardian.Number); return err }); err != nil {
			return "", fmt.Errorf("sign: %w", err)
		}
		err := r.patiently(ctx, func() (err error) {
			if path, err = b.Send(ctx, order); errors.Is(err, served.ErrOrder) {
				return nil // a new order, then
			}
			return err
		})
		if err != nil {
			return "", fmt.Errorf("send in: %w", err)
		}
	}
	// She has been told: from here on it must be there.
	r.mu.Lock()
	r.confirmed[draft] = path
	r.open[path] = &visit{b, h.shared[child.Name()]}
	r.mu.Unlock()
	r.progress <- struct{}{}
	return path, nil
}

// withdraw takes an application back. One that is gone has been taken back already, by a
// request whose answer was cut off.
func (r *rush) withdraw(ctx context.Context, b *served.Browser, path string) error {
	again := false
	return r.patiently(ctx, func() error {
		err := b.Withdraw(ctx, path)
		var status *served.StatusError
		if again && errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusConflict) {
			return nil
		}
		again = true
		return err
	})
}

// patiently does a step again while the server or BankID is not there, or not able to: that is
// what a person at her browser does.
func (r *rush) patiently(ctx context.Context, step func() error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := step()
		var status *served.StatusError
		switch {
		case err == nil:
			return nil
		case errors.As(err, &status) && status.Status < 500 && status.Status != http.StatusConflict && !errors.Is(err, served.ErrOrder):
			return err
		}
		r.mu.Lock()
		r.cut++
		r.mu.Unlock()
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// onThePages asks every guardian's own pages for the last application for each child.
func (r *rush) onThePages(ctx context.Context) {
	for path, v := range r.open {
		var p served.Page
		err := r.patiently(ctx, func() (err error) { p, err = v.browser.Get(ctx, path); return err })
		if err != nil || p.Status != http.StatusOK {
			r.t.Errorf("a confirmed application's page answers %d: %v", p.Status, err)
		}
	}
	if len(r.open) == 0 {
		r.t.Error("no application is left to look at")
	}
}

// inTheDatabase compares what everybody was told with what there is.
func (r *rush) inTheDatabase(ctx context.Context) {
	server, err := db.Attach(ctx, r.site.Data)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = server.Stop(ctx) }() // which lets go of the other process's server
	conn, err := server.Superuser(ctx, db.Name)
	if err != nil {
		r.t.Fatal(err)
	}
	defer conn.Close(ctx)
	told := map[string]bool{}
	for draft, path := range r.confirmed {
		if strings.TrimPrefix(draft, "/my/drafts/") != strings.TrimPrefix(path, "/my/cases/") {
			r.t.Error("a draft became a case under another key")
		}
		told[strings.TrimPrefix(path, "/my/cases/")] = true
	}
	rows, err := conn.Query(ctx, "select id::text from eservice.case")
	if err != nil {
		r.t.Fatal(err)
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		r.t.Fatal(err)
	}
	for _, key := range there {
		if !told[key] {
			r.t.Error("there is a case that nobody was told of, and nobody goes on asking for")
		}
		delete(told, key)
	}
	if len(told) > 0 {
		r.t.Errorf("%d applications were confirmed and are not there", len(told))
	}
	for what, query := range wrongs {
		var n int
		if err := conn.QueryRow(ctx, query).Scan(&n); err != nil {
			r.t.Fatalf("%s: %v", what, err)
		}
		if n != 0 {
			r.t.Errorf("%s: %d", what, n)
		}
	}
}

// wrongs are what there must be none of.
var wrongs = map[string]string{
	"cases without both parts of their answers": `select count(*) from eservice.case c where
		(select count(*) from eservice.answers a where a.case_id = c.id and a.body <> '' and a.body <> '{}') <> 2`,
	"cases without their applicant as a party who has signed": `select count(*) from eservice.case c where
		(select count(*) from eservice.party p where p.case_id = c.id and p.person = c.applicant and p.role = 'applicant' and p.state = 'signed') <> 1`,
	"cases without exactly the parties of the register": `select count(*) from eservice.case c where
		(select count(*) from eservice.party p where p.case_id = c.id) <> (select count(distinct k.guardian) from person.custody k where k.child = c.about and k.valid_to is null)`,
	"cases without their applicant's signature on what was sent": `select count(*) from eservice.case c where
		(select count(*) from eservice.signature s where s.case_id = c.id and s.person = c.applicant and s.payload = c.payload and s.evidence <> '') <> 1`,
	"applicants who do not reach their case": `select count(*) from eservice.case c where
		(select count(*) from access.relation r where r.object = c.id and r.kind = 'party_to' and r.subject = c.applicant) <> 1`,
	"received cases without receipt or deadline": `select count(*) from eservice.case c where c.state = 'submitted' and (c.receipt is null or c.due_at is null)`,
	"cases that were received twice":             `select count(*) from (select case_id from eservice.event where what in ('submitted', 'signed_by_applicant') group by 1 having count(*) <> 1) twice`,
	"cases without a word in their history":      `select count(*) from eservice.case c where not exists (select from eservice.event e where e.case_id = c.id)`,
	"notices that were given twice": `select count(*) from (select 1 from notify.notice where case_id is not null
		group by person, template, case_id having count(*) > 1) twice`,
	"drafts that are a case as well":      `select count(*) from eservice.draft d join eservice.case c on c.id = d.id`,
	"children with two open applications": `select count(*) from (select 1 from eservice.case where state not in ('archived', 'returned') group by about, family having count(*) > 1) twice`,
	"references that two cases have":      `select count(*) from (select 1 from eservice.case group by ref having count(*) > 1) twice`,
	"cases whose insertion is not in the history": `select count(*) from eservice.case c where
		(select count(*) from history.change h where h.place = 'eservice.case' and h.op = 'insert' and h.after_key = jsonb_build_object('id', c.id)::text) <> 1`,
}
