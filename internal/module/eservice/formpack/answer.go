package formpack

import (
	"encoding/json"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
)

// asTyped takes an answer from Go, from JSON or from the database, and gives the one type
// that its field has.
func asTyped(typ string, v any) (any, bool) {
	switch typ {
	case "text", "date":
		t, ok := v.(string)
		return t, ok
	case "int":
		return asInt64(v)
	case "bool":
		b, ok := v.(bool)
		return b, ok
	case "list":
		l, ok := asList(v)
		return l, ok
	}
	return nil, false
}

func asInt64(v any) (any, bool) {
	n, ok := asInt(v)
	return n, ok
}

func asInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) <= maxSafeInt
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	}
	return 0, false
}

func asList(v any) ([]string, bool) {
	switch v := v.(type) {
	case []string:
		return v, true
	case []any:
		l := make([]string, len(v))
		for i := range v {
			t, ok := v[i].(string)
			if !ok {
				return nil, false
			}
			l[i] = t
		}
		return l, true
	}
	return nil, false
}

// fits checks a typed answer against its field, and names the rule that it breaks.
func (s *state) fits(f *field, v any) string {
	switch f.Kind {
	case KindChoice, KindRegister:
		if !s.isOption(f, v.(string)) {
			return "option"
		}
	case KindChoices, KindRanked:
		return s.fitsList(f, v.([]string))
	case KindText, KindMultiline:
		return fitsText(f, v.(string))
	case KindInteger:
		if n := v.(int64); n < f.min || n > f.max {
			return "range"
		}
	case KindDate:
		if _, ok := parseDay(v.(string)); !ok {
			return "date"
		}
	}
	return ""
}

func (s *state) fitsList(f *field, l []string) string {
	if int64(len(l)) > f.max {
		return "many"
	}
	for i, o := range l {
		if slices.Contains(l[:i], o) {
			return "twice"
		}
	}
	for _, o := range l {
		if !s.isOption(f, o) {
			return "options"
		}
	}
	if int64(len(l)) < f.min {
		return "few"
	}
	return ""
}

func fitsText(f *field, t string) string {
	switch {
	case t == "":
		return "missing"
	case !printable(t, f.Kind == KindMultiline):
		return "characters"
	case int64(utf8.RuneCountInString(t)) > f.max:
		return "long"
	case f.format == "phone" && !phoneForm.MatchString(t):
		return "phone"
	case f.format == "email" && !emailForm.MatchString(t):
		return "email"
	}
	return ""
}

// keeps reports whether an answer that breaks a rule may be stored all the same, for the
// person to find it again. What no field could hold, in size or in characters, may not.
func keeps(rule string, v any) bool {
	switch rule {
	case "characters", "long", "many", "date":
		return false
	case "option":
		return isValue(v.(string))
	case "options", "twice", "few":
		return !slices.ContainsFunc(v.([]string), func(o string) bool { return !isValue(o) })
	}
	return true
}

func isValue(o string) bool { return len(o) <= optionLongest && printable(o, false) }

// printable refuses control characters, and text that turns the direction of what stands
// around it: an officer must read what was written.
func printable(t string, lines bool) bool {
	if !utf8.ValidString(t) {
		return false
	}
	for _, r := range t {
		if lines && r == '\n' {
			continue
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' {
			return false
		}
	}
	return true
}

// isOption reports whether a value can be chosen now.
func (s *state) isOption(f *field, value string) bool {
	if f.From != nil {
		for _, o := range s.in.Lists[f.From.List] {
			if o.Value == value {
				return s.matches(f, o)
			}
		}
		return false
	}
	return slices.Contains(f.Options, value) && s.shows("option."+f.key+"."+value, f.optionIfs[value])
}

// matches reports whether an option belongs to the answer that the field's list follows.
func (s *state) matches(f *field, o Option) bool {
	if f.From.Match == "" {
		return true
	}
	v, ok := s.world.answers.fields[f.From.Match].(types.String)
	return ok && slices.Contains(o.Match, string(v))
}
