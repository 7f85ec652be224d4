package app_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"tillit/internal/app"
	"tillit/internal/core/access"
	"tillit/internal/core/notify"
	"tillit/internal/module/mypages"
	"tillit/internal/testkit/policies"
)

// matrices are the policy files whose every answer is compared with a matrix, and where.
var matrices = []string{
	"eservice/policy.cedar", // internal/module/eservice/policy_test.go
	"mypages/policy.cedar",  // here
	"notify/policy.cedar",   // here
	"person/policy.cedar",   // internal/core/person/policy_test.go
}

func TestEveryPolicyHasAMatrix(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(app.Policies())) {
		if !slices.Contains(matrices, name) {
			t.Errorf("%s has no matrix: write what it must answer as a table of your own, compare with policies.Compare, and add the file to matrices", name)
		}
	}
}

var kinds = []access.Kind{access.Nobody, access.Resident, access.Officer, access.Steward, "service:notify", "service:eservice"}

func actor(k access.Kind, me access.PersonID) access.Actor {
	if k == access.Nobody {
		return access.Actor{}
	}
	return access.Actor{Kind: k, Person: me, All: []access.Membership{{Unit: access.UnitID{1}}}}
}

// refusal is how each kind is told no.
func refusal(k access.Kind) string {
	switch k {
	case access.Nobody:
		return "sign in"
	case access.Officer, access.Steward:
		return "no"
	}
	return "no such thing"
}

// TestTheMatrixOfLogs: her log is the data subject's, and nobody else's (GDPR article 15).
func TestTheMatrixOfLogs(t *testing.T) {
	me := access.PersonID{1}
	var questions []policies.Question
	for _, k := range kinds {
		for _, self := range []bool{false, true} {
			for _, action := range []access.Action{mypages.ReadLog, mypages.Object, "mypages.Other"} {
				questions = append(questions, policies.Question{World: fmt.Sprintf("%s, self %v", k, self), By: actor(k, me), Action: action, Ref: mypages.Log(me), Facts: access.Facts{"self": self}})
			}
		}
	}
	policies.Compare(t, mypages.Policy, questions, func(q policies.Question) string {
		if q.By.Kind == access.Resident && q.Facts["self"] == true && q.Action != "mypages.Other" {
			return "yes: open internal personal sensitive"
		}
		return refusal(q.By.Kind)
	}, map[string]string{})
}

// TestTheMatrixOfLetters: contact points and notices are their owner's; a letter goes to an
// address in the one state in which it may.
func TestTheMatrixOfLetters(t *testing.T) {
	me, other := access.PersonID{1}, access.PersonID{2}
	var questions []policies.Question
	actions := []access.Action{notify.ReadPoint, notify.ChangePoint, notify.ReadNotice, notify.MarkNotice, "notify.SendCode", "notify.SendNotice", "notify.SendWarning"}
	for _, k := range kinds {
		for _, owner := range []access.PersonID{me, other} {
			for _, action := range actions {
				for _, state := range []string{"unproven", "proven", "withdrawn"} {
					for _, once := range []bool{false, true} {
						questions = append(questions, policies.Question{World: fmt.Sprintf("%s, hers %v, %s, once %v", k, owner == me, state, once), By: actor(k, me), Action: action,
							Ref: notify.PointRef(notify.PointID{3}), Facts: access.Facts{"owner": owner, "state": state, "once_proven": once}})
					}
				}
				questions = append(questions, policies.Question{World: fmt.Sprintf("%s, hers %v, notice", k, owner == me), By: actor(k, me), Action: action,
					Ref: notify.NoticeRef(notify.NoticeID{4}), Facts: access.Facts{"owner": owner}})
			}
		}
	}
	policies.Compare(t, notify.Policy, questions, func(q policies.Question) string {
		point, own := q.Ref.Kind == notify.PointKind, q.By.Kind == access.Resident && q.Facts["owner"] == me
		state, once := q.Facts["state"], q.Facts["once_proven"] == true
		switch q.Action {
		case notify.ReadPoint, notify.ChangePoint:
			if point && own {
				return "yes: personal"
			}
		case notify.ReadNotice, notify.MarkNotice:
			if !point && own {
				return "yes: open internal"
			}
		case "notify.SendCode", "notify.SendNotice", "notify.SendWarning":
			right := q.Action == "notify.SendCode" && state == "unproven" || q.Action == "notify.SendNotice" && state == "proven" ||
				q.Action == "notify.SendWarning" && state == "withdrawn" && once
			if q.By.Kind == "service:notify" && point && right {
				return "yes: personal"
			}
		}
		return refusal(q.By.Kind)
	}, map[string]string{})
}
