package eservice

import (
	"fmt"
	"slices"
	"testing"

	"tillit/internal/core/access"
	"tillit/internal/testkit/policies"
)

// The roles that somebody can have to a case, as its text says them and not as its policy does.
const (
	applicant   = "applicant"
	takenOut    = "applicant who was taken out of the case"
	invited     = "invited"
	identified  = "identified"
	signed      = "signed"
	declined    = "declined"
	removed     = "removed"
	expired     = "expired"
	stranger    = "stranger"
	assigned    = "assigned officer"
	moved       = "assigned officer who works in another unit now"
	colleague   = "other officer of the unit"
	elsewhere   = "officer of another unit"
	ownCase     = "assigned officer who applied herself"
	ownChild    = "assigned officer who is invited to sign"
	ownSelf     = "officer of the unit whom it is about"
	steward     = "steward"
	module      = "the module itself"
	otherModule = "another service"
	nobody      = "nobody"
)

var roles = []string{applicant, takenOut, invited, identified, signed, declined, removed, expired, stranger, assigned, moved, colleague, elsewhere, ownCase, ownChild, ownSelf,
	steward, module, otherModule, nobody}

var states = []State{WaitingForMultisign, Returned, Submitted, InProgress, WaitingForCompletion, Archived}

var caseActions = []access.Action{ReadFrame, ReadShared, ReadOwn, Identify, Sign, Decline, Withdraw, AnswerCompletion, WriteMessage, ReadDecision,
	ListCase, ReadCase, TakeCase, HandleCase, Decide}

const (
	all      = "yes: open internal personal sensitive"
	frame    = "yes: open internal" // that there is something to sign, and nothing of anybody's
	hidden   = "no such thing"
	signIn   = "sign in"
	refusing = "no"
)

// seen is a row of the access matrix, written from its text: what a role may do with a case
// in a state. Served says whether the decision has been served to her.
func seen(role string, state State, action access.Action, served bool) string {
	waiting := state == WaitingForMultisign
	received := !waiting && state != Returned // nothing counts as received until all have signed
	does := func(list ...access.Action) bool { return slices.Contains(list, action) }
	may := func(ok bool, otherwise string) string {
		if ok {
			return all
		}
		return otherwise
	}
	switch role {
	case applicant:
		// Draft and answers are hers to read, the case hers to withdraw and complete, the decision
		// when it is served. She has signed by sending it: no second signature of hers counts.
		return may(does(ReadFrame, ReadShared, ReadOwn, Withdraw, AnswerCompletion) || does(WriteMessage) && received || does(ReadDecision) && served, hidden)
	case invited:
		// The matrix gives her nothing until she has shown who she is. To do that she must be
		// told that there is something to sign; and a no needs no sight of it.
		if (waiting || state == Returned) && does(ReadFrame, Identify, Decline) {
			return frame
		}
		return may(does(ReadDecision) && served, hidden)
	case identified, signed:
		// What all parties see, her own signature (asked for again it is answered as before),
		// her own thread once there is somebody to write to, what was served to her.
		return may(does(ReadFrame, ReadShared) || does(Sign, Decline) && !received || does(WriteMessage) && received || does(ReadDecision) && served, hidden)
	case takenOut, declined, removed, expired, stranger:
		// Nothing was ever served to one who has left; what was served stays readable.
		return may(does(ReadDecision) && served, hidden)
	case assigned:
		switch {
		case !received:
			return refusing
		case state == Archived && does(TakeCase, HandleCase, Decide):
			return refusing + " refused_closed_case"
		}
		return may(does(ListCase, ReadCase, TakeCase, HandleCase, Decide), refusing)
	case colleague, elsewhere, moved:
		switch {
		case state == Archived && does(TakeCase, HandleCase, Decide):
			return refusing + " refused_closed_case"
		case role != moved && does(HandleCase, Decide):
			return refusing + " refused_not_assigned"
		}
		return may(role == colleague && received && does(ListCase, ReadCase, TakeCase), refusing)
	case ownCase, ownChild, ownSelf:
		return refusing + " refused_own_interest" // förvaltningslagen 16 §, whatever she asks for
	case module:
		return all
	case otherModule:
		return hidden
	case nobody:
		return signIn
	}
	return refusing // stewards guard the platform and see no case
}

// TestTheMatrixOfCases asks the policy every question and compares with the matrix above; and
// it sees that the policy has nothing in it that the matrix would not miss.
func TestTheMatrixOfCases(t *testing.T) {
	unit, other := access.UnitID{1}, access.UnitID{2}
	me, sender, child := access.PersonID{1}, access.PersonID{2}, access.PersonID{3}
	at := func(u access.UnitID) []access.Membership { return []access.Membership{{Unit: other}, {Unit: u}} }
	var questions []policies.Question
	answer := map[string]string{}
	for _, role := range roles {
		for _, state := range states {
			for _, served := range []bool{false, true} {
				c := &Case{ID: CaseID{9}, Unit: unit, Applicant: sender, About: child, State: state, Parties: []Party{{Person: sender, Role: Applicant, State: Signed}}}
				by := access.Actor{Kind: access.Resident, Person: me}
				switch role {
				case applicant:
					by.Person = sender
				case takenOut:
					by.Person, c.Parties[0].State = sender, Removed
				case invited, identified, signed, declined, removed, expired:
					c.Parties = append(c.Parties, Party{Person: me, Role: Guardian, State: PartyState(role)})
				case assigned:
					by.Kind, by.All, c.Officer = access.Officer, at(unit), me
				case colleague:
					by.Kind, by.All, c.Officer = access.Officer, at(unit), access.PersonID{8}
				case elsewhere:
					by.Kind, by.All = access.Officer, at(other)
				case moved:
					by.Kind, by.All, c.Officer = access.Officer, at(other), me
				case ownCase:
					by.Kind, by.All, by.Person, c.Officer = access.Officer, at(unit), sender, sender
				case ownChild:
					by.Kind, by.All, c.Officer = access.Officer, at(unit), me
					c.Parties = append(c.Parties, Party{Person: me, Role: Guardian, State: Invited})
				case ownSelf:
					by.Kind, by.All, by.Person = access.Officer, at(unit), child
				case steward:
					by.Kind, by.All = access.Steward, at(unit)
				case module:
					by = access.Service("eservice")
				case otherModule:
					by = access.Service("notify")
				case nobody:
					by = access.Actor{}
				}
				facts := c.facts(by)
				if served {
					facts["served"] = []access.PersonID{by.Person}
				}
				for _, action := range caseActions {
					q := policies.Question{World: fmt.Sprintf("%s, case %s, served %v", role, state, served), By: by, Action: action, Ref: CaseRef(c.ID), Facts: facts}
					questions = append(questions, q)
					answer[q.World+string(action)] = seen(role, state, action, served)
				}
			}
		}
	}
	for role, want := range map[string]string{applicant: all, stranger: hidden, assigned: refusing, nobody: signIn} {
		by := access.Actor{Kind: access.Resident, Person: me}
		owner := sender
		switch role {
		case applicant:
			owner = me
		case assigned: // not even of what the officer herself began, while she is at work
			by.Kind, owner = access.Officer, me
		case nobody:
			by = access.Actor{}
		}
		for _, action := range []access.Action{ReadDraft, WriteDraft, ReadCase} {
			q := policies.Question{World: role + ", draft", By: by, Action: action, Ref: DraftRef(DraftID{7}), Facts: access.Facts{"applicant": owner}}
			questions = append(questions, q)
			answer[q.World+string(action)] = want
			if role == applicant && action == ReadCase {
				answer[q.World+string(action)] = hidden
			}
		}
	}
	policies.Compare(t, Policy, questions, func(q policies.Question) string { return answer[q.World+string(q.Action)] }, map[string]string{
		"case.unit: without !resource.own":                          "case.own_interest forbids it as well",
		"case.handle: without !resource.own":                        "case.own_interest forbids it as well",
		"case.handle: without resource.officer == principal.person": "case.not_assigned forbids it as well",
		`case.handle: without resource.state != "archived"`:         "case.closed forbids it as well",
	})
}
