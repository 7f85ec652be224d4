package guard

// A gap is what stands between two groups of digits.
type gap uint8

const (
	gapSpace gap = iota
	gapDash
	gapSpacedDash // with space beside it
	gapPlus
	gapDot
	gapSlash
)

// groups are digits as they are written: up to twelve, in up to five groups.
type groups struct {
	digits [12]byte // values, not signs
	count  int
	size   [5]uint8 // digits of each group
	end    [5]int   // where each group ends
	gap    [5]gap   // what stands before each group but the first
}

// mayBeNumber is a quick look at the plain digits that begin at b[i]: false for most of the
// digits of a page, which are sizes, dates and amounts.
func mayBeNumber(b []byte, i int) bool {
	sizes := 0 // of the groups so far, four bits each
	for range 4 {
		var size int
		size, i = run(b, i)
		if size == 0 && i < len(b) {
			return code[b[i]] >= dash // two dividers, or one beside what must be read
		}
		sizes = sizes<<4 | size
		switch sizes {
		case 0xa, 0xc, 0x64, 0x84, 0x264, 0x2224, 0x4224:
			return true
		}
		if i == len(b) || size > 12 {
			return false
		}
		switch code[b[i]] {
		case leading, escape:
			return true
		case opening:
			return mayGoOn(b, i)
		case dash, divider:
			i++
		default:
			return false
		}
		if size%2 == 1 {
			return false
		}
	}
	return false
}

// mayGoOn reports whether a number may go on behind the tags that begin at b[i].
func mayGoOn(b []byte, i int) bool {
	for i < len(b) && code[b[i]] == opening {
		kind, end := readTag(b, i)
		if kind != seamless {
			return false
		}
		i = end
	}
	return i < len(b) && code[b[i]] >= dash
}

// run counts the plain digits that begin at b[i] and tells where they end.
func run(b []byte, i int) (size, end int) {
	for end = i; end < len(b) && code[b[end]] == digit; end++ {
	}
	return end - i, end
}

// readGroups reads the digits that begin at b[i]. It stops at what is no separator, and
// before a group that is of no spelling: of an odd size, or that makes more than twelve.
func readGroups(b []byte, i int) (g groups) {
	read := 0
	for g.count < len(g.size) {
		size, end, next := g.readGroup(b, i, read)
		if size == 0 || size%2 == 1 {
			break
		}
		g.size[g.count], g.end[g.count] = uint8(size), end
		g.count++
		read += size
		if g.count == len(g.size) {
			break
		}
		if g.gap[g.count], i = readGap(b, next); i == 0 {
			break
		}
	}
	return g
}

// readGroup reads one group, whose digits follow read earlier ones, and tells its size (0:
// none, or more than twelve in all), its end, and where to look on after characters and tags
// that a reader does not see.
func (g *groups) readGroup(b []byte, i, read int) (size, end, next int) {
	for i < len(b) {
		r, next := glyph(b, i)
		if d := digitValue(r); d >= 0 {
			if read+size == len(g.digits) {
				return 0, 0, 0
			}
			g.digits[read+size] = byte(d)
			size++
			end = next
		} else if next = through(b, i, r, next); next == 0 {
			break
		}
		i = next
	}
	return size, end, i
}

// through tells where to read on after a character that a reader does not see: an unseen
// one, a seamless tag or a comment. 0 means that she sees it.
func through(b []byte, i int, r rune, next int) int {
	if unseen(r) {
		return next
	}
	if r == '<' && b[i] == '<' {
		if kind, end := readTag(b, i); kind == seamless {
			return end
		}
	}
	return 0
}

// readGap reads what separates two groups; an end of 0 means that nothing that may do so
// stands there, or that no digit follows.
func readGap(b []byte, i int) (g gap, end int) {
	spaces, marks := 0, 0
	for i < len(b) && spaces <= 3 && marks <= 1 {
		r, next := glyph(b, i)
		switch {
		case digitValue(r) >= 0:
			if spaces+marks == 0 {
				return 0, 0
			}
			if g == gapDash && spaces > 0 {
				g = gapSpacedDash
			}
			return g, i
		case isSpace(r):
			spaces++
		case isDash(r):
			g, marks = gapDash, marks+1
		case r == '+' || r == '\uff0b':
			g, marks = gapPlus, marks+1
		case r == '.':
			g, marks = gapDot, marks+1
		case r == '/':
			g, marks = gapSlash, marks+1
		default:
			if next = through(b, i, r, next); next == 0 {
				return 0, 0
			}
		}
		i = next
	}
	return 0, 0
}

// spelling tells how many of the groups, from the first on, are written as a person's number
// is; 0 when they are not.
func (g *groups) spelling() int {
	is := func(sizes ...uint8) bool {
		for i, s := range sizes {
			if g.size[i] != s {
				return false
			}
		}
		return true
	}
	tail := func(i int) bool { return g.gap[i] <= gapPlus }
	switch {
	case is(12), is(10):
		return 1
	case (is(8, 4) || is(6, 4)) && tail(1):
		return 2
	case is(2, 6, 4) && g.gap[1] <= gapDash && tail(2):
		return 3
	case (is(4, 2, 2, 4) || is(2, 2, 2, 4)) && g.gap[1] == g.gap[2] && g.gap[1] != gapPlus && (g.gap[3] == gapDash || g.gap[3] == gapPlus):
		return 4 // a date written as dates are; a dash must follow, or a time of day would be a tail
	}
	return 0
}
