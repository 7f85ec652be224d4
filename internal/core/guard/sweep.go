package guard

import "unicode/utf8"

// What a byte is to the sweep, in five bits. A letter is its place in the alphabet, so
// that case falls away; z shares that of s to make room.
const (
	other        = 0
	firstLetter  = 1
	lastLetter   = 25
	divider      = 26 // may stand between two groups of digits: space . + / _
	leading      = 27 // first byte of a character beyond ASCII
	joint        = 28 // may stand inside a word or a number and be nothing to a reader: < - '
	digit        = 29
	escape       = 30 // begins a character written some other way: & % \
	continuation = 31 // of a character beyond ASCII
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
	set("zZ", c['s'])
	set("0123456789", digit)
	set(" .+/_", divider)
	set("<-'", joint)
	set(`&%\`, escape)
	for b := 0x80; b < 0x100; b++ {
		c[b] = continuation
		if b >= 0xc0 {
			c[b] = leading
		}
	}
	return c
}()

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

// anyway are the openings of every guard: numbers, and what must be decoded to know.
func (o *openings) anyway() {
	for _, second := range []uint8{digit, leading, joint, escape} {
		for _, third := range []uint8{divider, digit, leading, joint, escape, continuation} {
			o.add(digit, second, third)
		}
	}
	o.addAll(digit, joint) // a tag between two digits
	o.addAll(leading)
	o.addAll(escape)
}

// begins is 1 where code c after code p (at p<<5|c) begins something: a word where no letter
// stands before, a run of digits where no digit does.
var begins = func() (t [1 << 10]uint8) {
	for p := range 32 {
		for c := range 32 {
			inWord := firstLetter <= p && p <= lastLetter && firstLetter <= c && c <= leading
			inRun := p == digit && c == digit
			if !inWord && !inRun {
				t[p<<5|c] = 1
			}
		}
	}
	return t
}()

// stops is 1 when the first of the last three codes in k opens something and begins it.
func (o *openings) stops(k uint32) uint8 { return o[k&(1<<15-1)] & begins[k>>10&(1<<10-1)] }

// sweep walks over b once and calls visit for each place whose three bytes are among the
// openings and that begins a word or a run of digits, with the letter or digit that stands
// there. visit returns where to go on; a place not beyond its own means right after it. The
// inner loop is what every four bytes of every page cost.
func sweep(b []byte, o *openings, visit func(at int, r rune) int) {
	if len(b) < 3 {
		return
	}
	k := uint32(code[b[0]])<<5 | uint32(code[b[1]]) // the codes of the last bytes, five bits each
	for i := 2; i < len(b); i++ {
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
		if i == len(b) {
			return
		}
		k = k<<5 | uint32(code[b[i]])
		if o.stops(k) == 0 {
			continue
		}
		next := stopAt(b, i-2, visit)
		if next <= i-2 {
			continue
		}
		if next+2 >= len(b) {
			return
		}
		k = uint32(code[b[next]])<<5 | uint32(code[b[next+1]])
		i = next + 1
	}
}

// stopAt looks at one place. Behind an escaped character the sweep begins afresh: the 20 of
// %20 is no digit.
func stopAt(b []byte, at int, visit func(at int, r rune) int) (next int) {
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
