package guard

import (
	"bytes"
	"html"
	"unicode"
	"unicode/utf8"
)

// longestEntity is how far a semicolon is looked for: the longest named reference that
// can matter here has far fewer bytes.
const longestEntity = 12

// glyph reads the character that stands at b[i], however it is written: plain, as a
// character reference of HTML, a percent escape of a URL or an escape of JSON. next is
// where the one after it begins. What is no proper escape is the sign that it begins with.
func glyph(b []byte, i int) (r rune, next int) {
	if c := b[i]; c < utf8.RuneSelf && code[c] != escape {
		return rune(c), i + 1
	}
	return coded(b, i)
}

// coded reads a character that is more than a plain byte.
func coded(b []byte, i int) (r rune, next int) {
	switch b[i] {
	case '&':
		r, next = entity(b, i)
	case '%':
		r, next = percent(b, i)
	case '\\':
		r, next = backslash(b, i)
	default:
		r, n := utf8.DecodeRune(b[i:])
		return r, i + n
	}
	if next == 0 {
		return rune(b[i]), i + 1
	}
	return r, next
}

func entity(b []byte, i int) (rune, int) {
	window := b[i:min(i+longestEntity, len(b))]
	if len(window) > 2 && window[1] == '#' {
		return reference(b, i+2)
	}
	end := bytes.IndexByte(window, ';')
	if end < 3 {
		return 0, 0
	}
	switch string(window[1:end]) { // the most frequent, without a copy
	case "amp":
		return '&', i + end + 1
	case "nbsp":
		return '\u00a0', i + end + 1
	case "ndash":
		return '\u2013', i + end + 1
	case "lt":
		return '<', i + end + 1
	case "gt":
		return '>', i + end + 1
	case "quot":
		return '"', i + end + 1
	}
	s := html.UnescapeString(string(window[:end+1]))
	r, n := utf8.DecodeRuneInString(s)
	if n != len(s) {
		return 0, 0
	}
	return r, i + end + 1
}

// reference reads a numeric reference after its &#. Browsers take it without semicolon too.
func reference(b []byte, i int) (rune, int) {
	base := rune(10)
	if b[i]|0x20 == 'x' {
		base = 16
		i++
	}
	var r rune
	from := i
	for ; i < len(b) && i < from+9; i++ {
		d := rune(hexValue(b[i]))
		if d < 0 || d >= base {
			break
		}
		if r = r*base + d; r > unicode.MaxRune {
			return 0, 0
		}
	}
	if i == from {
		return 0, 0
	}
	if i < len(b) && b[i] == ';' {
		i++
	}
	return r, i
}

func percent(b []byte, i int) (rune, int) {
	var text [utf8.UTFMax]byte
	for n := range text {
		at := i + 3*n
		if at+2 >= len(b) || b[at] != '%' || hexValue(b[at+1]) < 0 || hexValue(b[at+2]) < 0 {
			return 0, 0
		}
		text[n] = byte(hexValue(b[at+1])<<4 | hexValue(b[at+2]))
		if r, size := utf8.DecodeRune(text[:n+1]); r != utf8.RuneError && size == n+1 {
			return r, at + 3
		}
	}
	return 0, 0
}

func backslash(b []byte, i int) (rune, int) {
	if i+1 >= len(b) {
		return 0, 0
	}
	switch b[i+1] {
	case 'n', 't', 'r', 'f', 'b':
		return '\n', i + 2
	case '"', '\'', '/':
		return rune(b[i+1]), i + 2
	case 'u':
		if i+6 > len(b) {
			return 0, 0
		}
		var r rune
		for _, c := range b[i+2 : i+6] {
			d := hexValue(c)
			if d < 0 {
				return 0, 0
			}
			r = r<<4 | rune(d)
		}
		return r, i + 6
	}
	return 0, 0
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// digitValue is the value of a digit, full-width ones among them, or -1.
func digitValue(r rune) int {
	switch {
	case '0' <= r && r <= '9':
		return int(r - '0')
	case '０' <= r && r <= '９':
		return int(r - '０')
	}
	return -1
}

func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return r >= '\u00c0' && unicode.IsLetter(r)
}

func isMark(r rune) bool { return r >= 0x300 && unicode.Is(unicode.Mn, r) }

func isSpace(r rune) bool {
	return r == ' ' || r >= '\u00a0' && (r == '\u00a0' || r >= '\u2000' && r <= '\u200a' || r == '\u202f' || r == '\u205f' || r == '\u3000')
}

// unseen are the characters that take no room: soft hyphen, zero-width spaces and joiners.
func unseen(r rune) bool {
	return r == '\u00ad' || r >= '\u200b' && r <= '\u200f' || r == '\u2060' || r == '\ufeff'
}

func isDash(r rune) bool {
	return r == '-' || r == '_' || r >= '\u2010' && r <= '\u2015' || r == '\u2212' || r == '\ufe63' || r == '\uff0d'
}
