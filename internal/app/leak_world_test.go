package app_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/app"
	"tillit/internal/core/access"
	"tillit/internal/core/session"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice"
	"tillit/internal/testkit/house"
)

// world is a house in which things have happened to people who are strangers to each other:
// drafts, cases in every state, messages, notes, files, decisions, sign-ins under way. What
// people wrote holds marks that stand nowhere else.
type world struct {
	*house.House
	app.Inside
	t     *testing.T
	super *pgx.Conn // sees all, for looking at what happened
	ids   *id.Source

	marks   []mark
	bundles []*bundle

	noPolicy bool // the first lock is off
}

// bundle is things of somebody's that strangers will try to reach: the value of each kind of
// path parameter, as far as there is such a thing.
type bundle struct {
	name    string
	owner   string // whose it is: key of a resident; empty for a browser that nobody is signed in to
	officer string // who handles it: key of an officer
	browser *house.Browser
	params  map[string]string
	people  []string // whom it is about
	renew   func()   // of what lives for minutes only
}

func newWorld(t *testing.T, options ...func(*app.Options)) *world {
	t.Helper()
	h := house.New(t, append(options, func(o *app.Options) { o.Config.PublicURL = "http://localhost:8080" })...) // passkeys need a name
	w := &world{House: h, Inside: h.Inside(), t: t, ids: id.NewSource(h.Clock, nil)}
	var err error
	if w.super, err = h.DB.Server.Superuser(t.Context(), h.DB.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.super.Close(context.Background()) })
	w.must(func() error { _, err := w.super.Exec(t.Context(), "set timezone to 'UTC'"); return err }())
	w.populate()
	return w
}

// guest is somebody in her browser, and who she is to the services.
type guest struct {
	*house.Browser
	key string
	by  access.Actor
}

func (w *world) resident(key string) guest { return w.enter(w.Resident(w.t, key), key) }
func (w *world) officer(key string) guest  { return w.enter(w.House.Staff(w.t, key), key) }

func (w *world) enter(b *house.Browser, key string) guest {
	w.t.Helper()
	u, err := url.Parse(w.Public)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range b.Client.Jar.Cookies(u) {
		if c.Name != "tillit" {
			continue
		}
		secret, err := session.ParseSecret(c.Value)
		if err != nil {
			w.t.Fatal(err)
		}
		by, _, err := w.Sessions.Identify(w.t.Context(), secret)
		if err != nil || by.IsNobody() {
			w.t.Fatalf("%s is nobody: %v", key, err)
		}
		by, visit := by.Enter(access.RequestID(w.key()))
		w.t.Cleanup(visit.End)
		return guest{b, key, by}
	}
	w.t.Fatalf("%s has no session", key)
	return guest{}
}

func (w *world) key() id.Key { return id.New[any](w.ids) }

// must ends the test on an error of what sets it up.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// form is what an applicant answers. Texts are marks.
type form struct {
	child, kind string
	places      []string
	phone       bool
}

// fill writes a draft, and leaves it ready to be signed. What only the applicant and officers
// see is marked as hers.
func (w *world) fill(g guest, f form) eservice.DraftID {
	w.t.Helper()
	ctx := w.t.Context()
	draft, err := w.Cases.Start(ctx, g.by, "childcare-application")
	w.must(err)
	start := w.Clock.Now().AddDate(0, 5, 0)
	step := func(name string, pairs ...string) {
		w.t.Helper()
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		_, err := w.Cases.SaveStep(ctx, g.by, draft, name, values, text.SV)
		w.must(err)
	}
	own := func(field string) string { return w.mark(g.key, field, g.key) }
	step("kind", "kind", f.kind)
	child := []string{"start.day", start.Format("2"), "start.month", start.Format("1"), "start.year", start.Format("2006"), "hours", "30"}
	if f.child != "" {
		child = append(child, "child", w.Of[f.child].String())
	}
	step("child", child...)
	var wishes []string
	for i, place := range f.places {
		wishes = append(wishes, fmt.Sprintf("choices.%d", i+1), place)
	}
	step("wishes", wishes...)
	step("everyday", "basis", "work", "occupation", own("occupation"), "siblings", "no", "current_care", "home", "languages", own("languages"), "health", own("health"))
	contact := []string{"message", own("message"), "contact", "my_pages"} // one who is protected is not asked how, and what she says of it is dropped
	if f.phone {
		contact = append(contact[:2], "contact", "phone", "phone", w.Town.Person(g.key).Phone)
	}
	step("contact", contact...)
	w.must(w.Cases.Attach(ctx, g.by, draft, "certificate", own("file")+".pdf", []byte("%PDF-1.4 "+own("body"))))
	return draft
}

// sign signs what is put before somebody, in her own browser, and gives the order.
func (w *world) sign(g guest, ref [16]byte, what eservice.ToSign) session.OrderID {
	w.t.Helper()
	ctx := w.t.Context()
	b := session.Browser{Nonce: session.Secret(append(w.random(), w.random()...)), IP: "127.0.0.1"}
	o, err := w.Sessions.StartSign(ctx, g.by, b, ref, what.Visible, what.Payload, "/my")
	w.must(err)
	g.Approve(o.AutoStart, g.key)
	for range 10 {
		w.Clock.Advance(2100 * time.Millisecond)
		o, _, err = w.Sessions.Collect(ctx, b, o.ID)
		w.must(err)
		if o.Status != session.Pending {
			break
		}
	}
	if o.Status != session.Complete {
		w.t.Fatalf("%s could not sign: %s", g.key, o.Hint)
	}
	return o.ID
}

func (w *world) random() []byte { k := w.key(); return k[:] }

// apply signs and sends a draft.
func (w *world) apply(g guest, f form) eservice.CaseID {
	w.t.Helper()
	draft := w.fill(g, f)
	what, err := w.Cases.PrepareSubmit(w.t.Context(), g.by, draft, text.SV)
	w.must(err)
	c, err := w.Cases.Submit(w.t.Context(), g.by, draft, w.sign(g, draft, what), text.SV)
	w.must(err)
	return c
}

func (w *world) identify(g guest, c eservice.CaseID) {
	w.t.Helper()
	w.must(w.Cases.Identify(w.t.Context(), g.by, c))
}

// coSign lets another guardian say that it is she, and sign.
func (w *world) coSign(g guest, c eservice.CaseID) {
	w.t.Helper()
	w.identify(g, c)
	what, err := w.Cases.PrepareCoSign(w.t.Context(), g.by, c, text.SV)
	w.must(err)
	w.must(w.Cases.CoSign(w.t.Context(), g.by, c, w.sign(g, c, what)))
}

// begin starts an order to sign through the front door, and leaves it pending.
func (w *world) begin(g guest, path string) string {
	w.t.Helper()
	p := g.Post(path, nil)
	if !strings.HasPrefix(p.To, path+"/") {
		w.t.Fatalf("POST %s by %s: %d to %q", path, g.key, p.Status, p.To)
	}
	return strings.TrimPrefix(p.To, path+"/")
}

// renew starts again what lives for minutes only: orders at the eID, questions to authenticators.
func (w *world) renew() {
	w.t.Helper()
	for _, b := range w.bundles {
		if b.renew != nil {
			b.renew()
		}
	}
}

// one reads one text as the superuser.
func (w *world) one(sql string, args ...any) string {
	w.t.Helper()
	var s string
	if err := w.super.QueryRow(w.t.Context(), sql, args...).Scan(&s); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return s
}

// as does something to the database as a named service: what comes from outside.
func (w *world) as(service string, sql string, args ...any) {
	w.t.Helper()
	w.must(w.Inside.DB.Tx(w.t.Context(), access.Service(service).Local("test"), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	}))
}

// ref is a case's reference, a mark for all but those who know it.
func (w *world) ref(c eservice.CaseID, seers ...string) {
	w.t.Helper()
	w.marks = append(w.marks, mark{text: w.one("select ref::text from eservice.case where id = $1", c), what: "reference", of: seers[0], seers: seers})
}

// file is the attachment that somebody added to a case or a draft.
func (w *world) file(where [16]byte, owner string) string {
	w.t.Helper()
	return w.one("select id::text from eservice.attachment where (case_id = $1 or draft_id = $1) and owner = $2", id.Key(where), w.Of[owner])
}
