package guard

import "unicode/utf8"

// What a byte is to the sweep, in five bits. A letter is its place in the alphabet, so
// that case falls away.
const (
	other        = 0
	firstLetter  = 1
	lastLetter   = 26
	leading      = 27 // first byte of a character beyond ASCII
	joint        = 28 // may stand inside a word or a number and be nothing to a reader: < - '
	digit        = 29
	escape       = 30 // begins a character written some other way: & % \
	continuation = 31 // of a character beyond ASCII
)

var code = func() (c [256]uint8) {
	for b := range 26 {
		c['a'+b], c['A'+b] = uint8(firstLetter+b), uint8(firstLetter+b)
	}
	for b := '0'; b <= '9'; b++ {
		c[b] = digit
	}
	for b := 0x80; b < 0x100; b++ {
		c[b] = continuation
		if b >= 0xc0 {
			c[b] = leading
		}
	}
	for _, b := range `<-'` {
		c[b] = joint
	}
	for _, b := range `&%\` {
		c[b] = escape
	}
	return c
}()

// openings is the set of three codes in a row at which it is worth stopping: a bit each.
type openings [1 << 15 / 32]uint32

func (o *openings) add(a, b, c uint8) {
	k := uint32(a)<<10 | uint32(b)<<5 | uint32(c)
	o[k>>5] |= 1 << (k & 31)
}

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

// anyway are the openings of every guard: numbers, and what must be decoded to know.
func (o *openings) anyway() {
	for _, next := range []uint8{digit, leading, joint, escape} {
		o.addAll(digit, next)
	}
	o.addAll(leading)
	o.addAll(escape)
}

// begins[p] has the bit of each code that begins something when code p stands before it:
// a word begins where no letter stands before, a run of digits where no digit does.
var begins = func() (t [32]uint32) {
	for p := range t {
		t[p] = ^uint32(0)
		if firstLetter <= p && p <= lastLetter {
			for c := firstLetter; c <= leading; c++ {
				t[p] &^= 1 << c
			}
		}
		if p == digit {
			t[p] &^= 1 << digit
		}
	}
	return t
}()

// sweep walks over b once and calls visit for each place whose three bytes are among the
// openings and that begins a word, a run of digits or an escaped character. visit returns
// where to go on; a place not beyond its own means right after it. The loop body is what
// every byte of every page costs: it has one branch, seldom taken.
func sweep(b []byte, o *openings, visit func(at int) int) {
	if len(b) < 3 {
		return
	}
	k := uint32(code[b[0]])<<5 | uint32(code[b[1]]) // the codes of the last four bytes
	for i := 2; i < len(b); i++ {
		k = (k<<5 | uint32(code[b[i]])) & (1<<20 - 1)
		if (o[k>>5&0x3ff]>>(k&31))&(begins[k>>15]>>(k>>10&31))&1 == 0 {
			continue
		}
		at := i - 2
		next := visit(at)
		if next <= at && code[b[at]] == escape {
			_, next = glyph(b, at) // what follows begins afresh: the 20 of %20 is no digit
			if next == at+1 {
				continue
			}
		}
		if next <= at {
			continue
		}
		if next+2 >= len(b) {
			return
		}
		k = uint32(code[b[next]])<<5 | uint32(code[b[next+1]])
		i = next + 1
	}
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
