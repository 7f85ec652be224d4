package guard

import (
	"unicode"
	"unicode/utf8"
)

// word is a word as it was found, reduced to what its spellings have in common.
type word struct {
	hash    uint64 // of its letters, small and without marks
	letters int
	end     int  // where it ends
	seam    bool // it ended, or was joined, at a hyphen or a seamless tag
}

// What bounds a word beyond its first plain letters, so that no text costs its square.
const (
	longestWord = 300 // bytes
	mostLetters = 64
)

// readWord reads the word that begins at b[i]. A hyphen or a seamless tag divides words
// (<b>Kim</b><b>Ek</b>) or stands inside one (Ek-Ros, <mark>Ek</mark>ros): with joined the
// word goes on behind it. Apostrophes and unseen characters stand inside.
func readWord(b []byte, i int, joined bool) (w word) {
	h, from := uint64(emptyHash), i
	for i < len(b) && isPlain(b[i]) { // what most words are made of, and what follows them
		h = hashByte(h, b[i]|0x20)
		i++
	}
	w.hash, w.letters, w.end = h, i-from, i
	for i < len(b) && i-from < longestWord && w.letters < mostLetters && code[b[i]] != divider && code[b[i]] != other {
		r, next := glyph(b, i)
		switch {
		case isLetter(r):
			w.add(r)
			w.end = next
		case isMark(r) || unseen(r) || isApostrophe(r):
		case isHyphen(r) || r == '<' && b[i] == '<':
			if r == '<' {
				var kind tagKind
				if kind, next = readTag(b, i); kind != seamless {
					return w
				}
			}
			w.seam = true
			if !joined {
				return w
			}
		default:
			return w
		}
		i = next
	}
	return w
}

func isHyphen(r rune) bool     { return r == '-' || r == '\u2010' || r == '\u2011' }
func isApostrophe(r rune) bool { return r == '\'' || r == '\u2019' || r == '\u02bc' }

func isPlain(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// spellings calls visit for the word at b[i] read in both ways, once when they agree.
func spellings(b []byte, i int, visit func(word)) { readWord(b, i, false).spellings(b, i, visit) }

func (w word) spellings(b []byte, i int, visit func(word)) {
	visit(w)
	if !w.seam {
		return
	}
	if j := readWord(b, i, true); j.hash != w.hash {
		visit(j)
	}
}

const (
	emptyHash = 14695981039346656037 // FNV-1a
	hashPrime = 1099511628211
)

func hashByte(h uint64, c byte) uint64 { return (h ^ uint64(c)) * hashPrime }

func (w *word) add(r rune) {
	w.letters++
	w.hash = hashFolded(w.hash, r)
}

func hashFolded(h uint64, r rune) uint64 {
	if r < utf8.RuneSelf {
		return hashByte(h, byte(r)|0x20)
	}
	if int(r) < len(plain) && plain[r] != "" {
		for _, c := range []byte(plain[r]) {
			h = hashByte(h, c)
		}
		return h
	}
	for r = unicode.ToLower(r); r > 0; r >>= 8 {
		h = hashByte(h, byte(r))
	}
	return h
}

// plain are the plain letters that a Latin letter with a mark is reduced to, so that Åsa is
// found as Asa and however the ring is encoded.
var plain = func() (t [0x250]string) {
	for to, letters := range map[string]string{
		"a": "àáâãäåāăąǎ", "ae": "æǽ", "c": "çćĉċč", "d": "ðďđ", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥħ",
		"i": "ìíîïĩīĭįı", "ij": "ĳ", "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŋ", "o": "òóôõöøōŏőǿ", "oe": "œ",
		"r": "ŕŗř", "s": "śŝşšșſ", "ss": "ß", "t": "ţťŧț", "th": "þ", "u": "ùúûüũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
	} {
		for _, r := range letters {
			t[r] = to
			if upper := unicode.ToUpper(r); upper >= utf8.RuneSelf && int(upper) < len(t) {
				t[upper] = to
			}
		}
	}
	return t
}()

// fold writes a text in the plain small letters that words are compared by.
func fold(s string) string {
	var b []byte
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isLetter(r):
			b = append(b, byte(r)|0x20)
		case int(r) < len(plain) && plain[r] != "":
			b = append(b, plain[r]...)
		case isLetter(r):
			b = utf8.AppendRune(b, unicode.ToLower(r))
		}
	}
	return string(b)
}

// hashPair names two words beside each other, whichever stands first.
func hashPair(a, b uint64) uint64 {
	if a > b {
		a, b = b, a
	}
	return (a*hashPrime ^ b>>29 ^ b) * 0x9e3779b97f4a7c15
}

// passed are words that may stand between the two parts of a name: particles and labels.
var passed = func() map[uint64]bool {
	m := map[uint64]bool{}
	for _, s := range []string{
		"von", "af", "av", "de", "van", "der", "den", "la", "le", "du", "di", "da", "ten", "ter", "el", "al", "bin", "ben",
		"surname", "lastname", "familyname", "givenname", "firstname", "name", "last", "family", "given", "first",
		"efternamn", "förnamn", "tilltalsnamn", "namn", "efternavn", "fornavn", "navn",
	} {
		m[hashOf(s)] = true
	}
	return m
}()

func hashOf(s string) uint64 { return readWord([]byte(s), 0, true).hash }

func (w word) isPassed() bool { return w.letters == 1 || passed[w.hash] }

const (
	widestGap = 600 // bytes: the end of a cell and the beginning of the next, with their attributes
	mostMarks = 8
	mostWords = 3 // that are passed
)

// between reads what may stand between two words of a name and tells where the second
// begins; ok is false when something else stands there.
func between(b []byte, i int) (next int, ok bool) {
	end := min(len(b), i+widestGap)
	quoted := false
	for marks := 0; i < end && marks <= mostMarks; {
		r, next := glyph(b, i)
		switch {
		case isLetter(r):
			if quoted {
				if value := key(b, i); value > 0 {
					i, quoted = value, false
					continue
				}
			}
			return i, true
		case r == '<' && b[i] == '<':
			kind, tagEnd := readTag(b, i)
			if kind == noTag || kind == row {
				return 0, false
			}
			next = tagEnd
		case isSpace(r), unseen(r), r == '\n', r == '\t', r == '\r':
		case isHyphen(r), isApostrophe(r), r == ',', r == ';', r == ':', r == '.', r == '"', r == '_', r == '+', r == '|':
			marks++
			quoted = r == '"'
		default:
			return 0, false
		}
		i = next
	}
	return 0, false
}

// key reads the key of a JSON object behind its first quote and tells where its value
// begins; 0 when it is none.
func key(b []byte, i int) int {
	from := i
	for i < len(b) && i-from < 40 && (isWordByte(b[i]) || b[i] == '_') {
		i++
	}
	if i == len(b) {
		return 0
	}
	if r, next := glyph(b, i); r == '"' {
		for i = next; i < len(b) && b[i] == ' '; i++ {
		}
		if i < len(b) && b[i] == ':' {
			return i + 1
		}
	}
	return 0
}

// followers calls visit for each word that stands beside the one that ends at b[i], and for
// those behind words that are passed.
func followers(b []byte, i int, visit func(at int, w word)) {
	for range 1 + mostWords {
		at, ok := between(b, i)
		if !ok {
			return
		}
		i = 0
		spellings(b, at, func(w word) {
			visit(at, w)
			if w.isPassed() {
				i = w.end
			}
		})
		if i == 0 {
			return
		}
	}
}
