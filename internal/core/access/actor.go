package access

import (
	"sync/atomic"
	"time"

	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
)

// The kinds of keys that the core itself knows.
type (
	PersonID     = id.Of[personKey]
	SessionID    = id.Of[sessionKey]
	RequestID    = id.Of[requestKey]
	UnitID       = id.Of[unitKey]
	BoardID      = id.Of[boardKey]
	MembershipID = id.Of[membershipKey]

	personKey     struct{}
	sessionKey    struct{}
	requestKey    struct{}
	unitKey       struct{}
	boardKey      struct{}
	membershipKey struct{}
)

// Kind is what sort of actor acts. The words are those that row-level security reads.
type Kind string

// The kinds of actor. A named background service has Kind "service:" and its name.
const (
	Nobody   Kind = ""
	Resident Kind = "resident"
	Officer  Kind = "officer"
	Steward  Kind = "steward"
)

// Membership is one employment of the actor, valid now.
type Membership struct {
	ID       MembershipID
	Unit     UnitID
	UnitName string
	Board    BoardID
	Shielded bool // the unit that handles protected persons' cases
	Role     Kind
	Name     string // working name; an alias for a protected employee
	Title    string // key of the title's text
}

// Actor is who does something now. It is passed as a parameter and never found by magic.
// The zero Actor is nobody: every question is refused.
type Actor struct {
	Kind    Kind
	Person  PersonID
	Session SessionID
	Request RequestID
	At      Membership   // officers and stewards: the unit she works in now
	All     []Membership // officers and stewards: every unit that she reaches
	visit   *Visit
}

// Visit is the life of one request or one run of a job. Permits given during it die with it.
type Visit struct{ over atomic.Bool }

// End ends the visit: no permit given during it opens anything any more.
func (v *Visit) End() { v.over.Store(true) }

// Enter gives the actor a new visit. The caller ends it.
func (a Actor) Enter(request RequestID) (Actor, *Visit) {
	a.Request, a.visit = request, new(Visit)
	return a, a.visit
}

// Join puts the actor into the visit that other is in: who it is has been found out.
func (a Actor) Join(other Actor) Actor {
	a.Request, a.visit = other.Request, other.visit
	return a
}

// Service is a named background actor. Names are those that row-level security lists.
func Service(name string) Actor { return Actor{Kind: Kind("service:" + name)} }

// IsNobody reports whether nobody is signed in.
func (a Actor) IsNobody() bool { return a.Kind == Nobody }

// Units lists the units that an officer reaches.
func (a Actor) Units() []UnitID {
	units := make([]UnitID, len(a.All))
	for i, m := range a.All {
		units[i] = m.Unit
	}
	return units
}

// Local is what a transaction of this actor tells the database about itself.
func (a Actor) Local(p Purpose) db.Local {
	l := db.Local{Kind: string(a.Kind), Purpose: string(p)}
	if !a.Person.IsZero() {
		l.Actor = a.Person.String()
	}
	if !a.Session.IsZero() {
		l.Session = a.Session.String()
	}
	if !a.Request.IsZero() {
		l.Request = a.Request.String()
	}
	return l
}

// Purpose says why data is looked at; each module has its short list.
type Purpose string

// Action is a verb on a kind of record, "eservice.ReadCase".
type Action string

// Ref names a record: its kind and key. It opens nothing.
type Ref struct {
	Kind string
	ID   [16]byte
}

// Class is how much harm a value can do in the wrong hands.
type Class uint8

// The classes, as bits.
const (
	Open Class = 1 << iota
	Internal
	Personal
	Sensitive
	Protected
)

var classNames = map[string]Class{"open": Open, "internal": Internal, "personal": Personal, "sensitive": Sensitive, "protected": Protected}

// String names a single class.
func (c Class) String() string {
	for name, v := range classNames {
		if v == c {
			return name
		}
	}
	return "mixed"
}

// Permit is the decision that one actor may do one action on one record for one purpose
// now, with the classes that it opens. Only this package can make one; the zero Permit
// opens nothing.
type Permit struct {
	by      Actor
	action  Action
	ref     Ref
	purpose Purpose
	classes Class
	at      time.Time
}

// By is the actor to whom the permit was given.
func (p Permit) By() Actor { return p.by }

// Ref is the record that it is for.
func (p Permit) Ref() Ref { return p.ref }

// Action is what it allows.
func (p Permit) Action() Action { return p.action }

// Purpose is why.
func (p Permit) Purpose() Purpose { return p.purpose }

// Opens reports whether the permit is live and opens values of class c.
func (p Permit) Opens(c Class) bool {
	return p.by.visit != nil && !p.by.visit.over.Load() && p.classes&c == c
}

// Is reports whether the permit is live and allows the action on the record. A store asks
// this before it reads or writes by the record's key.
func (p Permit) Is(action Action, ref Ref) bool {
	return p.by.visit != nil && !p.by.visit.over.Load() && p.action == action && p.ref == ref
}
