package number

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
	"unique"
)

// The countries whose numbers are known, as the country profiles name them.
const (
	SE = "se"
	DK = "dk"
)

// Kind says what sort of number it is.
type Kind int

// The kinds. None is the kind of the zero Number.
const (
	None Kind = iota
	Personal
	Coordination
	Interim
	Organisation
)

var kinds = [...]string{"none", "personal", "coordination", "interim", "organisation"}

// String names the kind.
func (k Kind) String() string { return kinds[k] }

// Warning is something odd about a number that is no reason to refuse it.
type Warning string

// The warnings.
const (
	// Modulus11: a CPR number fails its check digit. The CPR office has issued such numbers
	// since October 2007, so far only for births on a 1 January; on any other day it is
	// more likely a slip of the hand.
	Modulus11 Warning = "modulus_11"
	// IncompleteBirth: a coordination number with month 00 or day 60. The tax authority gives
	// them when the date of birth could not be established; Born is zero.
	IncompleteBirth Warning = "incomplete_birth"
)

// What is wrong with a text, most telling first. The errors never hold the text.
var (
	ErrCountry      = errors.New("number: country without numbers")
	ErrFormat       = errors.New("number: not written as a number")
	ErrOrganisation = errors.New("number: an organisation's number where a person's is meant")
	ErrPerson       = errors.New("number: a person's number where an organisation's is meant")
	ErrDate         = errors.New("number: no such date of birth")
	ErrFuture       = errors.New("number: date of birth in the future")
	ErrCheckDigit   = errors.New("number: wrong check digit")
)

// ErrSealed answers an attempt to write a Number to a database as it stands, which
// would otherwise store the placeholder.
var ErrSealed = errors.New("number: sealed; pass Canonical or Hash")

const placeholder = "‹sealed›"

// Number is one valid number of a person or an organisation. Two are equal (==) when
// they are the same number, however they were spelled. The zero value is no number.
//
// The digits lie behind a handle, so that also a printer that looks into unexported
// fields, as fmt does when a Number is an unexported field of something else, finds
// an address and no digits. The handle holds any and not record: fmt follows a pointer
// to a struct, and stops at one to an interface.
type Number struct{ handle unique.Handle[any] }

// record is what a Number knows; comparable, so that equal numbers share a handle.
type record struct {
	country   string
	kind      Kind
	canonical string
	born      time.Time // zero for an organisation and where the date is incomplete
}

func seal(r record) Number { return Number{unique.Make[any](r)} }

func (n Number) open() record {
	if n.IsZero() {
		return record{}
	}
	return n.handle.Value().(record)
}

// IsZero reports whether there is no number.
func (n Number) IsZero() bool { return n == Number{} }

// Country is SE or DK, and empty for the zero Number.
func (n Number) Country() string { return n.open().country }

// Kind says what sort of number it is.
func (n Number) Kind() Kind { return n.open().kind }

// Canonical gives the digits as they are stored: SE person 12 digits (an interim number
// has a letter in the ninth place), DK person 10, SE organisation 10, DK organisation 8.
// It is empty for the zero Number. Personal data: only for a holder of a permit.
func (n Number) Canonical() string { return n.open().canonical }

// Display gives the digits as people of the country read them: YYYYMMDD-NNNN, DDMMYY-NNNN,
// NNNNNN-NNNN for a Swedish organisation, NNNNNNNN for a Danish one. Personal data: only
// for a holder of a permit.
func (n Number) Display() string {
	r := n.open()
	if len(r.canonical) < 10 {
		return r.canonical
	}
	cut := len(r.canonical) - 4
	return r.canonical[:cut] + "-" + r.canonical[cut:]
}

// Born is the date of birth that the number tells, at midnight UTC; zero for an
// organisation, for the zero Number and with the warning IncompleteBirth. Personal data.
// The register's date may differ: numbers run out for some days, and a neighbouring
// day is then used.
func (n Number) Born() time.Time { return n.open().born }

// Warnings tells what is odd about the number; nil when nothing is.
func (n Number) Warnings() []Warning {
	switch r := n.open(); {
	case r.country == DK && r.kind == Personal && !divisible(r.canonical, cprWeights):
		return []Warning{Modulus11}
	case r.kind == Coordination && r.born.IsZero():
		return []Warning{IncompleteBirth}
	}
	return nil
}

// Hash is HMAC-SHA-256 under key of country and canonical digits: for finding a number
// without storing it in the clear. There are few enough numbers to try them all, so the
// hash is as secret as its key. The zero Number's hash is all zeros and must never
// be looked up. An empty key is a fault of the program: it panics.
func (n Number) Hash(key []byte) [32]byte {
	if len(key) == 0 {
		panic("number: hash without a key")
	}
	var sum [32]byte
	if n.IsZero() {
		return sum
	}
	r := n.open()
	mac := hmac.New(sha256.New, key)
	io.WriteString(mac, r.country+r.canonical)
	mac.Sum(sum[:0])
	return sum
}

// String gives the placeholder.
func (Number) String() string { return placeholder }

// GoString gives the placeholder.
func (Number) GoString() string { return placeholder }

// Format gives the placeholder for every verb.
func (Number) Format(f fmt.State, _ rune) { io.WriteString(f, placeholder) }

// LogValue gives the placeholder.
func (Number) LogValue() slog.Value { return slog.StringValue(placeholder) }

// MarshalText gives the placeholder; JSON, XML and YAML follow it.
func (Number) MarshalText() ([]byte, error) { return []byte(placeholder), nil }

// Value refuses with ErrSealed.
func (Number) Value() (driver.Value, error) { return nil, ErrSealed }
