package app

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	bankidfake "tillit/internal/adapter/bankid/fake"
	"tillit/internal/core/notify"
	"tillit/internal/kit/clock"
	"tillit/internal/town"
)

// world plays everything outside, in the demo and in the tests: from the adapters' fakes, as
// pages for people and as JSON for tests.
type world struct {
	town   town.Town
	clock  *clock.Movable
	bankid *bankidfake.Server
	kick   func(context.Context)
	mux    *http.ServeMux
	mails  []mailed
}

type mailed struct{ To, Subject, Text string }

func (w *world) Send(_ context.Context, l notify.Letter) error {
	w.mails = append(w.mails, mailed{l.To.Mailbox(), l.Subject, l.Text})
	return nil
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
	w.mux.HandleFunc("GET /mail", func(rw http.ResponseWriter, _ *http.Request) {
		var list []map[string]string
		for i := len(w.mails) - 1; i >= 0; i-- {
			list = append(list, map[string]string{"to": w.mails[i].To, "subject": w.mails[i].Subject, "text": w.mails[i].Text})
		}
		answer(rw, list)
	})
	w.mux.HandleFunc("GET /people", w.people)
	w.mux.HandleFunc("GET /clock", w.now)
	w.mux.HandleFunc("POST /clock", w.advance)
	a.world = w
	var err error
	a.World, err = a.open(a.opts.Config.World, w.mux)
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

func (w *world) people(rw http.ResponseWriter, _ *http.Request) {
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
	answer(rw, list)
}

func (w *world) now(rw http.ResponseWriter, _ *http.Request) {
	answer(rw, map[string]string{"now": w.clock.Now().Format(time.RFC3339Nano)})
}

// advance moves the town's clock ahead; what falls due is done before it answers.
func (w *world) advance(rw http.ResponseWriter, r *http.Request) {
	var ask struct{ Advance string }
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 1<<10)).Decode(&ask)
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
