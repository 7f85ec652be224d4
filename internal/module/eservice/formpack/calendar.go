package formpack

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// A day is a time.Time at midnight UTC. The caller turns instants into days in the
// municipality's own time zone; from there on a day has no zone.

// day keeps the calendar day of t as its zone shows it.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// parseDay reads YYYY-MM-DD, of the years 1900 to 2199.
func parseDay(s string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil && t.Year() >= 1900 && t.Year() < 2200
}

// addMonths goes n months on and stays in the month it lands in: one month after
// 31 January is the last day of February.
func addMonths(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}

// monthsBetween counts the whole months from one day to a later one; negative when earlier.
func monthsBetween(from, to time.Time) int {
	n := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if n > 0 && addMonths(from, n).After(to) {
		n--
	}
	if n < 0 && addMonths(from, n).Before(to) {
		n++
	}
	return n
}

const calendarSpan = 24000 // months: far past any rule, far inside what time.Time can do

// calendar is the date functions that rules have beside CEL's own:
// date("2026-07-10"), d.addDays(n), d.addMonths(n), d.addYears(n), a.monthsTo(b), newDate(y, m, d).
func calendar() []cel.EnvOption {
	add := func(name string, step func(time.Time, int) time.Time) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload("date_"+name, []*cel.Type{cel.TimestampType, cel.IntType}, cel.TimestampType,
			cel.BinaryBinding(func(d, n ref.Val) ref.Val {
				days := n.(types.Int)
				if days < -calendarSpan || days > calendarSpan {
					return types.NewErr("%s: out of range", name)
				}
				return types.Timestamp{Time: step(d.(types.Timestamp).Time, int(days))}
			})))
	}
	return []cel.EnvOption{
		add("addDays", func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) }),
		add("addMonths", addMonths),
		add("addYears", func(t time.Time, n int) time.Time { return addMonths(t, 12*n) }),
		cel.Function("monthsTo", cel.MemberOverload("date_monthsTo", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(func(a, b ref.Val) ref.Val {
				return types.Int(monthsBetween(a.(types.Timestamp).Time, b.(types.Timestamp).Time))
			}))),
		cel.Function("date", cel.Overload("date_string", []*cel.Type{cel.StringType}, cel.TimestampType,
			cel.UnaryBinding(func(s ref.Val) ref.Val {
				t, ok := parseDay(string(s.(types.String)))
				if !ok {
					return types.NewErr("date: not a day")
				}
				return types.Timestamp{Time: t}
			}))),
		cel.Function("newDate", cel.Overload("date_parts", []*cel.Type{cel.IntType, cel.IntType, cel.IntType}, cel.TimestampType,
			cel.FunctionBinding(func(p ...ref.Val) ref.Val {
				t, ok := newDay(int64(p[0].(types.Int)), int64(p[1].(types.Int)), int64(p[2].(types.Int)))
				if !ok {
					return types.NewErr("newDate: not a day")
				}
				return types.Timestamp{Time: t}
			}))),
	}
}

// newDay makes a day of its parts and refuses parts that name none (31 June).
func newDay(y, m, d int64) (time.Time, bool) {
	if y < 1900 || y >= 2200 || m < 1 || m > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(int(y), time.Month(m), int(d), 0, 0, 0, 0, time.UTC)
	return t, t.Day() == int(d)
}
