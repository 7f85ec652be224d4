package formpack

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tillit/internal/kit/text"
)

const (
	postedLongest = 20000 // bytes of one posted value that are kept at all
	postedValues  = 50    // values under one name
)

// Names of the inputs of a field: the key itself, and for a date and a ranked choice one
// name a part: "start.day", "start.month", "start.year", "choices.1", "choices.2".
func inputNames(f *field) []string {
	switch f.Kind {
	case KindDate:
		return []string{f.key + ".day", f.key + ".month", f.key + ".year"}
	case KindRanked:
		names := make([]string, f.max)
		for i := range names {
			names[i] = f.key + "." + strconv.Itoa(i+1)
		}
		return names
	}
	return []string{f.key}
}

// Parse turns a posted step into typed answers. kept is what was typed, by input name, so
// that the page can show it again (several values under one name are joined by line feeds).
// A field that could not be read has a problem and no answer. Names that are not the step's
// inputs are refused, but for the page's own, which begin with "_". Whether an answer is
// allowed is for Evaluate.
func (p *Package) Parse(stepKey string, form url.Values, lang text.Lang) (answers map[string]any, kept map[string]string, problems []Problem) {
	answers, kept = map[string]any{}, map[string]string{}
	lang = p.langOf(lang)
	known := map[string]bool{}
	if st := p.step(stepKey); st != nil {
		for _, it := range st.items {
			if it.Slot != "" {
				known[it.Slot] = true // files come another way; their input's name is allowed
				continue
			}
			f := p.fields[it.Field]
			if f.Kind == KindComputed {
				continue
			}
			for _, n := range inputNames(f) {
				known[n] = true
			}
			v, rule := readField(f, form, kept)
			if rule != "" {
				problems = append(problems, Problem{Field: f.key, Step: stepKey, Rule: rule, Text: said(lang, rule, f)})
			} else if v != nil {
				answers[f.key] = v
			}
		}
	}
	for name := range form {
		if !known[name] && !strings.HasPrefix(name, "_") {
			problems = append(problems, Problem{Rule: "unknown", Text: In(lang).Unknown()})
			break
		}
	}
	return answers, kept, problems
}

// Apply puts a parsed step into stored answers: what the step asks is replaced, answered or
// not, the rest stays. Neither map is changed.
func (p *Package) Apply(stored map[string]any, stepKey string, parsed map[string]any) map[string]any {
	merged := make(map[string]any, len(stored)+len(parsed))
	for k, v := range stored {
		if f := p.fields[k]; f != nil && f.step.key != stepKey {
			merged[k] = v
		}
	}
	for k, v := range parsed {
		merged[k] = v
	}
	return merged
}

// readField reads one field. No answer is nil without a rule.
func readField(f *field, form url.Values, kept map[string]string) (any, string) {
	for _, n := range inputNames(f) {
		for i, v := range form[n] {
			if len(v) > postedLongest || i >= postedValues {
				return nil, "long"
			}
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, "characters"
			}
		}
		if vs := form[n]; len(vs) > 0 {
			kept[n] = strings.Join(vs, "\n")
		}
	}
	one := tidy(form.Get(f.key), f.Kind == KindMultiline)
	switch f.Kind {
	case KindChoices:
		l := slices.DeleteFunc(slices.Clone(form[f.key]), func(v string) bool { return v == "" })
		if len(l) == 0 {
			return nil, ""
		}
		return l, ""
	case KindRanked:
		var l []string
		for _, n := range inputNames(f) {
			if v := strings.TrimSpace(form.Get(n)); v != "" {
				l = append(l, v)
			}
		}
		if l == nil {
			return nil, ""
		}
		return l, ""
	case KindDate:
		return readDate(form.Get(f.key+".day"), form.Get(f.key+".month"), form.Get(f.key+".year"))
	}
	if one == "" {
		return nil, ""
	}
	switch f.Kind {
	case KindInteger:
		n, ok := readInt(one)
		if !ok {
			return nil, "number"
		}
		return n, ""
	case KindBoolean:
		switch one {
		case "yes":
			return true, ""
		case "no":
			return false, ""
		}
		return nil, "option"
	case KindText, KindMultiline:
		if !printable(one, f.Kind == KindMultiline) {
			return nil, "characters"
		}
		if int64(utf8.RuneCountInString(one)) > f.max {
			return nil, "long"
		}
	}
	return one, ""
}

// tidy takes away spaces around, and the carriage returns that browsers put in.
func tidy(v string, lines bool) string {
	if lines {
		v = strings.ReplaceAll(v, "\r\n", "\n")
	}
	return strings.TrimSpace(v)
}

// readInt reads figures and nothing else; a browser or a person may add a sign or a space.
func readInt(s string) (int64, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u2212", "-").Replace(s)
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= -maxSafeInt && n <= maxSafeInt
}

// readDate reads the three parts of a day. All empty is no answer.
func readDate(d, m, y string) (any, string) {
	d, m, y = strings.TrimSpace(d), strings.TrimSpace(m), strings.TrimSpace(y)
	if d == "" && m == "" && y == "" {
		return nil, ""
	}
	var parts [3]int64
	for i, s := range []string{y, m, d} {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			return nil, "date"
		}
		parts[i] = int64(n)
	}
	if parts[0] < 1900 || parts[0] > 2199 {
		return nil, "date" // a year of two figures may mean two centuries
	}
	t, ok := newDay(parts[0], parts[1], parts[2])
	if !ok {
		return nil, "no_day"
	}
	return t.Format("2006-01-02"), ""
}
