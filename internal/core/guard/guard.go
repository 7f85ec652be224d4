package guard

import (
	"sync/atomic"
)

// Kind says what was found, and what a watched name is.
type Kind uint8

// The kinds.
const (
	Number        Kind = iota // an identity number
	ProtectedName             // the name of a protected person
	CanaryName                // the name of a canary
	Token                     // a text that stands nowhere but in a canary's data
)

var kinds = [...]string{"number", "protected_name", "canary_name", "token"}

// String names the kind for logs, metrics and the reason of a closure.
func (k Kind) String() string { return kinds[k] }

// Finding is a place in a body where somebody stands who should not. It never holds the
// text itself, so that it may be logged.
type Finding struct {
	Kind Kind
	At   int // bytes from the beginning of the body
	Len  int // bytes
}

// most is how many findings one scan returns. One is enough to stop a body; the rest is
// for whoever looks for the cause.
const most = 100

// Guard scans what leaves. It is safe for use by many; make it with New.
type Guard struct {
	watch atomic.Pointer[Watch]
}

// New makes a guard that knows numbers and watches no names yet.
func New() *Guard {
	g := &Guard{}
	g.Watch(nil)
	return g
}

// Watch changes the names that are watched, while serving. Scans under way end with the
// names they began with. A nil w watches none.
func (g *Guard) Watch(w *Watch) {
	if w == nil {
		w = NewWatch(nil)
	}
	g.watch.Store(w)
}

// Scan looks through a whole outgoing body and returns what may not leave, in the order
// of the body and at most 100; nil when it is clean. It asks a for what this request may
// carry, nil for nothing. Whoever sends a body calls it last, on text that is not encoded
// further, and sends nothing when anything is found.
func (g *Guard) Scan(body []byte, a *Allowed) []Finding {
	w := g.watch.Load()
	var found []Finding
	sweep(body, &w.openings, func(at int, r rune) int {
		if len(found) == most {
			return len(body)
		}
		if digitValue(r) < 0 {
			f, ok := w.find(body, at, a)
			if ok {
				found = append(found, f)
			}
			return f.At + f.Len
		}
		n, ok := readNumber(body, at)
		if !ok || a.number(n.canonical) {
			return n.end
		}
		if end := n.byChance(body, at); end > 0 {
			return end
		}
		found = append(found, Finding{Number, at, n.end - at})
		return n.end
	})
	return found
}
