package guard

// reading is a number as it was found.
type reading struct {
	canonical uint64 // its last ten digits, which every spelling has
	end       int    // where it ends
	bare      bool   // written in one run
}

// readNumber reads the identity number that begins at b[i], if one does.
func readNumber(b []byte, i int) (reading, bool) {
	g := readGroups(b, i)
	used := g.spelling()
	if used == 0 {
		return reading{}, false
	}
	r := g.reading(used)
	digits := g.digits[:g.sum(used)]
	if swedish(digits) {
		return r, true
	}
	if len(digits) != 10 {
		return reading{}, false
	}
	if r.bare {
		if danish(digits, false) && (sumsToEleven(digits) || firstOfJanuary(digits)) {
			return r, true
		}
	} else if danish(digits, true) && !g.inARow(b, i, used) {
		return r, true
	}
	return reading{}, false
}

func (g *groups) sum(used int) (n int) {
	for _, s := range g.size[:used] {
		n += int(s)
	}
	return n
}

func (g *groups) reading(used int) reading {
	r := reading{end: g.end[used-1], bare: used == 1}
	n := g.sum(used)
	for _, d := range g.digits[n-10 : n] {
		r.canonical = r.canonical*10 + uint64(d)
	}
	return r
}

// inARow reports whether the number is a piece of a longer row of groups that are divided in
// the same way, as case references and figures in columns are. A number with a check digit
// is found there all the same; one without would be found too often.
func (g *groups) inARow(b []byte, i, used int) bool {
	sign := byte(' ')
	if g.gap[used-1] == gapDash {
		sign = '-'
	}
	end := g.end[used-1]
	return i >= 2 && b[i-1] == sign && code[b[i-2]] == digit ||
		end+1 < len(b) && b[end] == sign && code[b[end+1]] == digit
}

func two(d []byte) int { return int(d[0])*10 + int(d[1]) }

var monthDays = [...]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func isDate(year, month, day int) bool {
	if month < 1 || month > 12 || day < 1 || day > monthDays[month] {
		return false
	}
	return month != 2 || day < 29 || year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

// swedish reports whether ten or twelve digits are a personnummer or samordningsnummer by
// date and check digit. Nobody may know the month and the day of a coordination number (lag
// (2022:1697) om samordningsnummer), and some that are given out end April on the 31st.
func swedish(d []byte) bool {
	from, to := 18, 20 // centuries
	if len(d) == 12 {
		from, to = two(d), two(d)
		if from < 18 || to > 20 {
			return false
		}
		d = d[2:]
	}
	if !sumsToTen(d) || d[6] == 0 && d[7] == 0 && d[8] == 0 { // births of a day are counted from 1
		return false
	}
	month, day := two(d[2:]), two(d[4:])
	if day >= 60 {
		return month <= 12 && day <= 91
	}
	for century := from; century <= to; century++ {
		if isDate(century*100+two(d), month, day) {
			return true
		}
	}
	return false
}

// sumsToTen is the check digit modulo 10 (Luhn) of ten digits.
func sumsToTen(d []byte) bool {
	sum := 0
	for i, v := range d {
		n := int(v) * (2 - i%2)
		sum += n/10 + n%10
	}
	return sum%10 == 0
}

// danish reports whether ten digits are a CPR number by its date, whose century follows from
// the seventh digit (CPR-kontoret, Personnummeret i CPR-systemet). Administrative numbers
// have 60 added to the day.
func danish(d []byte, administrative bool) bool {
	day, month, year, seventh := two(d), two(d[2:]), two(d[4:]), d[6]
	if administrative && day > 60 {
		day -= 60
	}
	switch {
	case seventh <= 3, (seventh == 4 || seventh == 9) && year >= 37:
		year += 1900
	case seventh >= 5 && seventh <= 8 && year >= 58:
		year += 1800
	default:
		year += 2000
	}
	return isDate(year, month, day)
}

func firstOfJanuary(d []byte) bool { return two(d) == 1 && two(d[2:]) == 1 }

// sumsToEleven is the check modulo 11 of a CPR number.
func sumsToEleven(d []byte) bool {
	sum := 0
	for i, weight := range [...]int{4, 3, 2, 7, 6, 5, 4, 3, 2, 1} {
		sum += int(d[i]) * weight
	}
	return sum%11 == 0
}
