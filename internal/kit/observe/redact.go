package observe

import (
	"strings"
	"unicode/utf8"
)

// Sealed stands in the log where something was taken out.
const Sealed = "‹sealed›"

// Redact takes out of a text what looks like a Swedish or Danish identity number, an
// address of mail or a telephone number. It would rather take out too much; only UUIDs
// and long hashes are let through whole, because the log is no use without them.
//
// Seen as identity numbers: YYMMDDNNNN, YYYYMMDDNNNN, YYYY-MM-DD-NNNN and DDMMYYNNNN with
// a plausible date and with space, hyphen, dash or plus between the parts or nothing;
// the day may have 60 added (samordningsnummer). As telephone numbers: + or 00 and 8 to
// 15 digits, 0 and 8 to 11 digits, and four pairs.
//
// What is left may look like something once more when its neighbour has gone, so that it is
// looked at until nothing changes.
func Redact(s string) string {
	for range len(s) + 1 {
		next := redactOnce(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func redactOnce(s string) string {
	if !strings.ContainsAny(s, "@%0123456789") {
		return s
	}
	var b strings.Builder
	done := 0 // s up to here is written
	for i := 0; i < len(s); {
		from, to := i, i
		switch c := s[i]; {
		case c == '@', strings.HasPrefix(s[i:], "%40"):
			from, to = mail(s, done, i)
		case isDigit(c) || c == '+':
			if n := opaque(s, i); n > 0 {
				i += n
				continue
			}
			if to = i + identity(s, i); to == i {
				to = i + phone(s, i)
			}
		}
		if to == i {
			i++
			continue
		}
		b.WriteString(s[done:from])
		b.WriteString(Sealed)
		i, done = to, to
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// mail gives the reach of the address whose @ (or %40) stands at i, not before floor.
// Without anything on either side it is no address.
func mail(s string, floor, i int) (from, to int) {
	mark := 1
	if s[i] == '%' {
		mark = len("%40")
	}
	from = i
	for from > floor {
		r, n := utf8.DecodeLastRuneInString(s[floor:from])
		if !isLocal(r) {
			break
		}
		from -= n
	}
	to = i + mark
	for to < len(s) {
		r, n := utf8.DecodeRuneInString(s[to:])
		if !isHost(r) {
			break
		}
		to += n
	}
	if from == i || to == i+mark {
		return i, i
	}
	return from, to
}

func isLocal(r rune) bool { return isHost(r) || strings.ContainsRune("_%+'&*/=~", r) }

func isHost(r rune) bool {
	return r == '.' || r == '-' || r >= utf8.RuneSelf && r != utf8.RuneError || isWord(r)
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' }

// opaque gives the length of the UUID or the hash (16 or more small hexadecimal digits
// with a letter among them) that the word at i is, or 0.
func opaque(s string, i int) int {
	start := i // the word may have begun with letters
	for start > 0 && isHex(s[start-1]) {
		start--
	}
	if start > 0 && isWord(rune(s[start-1])) {
		return 0
	}
	const shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if end := start + len(shape); end <= len(s) && fits(s[start:end], shape) && !wordAt(s, end) {
		return end - i
	}
	end, letter := start, false
	for end < len(s) && isHex(s[end]) {
		letter = letter || !isDigit(s[end])
		end++
	}
	if letter && end-start >= 16 && !wordAt(s, end) {
		return end - i
	}
	return 0
}

func fits(s, shape string) bool {
	for i := range len(shape) {
		if shape[i] == 'x' && !isHex(s[i]) || shape[i] == '-' && s[i] != '-' {
			return false
		}
	}
	return true
}

func wordAt(s string, i int) bool { return i < len(s) && isWord(rune(s[i])) }

// identity gives the length of the identity number at i, or 0. It begins and ends where
// the digits do.
func identity(s string, i int) int {
	if !isDigit(s[i]) || i > 0 && isDigit(s[i-1]) {
		return 0
	}
	for _, form := range [...]struct {
		year, parts int
		danish      bool
	}{{4, 3, false}, {4, 1, false}, {2, 1, false}, {2, 1, true}} {
		var date string
		at, ok := i, true
		if form.parts == 3 { // YYYY-MM-DD
			if len(s) < i+10 || s[i+4] != '-' || s[i+7] != '-' {
				continue
			}
			date, at = s[i+2:i+4]+s[i+5:i+7]+s[i+8:i+10], i+10
		} else {
			n := form.year + 4
			if len(s) < i+n {
				continue
			}
			date, at = s[i+form.year-2:i+n], i+n
			for k := i; k < at; k++ {
				ok = ok && isDigit(s[k])
			}
		}
		if form.year == 4 && s[i:i+2] != "18" && s[i:i+2] != "19" && s[i:i+2] != "20" {
			continue
		}
		if !ok || !plausible(date, form.danish) {
			continue
		}
		at += separator(s, at)
		if n := digitsFrom(s, at); n == 4 {
			return at + 4 - i
		}
	}
	return 0
}

// plausible tells whether six digits are a date, YYMMDD or in Danish DDMMYY.
func plausible(d string, danish bool) bool {
	if len(d) != 6 {
		return false
	}
	pair := func(i int) int { return int(d[i]-'0')*10 + int(d[i+1]-'0') }
	month, day := pair(2), pair(4)
	if danish {
		day = pair(0)
	}
	return month >= 1 && month <= 12 && (day >= 1 && day <= 31 || !danish && day >= 61 && day <= 91)
}

// separator gives the length of what may stand between the parts of a number.
func separator(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	switch r, n := utf8.DecodeRuneInString(s[i:]); r {
	case '-', '+', ' ', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
		return n
	}
	if strings.HasPrefix(s[i:], "%20") || strings.HasPrefix(s[i:], "%2B") {
		return 3
	}
	return 0
}

func digitsFrom(s string, i int) int {
	n := 0
	for i+n < len(s) && isDigit(s[i+n]) {
		n++
	}
	return n
}

// phone gives the length of the telephone number at i, or 0.
func phone(s string, i int) int {
	if i > 0 && (isDigit(s[i-1]) || s[i-1] == '.') {
		return 0 // inside a number, or its decimals
	}
	at, digits, groups := i, 0, []int{}
	if s[at] == '+' {
		at++
	}
	for at < len(s) {
		n := digitsFrom(s, at)
		if n == 0 {
			break
		}
		digits, groups, at = digits+n, append(groups, n), at+n
		gap := 0
		for gap < 3 && at+gap < len(s) && strings.IndexByte(" -()/", s[at+gap]) >= 0 {
			gap++
		}
		if gap == 0 || !isDigitAt(s, at+gap) {
			break
		}
		at += gap
	}
	for at > i && !isDigit(s[at-1]) { // what was skipped for a group that did not come
		at--
	}
	abroad := s[i] == '+' || strings.HasPrefix(s[i:], "00")
	switch {
	case abroad && digits >= 8 && digits <= 17,
		s[i] == '0' && digits >= 8 && digits <= 11,
		fourPairs(groups):
		return at - i
	}
	return 0
}

func isDigitAt(s string, i int) bool { return i < len(s) && isDigit(s[i]) }

func fourPairs(groups []int) bool {
	if len(groups) != 4 {
		return false
	}
	for _, n := range groups {
		if n != 2 {
			return false
		}
	}
	return true
}
