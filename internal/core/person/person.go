package person

import (
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/person/number"
)

// ID is the key of a person.
type ID = access.PersonID

// The actions on a person, and the kind of record that she is.
const (
	Kind                      = "person"
	Read        access.Action = "person.Read"        // name, birth date, number
	ReadName    access.Action = "person.ReadName"    // the name alone
	ReadAddress access.Action = "person.ReadAddress" // where she lives
)

// Ref is the person as a record.
func Ref(id ID) access.Ref { return access.Ref{Kind: Kind, ID: id} }

// Protection is a mark from the population register; none is empty.
type Protection string

// The marks.
const (
	Unprotected           Protection = ""
	Secrecy               Protection = "secrecy"
	ProtectedRegistration Protection = "protected_registration"
	Fictitious            Protection = "fictitious"
	NameAndAddress        Protection = "name_and_address"
)

// Entry is a person as the population register says it, on its way in.
type Entry struct {
	Number                           number.Number
	Given, Surname                   string
	Street, Postcode, City, Dwelling string
	Protection                       Protection
	Canary                           bool
	Died                             *time.Time
}

// Custody is one guardian's custody of one child, dated. An open end is nil.
type Custody struct {
	Guardian ID
	Kind     CustodyKind
	Living   Living
	From     time.Time
	To       *time.Time
}

// CustodyKind is joint or sole (föräldrabalken 6:2).
type CustodyKind string

// The kinds of custody.
const (
	Joint CustodyKind = "joint"
	Sole  CustodyKind = "sole"
)

// Living is how the child lives with the guardian.
type Living string

// The ways of living. Unknown when the register does not say.
const (
	Main      Living = "main"
	Alternate Living = "alternate"
	Visits    Living = "visits"
	Unknown   Living = "unknown"
)

// Identity is a person as a permit shows her. A value that row-level security or policy
// keeps back is nil.
type Identity struct {
	ID        ID
	Given     disclosure.Value
	Surname   disclosure.Value
	Born      disclosure.Value // YYYY-MM-DD
	Number    disclosure.Value // canonical digits
	Protected bool
}

// Known reports whether the name may be shown at all.
func (i Identity) Known() bool { return i.Given != nil }

// Address is where a person lives, as a permit shows it.
type Address struct {
	Street, Postcode, City disclosure.Value
	Dwelling               disclosure.Value
}

// AgeOn is the age in whole years on a day; both in the same calendar.
func AgeOn(born, day time.Time) int {
	years := day.Year() - born.Year()
	if day.Month() < born.Month() || day.Month() == born.Month() && day.Day() < born.Day() {
		years--
	}
	return years
}

// Adult is the age at which custody ends (föräldrabalken 6:2, 9:1).
const Adult = 18
