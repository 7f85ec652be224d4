package disclosure

import (
	"reflect"

	"github.com/jackc/pgx/v5/pgtype"
)

// Register teaches a connection's type map to carry sealed values to and from the
// database. It is the only way in or out that needs no permit, and only db's pools call it.
func Register(m *pgtype.Map) {
	m.TryWrapScanPlanFuncs = append([]pgtype.TryWrapScanPlanFunc{wrapScan}, m.TryWrapScanPlanFuncs...)
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapEncode}, m.TryWrapEncodePlanFuncs...)
}

type sealedTarget interface{ target() any }

// target is where a column is read to. A column that may be null is planned on a nil
// pointer, of which only the type is asked.
func (s *Sealed[C]) target() any {
	if s == nil {
		return (*string)(nil)
	}
	return &s.text
}

func (b *Bytes) target() any {
	if b == nil {
		return (*[]byte)(nil)
	}
	return &b.body
}

type sealedSource interface{ source() any }

func (s Sealed[C]) source() any { return s.text }
func (b Bytes) source() any     { return b.body }

type scanPlan struct{ next pgtype.ScanPlan }

func (p *scanPlan) SetNext(next pgtype.ScanPlan) { p.next = next }
func (p *scanPlan) Scan(src []byte, dst any) error {
	return p.next.Scan(src, dst.(sealedTarget).target())
}

func wrapScan(target any) (pgtype.WrappedScanPlanNextSetter, any, bool) {
	if t, ok := target.(sealedTarget); ok {
		return &scanPlan{}, t.target(), true
	}
	return nil, nil, false
}

type encodePlan struct{ next pgtype.EncodePlan }

func (p *encodePlan) SetNext(next pgtype.EncodePlan) { p.next = next }
func (p *encodePlan) Encode(value any, buf []byte) ([]byte, error) {
	return p.next.Encode(value.(sealedSource).source(), buf)
}

func wrapEncode(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	s, ok := value.(sealedSource)
	if !ok || reflect.TypeOf(value).Kind() == reflect.Pointer {
		return nil, nil, false // pgx itself knows what a pointer, and no value, is
	}
	return &encodePlan{}, s.source(), true
}
