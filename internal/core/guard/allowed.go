package guard

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// Allowed is what one request may carry: the numbers and names in the texts that were opened
// for it, and in what the person herself sent with it. The zero value allows nothing. It
// keeps what it was given and prints as a placeholder. It belongs to one request: it is not
// safe for use by many at a time.
type Allowed struct {
	numbers, pairs set
	texts          [][]byte // for the tokens, of which only a Watch knows where they end
}

// wholeName is the number of words up to which a text is taken for one person's name, of
// which any two may stand beside each other.
const wholeName = 6

// Add allows what is in an opened text. Whoever opens sealed values or reads what was sent
// calls it with each, before Scan. Any spelling of a number, and any order and case of a
// name, is then allowed. The parts of one name that lie in columns of their own go in one
// call, given name first: Add("Kim", "Ek"); two calls would allow neither beside the other.
func (a *Allowed) Add(parts ...string) {
	whole := strings.Join(parts, " ")
	a.read([]byte(whole))
	if strings.ContainsAny(whole, escaped) {
		// A page escapes what would be mark-up. What the text itself says in the way of an escape
		// ("&#850101-...") then reads otherwise than here, and both readings are hers.
		a.read([]byte(html.EscapeString(whole)))
	}
}

// escaped are the signs that a page writes as references.
const escaped = `&<>"'`

// read allows the numbers and the names in b as the sweep would read them.
func (a *Allowed) read(b []byte) {
	a.texts = append(a.texts, b)
	var name []uint64
	words, afterDigit, afterLetter := 0, false, false
	for i := 0; i < len(b); {
		r, next := glyph(b, i)
		plainDigit := code[b[i]] == digit
		switch {
		case digitValue(r) >= 0 && !(plainDigit && afterDigit):
			a.addNumber(b, i)
		case isLetter(r) && !afterLetter:
			words++
			spellings(b, i, func(first word) {
				name = append(name, first.hash)
				followers(b, first.end, func(_ int, second word) { a.pairs.add(hashPair(first.hash, second.hash)) })
			})
		}
		afterDigit, afterLetter = plainDigit, isLetter(r) || afterLetter && isMark(r)
		i = next
	}
	if words > wholeName {
		return
	}
	for i, first := range name {
		for _, second := range name[i+1:] {
			a.pairs.add(hashPair(first, second))
		}
	}
}

// addNumber allows whatever is written as a number is, plausible or not: a page may write it
// in a way in which it is.
func (a *Allowed) addNumber(b []byte, i int) {
	g := readGroups(b, i)
	if used := g.spelling(); used > 0 {
		a.numbers.add(g.reading(used).canonical)
	}
}

// Format prints a placeholder, whatever the verb.
func (Allowed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("‹allowed›")) }

func (a *Allowed) number(canonical uint64) bool { return a != nil && a.numbers.has(canonical) }

// token reports whether a token stands in a text that was added.
func (a *Allowed) token(t string) bool {
	return a != nil && slices.ContainsFunc(a.texts, func(b []byte) bool {
		for i := range b {
			if sameText(b, i, t) > 0 {
				return true
			}
		}
		return false
	})
}

func (a *Allowed) pair(first, second word) bool {
	return a != nil && a.pairs.has(hashPair(first.hash, second.hash))
}

// coversBoth reports whether two words are the end of one allowed name and the beginning of
// another, as in a list: "Bo Ek, Kim Ros" does not name Kim Ek.
func (a *Allowed) coversBoth(b []byte, at int, first, second word) bool {
	if a == nil || len(a.pairs.keys) == 0 {
		return false
	}
	before := false
	wordBefore(b, at, func(w word) { before = before || a.pair(w, first) })
	if !before {
		return false
	}
	after := false
	followers(b, second.end, func(_ int, w word) { after = after || a.pair(second, w) })
	return after
}

// wordBefore calls visit for the words beside which the one at b[at] stands.
func wordBefore(b []byte, at int, visit func(word)) {
	afterLetter := false
	for i := max(0, at-widestGap); i < at; {
		r, next := glyph(b, i)
		if isLetter(r) && !afterLetter {
			w := readWord(b, i, false)
			followers(b, w.end, func(beside int, _ word) {
				if beside == at {
					visit(w)
				}
			})
		}
		afterLetter = isLetter(r)
		i = next
	}
}

// set is sorted when first asked: all is added before anything is asked.
type set struct {
	keys   []uint64
	sorted bool
}

func (s *set) add(k uint64) {
	s.keys = append(s.keys, k)
	s.sorted = false
}

func (s *set) has(k uint64) bool {
	if !s.sorted {
		slices.Sort(s.keys)
		s.keys = slices.Compact(s.keys)
		s.sorted = true
	}
	_, ok := slices.BinarySearch(s.keys, k)
	return ok
}
