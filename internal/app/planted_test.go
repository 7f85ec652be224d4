package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/testkit/house"
)

// planted is a house with doors that leak, hung in it for a test: the same sessions, ledger,
// guard and switches as the house's own.
type planted struct {
	*house.House
	t     *testing.T
	super *pgx.Conn
	base  string
	maria *house.Browser
	peter *house.Browser
}

func plant(t *testing.T, routes ...door.Route) *planted {
	t.Helper()
	h := house.New(t)
	doors := door.New(h.Inside().Doors.Config)
	for _, r := range routes {
		if r.Method == "" {
			r.Method = http.MethodGet
		}
		if r.Classes == 0 {
			r.Classes = access.Open | access.Internal | access.Personal | access.Sensitive | access.Protected
		}
		r.Who, r.Action, r.Relation, r.Purpose = door.Residents, "test.Planted", "none", "test"
		doors.Add(r)
	}
	handler, err := doors.Handler()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	p := &planted{House: h, t: t, base: s.URL}
	if p.super, err = h.DB.Server.Superuser(t.Context(), h.DB.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.super.Close(context.Background()) })
	p.maria, p.peter = h.Resident(t, "maria-lindqvist"), h.Resident(t, "peter-wallin")
	return p
}

func (p *planted) get(path string) house.Page { p.t.Helper(); return p.maria.Get(p.base + path) }

func (p *planted) count(sql string, args ...any) (n int) {
	p.t.Helper()
	if err := p.super.QueryRow(p.t.Context(), sql, args...).Scan(&n); err != nil {
		p.t.Fatal(err)
	}
	return n
}

// raw is a page of whatever text.
func raw(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<!doctype html><title>x</title><p>"+text+"</p>")
		return err
	})
}

// A handler that reads a stranger's number past every rule, and prints it: nothing of it
// leaves, in whatever kind of answer; it is noted; and the third time, when it was not one
// visitor alone, the route is closed.
func TestThePlantedLeakIsStopped(t *testing.T) {
	var number string
	var table door.File
	ways := map[string]func(n string) door.Answer{
		"page":     func(n string) door.Answer { return door.Answer{Page: raw(n)} },
		"fragment": func(n string) door.Answer { return door.Answer{Fragment: raw(n)} },
		"json":     func(n string) door.Answer { return door.Answer{JSON: map[string]string{"who": n}} },
		"plain":    func(n string) door.Answer { return door.Answer{Plain: n} },
		"redirect": func(n string) door.Answer { return door.See("/my?who=" + n) },
		"table":    func(n string) door.Answer { return door.Answer{File: &table} },
		"error":    func(n string) door.Answer { return door.Answer{Status: http.StatusConflict, Page: raw(n)} },
	}
	var routes []door.Route
	var p *planted
	for name, way := range ways {
		routes = append(routes, door.Route{Path: "/planted/" + name, Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			var n string
			if err := p.super.QueryRow(ctx, "select number::text from person.number where number = $1", number).Scan(&n); err != nil {
				return door.Answer{}, err
			}
			var err error
			table, err = p.table(ctx, v, n)
			return way(n), errors.Join(err, v.Request.Context().Err())
		}})
	}
	p = plant(t, routes...)
	number = p.Town.Person("sofia-berglund").Number
	written := number[:8] + "-" + number[8:]
	misses := 0
	for name := range ways {
		for try, by := range []*house.Browser{p.maria, p.maria, p.maria, p.peter, p.maria} {
			got := by.Get(p.base + "/planted/" + name)
			want := http.StatusInternalServerError
			if try == 4 {
				want = http.StatusServiceUnavailable
			} else {
				misses++
			}
			all := fmt.Sprint(got.Header) + got.Body
			if got.Status != want || strings.Contains(all, number) || strings.Contains(all, written) {
				t.Errorf("%s, try %d: %d, with the number %v", name, try, got.Status, strings.Contains(all, number))
			}
		}
		if n := p.count("select count(*) from ledger.near_miss where route = $1 and kind = 'number' and principal = $2", "GET /planted/"+name, p.Inside().Of["maria-lindqvist"]); n != 3 {
			t.Errorf("%s: %d near misses are kept", name, n)
		}
		if n := p.count("select count(*) from closure.closure where target = $1 and closed_by = 'guard'", "route/planted/"+name); n != 1 {
			t.Errorf("%s did not close itself", name)
		}
	}
	if n := p.count("select count(*) from ledger.near_miss"); n != misses {
		t.Errorf("%d near misses, want %d", n, misses)
	}
	if n := p.count("select count(*) from ledger.disclosure where subject = $1", p.Inside().Of["sofia-berglund"]); n != 0 {
		t.Errorf("%d lines say that something about her was shown", n)
	}
	if strings.Contains(p.Logs.String(), number) {
		t.Error("the number is in the log")
	}
	if !strings.Contains(p.Logs.String(), "the guard stopped an answer") {
		t.Error("nobody was told")
	}
	if got := p.maria.Get("/my"); got.Status != http.StatusOK {
		t.Errorf("the rest of the house: %d", got.Status)
	}
}

// table is a text file of ours under the visitor's own permit, with somebody else in it.
func (p *planted) table(ctx context.Context, v *door.Visit, n string) (door.File, error) {
	in := p.Inside()
	f := struct {
		Name disclosure.Personal
		Body disclosure.Bytes
	}{disclosure.NewPersonal("vem.csv"), disclosure.NewBytes([]byte("Vem;\r\n" + n))}
	err := in.DB.Tx(ctx, v.By.Local("test"), func(ctx context.Context, tx *db.Tx) error {
		permit, err := in.Access.Permit(ctx, tx, v.By, person.Read, person.Ref(v.By.Person), "test")
		disclosure.Tie(permit, v.By.Person, permit.Ref(), 0, &f)
		return err
	})
	return door.File{Name: f.Name, Media: "text/csv; charset=utf-8", Body: f.Body}, err
}

// What is sealed looks like a placeholder wherever it is not opened by a live permit of this
// very visit: in the log, in a page, in JSON, in an error.
func TestWhatIsSealedStaysSealed(t *testing.T) {
	var p *planted
	var kept person.Identity // read by another visit, and kept
	self := func(ctx context.Context, v *door.Visit) (who person.Identity, err error) {
		in := p.Inside()
		err = in.DB.Tx(ctx, v.By.Local("test"), func(ctx context.Context, tx *db.Tx) error {
			who, err = in.People.Self(ctx, tx, v.By, "test")
			return err
		})
		return who, err
	}
	show := func(v disclosure.Value) door.Answer { return door.Answer{Page: door.Show(v)} }
	const secret = "198707219989"
	p = plant(t,
		door.Route{Path: "/own", Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			who, err := self(ctx, v)
			kept = who
			return show(who.Number), err
		}},
		door.Route{Path: "/log", Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			who, err := self(ctx, v)
			log := p.Inside().Doors.Log
			log.Info("planted", "number", who.Number, "given", who.Given, "who", who, "pointer", &who, "said", fmt.Sprintf("%v %+v %#v %s %q %d", who.Number, who.Given, who.Given, who.Surname, who.Number, who.Number),
				"error", fmt.Errorf("no %v", who.Number), "list", []any{who.Number}, "map", map[string]any{"a": who.Given})
			return door.Answer{Plain: "noted"}, err
		}},
		door.Route{Path: "/error", Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			who, err := self(ctx, v)
			return door.Answer{}, errors.Join(err, fmt.Errorf("%v is wrong", who.Number))
		}},
		door.Route{Path: "/panic", Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			panic(secret)
		}},
		door.Route{Path: "/json", Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			who, err := self(ctx, v)
			return door.Answer{JSON: who}, err
		}},
		door.Route{Path: "/untied", Handle: func(context.Context, *door.Visit) (door.Answer, error) {
			return show(disclosure.NewPersonal(secret)), nil
		}},
		door.Route{Path: "/forged", Handle: func(_ context.Context, v *door.Visit) (door.Answer, error) {
			row := struct{ Number disclosure.Personal }{disclosure.NewPersonal(secret)}
			disclosure.Tie(access.Permit{}, v.By.Person, person.Ref(v.By.Person), 0, &row)
			return show(row.Number), nil
		}},
		door.Route{Path: "/kept", Handle: func(context.Context, *door.Visit) (door.Answer, error) { return show(kept.Number), nil }},
		door.Route{Path: "/narrow", Classes: access.Open | access.Internal, Handle: func(ctx context.Context, v *door.Visit) (door.Answer, error) {
			who, err := self(ctx, v)
			return show(who.Number), err
		}},
		door.Route{Path: "/file", Handle: func(context.Context, *door.Visit) (door.Answer, error) {
			return door.Answer{File: &door.File{Name: disclosure.NewPersonal("a"), Media: "application/pdf", Body: disclosure.NewBytes([]byte(secret))}}, nil
		}},
	)
	maria := p.Town.Person("maria-lindqvist")
	if got := p.get("/own"); got.Status != http.StatusOK || !strings.Contains(got.Body, maria.Number) {
		t.Fatalf("with a permit: %d %s", got.Status, got.Body)
	}
	for path, want := range map[string]int{"/log": 200, "/error": 500, "/panic": 500, "/json": 200, "/untied": 200, "/forged": 200, "/kept": 200, "/narrow": 200, "/file": 500} {
		got := p.get(path)
		if got.Status != want {
			t.Errorf("%s: %d, want %d", path, got.Status, want)
		}
		for _, text := range []string{maria.Number, secret} {
			if strings.Contains(got.Body, text) {
				t.Errorf("%s shows what is sealed", path)
			}
		}
		if got.Status == 200 && path != "/log" && !strings.Contains(got.Body, "sealed") {
			t.Errorf("%s says nothing of what is sealed: %s", path, got.Body)
		}
	}
	log := p.Logs.String()
	if strings.Count(log, disclosure.Placeholder) < 8 {
		t.Errorf("the log has no placeholders: %s", log)
	}
	for _, text := range []string{maria.Number, secret, maria.Given, maria.Surname} {
		if strings.Contains(log, text) {
			t.Errorf("the log has something of what is sealed")
		}
	}
	closed := p.Inside().Doors
	if err := closed.Board.Close(t.Context(), "test", "class/personal", "a test of what is closed"); err != nil {
		t.Fatal(err)
	}
	if got := p.get("/own"); strings.Contains(got.Body, maria.Number) {
		t.Error("a closed class is shown")
	}
}

// A permit opens for the actor, the record and the visit that it was given for.
func TestAPermitIsForOneVisit(t *testing.T) {
	p := plant(t)
	in := p.Inside()
	by := access.Actor{Kind: access.Resident, Person: in.Of["maria-lindqvist"]}
	first, visit := by.Enter(access.RequestID(id.New[any](in.Doors.IDs)))
	second, other := by.Enter(access.RequestID(id.New[any](in.Doors.IDs)))
	defer other.End()
	var who person.Identity
	if err := in.DB.Tx(t.Context(), first.Local("test"), func(ctx context.Context, tx *db.Tx) error {
		var err error
		who, err = in.People.Self(ctx, tx, first, "test")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	all := access.Open | access.Internal | access.Personal | access.Sensitive | access.Protected
	if _, err := disclosure.NewRecorder(second, ledger.Opened, all).Open(who.Number); !errors.Is(err, disclosure.ErrSealed) {
		t.Errorf("into another visit's answer: %v", err)
	}
	r := disclosure.NewRecorder(first, ledger.Opened, all)
	if n, err := r.Open(who.Number); err != nil || n != p.Town.Person("maria-lindqvist").Number || len(r.Lines()) != 1 {
		t.Errorf("into its own: %v, %d lines", err, len(r.Lines()))
	}
	visit.End()
	if _, err := disclosure.NewRecorder(first, ledger.Opened, all).Open(who.Number); !errors.Is(err, disclosure.ErrSealed) {
		t.Errorf("after the visit: %v", err)
	}
	if _, err := disclosure.Use(who.Number); !errors.Is(err, disclosure.ErrSealed) {
		t.Errorf("a rule, after the visit: %v", err)
	}
}
