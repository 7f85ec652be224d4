package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"time"

	antivirusfake "tillit/internal/adapter/antivirus/fake"
	bankidfake "tillit/internal/adapter/bankid/fake"
	"tillit/internal/adapter/population"
	populationfake "tillit/internal/adapter/population/fake"
	smtpfake "tillit/internal/adapter/smtp/fake"
	"tillit/internal/kit/clock"
	"tillit/internal/town"
)

// world plays everything outside, in the demo and in the tests: from the adapters' fakes, as
// pages for people and as JSON for tests.
type world struct {
	town     town.Town
	clock    *clock.Movable
	bankid   *bankidfake.Server
	register *populationfake.Server
	relay    *smtpfake.Server // takes the town's mail
	clamd    string           // socket of the scanner
	kick     func(context.Context)
	mux      *http.ServeMux
}

func (a *App) startWorld(context.Context) error {
	if !a.opts.Config.Demo {
		return nil
	}
	t, _ := town.ByCountry(a.opts.Config.Country)
	w := &world{town: t, clock: a.clock.(*clock.Movable), mux: http.NewServeMux()}
	holders := make([]bankidfake.Person, 0, len(t.People))
	for _, p := range t.People {
		holders = append(holders, bankidfake.Person{Number: p.Number, Given: p.Given, Surname: p.Surname})
	}
	w.bankid = bankidfake.New(a.clock, a.opts.Chance, holders)
	w.mux.Handle("/bankid", w.bankid)
	w.mux.Handle("/bankid/", w.bankid)
	w.mux.HandleFunc("GET /people", w.people)
	w.mux.HandleFunc("GET /clock", w.now)
	w.mux.HandleFunc("POST /clock", w.advance)
	var err error
	if w.relay, err = smtpfake.Listen(smtpfake.Config{Address: "127.0.0.1:0"}, a.clock); err != nil {
		return err
	}
	a.stops = append(a.stops, func(context.Context) error { return w.relay.Close() })
	w.register = populationfake.New(records(t))
	w.mux.Handle("/population/", w.register)
	w.mux.HandleFunc("GET /population", w.population)
	w.mux.HandleFunc("POST /population", w.setProtection)
	w.mux.HandleFunc("GET /{$}", w.index)
	w.mux.HandleFunc("GET /mail", w.mail)
	// Nothing is sent by these yet; whoever looks finds nothing.
	w.mux.HandleFunc("GET /sms", w.nothing)
	w.mux.HandleFunc("GET /post", w.nothing)
	if err := a.playScanner(w); err != nil {
		return err
	}
	a.world = w
	a.World, err = a.open(a.opts.Config.World, w.mux)
	return err
}

// playScanner starts a scanner that knows EICAR. A socket's name must be short, so it has a
// folder of its own that goes with the app.
func (a *App) playScanner(w *world) error {
	dir, err := os.MkdirTemp("", "tillit-world-")
	if err != nil {
		return err
	}
	w.clamd = filepath.Join(dir, "clamd")
	d, err := antivirusfake.Listen(w.clamd)
	a.stops = append(a.stops, func(context.Context) error {
		if d == nil {
			return os.RemoveAll(dir)
		}
		return errors.Join(d.Close(), os.RemoveAll(dir))
	})
	return err
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

// castMember is one of the cast, as tests pick them.
type castMember struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Number string `json:"number"`
	Role   string `json:"role"`
	Unit   string `json:"unit"`
	For    string `json:"for"`
}

func (w *world) people(rw http.ResponseWriter, r *http.Request) {
	var list []castMember
	for _, p := range w.town.People {
		if p.Why != "" {
			list = append(list, castMember{p.Key, p.Name(), p.Number, "resident", "", p.Why})
		}
	}
	for _, s := range w.town.Staff {
		role := "officer"
		if s.Role == town.Steward {
			role = "steward"
		}
		list = append(list, castMember{s.Key, s.Name, "", role, s.Unit, s.Why})
	}
	tell(rw, r, "people", list)
}

func (w *world) mail(rw http.ResponseWriter, r *http.Request) {
	mails := w.relay.Mails(r.URL.Query().Get("to"))
	if mails == nil {
		mails = []smtpfake.Mail{}
	}
	tell(rw, r, "mail", mails)
}

// population lists the cast as a page, to change what protects them.
func (w *world) population(rw http.ResponseWriter, _ *http.Request) {
	var list []population.Record
	for _, p := range w.town.People {
		if p.Why == "" {
			continue
		}
		if r, ok := w.register.Get(p.Number); ok {
			list = append(list, r)
		}
	}
	show(rw, "population", list)
}

func (w *world) setProtection(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, 1<<10)
	_, ok := w.register.Set(r.FormValue("number"), func(p *population.Record) { p.Protection = r.FormValue("protection") })
	if !ok {
		http.Error(rw, "nobody has that number", http.StatusNotFound)
		return
	}
	if w.kick != nil {
		w.kick(r.Context())
	}
	http.Redirect(rw, r, "/population", http.StatusSeeOther)
}

func (w *world) nothing(rw http.ResponseWriter, _ *http.Request) { answer(rw, []struct{}{}) }

func (w *world) now(rw http.ResponseWriter, r *http.Request) {
	tell(rw, r, "clock", map[string]string{"now": w.clock.Now().Format(time.RFC3339Nano)})
}

func (w *world) index(rw http.ResponseWriter, r *http.Request) { show(rw, "index", w.town.Name) }

// advance moves the town's clock ahead; what falls due is done before it answers.
func (w *world) advance(rw http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(rw, r.Body, 1<<10)
	var ask struct{ Advance string }
	var err error
	if form := r.FormValue("advance"); form != "" {
		ask.Advance = form
	} else {
		err = json.NewDecoder(r.Body).Decode(&ask)
	}
	d, derr := time.ParseDuration(ask.Advance)
	if err != nil || derr != nil || d <= 0 || d > 10*365*24*time.Hour {
		http.Error(rw, `{"error":"advance is a duration ahead, such as 36h"}`, http.StatusBadRequest)
		return
	}
	w.clock.Advance(d)
	if w.kick != nil {
		w.kick(r.Context())
	}
	w.now(rw, r)
}

// BankID is the one that the world plays, for tests that ask it for trouble; nil without a world.
func (a *App) BankID() *bankidfake.Server {
	if a.world == nil {
		return nil
	}
	return a.world.bankid
}
