package town_test

import (
	"slices"
	"strings"
	"testing"

	"tillit/internal/town"
)

func lasts(c town.Custody) bool { return !c.From.After(town.Today) && c.To.IsZero() }

// byKey also proves that no two have the same key.
func byKey(t *testing.T, w town.Town) map[string]town.Person {
	t.Helper()
	people := map[string]town.Person{}
	for _, p := range w.People {
		if _, ok := people[p.Key]; ok || p.Key == "" {
			t.Errorf("key %q twice or empty", p.Key)
		}
		people[p.Key] = p
	}
	return people
}

func TestCustody(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		people := byKey(t, w)
		now := map[string][]town.Custody{}
		for _, c := range w.Custody {
			child, ok := people[c.Child]
			guardian, ok2 := people[c.Guardian]
			if !ok || !ok2 {
				t.Fatalf("custody of %q by %q: nobody", c.Child, c.Guardian)
			}
			if !isChild(t, w, child) || isChild(t, w, guardian) {
				t.Errorf("%s, %s: not a child and an adult", c.Child, c.Guardian)
			}
			if c.From.Before(born(t, w, child)) || !c.To.IsZero() && !c.To.After(c.From) {
				t.Errorf("%s, %s: dates out of order", c.Child, c.Guardian)
			}
			if c.Kind != town.Joint && c.Kind != town.Sole {
				t.Errorf("%s, %s: kind %q", c.Child, c.Guardian, c.Kind)
			}
			if !lasts(c) {
				if c.Living != "" {
					t.Errorf("%s, %s: ended, and lives somewhere by it", c.Child, c.Guardian)
				}
				continue
			}
			now[c.Child] = append(now[c.Child], c)
			if !guardian.Died.IsZero() {
				t.Errorf("%s has a dead guardian", c.Child)
			}
			together := child.AddressID == guardian.AddressID
			switch c.Living {
			case town.Main, town.Visits:
				if together != (c.Living == town.Main) {
					t.Errorf("%s does not live where %s has it", c.Child, c.Guardian)
				}
			case town.Alternate:
			default:
				t.Errorf("%s, %s: living %q", c.Child, c.Guardian, c.Living)
			}
		}
		for _, p := range w.People {
			if isChild(t, w, p) && len(now[p.Key]) == 0 {
				t.Errorf("%s has no guardian", p.Key)
			}
		}
		for child, cs := range now {
			kinds, living, with := map[string]int{}, map[string]int{}, 0
			for _, c := range cs {
				kinds[c.Kind]++
				living[c.Living]++
				if people[c.Guardian].AddressID == people[child].AddressID {
					with++
				}
			}
			if !(kinds[town.Sole] == 1 && kinds[town.Joint] == 0) && !(kinds[town.Sole] == 0 && kinds[town.Joint] == 2 && cs[0].Guardian != cs[1].Guardian) {
				t.Errorf("%s has neither one sole guardian nor two joint ones", child)
			}
			if n := living[town.Alternate]; n != 0 && (n != 2 || with != 1) {
				t.Errorf("%s lives in turn, but not with two at two addresses", child)
			}
			if with == 0 {
				t.Errorf("%s is registered with no guardian", child)
			}
		}
	})
}

func TestMandates(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		people := byKey(t, w)
		valid := 0
		for _, m := range w.Mandates {
			for _, key := range []string{m.Principal, m.Holder} {
				if p, ok := people[key]; !ok || isChild(t, w, p) {
					t.Errorf("%q gives or holds a mandate", key)
				}
			}
			if m.Principal == m.Holder || !m.To.After(m.From) {
				t.Errorf("the mandate of %s makes no sense", m.Principal)
			}
			if m.To.After(town.Today.AddDate(1, 0, 0)) {
				valid++
			}
		}
		if valid == 0 {
			t.Error("no mandate that lasts")
		}
	})
}

func TestUnitsAndPreschools(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		boards, kinds, keys := map[string]int{}, map[string]int{}, map[string]bool{}
		fresh := func(key, name string) {
			if key == "" || name == "" || keys[key] {
				t.Errorf("%q is used twice or has no name", key)
			}
			keys[key] = true
		}
		for _, b := range w.Boards {
			fresh(b.Key, b.Name)
			boards[b.Key] = 0
		}
		for _, u := range w.Units {
			fresh(u.Key, u.Name)
			if _, ok := boards[u.Board]; !ok {
				t.Errorf("%s is under no board", u.Key)
			}
			boards[u.Board]++
		}
		for board, units := range boards {
			if units == 0 {
				t.Errorf("%s has no unit", board)
			}
		}
		for _, p := range w.Preschools {
			fresh(p.Key, p.Name)
			kinds[p.Kind]++
			if p.Area == "" {
				t.Errorf("%s is nowhere", p.Key)
			}
		}
		for _, k := range []string{"preschool", "after_school", "youth_club", "pedagogical_care"} {
			if kinds[k] == 0 {
				t.Errorf("no %s", k)
			}
			delete(kinds, k)
		}
		if len(kinds) > 0 {
			t.Errorf("kinds unheard of: %v", kinds)
		}
	})
}

func TestStaff(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		people := byKey(t, w)
		units := map[string]bool{}
		for _, u := range w.Units {
			units[u.Key] = true
		}
		keys, names := map[string]bool{}, map[string]bool{}
		for _, s := range w.Staff {
			if _, ok := people[s.Key]; ok || keys[s.Key] || s.Key == "" {
				t.Errorf("key %q twice or empty", s.Key)
			}
			if names[s.Name] || s.Name == "" || s.Title == "" || s.Why == "" {
				t.Errorf("%s lacks name, title or reason, or has another's name", s.Key)
			}
			keys[s.Key], names[s.Name] = true, true
			if !units[s.Unit] {
				t.Errorf("%s is in no unit", s.Key)
			}
			if !slices.Contains([]string{town.Officer, town.Registrar, town.CaseworkerProtected, town.Steward}, s.Role) {
				t.Errorf("%s has role %q", s.Key, s.Role)
			}
			if s.ClearedForProtected != (s.Role == town.CaseworkerProtected) {
				t.Errorf("%s: clearance and role differ", s.Key)
			}
			if !s.Left.IsZero() && s.Left.After(town.Today) {
				t.Errorf("%s leaves in the future", s.Key)
			}
			if s.Person == "" {
				continue
			}
			p, ok := people[s.Person]
			if !ok || isChild(t, w, p) {
				t.Errorf("%s is nobody, or a child", s.Key)
			}
			if p.Protection == "" {
				if p.Name() != s.Name {
					t.Errorf("%s works under another name without reason", s.Key)
				}
				continue
			}
			apart(t, p, s.Name, s.Email, strings.TrimPrefix(s.Key, "canary-"))
		}
	})
}

// What the stories need somebody for, in both towns.
func TestCast(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		people := byKey(t, w)
		found := map[string]int{}
		note := func(what string, is bool) {
			if is {
				found[what]++
			}
		}
		guardians := map[string][]town.Person{}
		for _, c := range w.Custody {
			g, child := people[c.Guardian], people[c.Child]
			if lasts(c) {
				guardians[c.Child] = append(guardians[c.Child], g)
			}
			if inCrowd(child) {
				continue
			}
			note("child in turn with two", lasts(c) && c.Living == town.Alternate)
			note("one-guardian family", lasts(c) && c.Kind == town.Sole)
			note("guardian who died", !g.Died.IsZero() && g.Died.Equal(c.To))
			still := slices.ContainsFunc(w.Custody, func(d town.Custody) bool {
				return d.Child == c.Child && d.Guardian == c.Guardian && lasts(d)
			})
			note("former guardian who lives", !c.To.IsZero() && g.Died.IsZero() && !still)
		}
		for child, gs := range guardians {
			if len(gs) != 2 {
				continue
			}
			a, b := gs[0], gs[1]
			note("guardian protected from the other", (a.Protection == "") != (b.Protection == "") && a.AddressID != b.AddressID)
			note("canary pair with a canary child", a.Canary && b.Canary && people[child].Canary)
			note("guardians at one address", a.AddressID == b.AddressID)
		}
		for _, p := range w.People {
			note("canary resident without children", p.Canary && p.Protection == "" && !slices.ContainsFunc(w.Custody, func(c town.Custody) bool {
				return c.Child == p.Key || c.Guardian == p.Key
			}))
			note("protected canary", p.Canary && p.Protection != "")
		}
		for _, s := range w.Staff {
			p := people[s.Person]
			note("protected employee", p.Protection != "")
			note("canary employee", p.Canary && s.Left.IsZero())
			note("canary leaver", p.Canary && !s.Left.IsZero())
			note("leaver", !s.Left.IsZero() && !p.Canary)
			note("officer who is a guardian at home or a resident", s.Person != "" && p.Protection == "" && !p.Canary)
			note("cleared for protected people", s.ClearedForProtected && s.Left.IsZero())
			note("steward", s.Role == town.Steward)
			note("registrar", s.Role == town.Registrar)
		}
		for what, want := range map[string]int{
			"child in turn with two": 2, "one-guardian family": 1, "guardian who died": 1, "former guardian who lives": 1,
			"guardian protected from the other": 1, "canary pair with a canary child": 1, "guardians at one address": 5,
			"canary resident without children": 2, "protected canary": 1, "protected employee": 1, "canary employee": 1,
			"canary leaver": 1, "leaver": 1, "officer who is a guardian at home or a resident": 1,
			"cleared for protected people": 1, "steward": 3, "registrar": 1,
		} {
			if found[what] < want {
				t.Errorf("%s: %d, want %d", what, found[what], want)
			}
		}
	})
}

// Those whom other tests and the screens know by name.
func TestTheNamesOfGranvik(t *testing.T) {
	w := town.Granvik()
	for key, name := range map[string]string{"maria-lindqvist": "Maria Lindqvist", "johan-ek": "Johan Ek", "elsa-lindqvist-ek": "Elsa Lindqvist Ek",
		"nils-lindqvist-ek": "Nils Lindqvist Ek", "gunnar-lindqvist": "Gunnar Lindqvist", "tor-wikander": "Tor Wikander"} {
		if got := w.Person(key).Name(); got != name {
			t.Errorf("%s is %s", key, got)
		}
	}
	for key, unit := range map[string]string{"ida-noren": "miljoenheten", "anna-karin-mo": "forskoleadministrationen", "rakel-sund": "digitaliseringsenheten",
		"amir-dahlgren": "digitaliseringsenheten", "britt-oskarsson": "kansliet"} {
		if got := w.Member(key).Unit; got != unit {
			t.Errorf("%s works at %s", key, got)
		}
	}
	protections := map[string]bool{}
	for _, p := range w.People {
		protections[p.Protection] = true
	}
	for _, p := range []string{town.Secrecy, town.ProtectedRegistration, town.Fictitious} {
		if !protections[p] {
			t.Errorf("nobody has %s", p)
		}
	}
	elsa, nils := w.Person("elsa-lindqvist-ek"), w.Person("nils-lindqvist-ek")
	if got := born(t, w, elsa); got.Format("2006-01") != "2025-01" {
		t.Errorf("Elsa is born %v", got.Format("2006-01"))
	}
	if got := born(t, w, nils); got.Format("2006-01") != "2022-05" {
		t.Errorf("Nils is born %v", got.Format("2006-01"))
	}
	if sixten := w.Person("sixten-sjostrom"); !born(t, w, sixten).After(town.Today.AddDate(0, -6, 0)) {
		t.Error("Sixten is old enough")
	}
	unknown := func(find func()) {
		defer func() {
			if recover() == nil {
				t.Error("found somebody who is not there")
			}
		}()
		find()
	}
	unknown(func() { w.Person("nobody") })
	unknown(func() { w.Member("nobody") })
	if born(t, w, w.Person("gunnar-lindqvist")).After(town.Today.AddDate(-70, 0, 0)) {
		t.Error("Gunnar is too young to be a grandfather")
	}
}
