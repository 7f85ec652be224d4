package disclosure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
)

const secret = "Näckrosvägen 8"

// decider is a real one, with a policy that opens personal values of a "thing" to its owner.
func decider(t *testing.T) *access.Decider {
	t.Helper()
	d, err := access.NewDecider(map[string][]byte{"thing.cedar": []byte(`
@id("thing.own") @opens("open internal personal")
permit (principal is Resident, action == Action::"thing.Read", resource is thing) when { resource.owner == principal.person };`)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var thing = access.Ref{Kind: "thing", ID: [16]byte{1}}

// permit gives a live permit to a resident, and the way to end its visit.
func permit(t *testing.T) (access.Permit, access.Actor, *access.Visit) {
	t.Helper()
	by, visit := access.Actor{Kind: access.Resident, Person: access.PersonID{2}}.Enter(access.RequestID{3})
	p, err := decider(t).Decide(stillTx, by, "thing.Read", thing, "test", access.Facts{"owner": by.Person})
	if err != nil {
		t.Fatal(err)
	}
	return p, by, visit
}

type row struct {
	Key    int
	Street Personal
	Note   *Sensitive
	Other  string
}

func tiedRow(p access.Permit) row {
	note := NewSensitive("asthma")
	r := row{Street: NewPersonal(secret), Note: &note}
	Tie(p, access.PersonID{9}, thing, 4, &r)
	return r
}

func TestASealedValuePrintsAsAPlaceholderWhereverItIsPrinted(t *testing.T) {
	p, _, _ := permit(t)
	r := tiedRow(p)
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	log.Info("a row", "street", r.Street, "row", r, "pointer", &r)
	encoded, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	wrapped := fmt.Errorf("while reading %v: %w", r.Street, errors.New("cause"))
	for name, text := range map[string]string{
		"log": logged.String(), "json": string(encoded), "error": wrapped.Error(), "%v": fmt.Sprintf("%v", r), "%+v": fmt.Sprintf("%+v", r), "%#v": fmt.Sprintf("%#v", r),
		"%s": fmt.Sprintf("%s", r.Street), "%q": fmt.Sprintf("%q", r.Street), "%x": fmt.Sprintf("%x", r.Street), "%d": fmt.Sprintf("%d", r.Street),
		"String": r.Street.String(), "bytes": fmt.Sprint(NewBytes([]byte(secret))), "%+v of bytes": fmt.Sprintf("%+v", NewBytes([]byte(secret))),
	} {
		if strings.Contains(text, secret) || strings.Contains(text, "asthma") || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("%s shows what is sealed", name)
		}
		if name != "bytes" && !strings.Contains(text, Placeholder) {
			t.Errorf("%s has no placeholder: %q", name, text)
		}
	}
}

func TestOnlyALivePermitOfThisVisitOpens(t *testing.T) {
	p, by, visit := permit(t)
	r := tiedRow(p)
	all := access.Open | access.Internal | access.Personal | access.Sensitive | access.Protected
	open := func(by access.Actor, passes access.Class, v Value) error {
		_, err := NewRecorder(by, ledger.Opened, passes).Open(v)
		return err
	}
	if err := open(by, all, r.Street); err != nil {
		t.Errorf("the permit's own visit: %v", err)
	}
	if err := open(by, all, *r.Note); !errors.Is(err, ErrSealed) {
		t.Error("a class that the permit does not open was opened")
	}
	if err := open(by, access.Open, r.Street); !errors.Is(err, ErrSealed) {
		t.Error("a class that may not pass this door passed it")
	}
	if err := open(by, all, NewPersonal(secret)); !errors.Is(err, ErrSealed) {
		t.Error("a value that no store has tied was opened")
	}
	other, _ := access.Actor{Kind: access.Resident, Person: by.Person}.Enter(access.RequestID{7})
	if err := open(other, all, r.Street); !errors.Is(err, ErrSealed) {
		t.Error("a value was opened into another visit's artefact")
	}
	if got := Show(context.Background(), r.Street); got != Placeholder {
		t.Error("a value was opened outside a rendering")
	}
	visit.End()
	if err := open(by, all, r.Street); !errors.Is(err, ErrSealed) {
		t.Error("a value was opened after its visit had ended")
	}
	if _, err := Use(r.Street); !errors.Is(err, ErrSealed) {
		t.Error("a rule could reckon with a value after the visit had ended")
	}
}

func TestWhatIsOpenedIsNotedOncePerSubjectAndRecord(t *testing.T) {
	p, by, _ := permit(t)
	r := tiedRow(p)
	rec := NewRecorder(by, ledger.Opened, access.Personal)
	ctx := With(context.Background(), rec)
	for range 3 {
		if Show(ctx, r.Street) != secret {
			t.Fatal("not opened")
		}
	}
	Show(ctx, *r.Note) // stays sealed, and leaves no line
	lines := rec.Lines()
	if len(lines) != 1 || len(lines[0].Fields) != 1 || lines[0].Fields[0] != "street" || lines[0].Subject != (access.PersonID{9}) ||
		lines[0].Version != 4 || lines[0].Classes != access.Personal || lines[0].Purpose != "test" {
		t.Errorf("lines: %+v", lines)
	}
	if opened := rec.Opened(); len(opened) == 0 || opened[0] != secret {
		t.Error("the guard is not told what was opened")
	}
}

// Whatever is opened in whatever order, the lines name exactly the fields that were opened.
func TestLinesAreExactlyWhatWasOpened(t *testing.T) {
	p, by, _ := permit(t)
	rapid.Check(t, func(rt *rapid.T) {
		rec := NewRecorder(by, ledger.Opened, access.Personal)
		opened := map[string]bool{}
		n := rapid.IntRange(0, 12).Draw(rt, "n")
		for range n {
			subject := access.PersonID{byte(rapid.IntRange(1, 3).Draw(rt, "subject"))}
			v := struct{ Street, City Personal }{NewPersonal("s"), NewPersonal("c")}
			Tie(p, subject, thing, 1, &v)
			which, name := v.Street, "street"
			if rapid.Bool().Draw(rt, "city") {
				which, name = v.City, "city"
			}
			if _, err := rec.Open(which); err != nil {
				rt.Fatal(err)
			}
			opened[subject.String()+name] = true
		}
		noted := map[string]bool{}
		for _, l := range rec.Lines() {
			for _, f := range l.Fields {
				if noted[l.Subject.String()+f] {
					rt.Fatal("noted twice")
				}
				noted[l.Subject.String()+f] = true
			}
		}
		if len(noted) != len(opened) {
			rt.Fatalf("opened %d, noted %d", len(opened), len(noted))
		}
	})
}
