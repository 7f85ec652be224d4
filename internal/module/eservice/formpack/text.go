package formpack

import (
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tillit/internal/kit/text"
)

// template is a text with places: "Tidigast {earliest_start}". A place names a value or a
// phrase of the package, or facts.x, answers.x, rates.x.
type template []segment

type segment struct {
	text  string
	place bool
}

func parseTemplate(s string) template {
	var t template
	for s != "" {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s[max(i, 0):], '}') + max(i, 0)
		if i < 0 || j <= i {
			return append(t, segment{text: s})
		}
		if i > 0 {
			t = append(t, segment{text: s[:i]})
		}
		t = append(t, segment{text: s[i+1 : j], place: true})
		s = s[j+1:]
	}
	return t
}

// places lists what the template names.
func (t template) places() []string {
	var names []string
	for _, s := range t {
		if s.place {
			names = append(names, s.text)
		}
	}
	return names
}

func parseTexts(texts map[string]map[string]string) map[string]map[string]template {
	parsed := make(map[string]map[string]template, len(texts))
	for lang, byKey := range texts {
		parsed[lang] = make(map[string]template, len(byKey))
		for key, s := range byKey {
			parsed[lang][key] = parseTemplate(s)
		}
	}
	return parsed
}

// text writes the text of a key in the person's language. Without a text, or when a place
// has nothing to show, it is empty: better no hint than half a sentence.
func (s *state) text(key string) string {
	out, ok := s.fill(s.p.texts[string(s.lang)][key], 0)
	if !ok {
		return ""
	}
	return out
}

const phraseDepth = 4 // phrases inside phrases

func (s *state) fill(t template, depth int) (string, bool) {
	var b strings.Builder
	for _, seg := range t {
		if !seg.place {
			b.WriteString(seg.text)
			continue
		}
		v, ok := s.place(seg.text, depth)
		if !ok {
			return "", false
		}
		b.WriteString(v)
	}
	return b.String(), true
}

func (s *state) place(name string, depth int) (string, bool) {
	if cases, ok := s.p.phrases[name]; ok {
		if depth == phraseDepth {
			return "", false
		}
		for _, c := range cases {
			if c.cond == nil || s.holds("phrases."+name, c.cond) {
				return s.fill(s.p.texts[string(s.lang)][c.text], depth+1)
			}
		}
		return "", false
	}
	object, key, dotted := strings.Cut(name, ".")
	if !dotted {
		object, key = objValues, name
	}
	switch object {
	case objValues:
		v, ok := s.world.values.fields[key]
		return s.show(v), ok
	case objFacts:
		v, ok := s.world.facts.fields[key]
		return s.show(v), ok
	case objRates:
		v, ok := s.world.rates[key]
		return s.show(v), ok
	case objAnswers:
		if v, ok := s.answers[key]; ok && s.p.fields[key] != nil {
			return s.showAnswer(s.p.fields[key], v), true
		}
	}
	return "", false
}

// shownLongest is how much is shown of a name or label that comes from outside, in characters.
const shownLongest = 100

// show writes a CEL value for people.
func (s *state) show(v ref.Val) string {
	switch v := v.(type) {
	case types.String:
		return clip(string(v), shownLongest)
	case types.Int:
		return count(s.lang, int64(v))
	case types.Bool:
		return s.yesNo(bool(v))
	case types.Timestamp:
		return showDay(s.lang, v.Time)
	case nil:
		return ""
	}
	if l, ok := v.Value().([]string); ok {
		return text.List(s.lang, l)
	}
	return ""
}

// showAnswer writes an answer as the person would say it: the words of an option, not its value.
func (s *state) showAnswer(f *field, v any) string {
	switch v := v.(type) {
	case bool:
		return s.yesNo(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case []string:
		labels := make([]string, len(v))
		for i, o := range v {
			labels[i] = s.optionLabel(f, o)
			if f.Kind == KindRanked && len(v) > 1 {
				labels[i] = strconv.Itoa(i+1) + ". " + labels[i]
			}
		}
		if f.Kind == KindRanked {
			return strings.Join(labels, ", ")
		}
		return text.List(s.lang, labels)
	case string:
		if f.Type == "date" {
			if t, ok := parseDay(v); ok {
				return showDay(s.lang, t)
			}
		}
		return s.optionLabel(f, v)
	}
	return ""
}

// optionLabel is the label of an option, or the value itself where there are no options.
func (s *state) optionLabel(f *field, value string) string {
	if f.From != nil {
		for _, o := range s.in.Lists[f.From.List] {
			if o.Value == value {
				return clip(o.Label, shownLongest)
			}
		}
		return In(s.lang).Gone() // the list no longer has it: its value is an id and says nothing
	}
	if len(f.Options) > 0 {
		return s.text("option." + f.key + "." + value + ".label")
	}
	return value
}

// showDay writes a day as people say it: 10 juli 2026, 10. juli 2026, 10 July 2026.
func showDay(l text.Lang, t time.Time) string { return text.Date(l, t, time.UTC) }

// count writes a number inside a sentence: "fyra", "15". One stays a figure, since its word
// has a gender that only the sentence knows.
func count(l text.Lang, n int64) string {
	if n == 1 {
		return "1"
	}
	return text.Count(l, int(n))
}

func (s *state) yesNo(yes bool) string {
	if yes {
		return In(s.lang).Yes()
	}
	return In(s.lang).No()
}

// said is what to do about a rule of ours that an answer to a field breaks.
func said(l text.Lang, rule string, f *field) string {
	t := In(l)
	switch rule {
	case "range":
		return t.Range(text.Number(l, int(f.min)), text.Number(l, int(f.max)))
	case "long":
		return t.Long(text.Number(l, int(f.max)))
	case "few":
		return t.Few(count(l, f.min))
	case "many":
		return t.Many(count(l, f.max))
	}
	words, _ := t.ByKey(rule)
	return words
}

// langOf is the language asked for, or the package's first where it has no texts in it.
func (p *Package) langOf(l text.Lang) text.Lang {
	if _, ok := p.texts[string(l)]; ok {
		return l
	}
	return text.Lang(p.doc.Flow.Languages[0])
}
