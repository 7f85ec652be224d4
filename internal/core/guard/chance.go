package guard

import (
	"bytes"
	"strings"
)

// byChance reports whether the digits of a number stand where nobody chose them, so that
// they are a number by chance only, and where that place ends; 0 when they were chosen.
// doc.go lists the places.
func (r reading) byChance(b []byte, at int) (end int) {
	switch {
	case inUUID(b, at, r.end), r.bare && (inHex(b, at, r.end) || isDecimal(b, at) || isClaim(b, at)):
		return r.end
	case inDrawing(b, at):
		for end = r.end; end < len(b) && draws(b[end]); end++ {
		}
		return end
	}
	return 0
}

// inUUID looks for the shape 8-4-4-4-12 around the place.
func inUUID(b []byte, at, end int) bool {
	const size = 36
	for from := max(0, end-size); from <= at && from+size <= len(b); from++ {
		if isUUID(b[from : from+size]) {
			return true
		}
	}
	return false
}

func isUUID(b []byte) bool {
	for i, c := range b {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if hexValue(c) < 0 {
			return false
		}
	}
	return true
}

// inHex reports whether letters stand directly beside the digits and all of them are
// hexadecimal: an asset hash, a colour, a key. A prefix such as "cpr" or "id" is not.
func inHex(b []byte, at, end int) bool {
	from, to := at, end
	for ; from > max(0, at-longestHash) && isWordByte(b[from-1]) && escapeBefore(b, from) < 0; from-- {
		if hexValue(b[from-1]) < 0 {
			return false
		}
	}
	for ; to < min(len(b), end+longestHash) && isWordByte(b[to]); to++ {
		if hexValue(b[to]) < 0 {
			return false
		}
	}
	return to-from > end-at
}

// longestHash bounds how far hexadecimal letters are looked at, in bytes: SHA-512 has fewer.
const longestHash = 200

func isWordByte(c byte) bool { return code[c] == digit || c < 0x80 && isLetter(rune(c)) }

// isDecimal reports whether a decimal point stands before the digits.
func isDecimal(b []byte, at int) bool {
	if at == 0 || b[at-1] != '.' {
		return false
	}
	return at == 1 || code[b[at-2]] == digit || strings.IndexByte(" ,:=(-\"", b[at-2]) >= 0
}

// isClaim reports whether the digits are the value, without quotes, of a claim that is
// registered as seconds since 1970: RFC 7519 4.1, RFC 7662 2.2, OpenID Connect Core 2 and 5.1.
func isClaim(b []byte, at int) bool {
	before := bytes.TrimRight(b[max(0, at-30):at], " ")
	before, ok := bytes.CutSuffix(before, []byte(":"))
	if !ok {
		return false
	}
	before = bytes.TrimRight(before, " ")
	for _, name := range []string{`"exp"`, `"iat"`, `"nbf"`, `"auth_time"`, `"updated_at"`} {
		if bytes.HasSuffix(before, []byte(name)) {
			return true
		}
	}
	return false
}

// inDrawing reports whether the place is in an SVG attribute of which everything before it
// draws. It runs for the few digits that are a number by all other rules.
func inDrawing(b []byte, at int) bool {
	i := at
	for i > max(0, at-longestDrawing) && draws(b[i-1]) {
		i--
	}
	for _, opening := range []string{` d="`, ` d='`, ` points="`, ` points='`} {
		if bytes.HasSuffix(b[:i], []byte(opening)) {
			return true
		}
	}
	return false
}

// longestDrawing bounds how much of a drawing is looked at, in bytes.
const longestDrawing = 1 << 20

func draws(c byte) bool {
	return code[c] == digit || strings.IndexByte(" .,+-\n\t\rMmLlHhVvCcSsQqTtAaZzeE", c) >= 0
}
