package access

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// shelf keeps the policies so that a question meets only those whose head can match it: most
// of a house's policies are about other records. What the head says is judged again by Cedar;
// here it only sorts out, and what can't be told stays in.
type shelf struct {
	all   []policy
	short sync.Map // asked -> shortlist
}

type policy struct {
	id   types.PolicyID
	body *cedar.Policy
	head head
}

// asked is what of a question a policy's head can exclude. There are as many as the code has
// actions, kinds of actor and kinds of record.
type asked struct {
	principal types.EntityType
	action    types.String
	resource  types.EntityType
}

// head is the head of a policy as Cedar's JSON format writes it.
type head struct {
	Principal clause `json:"principal"`
	Action    clause `json:"action"`
	Resource  clause `json:"resource"`
}

type clause struct {
	Op         string   `json:"op"`
	EntityType string   `json:"entity_type"`
	Entity     *named   `json:"entity"`
	Entities   []*named `json:"entities"`
}

type named struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

func (s *shelf) add(id types.PolicyID, p *cedar.Policy) error {
	text, err := p.MarshalJSON()
	if err != nil {
		return err
	}
	n := policy{id: id, body: p}
	if err := json.Unmarshal(text, &n.head); err != nil {
		return err
	}
	if slices.ContainsFunc(s.all, func(o policy) bool { return o.id == id }) {
		return fmt.Errorf("two policies named %s", id)
	}
	s.all = append(s.all, n)
	return nil
}

// match gives the policies that can match, in the order of the files.
func (s *shelf) match(q cedar.Request) shortlist {
	k := asked{q.Principal.Type, q.Action.ID, q.Resource.Type}
	if l, ok := s.short.Load(k); ok {
		return l.(shortlist)
	}
	var l shortlist
	for _, p := range s.all {
		if p.head.Principal.mayBe(k.principal) && p.head.Action.mayAct(k.action) && p.head.Resource.mayBe(k.resource) {
			l = append(l, p)
		}
	}
	s.short.Store(k, l)
	return l
}

// mayBe reports whether something of a type can match.
func (c clause) mayBe(t types.EntityType) bool {
	switch c.Op {
	case "is", "is in":
		return c.EntityType == string(t)
	case "==":
		return c.Entity == nil || c.Entity.Type == string(t)
	}
	return true
}

// mayAct reports whether an action can match. No action of ours stands in a group.
func (c clause) mayAct(action types.String) bool {
	switch {
	case c.Op == "==" && c.Entity != nil:
		return c.Entity.ID == string(action)
	case c.Op == "in" && c.Entities != nil:
		return slices.ContainsFunc(c.Entities, func(e *named) bool { return e.ID == string(action) })
	}
	return true
}

// shortlist is what Cedar goes through.
type shortlist []policy

// All implements cedar.PolicyIterator.
func (l shortlist) All() iter.Seq2[types.PolicyID, *cedar.Policy] {
	return func(yield func(types.PolicyID, *cedar.Policy) bool) {
		for _, p := range l {
			if !yield(p.id, p.body) {
				return
			}
		}
	}
}
