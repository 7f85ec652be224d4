package formpack

import (
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
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
	out, ok := s.fill(s.p.texts[s.lang][key], 0)
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
				return s.fill(s.p.texts[s.lang][c.text], depth+1)
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
		return strconv.FormatInt(int64(v), 10)
	case types.Bool:
		return yesNo(s.lang, bool(v))
	case types.Timestamp:
		return showDay(s.lang, v.Time)
	case nil:
		return ""
	}
	if l, ok := v.Value().([]string); ok {
		return strings.Join(l, ", ")
	}
	return ""
}

// showAnswer writes an answer as the person would say it: the words of an option, not its value.
func (s *state) showAnswer(f *field, v any) string {
	switch v := v.(type) {
	case bool:
		return yesNo(s.lang, v)
	case int64:
		return strconv.FormatInt(v, 10)
	case []string:
		labels := make([]string, len(v))
		for i, o := range v {
			labels[i] = s.optionLabel(f, o)
		}
		return strings.Join(labels, ", ")
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
		return wordOf(s.lang, "gone") // the list no longer has it: its value is an id and says nothing
	}
	if len(f.Options) > 0 {
		return s.text("option." + f.key + "." + value + ".label")
	}
	return value
}

var months = map[string][12]string{
	"sv": {"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
	"da": {"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"},
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// showDay writes a day as people say it: 10 juli 2026, 10. juli 2026, 10 July 2026.
func showDay(lang string, t time.Time) string {
	names, ok := months[lang]
	if !ok {
		return t.Format(time.DateOnly)
	}
	dot := ""
	if lang == "da" {
		dot = "."
	}
	return strconv.Itoa(t.Day()) + dot + " " + names[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

func yesNo(lang string, yes bool) string {
	if yes {
		return wordOf(lang, "yes")
	}
	return wordOf(lang, "no")
}

// wordOf is one of our own words in a language; English where we have none in it.
func wordOf(lang, key string, args ...string) string {
	i := 2
	switch lang {
	case "sv":
		i = 0
	case "da":
		i = 1
	}
	s := ownWords[key][i]
	for n := 0; n+1 < len(args); n += 2 {
		s = strings.ReplaceAll(s, "{"+args[n]+"}", args[n+1])
	}
	return s
}

// ownWords are the texts that no author writes: Swedish, Danish, English. They say what to do.
var ownWords = map[string][3]string{
	"yes":     {"Ja", "Ja", "Yes"},
	"no":      {"Nej", "Nej", "No"},
	"day":     {"Dag", "Dag", "Day"},
	"month":   {"Månad", "Måned", "Month"},
	"year":    {"År", "År", "Year"},
	"choice1": {"Första valet", "Første valg", "First choice"},
	"choice2": {"Andra valet", "Andet valg", "Second choice"},
	"choice3": {"Tredje valet", "Tredje valg", "Third choice"},
	"choiceN": {"Val {n}", "Valg {n}", "Choice {n}"},
	"gone":    {"Finns inte längre att välja", "Kan ikke længere vælges", "Can no longer be chosen"},

	"number":     {"Skriv med siffror, till exempel 25", "Skriv med tal, for eksempel 25", "Write it in figures, for example 25"},
	"range":      {"Skriv ett tal från {min} till {max}", "Skriv et tal fra {min} til {max}", "Write a number from {min} to {max}"},
	"date":       {"Skriv dag, månad och år med siffror, till exempel 10 7 2026", "Skriv dag, måned og år med tal, for eksempel 10 7 2026", "Write day, month and year in figures, for example 10 7 2026"},
	"no_day":     {"Den dagen finns inte i kalendern. Kontrollera dag och månad", "Den dag findes ikke i kalenderen. Tjek dag og måned", "There is no such day in the calendar. Check the day and the month"},
	"long":       {"Korta texten till högst {max} tecken", "Forkort teksten til højst {max} tegn", "Shorten the text to at most {max} characters"},
	"characters": {"Ta bort tecken som inte går att skriva ut, och skriv texten igen", "Fjern tegn, der ikke kan skrives ud, og skriv teksten igen", "Take out characters that can't be printed, and write the text again"},
	"option":     {"Välj ett av alternativen", "Vælg en af mulighederne", "Choose one of the options"},
	"options":    {"Välj bland alternativen", "Vælg blandt mulighederne", "Choose among the options"},
	"twice":      {"Välj olika alternativ. Samma val står två gånger", "Vælg forskellige muligheder. Samme valg står to gange", "Make different choices. The same one is there twice"},
	"few":        {"Välj minst {min}", "Vælg mindst {min}", "Choose at least {min}"},
	"many":       {"Välj högst {max}", "Vælg højst {max}", "Choose at most {max}"},
	"phone":      {"Skriv ett telefonnummer med siffror, till exempel 070-123 45 67", "Skriv et telefonnummer med tal, for eksempel 20 12 34 56", "Write a phone number in figures, for example 070-123 45 67"},
	"email":      {"Skriv en e-postadress, till exempel namn@exempel.se", "Skriv en e-mailadresse, for eksempel navn@eksempel.dk", "Write an e-mail address, for example name@example.com"},
	"invalid":    {"Svara på frågan igen", "Svar på spørgsmålet igen", "Answer the question again"},
	"missing":    {"Svara på frågan", "Svar på spørgsmålet", "Answer the question"},
	"unknown":    {"Sidan skickade något som inte hör till formuläret. Ladda om sidan och försök igen", "Siden sendte noget, der ikke hører til formularen. Genindlæs siden, og prøv igen", "The page sent something that does not belong to the form. Reload the page and try again"},
	"unready":    {"Vi kan inte pröva svaren just nu. Det du har fyllt i är kvar. Försök igen om en stund", "Vi kan ikke kontrollere svarene lige nu. Det, du har skrevet, er gemt. Prøv igen om lidt", "We can't check the answers right now. What you have filled in is kept. Try again in a while"},
}
