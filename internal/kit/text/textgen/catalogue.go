package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"tillit/internal/kit/text"
)

// catalogue is all texts of one package.
type catalogue struct {
	pkg   string
	texts []entry // in the order of the Swedish file
}

// entry is one text in every language.
type entry struct {
	key    string
	plural bool
	params []string                // placeholders in order of first use in Swedish; a plural's n apart
	in     map[text.Lang]phrasings // one a language
}

// phrasings are what one language says: other always, one only in a plural.
type phrasings struct{ one, other string }

func (p phrasings) all() string { return p.one + "\n" + p.other }

var (
	keyShape    = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	placeholder = regexp.MustCompile(`\{([a-z][a-z0-9]*(?:_[a-z0-9]+)*)\}`)
	markup      = regexp.MustCompile(`[<>]|&#?[a-zA-Z0-9]+;`)
)

// unkind are words that put our trouble before the reader's next step.
var unkind = map[text.Lang][]string{
	text.SV: {"tyvärr", "fel uppstod"},
	text.DA: {"desværre", "opstod en fejl", "fejl opstod"},
	text.EN: {"unfortunately", "error occurred"},
}

// read loads the three files of a folder and tells everything that is wrong with them at once.
func read(folder string) (catalogue, error) {
	c := catalogue{}
	var problems []error
	say := func(l text.Lang, key, format string, args ...any) {
		where := filepath.Join(folder, fileOf(l))
		problems = append(problems, fmt.Errorf("%s: %s: %s", where, key, fmt.Sprintf(format, args...)))
	}

	var order []string
	said := map[text.Lang]map[string]phrasings{}
	for _, l := range text.Langs {
		keys, texts, err := load(folder, l, say)
		if err != nil {
			return c, err
		}
		said[l] = texts
		if l == text.SV {
			order = keys
		}
	}
	for _, l := range text.Langs {
		for _, key := range slices.Sorted(maps.Keys(said[l])) {
			if _, ok := said[text.SV][key]; !ok {
				say(text.SV, key, "is missing; %s has it", fileOf(l))
			}
		}
	}

	methods := map[string]string{"ByKey": "the look-up", "Lang": "the language"}
	for _, key := range order {
		sv := said[text.SV][key]
		e := entry{key: key, plural: sv.one != "", in: map[text.Lang]phrasings{text.SV: sv}}
		e.params = placeholders(sv)
		if other, taken := methods[camel(key)]; taken {
			say(text.SV, key, "makes the method %s, which is taken by %s", camel(key), other)
		}
		methods[camel(key)] = key
		for _, l := range text.Langs[1:] {
			p, ok := said[l][key]
			switch {
			case !ok:
				say(l, key, "is missing")
				continue
			case (p.one != "") != e.plural:
				say(l, key, "is a plural in one language and a plain text in another")
			case !sameSet(placeholders(p), e.params):
				say(l, key, "has the placeholders {%s}, Swedish has {%s}",
					strings.Join(placeholders(p), "} {"), strings.Join(e.params, "} {"))
			}
			e.in[l] = p
		}
		if e.plural { // n is the count itself, not a value that is handed in beside it
			e.params = slices.DeleteFunc(e.params, func(p string) bool { return p == "n" })
		}
		c.texts = append(c.texts, e)
	}
	if len(problems) > 0 {
		return c, errors.Join(problems...)
	}
	var err error
	c.pkg, err = packageName(folder)
	return c, err
}

// load reads one language: its keys in the order of the file, and its sound texts by key.
// Every unsound text is said; an error means that the file can't be read at all.
func load(folder string, l text.Lang, say func(l text.Lang, key, format string, args ...any)) ([]string, map[string]phrasings, error) {
	path := filepath.Join(folder, fileOf(l))
	raw := map[string]any{}
	meta, err := toml.DecodeFile(path, &raw)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	var keys []string
	texts := map[string]phrasings{}
	for _, k := range meta.Keys() {
		if len(k) != 1 {
			continue // the inside of a plural
		}
		key := k[0]
		keys = append(keys, key)
		if !keyShape.MatchString(key) {
			say(l, key, "a key is small letters and digits joined by underscores")
		}
		var p phrasings
		switch v := raw[key].(type) {
		case string:
			p.other = v
			check(l, key, v, say)
		case map[string]any:
			one, okOne := v["one"].(string)
			other, okOther := v["other"].(string)
			if !okOne || !okOther || len(v) != 2 {
				say(l, key, `a plural has exactly "one" and "other"`)
			}
			p = phrasings{one: one, other: other}
			check(l, key, one, say)
			check(l, key, other, say)
		default:
			say(l, key, "is neither a text nor a plural")
		}
		texts[key] = p
	}
	return keys, texts, nil
}

// check says what is wrong with one text by itself.
func check(l text.Lang, key, s string, say func(l text.Lang, key, format string, args ...any)) {
	if strings.TrimSpace(s) == "" {
		say(l, key, "is empty")
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(s, ""), "{}") {
		say(l, key, "has a brace that belongs to no placeholder")
	}
	if strings.Contains(s, "!") {
		say(l, key, "has an exclamation mark")
	}
	if markup.MatchString(s) {
		say(l, key, "has markup; a text is plain words")
	}
	for _, w := range unkind[l] {
		if strings.Contains(strings.ToLower(s), w) {
			say(l, key, "says %q; say the reader's next step", w)
		}
	}
}

func fileOf(l text.Lang) string { return "text." + string(l) + ".toml" }

// placeholders lists what a text asks for, each once, in order of first use. A plural's
// first form is read first. The n of a plural may stand in one form and not the other.
func placeholders(p phrasings) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(p.all(), -1) {
		if p.one != "" && m[1] == "n" {
			continue
		}
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// packageName is what the folder's Go files call themselves, or else the folder's name.
func packageName(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return "", err
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") || filepath.Base(f) == "text_gen.go" {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.PackageClauseOnly)
		if err != nil {
			return "", err
		}
		return parsed.Name.Name, nil
	}
	abs, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(abs); err != nil {
		return "", err
	}
	return filepath.Base(abs), nil
}
