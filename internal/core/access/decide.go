package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
)

// Facts are what is true of one record, by name: string, bool, int64, PersonID, UnitID
// or a slice of the last three. They are loaded in the transaction that the decision is for.
type Facts map[string]any

// Loader loads the facts of a record; a fault of kind NotFound when there is no such row
// for this actor.
type Loader func(ctx context.Context, tx *db.Tx, by Actor, ref Ref) (Facts, error)

// Decider is the one decision point. It is made once, at the start.
type Decider struct {
	policies shelf
	opens    map[types.PolicyID]Class
	reasons  []reason // in the order of the files, so that of several refusals the first is told
	loaders  map[string]Loader
	id       string
}

// reason is what a refused officer is told, by the policy that refuses.
type reason struct {
	policy types.PolicyID
	text   string
}

// NewDecider reads the policies, by file name. Each permit says in @opens which classes it
// opens; a permit without it, or an unknown class, is an error: nothing starts.
func NewDecider(policies map[string][]byte) (*Decider, error) {
	d := &Decider{opens: map[types.PolicyID]Class{}, loaders: map[string]Loader{}}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		sum.Write([]byte(name))
		sum.Write(policies[name])
		list, err := cedar.NewPolicyListFromBytes(name, policies[name])
		if err != nil {
			return nil, fmt.Errorf("access: %s: %w", name, err)
		}
		for i, p := range list {
			pid := types.PolicyID(fmt.Sprintf("%s#%d", name, i))
			if key, ok := p.Annotations()["id"]; ok {
				pid = types.PolicyID(key)
			}
			if err := d.policies.add(pid, p); err != nil {
				return nil, fmt.Errorf("access: %s: %w", name, err)
			}
			if text := string(p.Annotations()["reason"]); text != "" {
				d.reasons = append(d.reasons, reason{pid, text})
			}
			if p.Effect() == types.Forbid {
				continue
			}
			opens, ok := p.Annotations()["opens"]
			if !ok {
				return nil, fmt.Errorf("access: %s: policy %s does not say what it @opens", name, pid)
			}
			for word := range strings.FieldsSeq(string(opens)) {
				c, ok := classNames[word]
				if !ok {
					return nil, fmt.Errorf("access: %s: policy %s opens an unknown class %q", name, pid, word)
				}
				d.opens[pid] |= c
			}
		}
	}
	d.id = hex.EncodeToString(sum.Sum(nil))[:16]
	return d, nil
}

// ID names the set of policies, for the ledger.
func (d *Decider) ID() string { return d.id }

// Resource says how the facts of a kind of record are loaded. Called once per kind, before serving.
func (d *Decider) Resource(kind string, load Loader) {
	if _, ok := d.loaders[kind]; ok {
		panic("access: two loaders for " + kind)
	}
	d.loaders[kind] = load
}

// Permit loads the record's facts and decides. A record that row-level security hides, and
// one that policy refuses to a resident, are both NotFound: they answer alike. An officer
// or steward who may not is Refused, with the reason.
func (d *Decider) Permit(ctx context.Context, tx *db.Tx, by Actor, action Action, ref Ref, purpose Purpose) (Permit, error) {
	load, ok := d.loaders[ref.Kind]
	if !ok {
		return Permit{}, fault.As(fault.Internal, "access.Permit", fmt.Errorf("no loader for %s", ref.Kind))
	}
	facts, err := load(ctx, tx, by, ref)
	if err != nil {
		return Permit{}, fault.Wrap("access.Permit", err)
	}
	return d.Decide(tx, by, action, ref, purpose, facts)
}

// Decide decides with facts that the caller has from this transaction: a row of a list, or
// a record that is about to be made.
func (d *Decider) Decide(tx *db.Tx, by Actor, action Action, ref Ref, purpose Purpose, facts Facts) (Permit, error) {
	if by.IsNobody() {
		return Permit{}, fault.New(fault.SignIn, "access.Decide", "")
	}
	if purpose == "" {
		return Permit{}, fault.As(fault.Internal, "access.Decide", fmt.Errorf("%s without a purpose", action))
	}
	q, entities, err := question(by, action, ref, purpose, facts)
	if err != nil {
		return Permit{}, fault.As(fault.Internal, "access.Decide", err)
	}
	decision, why := cedar.Authorize(d.policies.match(q), entities, q)
	if len(why.Errors) > 0 {
		// A policy that can't be evaluated is a mistake of ours: deny, and say so loudly.
		return Permit{}, fault.As(fault.Internal, "access.Decide", fmt.Errorf("%s: policy %s: %s", action, why.Errors[0].PolicyID, why.Errors[0].Message))
	}
	if decision != types.Allow {
		if by.Kind == Officer || by.Kind == Steward {
			return Permit{}, fault.New(fault.Refused, "access.Decide", d.reason(why))
		}
		return Permit{}, fault.New(fault.NotFound, "access.Decide", "")
	}
	p := Permit{by: by, action: action, ref: ref, purpose: purpose, at: tx.Now()}
	for _, r := range why.Reasons {
		p.classes |= d.opens[r.PolicyID]
	}
	return p, nil
}

func (d *Decider) reason(why types.Diagnostic) string {
	for _, r := range d.reasons {
		if slices.ContainsFunc(why.Reasons, func(w types.DiagnosticReason) bool { return w.PolicyID == r.policy }) {
			return r.text
		}
	}
	return ""
}

func question(by Actor, action Action, ref Ref, purpose Purpose, facts Facts) (cedar.Request, both, error) {
	kind := string(by.Kind)
	key := by.Person.String()
	self := types.String(key)
	if name, ok := strings.CutPrefix(kind, "service:"); ok {
		kind, key = "service", name
	}
	principal := types.NewEntityUID(entityType[kind], types.String(key))
	resource := types.NewEntityUID(types.EntityType(ref.Kind), types.String(id16(ref.ID)))
	units := make([]types.Value, len(by.All))
	for i, m := range by.All {
		units[i] = types.String(m.Unit.String())
	}
	attrs := make(types.RecordMap, len(facts))
	for name, fact := range facts {
		v, err := value(fact)
		if err != nil {
			return cedar.Request{}, both{}, fmt.Errorf("fact %s: %w", name, err)
		}
		attrs[types.String(name)] = v
	}
	entities := both{
		principal: types.Entity{UID: principal, Attributes: types.NewRecord(types.RecordMap{"person": self, "units": types.NewSet(units...)})},
		resource:  types.Entity{UID: resource, Attributes: types.NewRecord(attrs)},
	}
	return cedar.Request{
		Principal: principal, Action: types.NewEntityUID("Action", types.String(action)), Resource: resource,
		Context: types.NewRecord(types.RecordMap{"purpose": types.String(purpose)}),
	}, entities, nil
}

// both are the two that a question is about.
type both struct{ principal, resource types.Entity }

// Get implements cedar.EntityGetter.
func (b both) Get(uid types.EntityUID) (types.Entity, bool) {
	switch uid {
	case b.principal.UID:
		return b.principal, true
	case b.resource.UID:
		return b.resource, true
	}
	return types.Entity{}, false
}

var entityType = map[string]types.EntityType{"resident": "Resident", "officer": "Officer", "steward": "Steward", "service": "Service"}

func id16(b [16]byte) string { return PersonID(b).String() }

func value(fact any) (types.Value, error) {
	switch v := fact.(type) {
	case string:
		return types.String(v), nil
	case bool:
		return types.Boolean(v), nil
	case int64:
		return types.Long(v), nil
	case PersonID:
		return types.String(v.String()), nil
	case UnitID:
		return types.String(v.String()), nil
	case []PersonID:
		return set(v, PersonID.String), nil
	case []UnitID:
		return set(v, UnitID.String), nil
	case []string:
		return set(v, func(s string) string { return s }), nil
	default:
		return nil, fmt.Errorf("a %T is no fact", fact)
	}
}

func set[T any](items []T, text func(T) string) types.Value {
	values := make([]types.Value, len(items))
	for i, item := range items {
		values[i] = types.String(text(item))
	}
	return types.NewSet(values...)
}

// AsService lets a named service act for one step inside the actor's transaction, where the
// step makes something true for others than the actor: an invitation, a relation. The actor
// stays who she is in the history; only the kind that row-level security reads is another.
func AsService(ctx context.Context, tx *db.Tx, name string, fn func(ctx context.Context) error) error {
	var was string
	if err := tx.QueryRow(ctx, "select core.kind()").Scan(&was); err != nil {
		return fault.Wrap("access.AsService", err)
	}
	if _, err := tx.Exec(ctx, "select set_config('tillit.kind', $1, true)", "service:"+name); err != nil {
		return fault.Wrap("access.AsService", err)
	}
	err := fn(ctx)
	// Given back also after an error: one who goes on after it must not go on as the service.
	// Where the error is the database's own, the transaction can do nothing more and this says so.
	_, back := tx.Exec(ctx, "select set_config('tillit.kind', $1, true)", was)
	if err != nil {
		return err
	}
	return fault.Wrap("access.AsService", back)
}
