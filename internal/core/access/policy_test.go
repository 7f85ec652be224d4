package access_test

import (
	"context"
	"strings"
	"testing"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
)

const policy = `
@id("own") @opens("open personal") permit (principal is Resident, action == Action::"Read", resource is thing) when { resource.owner == principal.person };
@id("more") @opens("sensitive") permit (principal is Resident, action == Action::"Read", resource is thing) when { resource.owner == principal.person && context.purpose == "care" };
@id("unit") @opens("open") permit (principal is Officer, action == Action::"Read", resource is thing) when { principal.units.contains(resource.unit) };
@id("first") @reason("told_first") forbid (principal is Officer, action, resource is thing) when { resource.shut };
@id("second") @reason("told_second") forbid (principal is Officer, action, resource is thing) when { resource.shut };
`

var (
	owner    = access.PersonID{1}
	resident = access.Actor{Kind: access.Resident, Person: owner}
	officer  = access.Actor{Kind: access.Officer, Person: access.PersonID{2}, All: []access.Membership{{Unit: access.UnitID{5}}}}
	thing    = access.Ref{Kind: "thing", ID: [16]byte{9}}
)

func facts(shut bool) access.Facts {
	return access.Facts{"owner": owner, "unit": access.UnitID{5}, "shut": shut}
}

func decider(t *testing.T, text string) *access.Decider {
	t.Helper()
	d, err := access.NewDecider(map[string][]byte{"a.cedar": []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADecision(t *testing.T) {
	d := decider(t, policy)
	stranger := access.Actor{Kind: access.Resident, Person: access.PersonID{3}}
	outside := officer
	outside.All = nil
	for _, c := range []struct {
		name    string
		by      access.Actor
		action  access.Action
		purpose access.Purpose
		facts   access.Facts
		want    fault.Kind
		told    string
		opens   access.Class
	}{
		{name: "hers", by: resident, action: "Read", purpose: "look", facts: facts(false), opens: access.Open | access.Personal},
		{name: "a purpose opens more", by: resident, action: "Read", purpose: "care", facts: facts(false), opens: access.Open | access.Personal | access.Sensitive},
		{name: "another action", by: resident, action: "Write", purpose: "look", facts: facts(false), want: fault.NotFound},
		{name: "not hers", by: stranger, action: "Read", purpose: "look", facts: facts(false), want: fault.NotFound},
		{name: "nobody", action: "Read", purpose: "look", facts: facts(false), want: fault.SignIn},
		{name: "no purpose", by: resident, action: "Read", facts: facts(false), want: fault.Internal},
		{name: "an officer", by: officer, action: "Read", purpose: "look", facts: facts(false), opens: access.Open},
		{name: "of another unit", by: outside, action: "Read", purpose: "look", facts: facts(false), want: fault.Refused},
		{name: "forbidden: the first reason is told", by: officer, action: "Read", purpose: "look", facts: facts(true), want: fault.Refused, told: "told_first"},
		{name: "a fact is missing: denied, and loudly", by: resident, action: "Read", purpose: "look", facts: access.Facts{}, want: fault.Internal},
		{name: "a fact of no kind", by: resident, action: "Read", purpose: "look", facts: access.Facts{"owner": 1.5}, want: fault.Internal},
		{name: "a service", by: access.Service("eservice"), action: "Read", purpose: "look", facts: facts(false), want: fault.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			by, visit := c.by.Enter(access.RequestID{7})
			for range 20 { // policies are asked in no order: the answer has one all the same
				p, err := d.Decide(&db.Tx{}, by, c.action, thing, c.purpose, c.facts)
				if c.opens == 0 {
					if !fault.Is(err, c.want) || !strings.Contains(err.Error(), c.told) {
						t.Fatalf("got %v, want %v %s", err, c.want, c.told)
					}
					if p.Opens(access.Open) || p.Is(c.action, thing) {
						t.Fatal("a refusal comes with a permit that opens")
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				for _, class := range []access.Class{access.Open, access.Internal, access.Personal, access.Sensitive, access.Protected} {
					if got, want := p.Opens(class), c.opens&class != 0; got != want {
						t.Fatalf("opens %s: %v", class, got)
					}
				}
				if !p.Is(c.action, thing) || p.Is("Write", thing) || p.Is(c.action, access.Ref{Kind: "thing"}) || p.Is(c.action, access.Ref{Kind: "other", ID: thing.ID}) {
					t.Fatal("a permit is for another action or record")
				}
			}
			p, _ := d.Decide(&db.Tx{}, by, c.action, thing, c.purpose, c.facts)
			visit.End()
			if p.Opens(access.Open) || p.Is(c.action, thing) {
				t.Error("a permit lives on after its visit")
			}
		})
	}
	if (access.Permit{}).Opens(access.Open) || (access.Permit{}).Is("", access.Ref{}) {
		t.Error("the zero permit opens")
	}
	if p, err := d.Decide(&db.Tx{}, resident, "Read", thing, "look", facts(false)); err != nil || p.Opens(access.Open) {
		t.Error("a permit that was given outside a visit opens")
	}
}

func TestThePermitOfARecordThatIsNotThere(t *testing.T) {
	d := decider(t, policy)
	by, visit := resident.Enter(access.RequestID{7})
	defer visit.End()
	if _, err := d.Permit(context.Background(), &db.Tx{}, by, "Read", thing, "look"); !fault.Is(err, fault.Internal) {
		t.Errorf("without a loader: %v", err)
	}
	d.Resource("thing", func(context.Context, *db.Tx, access.Actor, access.Ref) (access.Facts, error) {
		return nil, fault.New(fault.NotFound, "test", "")
	})
	if _, err := d.Permit(context.Background(), &db.Tx{}, by, "Read", thing, "look"); !fault.Is(err, fault.NotFound) {
		t.Errorf("without a row: %v", err)
	}
}

func TestPoliciesThatDoNotStart(t *testing.T) {
	for name, text := range map[string]string{
		"no text of a policy":    "permit everything",
		"does not say its class": `permit (principal, action, resource);`,
		"an unknown class":       `@opens("everything") permit (principal, action, resource);`,
		"two of one name":        `@id("a") @opens("open") permit (principal, action, resource); @id("a") @opens("open") permit (principal, action, resource);`,
	} {
		if _, err := access.NewDecider(map[string][]byte{"a.cedar": []byte(text)}); err == nil {
			t.Errorf("%s: it starts", name)
		}
	}
	one, other := decider(t, policy), decider(t, policy+"\n// another text\n")
	if one.ID() == other.ID() || one.ID() != decider(t, policy).ID() {
		t.Error("the id does not name the text")
	}
}
