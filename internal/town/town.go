// Package town is two invented municipalities as plain data: Granvik in Sweden and
// Egelund in Denmark, with their boards, units, preschools, households and staff. It
// is the seed of the demo and the cast of the tests, and nothing else imports it.
//
// Some people are named and are there for a reason, which Why tells; the rest are a
// crowd that makes lists long and searches real. Everything is built in memory, the
// same at every call, and belongs to the caller.
//
// # Nobody is real
//
// Swedish numbers have the birth numbers 980 to 999, which the tax authority keeps for
// tests. The CPR office has no such series, but says that a number that fails modulus
// 11 was never issued except for births on a 1 January. So every Danish number here
// fails it, on another day than that: a valid number that is nobody's. The one that
// passes is 070761-4285, the example by which the office explains the rule. Telephone
// numbers are those that the Swedish authority set aside for fiction; the Danish begin
// with 10, where no subscriber's begins. Post codes 999 xx and 9999 don't exist. Mail
// ends in .test for the municipality and in .example for people (RFC 2606).
//
// # Words
//
//   - nämnd (SE), udvalg (DK): Board, the controller of its data.
//   - enhet, forvaltning: Unit.
//   - vårdnad, forældremyndighed: Custody. gemensam, fælles: Joint; ensam, ene: Sole.
//   - växelvis boende, delt bopæl: Alternate. umgänge, samvær: Visits.
//   - sekretessmarkering: Secrecy. skyddad folkbokföring: ProtectedRegistration.
//     fingerade personuppgifter: Fictitious. navne- og adressebeskyttelse: NameAndAddress.
//   - fullmakt, fuldmagt: Mandate, of a principal (huvudman) to a holder (ombud).
//   - förskola, børnehave: preschool. fritidshem, SFO: after_school. fritidsklubb, klub:
//     youth_club. pedagogisk omsorg, dagpleje: pedagogical_care.
//   - dataskyddsombud, databeskyttelsesrådgiver: the DPO, one of the stewards.
package town

import "time"

// Today is the day from which the people's ages are reckoned. The towns hold together
// on it and for a good year after.
var Today = day("2026-11-21")

// Town is a municipality and everybody in it.
type Town struct {
	Key          string // "granvik"
	Country      string // "se" or "dk"
	Name         string // "Granvik"
	Municipality string // "Granviks kommun"
	Street       string // of the town hall
	PostCode     string
	City         string
	Phone        string
	Email        string
	Hours        []Hours
	Boards       []Board
	Units        []Unit
	Preschools   []Preschool
	People       []Person
	Custody      []Custody
	Mandates     []Mandate
	Staff        []Staff
}

// Hours are when the town hall is open on a weekday, as "08:00", local time.
type Hours struct {
	Weekday  time.Weekday
	From, To string
}

// Board is a controller.
type Board struct{ Key, Name string }

// Unit is where people work, under a board.
type Unit struct{ Key, Board, Name string }

// Preschool is a place for children; Kind is one of preschool, after_school, youth_club
// and pedagogical_care.
type Preschool struct{ Key, Name, Kind, Area string }

// What protects a person's data.
const (
	Secrecy               = "secrecy"                // a warning flag; the address is in the register
	ProtectedRegistration = "protected_registration" // the address is not in the register
	Fictitious            = "fictitious"             // new name and number; that she has them is the secret
	NameAndAddress        = "name_and_address"       // Denmark
)

// Person lives in the town, or did. Of a protected person the address is what the
// municipality knows by her own word, and is what must never leave.
type Person struct {
	Key        string // no key of Staff is the same
	Number     string // canonical
	Given      string
	Surname    string
	AddressID  string // one per dwelling
	Street     string
	PostCode   string
	City       string
	Email      string // none for children
	Phone      string // "" for many
	Protection string
	Died       time.Time // zero while she lives
	Canary     bool      // an invented person that also a real installation would have
	Why        string    // what the person is for; empty in the crowd
}

// Name is given name and surname.
func (p Person) Name() string { return p.Given + " " + p.Surname }

// The kinds of custody, and how the child lives with the guardian.
const (
	Joint = "joint"
	Sole  = "sole"

	Main      = "main"      // the child is registered with this guardian
	Alternate = "alternate" // lives with both in turn, registered with one
	Visits    = "visits"    // lives with the other
)

// Custody is one guardian's custody of one child from a day; To is zero while it lasts,
// and the first day without it afterwards. An ended one stays, its Living empty.
type Custody struct {
	Child, Guardian string // keys of people
	Kind, Living    string
	From, To        time.Time
}

// Mandate is a power of attorney; To is its first day without force.
type Mandate struct {
	Principal, Holder string // keys of people
	From, To          time.Time
}

// The roles of staff.
const (
	Officer             = "officer"
	Registrar           = "registrar"
	CaseworkerProtected = "caseworker_protected"
	Steward             = "steward"
)

// Staff is somebody employed. Name is what colleagues and residents read, and an alias
// where the person is protected. Person is empty for those who live elsewhere.
type Staff struct {
	Key                 string
	Person              string // key of a person, or ""
	Name                string
	Role                string
	Title               string // in the language of the country
	Unit                string
	Email               string
	ClearedForProtected bool
	Left                time.Time // first day away; zero while employed
	Why                 string
}

// ByCountry gives the town of a country, "se" or "dk"; false for any other.
func ByCountry(c string) (Town, bool) {
	switch c {
	case "se":
		return Granvik(), true
	case "dk":
		return Egelund(), true
	}
	return Town{}, false
}

// Person finds a person by key. A key that names nobody is a slip in the caller: it panics.
func (t Town) Person(key string) Person {
	for _, p := range t.People {
		if p.Key == key {
			return p
		}
	}
	panic("town: no person of that key")
}

// Member finds one of the staff by key, and panics as Person does.
func (t Town) Member(key string) Staff {
	for _, s := range t.Staff {
		if s.Key == key {
			return s
		}
	}
	panic("town: no member of staff of that key")
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic("town: a date is mistyped")
	}
	return t
}

func week(from string, to [5]string) []Hours {
	var h []Hours
	for i, end := range to {
		h = append(h, Hours{time.Monday + time.Weekday(i), from, end})
	}
	return h
}
