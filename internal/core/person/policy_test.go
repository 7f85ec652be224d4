package person_test

import (
	"fmt"
	"testing"

	"tillit/internal/core/access"
	"tillit/internal/core/person"
	"tillit/internal/testkit/policies"
)

// world is what is true between an actor and a person.
type world struct {
	by                         access.Kind
	self, guardian, coGuardian bool
	protected                  bool
	serves, servesShielded     bool
}

// seen says by the text what an actor sees of a person: her own data is hers; a guardian
// knows who her child is; of the child's other guardian there is the name and nothing else;
// the officers of a unit that serves somebody know her; a protected person's data is her own,
// her guardians' (not the address) and the shielded unit's.
func (w world) seen(action access.Action) string {
	const (
		none = "no such thing"
		no   = "no"
	)
	refused := none
	if w.by == access.Officer || w.by == access.Steward {
		refused = no
	}
	switch {
	case w.by == access.Nobody:
		return "sign in"
	case w.by == "service:guard" && action == "person.Watch":
		return "yes: personal protected"
	case w.by == access.Resident && w.self && action != person.ReadName:
		if action == "person.Watch" {
			return none
		}
		return "yes: open internal personal sensitive protected"
	case w.by == access.Resident && w.guardian && action == person.Read:
		return "yes: open internal personal protected"
	case w.by == access.Resident && w.coGuardian && !w.protected && action == person.ReadName:
		return "yes: open internal personal"
	case w.by == access.Officer && w.servesShielded && (action == person.Read || action == person.ReadAddress):
		return "yes: open internal personal protected"
	case w.by == access.Officer && w.serves && !w.protected && (action == person.Read || action == person.ReadAddress):
		return "yes: open internal personal"
	case (w.by == access.Officer || w.by == access.Steward) && w.self && !w.protected && action == person.Read:
		return "yes: open internal personal" // staff see their own name in the frame; an alias, if they are protected
	}
	return refused
}

func TestTheMatrixOfPeople(t *testing.T) {
	unit, shielded, other := access.UnitID{1}, access.UnitID{2}, access.UnitID{3}
	me, them := access.PersonID{1}, access.PersonID{2}
	var questions []policies.Question
	answers := map[string]string{}
	for _, by := range []access.Kind{access.Nobody, access.Resident, access.Officer, access.Steward, "service:guard", "service:eservice"} {
		for bits := range 1 << 6 {
			bit := func(n int) bool { return bits>>n&1 == 1 }
			w := world{by: by, self: bit(0), guardian: bit(1), coGuardian: bit(2), protected: bit(3), serves: bit(4), servesShielded: bit(5)}
			actor := access.Actor{Kind: by, Person: me}
			if by == access.Nobody {
				actor.Person = access.PersonID{}
			}
			subject := them
			if w.self {
				subject = me
			}
			actor.All = []access.Membership{{Unit: other}, {Unit: unit}, {Unit: shielded}}
			facts := access.Facts{"self": w.self, "guardian": w.guardian, "co_guardian": w.coGuardian, "protected": w.protected,
				"serving": []access.UnitID{}, "shielded_serving": []access.UnitID{}}
			if w.serves {
				facts["serving"] = []access.UnitID{unit}
			}
			if w.servesShielded {
				facts["shielded_serving"] = []access.UnitID{shielded}
			}
			for _, action := range []access.Action{person.Read, person.ReadName, person.ReadAddress, "person.Watch"} {
				q := policies.Question{World: fmt.Sprintf("%+v", w), By: actor, Action: action, Ref: person.Ref(subject), Facts: facts}
				questions = append(questions, q)
				answers[q.World+string(action)] = w.seen(action)
			}
		}
	}
	policies.Compare(t, person.Policy, questions, func(q policies.Question) string { return answers[q.World+string(q.Action)] }, map[string]string{})
}
