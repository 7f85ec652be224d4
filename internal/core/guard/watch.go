package guard

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Name is somebody or something to watch for.
//
// With both parts set it is a person's name, ProtectedName or CanaryName (Number counts as
// ProtectedName). Each given name beside each surname is watched, so give all of them. With
// Kind Token and no Surname, Given is a text such as an invented mail address: at least six
// characters, the first a letter.
type Name struct {
	Given, Surname string
	Kind           Kind
}

// Watch is a set of watched names. It holds hashes of names and, of the invented, the tokens.
// It does not change after NewWatch and may be shared.
type Watch struct {
	openings    openings
	firsts      [1 << 10]uint64 // a bit by the upper half of a word's hash: a quick no for most words
	pairs       map[uint64]Kind
	tokens      map[uint64][]string // by the hash of the word they begin with
	unwatchable int
}

const shortestToken = 6

// NewWatch makes a set of names for Guard.Watch, which the composition root renews when
// somebody becomes protected or ceases to be. The time it takes grows with the names: a
// thousand take about a millisecond.
func NewWatch(names []Name) *Watch {
	w := &Watch{pairs: map[uint64]Kind{}, tokens: map[uint64][]string{}}
	w.openings.anyway()
	for _, n := range names {
		if !w.add(n) {
			w.unwatchable++
		}
	}
	return w
}

// Unwatchable counts the names that can't be watched: those of one word, whose every other
// bearer would stop a page, and tokens that are too short. Whoever makes a Watch tells the
// stewards of them.
func (w *Watch) Unwatchable() int { return w.unwatchable }

func (w *Watch) add(n Name) bool {
	if n.Kind == Token {
		return n.Surname == "" && w.addToken(n.Given)
	}
	given, surnames := nameWords(n.Given), nameWords(n.Surname)
	if len(given) == 0 || len(surnames) == 0 {
		return false
	}
	kind := cmp.Or(n.Kind, ProtectedName)
	for _, g := range given {
		for _, s := range surnames {
			p := hashPair(hashOf(g), hashOf(s))
			if was, known := w.pairs[p]; !known || kind < was {
				w.pairs[p] = kind
			}
		}
	}
	for _, s := range append(given, surnames...) {
		w.addFirst(hashOf(s))
		w.openings.addWord(s)
	}
	return true
}

// nameWords are the words of a name by which it is known: without particles and initials,
// unless it has nothing else.
func nameWords(s string) []string {
	all := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '.' })
	var long, kept []string
	for _, s := range all {
		w := readWord([]byte(s), 0, true)
		if w.letters < 2 {
			continue
		}
		long = append(long, s)
		if !passed[w.hash] {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return long
	}
	return kept
}

// addWord adds the ways in which a word may open. Each of its first letters may be written as
// another character than the plain one; at a first letter that is, the sweep stops anyway.
func (o *openings) addWord(s string) {
	var c [3]uint8 // of its first letters; a letter that has no plain form is leading
	f := fold(s)
	for i := range min(len(c), len(f)) {
		c[i] = code[f[i]]
	}
	for _, otherwise := range append(unread, dash) {
		o.addAll(c[0], otherwise)
		o.add(c[0], c[1], otherwise)
	}
	if len(f) == 2 {
		o.addAll(c[0], c[1]) // anything may follow
	}
	o.add(c[0], c[1], c[2])
}

func (w *Watch) addToken(s string) bool {
	if len(s) < shortestToken || !isLetter(rune(s[0])) {
		return false
	}
	h := readWord([]byte(s), 0, false).hash
	w.addFirst(h)
	if !slices.Contains(w.tokens[h], s) {
		w.tokens[h] = append(w.tokens[h], s)
	}
	for _, next := range append(unread, code[s[1]]) {
		w.openings.addAll(code[s[0]], next)
	}
	return true
}

// find looks whether something watched, and not allowed, begins at the letter b[at].
func (w *Watch) find(b []byte, at int, a *Allowed) (f Finding, found bool) {
	if !isPlain(b[at]) && letterBefore(b, at) {
		return Finding{}, false
	}
	opening := readWord(b, at, false)
	if !opening.seam && !w.first(opening.hash) || letterBefore(b, at) {
		return Finding{}, false
	}
	for _, t := range w.tokens[opening.hash] {
		if end := sameText(b, at, t); end > 0 && !a.token(t) {
			return Finding{Token, at, end - at}, true
		}
	}
	opening.spellings(b, at, func(first word) {
		if !w.first(first.hash) {
			return
		}
		followers(b, first.end, func(_ int, second word) {
			kind, watched := w.pairs[hashPair(first.hash, second.hash)]
			if !watched || a.pair(first, second) || a.coversBoth(b, at, first, second) {
				return
			}
			f, found = Finding{kind, at, second.end - at}, true
		})
	})
	return f, found
}

// addFirst and first keep and ask whether something watched may begin with a word.
func (w *Watch) addFirst(hash uint64)   { w.firsts[hash>>54] |= 1 << (hash >> 48 & 63) }
func (w *Watch) first(hash uint64) bool { return w.firsts[hash>>54]>>(hash>>48&63)&1 != 0 }

// sameText tells where t ends at b[i] in whatever case and encoding, and with no letter or
// digit behind it; 0 when it does not stand there.
func sameText(b []byte, i int, t string) int {
	for _, want := range t {
		if i >= len(b) {
			return 0
		}
		r, next := glyph(b, i)
		if unicode.ToLower(r) != unicode.ToLower(want) {
			return 0
		}
		i = next
	}
	if i < len(b) {
		if r, _ := glyph(b, i); isLetter(r) || digitValue(r) >= 0 {
			return 0
		}
	}
	return i
}
