package disclosure

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"tillit/internal/core/access"
)

// Placeholder is what a sealed value looks like wherever it was not opened.
const Placeholder = "‹sealed›"

// ErrSealed says that a value was asked for without a live permit that opens its class.
var ErrSealed = errors.New("disclosure: sealed")

// class is the class of a sealed type, known when the program is built.
type class interface{ class() access.Class }

type (
	personal  struct{}
	sensitive struct{}
	protected struct{}
)

func (personal) class() access.Class  { return access.Personal }
func (sensitive) class() access.Class { return access.Sensitive }
func (protected) class() access.Class { return access.Protected }

// Sealed is a text of a class. It comes out of a store tied to a subject, a record and a
// permit; untied it opens for nobody. It holds a func so that == does not compile: two
// sealed values can't be compared without opening both. The func is of the class, so that a
// value can't be converted to a lower one either.
type Sealed[C class] struct {
	_     [0]func(C)
	text  string
	field string
	bond  *bond
}

// The sealed types that the database's domains become.
type (
	Personal  = Sealed[personal]
	Sensitive = Sealed[sensitive]
	Protected = Sealed[protected]
)

// Bytes is a sealed file: always sensitive.
type Bytes struct {
	_     [0]func()
	body  []byte
	field string
	bond  *bond
}

// bond says whose value it is, of which record, and what was permitted.
type bond struct {
	permit  access.Permit
	subject access.PersonID
	record  access.Ref
	version int64
}

// Bound reports whether a store has tied the value to a record, so that it may open at all.
func (s Sealed[C]) Bound() bool { return s.bond != nil }

// NewPersonal, NewSensitive, NewProtected and NewBytes seal what a person has just sent,
// on its way to a store.
func NewPersonal(text string) Personal   { return Personal{text: text} }
func NewSensitive(text string) Sensitive { return Sensitive{text: text} }
func NewProtected(text string) Protected { return Protected{text: text} }
func NewBytes(body []byte) Bytes         { return Bytes{body: body} }

// Value is any sealed value. Only this package can make one.
type Value interface {
	reveal() revealed
}

type revealed struct {
	text  string
	class access.Class
	field string
	bond  *bond
}

func (s Sealed[C]) reveal() revealed {
	var c C
	return revealed{s.text, c.class(), s.field, s.bond}
}

func (b Bytes) reveal() revealed { return revealed{string(b.body), access.Sensitive, b.field, b.bond} }

// Use opens a value for a rule's reckoning, under the same live permit as showing it, and
// leaves no line: what a rule reckons with does not leave the house. Printing it all the
// same is stopped by the guard.
func Use(v Value) (string, error) {
	r := v.reveal()
	if r.bond == nil || !r.bond.permit.Opens(r.class) {
		return "", ErrSealed
	}
	return r.text, nil
}

// A sealed value is a placeholder to every printer there is.

// Format implements fmt.Formatter for all verbs.
func (s Sealed[C]) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Placeholder) }

// String implements fmt.Stringer.
func (s Sealed[C]) String() string { return Placeholder }

// GoString implements fmt.GoStringer.
func (s Sealed[C]) GoString() string { return Placeholder }

// LogValue implements slog.LogValuer.
func (s Sealed[C]) LogValue() slog.Value { return slog.StringValue(Placeholder) }

// MarshalText implements encoding.TextMarshaler, and with it JSON.
func (s Sealed[C]) MarshalText() ([]byte, error) { return []byte(Placeholder), nil }

// Format implements fmt.Formatter for all verbs.
func (b Bytes) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Placeholder) }

// LogValue implements slog.LogValuer.
func (b Bytes) LogValue() slog.Value { return slog.StringValue(Placeholder) }

// MarshalText implements encoding.TextMarshaler, and with it JSON.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(Placeholder), nil }
