package access

import (
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// Every way in which a head can be written.
var heads = []string{
	`permit (principal, action, resource);`,
	`permit (principal is Resident, action == Action::"Read", resource is thing);`,
	`permit (principal is Officer, action in [Action::"Read", Action::"Write"], resource is thing);`,
	`forbid (principal is Officer, action, resource is other);`,
	`permit (principal == Service::"guard", action == Action::"Watch", resource);`,
	`permit (principal, action in Action::"Read", resource == thing::"1");`,
	`permit (principal in Resident::"1", action == Action::"Write", resource in thing::"1");`,
	`permit (principal is Resident in Resident::"1", action, resource is thing in thing::"1");`,
	`forbid (principal == Resident::"2", action in [Action::"Write"], resource);`,
}

func TestSortingOutChangesNoDecision(t *testing.T) {
	var s shelf
	all := cedar.NewPolicySet()
	for i, text := range heads {
		var p cedar.Policy
		if err := p.UnmarshalCedar([]byte(text)); err != nil {
			t.Fatal(err)
		}
		id := types.PolicyID(rune('a' + i))
		all.Add(id, &p)
		if err := s.add(id, &p); err != nil {
			t.Fatal(err)
		}
	}
	allowed, short := 0, 0
	for _, principal := range []string{"Resident::1", "Resident::2", "Officer::1", "Steward::1", "Service::guard", "Service::notify"} {
		for _, action := range []string{"Read", "Write", "Watch", "Other"} {
			for _, resource := range []string{"thing::1", "thing::2", "other::1"} {
				q := cedar.Request{Principal: entity(principal), Action: types.NewEntityUID("Action", types.String(action)), Resource: entity(resource)}
				entities := types.EntityMap{}
				want, whyAll := cedar.Authorize(all, entities, q)
				list := s.match(q)
				got, why := cedar.Authorize(list, entities, q)
				if got != want || len(why.Reasons) != len(whyAll.Reasons) {
					t.Errorf("%s %s %s: %v by %d, without sorting out %v by %d", principal, action, resource, got, len(why.Reasons), want, len(whyAll.Reasons))
				}
				if got == types.Allow {
					allowed++
				}
				if len(list) < len(heads) {
					short++
				}
			}
		}
	}
	if allowed == 0 || short == 0 {
		t.Errorf("%d allowed, %d shorter: the test asks nothing", allowed, short)
	}
}

func entity(s string) types.EntityUID {
	for i := range s {
		if s[i] == ':' {
			return types.NewEntityUID(types.EntityType(s[:i]), types.String(s[i+2:]))
		}
	}
	panic("no entity")
}
