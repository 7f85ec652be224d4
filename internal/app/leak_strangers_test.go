package app_test

import (
	"slices"
	"testing"

	"tillit/internal/testkit/house"
)

// stranger is somebody who tries what is others'.
type stranger struct {
	name string
	key  string // in the cast; empty for nobody
	come func(w *world) *house.Browser
	// Knows are bundles of which she may see some: there only marks and changes are looked
	// at. Hers are those that are her own to open.
	knows, hers []string
	own         string // the bundle whose things she tries together with others'
}

func residentOf(key string) func(*world) *house.Browser {
	return func(w *world) *house.Browser { return w.Resident(w.t, key) }
}

func staffOf(key string) func(*world) *house.Browser {
	return func(w *world) *house.Browser { return w.House.Staff(w.t, key) }
}

// strangers are all kinds of them.
var strangers = []stranger{
	{name: "nobody", come: func(w *world) *house.Browser { return w.Browser(w.t) }},
	{name: "a resident", key: "stina-alm", come: residentOf("stina-alm")},
	{name: "a resident with a case of her own", key: "leila-haddad", come: residentOf("leila-haddad"), hers: []string{"a stranger's own"}, own: "a stranger's own"},
	{name: "the applicant, of the other guardian's", key: "sofia-berglund", come: residentOf("sofia-berglund"), hers: []string{"received"}},
	{name: "the other guardian, of the applicant's own", key: "peter-wallin", come: residentOf("peter-wallin"), knows: []string{"received"}, hers: []string{"the other guardian's"}},
	{name: "the guardian who is invited", key: "canary-valter", come: residentOf("canary-valter"), knows: []string{"waiting for a signature"}},
	{name: "the guardian from whom somebody is protected", key: "henrik-rask", come: residentOf("henrik-rask"), knows: []string{"shielded"}},
	{name: "the guardian who declined", key: "robert-falk", come: residentOf("robert-falk")},
	{name: "the former guardian", key: "mikael-strand", come: residentOf("mikael-strand")},
	{name: "the guardian whose custody ended after the invitation", key: "piotr-nowicki", come: residentOf("piotr-nowicki")},
	{name: "an officer at home", key: "jonas-viklund-private", come: residentOf("jonas-viklund-private"), knows: []string{"in which an officer has an interest"}},
	{name: "an officer of another unit", key: "petra-astrom", come: staffOf("petra-astrom")},
	{name: "an officer of the unit, of what is not received or shielded", key: "anna-karin-mo", come: staffOf("anna-karin-mo"),
		hers: []string{"received", "decided", "unassigned", "in which an officer has an interest", "a stranger's own", "of an ended relation"}},
	{name: "an officer of the unit, of his own child's case", key: "jonas-viklund", come: staffOf("jonas-viklund"), hers: []string{"received", "decided", "unassigned", "a stranger's own", "of an ended relation"}},
	{name: "an officer of shielded cases, of the others", key: "elin-thorsell", come: staffOf("elin-thorsell"), hers: []string{"shielded"}},
	{name: "an officer who has left", key: "yusuf-hallberg", come: leaver},
	{name: "a steward", key: "rakel-sund", come: staffOf("rakel-sund")},
}

// leaver signs in while employed in the very unit, sees a case, and is then employed no more.
func leaver(w *world) *house.Browser {
	w.t.Helper()
	const key = "yusuf-hallberg"
	w.as("population", `insert into access.membership (id, person, unit, role, name, title, valid_from, source, recorded_at)
select $1, $2, u.id, 'officer', 'Y', 'T', core.instant(), 'test', core.instant() from access.unit u where key = 'forskoleadministrationen'`, w.key(), w.Inside.Staff[key])
	b := w.House.Staff(w.t, key)
	if p := b.Get("/work/cases/" + w.bundle("received").params["case"]); p.Status != 200 {
		w.t.Fatalf("an officer who is employed is refused: %d", p.Status)
	}
	w.as("population", "update access.membership set valid_to = core.instant() where person = $1", w.Inside.Staff[key])
	return b
}

func (w *world) bundle(name string) *bundle {
	i := slices.IndexFunc(w.bundles, func(b *bundle) bool { return b.name == name })
	if i < 0 {
		w.t.Fatalf("no bundle %q", name)
	}
	return w.bundles[i]
}

// TestStrangersGetNothing lets every stranger try every route with everybody else's keys.
func TestStrangersGetNothing(t *testing.T) {
	w := newWorld(t)
	t.Run("rows", w.rowsAreTheMatrix)
	t.Run("nobody", w.nobodyHasNoRows)
	t.Run("views", w.viewsGiveOnesOwn)
	t.Run("writes", w.writesAreTheMatrix)
	t.Run("strangers", w.strangersGetNothing)
	t.Run("owners", w.ownersAreLetIn)
}

func (w *world) strangersGetNothing(t *testing.T) {
	doors := w.doors(t)
	for _, s := range strangers {
		t.Run(s.name, func(t *testing.T) { w.sweep(t, doors, s) })
	}
	w.nothingWasNoticed(t)
}
