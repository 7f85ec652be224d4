package disclosure

import (
	"reflect"
	"strings"
	"sync"
	"unicode"

	"tillit/internal/core/access"
)

// tied is what Tie sets on each sealed field of a row.
type tied interface {
	tie(field string, b *bond)
}

func (s *Sealed[C]) tie(field string, b *bond) { s.field, s.bond = field, b }
func (b *Bytes) tie(field string, to *bond)    { b.field, b.bond = field, to }

// Tie ties every sealed field of a row to the subject whose row it is, the record, its
// version and the permit under which the store read it. Row is a pointer to a struct whose
// sealed fields all are about the one subject: what is about two people stands in two rows.
func Tie(p access.Permit, subject access.PersonID, record access.Ref, version int64, row any) {
	b := &bond{permit: p, subject: subject, record: record, version: version}
	v := reflect.ValueOf(row).Elem()
	for _, f := range sealedFields(v.Type()) {
		field := v.Field(f.index)
		if field.Kind() == reflect.Pointer {
			if field.IsNil() {
				continue
			}
			field = field.Elem()
		}
		field.Addr().Interface().(tied).tie(f.name, b)
	}
}

type sealedField struct {
	index int
	name  string
}

var (
	known   sync.Map // reflect.Type -> []sealedField
	tiedPtr = reflect.TypeFor[tied]()
)

func sealedFields(t reflect.Type) []sealedField {
	if f, ok := known.Load(t); ok {
		return f.([]sealedField)
	}
	var fields []sealedField
	for i := range t.NumField() {
		ft := t.Field(i).Type
		if ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		if reflect.PointerTo(ft).Implements(tiedPtr) {
			fields = append(fields, sealedField{i, snake(t.Field(i).Name)})
		}
	}
	known.Store(t, fields)
	return fields
}

func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) {
			if i > 0 {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Part gives one value of a tied row a field name of its own: an answer within a body of
// answers. The text must come from Use on the whole.
func Part(whole Sensitive, field, text string) Sensitive {
	return Sensitive{text: text, field: whole.field + "." + field, bond: whole.bond}
}
