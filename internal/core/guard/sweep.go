package guard

import "unicode/utf8"

// What a byte is to the sweep, in five bits. A letter is its place in the alphabet, so
// that case falls away; q and z share the place of k and s to make room, and y takes q's.
const (
	other        = 0
	firstLetter  = 1
	lastLetter   = 24
	dash         = 25 // - ' which may stand inside a word
	divider      = 26 // space . + / _ which with the dash may stand between two groups of digits
	continuation = 27 // of a character beyond ASCII
	leading      = 28 // first byte of one
	opening      = 29 // < which may begin a tag that is nothing to a reader
	escape       = 30 // begins a character written some other way: & % \
	digit        = 31
)

var code = func() (c [256]uint8) {
	set := func(bytes string, to uint8) {
		for _, b := range []byte(bytes) {
			c[b] = to
		}
	}
	for b := range uint8(26) {
		c['a'+b], c['A'+b] = firstLetter+b, firstLetter+b
	}
	set("yY", c['q'])
	set("qQ", c['k'])
	set("zZ", c['s'])
	set("-'", dash)
	set(" .+/_", divider)
	set("<", opening)
	set("0123456789", digit)
	set(`&%\`, escape)
	for b := 0x80; b < 0x100; b++ {
		c[b] = continuation
		if b >= 0xc0 {
			c[b] = leading
		}
	}
	return c
}()

func isLetterCode(c uint8) bool { return firstLetter <= c && c <= lastLetter }

// unread codes begin what must be read to know whether a reader sees it, and as what.
var unread = []uint8{leading, opening, escape}

// openings is the set of three codes in a row at which it is worth stopping: 1 for each.
type openings [1 << 15]uint8

func (o *openings) add(a, b, c uint8) { o[uint(a)<<10|uint(b)<<5|uint(c)] = 1 }

// addAll adds every opening that begins with the codes given, one or two.
func (o *openings) addAll(a uint8, b ...uint8) {
	for x := range uint8(32) {
		if len(b) > 0 {
			o.add(a, b[0], x)
			continue
		}
		for y := range uint8(32) {
			o.add(a, x, y)
		}
	}
}

// anyway are the openings of every guard: numbers, whose groups are of two digits at least,
// and what must be decoded to know.
func (o *openings) anyway() {
	for _, c := range append(unread, digit, divider, dash) {
		o.add(digit, digit, c)
	}
	for _, c := range unread {
		o.addAll(digit, c)
	}
	o.addAll(leading)
	o.addAll(escape)
}

// begins is 1 where code c after code p, at p<<5|c, begins something: a word where no letter
// stands before, a run of digits where no digit does.
var begins = func() (t [1 << 10]uint8) {
	for p := range uint8(32) {
		for c := range uint8(32) {
			inWord := isLetterCode(p) && (isLetterCode(c) || c == leading)
			if inRun := p == digit && c == digit; !inWord && !inRun {
				t[int(p)<<5|int(c)] = 1
			}
		}
	}
	return t
}()

// stops is 1 when the first of the last three codes in k opens something and begins it.
func (o *openings) stops(k uint32) uint8 { return o[k&(1<<15-1)] & begins[k>>10&(1<<10-1)] }

// sweep walks over b once and calls visit for each place where a number or a watched word
// may begin, with the letter or digit that stands there. visit returns where to go on; a
// place not beyond its own means right after it. The inner loop is what every four bytes of
// every page cost.
func sweep(b []byte, o *openings, visit func(at int, r rune) int) {
	k, i := codesAt(b, 0) // the codes of the last bytes, five bits each
	for i < len(b) {
		for ; i+4 <= len(b); i += 4 {
			four := b[i : i+4 : i+4]
			k0 := k<<5 | uint32(code[four[0]])
			k1 := k0<<5 | uint32(code[four[1]])
			k2 := k1<<5 | uint32(code[four[2]])
			k3 := k2<<5 | uint32(code[four[3]])
			if o.stops(k0)|o.stops(k1)|o.stops(k2)|o.stops(k3) != 0 {
				break
			}
			k = k3
		}
		for end := min(i+4, len(b)); i < end; i++ {
			k = k<<5 | uint32(code[b[i]])
			if o.stops(k) == 0 {
				continue
			}
			if next := stopAt(b, i-2, visit); next > i-2 {
				k, i = codesAt(b, next)
				break
			}
		}
	}
}

// codesAt gives the codes of two bytes, as if nothing stood before them, and where the third
// is.
func codesAt(b []byte, i int) (k uint32, third int) {
	if i+2 >= len(b) {
		return 0, len(b)
	}
	return uint32(code[b[i]])<<5 | uint32(code[b[i+1]]), i + 2
}

// stopAt looks at one place and tells where to go on. Behind an escaped character the sweep
// begins afresh: the 20 of %20 is no digit.
func stopAt(b []byte, at int, visit func(at int, r rune) int) (next int) {
	switch c := b[at]; {
	case code[c] == digit:
		if !mayBeNumber(b, at) {
			return 0
		}
		return visit(at, '0')
	case isPlain(c):
		return visit(at, rune(c))
	}
	r, behind := glyph(b, at)
	if isLetter(r) || digitValue(r) >= 0 {
		next = visit(at, r)
	}
	if next <= at && code[b[at]] == escape && behind > at+1 {
		next = behind
	}
	return next
}

// letterBefore reports whether the character that ends at b[i] is a letter, so that a word
// does not begin here.
func letterBefore(b []byte, i int) bool {
	if i == 0 {
		return false
	}
	if at := escapeBefore(b, i); at >= 0 {
		r, _ := glyph(b, at)
		return isLetter(r)
	}
	r, _ := utf8.DecodeLastRune(b[:i])
	return isLetter(r) || isMark(r)
}

// escapeBefore finds where an escaped character begins that ends at b[i], or -1.
func escapeBefore(b []byte, i int) int {
	for at := i - 2; at >= 0 && at >= i-longestEntity; at-- {
		if code[b[at]] != escape {
			continue
		}
		if _, next := glyph(b, at); next == i {
			return at
		}
		if b[i-1] == ';' && b[at] == '&' {
			return -1 // some other mark-up
		}
	}
	return -1
}
