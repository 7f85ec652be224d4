package number

import (
	"strings"
	"time"
)

// interimLetters are the letters that interim numbers use in place of the birth number's
// first digit.
const interimLetters = "TRSUWXJKLMN"

// oldest is a year before which nobody was born who is in a register.
const oldest = 1800

// swedish is a number taken apart: six or eight digits of date, the sign between ("" when
// there is none), four characters of serial with the check digit last.
type swedish struct{ date, sign, serial string }

func splitSwedish(s string) (swedish, bool) {
	if len(s) < 10 {
		return swedish{}, false
	}
	p := swedish{date: s[:len(s)-4], serial: s[len(s)-4:]}
	if cut := len(p.date) - 1; p.date[cut] == '-' || p.date[cut] == '+' {
		p.date, p.sign = p.date[:cut], p.date[cut:]
	}
	ok := (len(p.date) == 6 || len(p.date) == 8) && allDigits(p.date) &&
		(p.serial[0] >= '0' && p.serial[0] <= '9' || strings.IndexByte(interimLetters, p.serial[0]) >= 0) &&
		allDigits(p.serial[1:])
	return p, ok
}

func (p swedish) interim() bool { return p.serial[0] > '9' }

// ten are the digits that the check digit covers; a letter counts as 1.
func (p swedish) ten() string {
	d := p.date[len(p.date)-6:]
	if p.interim() {
		return d + "1" + p.serial[1:]
	}
	return d + p.serial
}

// ofOrganisation tells an organisation's number from a person's: its third digit is 2 or
// more, where a person's month begins with 0 or 1; the register's century before it is 16.
func (p swedish) ofOrganisation() bool {
	ten := p.ten()
	return !p.interim() && p.sign != "+" && ten[0] != '0' && ten[2] >= '2' &&
		(len(p.date) == 6 || p.date[:2] == "16")
}

func swedishPerson(s string, today time.Time) (record, error) {
	p, ok := splitSwedish(s)
	if !ok || p.serial[:3] == "000" {
		return record{}, ErrFormat
	}
	if p.ofOrganisation() && luhn(p.ten()) {
		return record{}, ErrOrganisation
	}
	year, err := p.year(today)
	if err != nil {
		return record{}, err
	}
	monthDay := p.date[len(p.date)-4:]
	month, day := atoi(monthDay[:2]), atoi(monthDay[2:])
	kind, incomplete := Personal, false
	switch {
	case p.interim():
		kind = Interim
	case day >= 60:
		kind, day = Coordination, day-60
		incomplete = month == 0 || day == 0
	}
	if incomplete { // checked as the first day that it may mean
		month, day = max(month, 1), max(day, 1)
	}
	born, err := birthday(year, month, day, today)
	if err != nil {
		return record{}, err
	}
	if !luhn(p.ten()) {
		return record{}, ErrCheckDigit
	}
	canonical := born.Format("2006") + monthDay + p.serial
	if incomplete {
		born = time.Time{}
	}
	return record{SE, kind, canonical, born}, nil
}

// year finds the century. Without one a number is of somebody who turns less than 100 this
// year; with + she turns 100 or more, the sign changing on New Year's Day
// (folkbokföringslagen 18 §). A + that a written century contradicts is ErrDate; a - is
// what most people write at any age, and is let through.
func (p swedish) year(today time.Time) (int, error) {
	now := today.Year()
	if len(p.date) == 6 {
		year := now - (now-atoi(p.date[:2]))%100
		if p.sign == "+" {
			year -= 100
		}
		return year, nil
	}
	year := atoi(p.date[:4])
	if year < oldest || p.sign == "+" && now-year < 100 {
		return 0, ErrDate
	}
	return year, nil
}

func swedishOrganisation(s string) (record, error) {
	p, ok := splitSwedish(s)
	if !ok {
		return record{}, ErrFormat
	}
	if ten := p.ten(); ten[2] < '2' && luhn(ten) {
		return record{}, ErrPerson
	}
	if !p.ofOrganisation() {
		return record{}, ErrFormat
	}
	if !luhn(p.ten()) {
		return record{}, ErrCheckDigit
	}
	return record{country: SE, kind: Organisation, canonical: p.ten()}, nil
}

// luhn checks ten digits modulo 10: weights 2 1 2 1 ..., digits of each product added.
func luhn(ten string) bool {
	sum := 0
	for i := range len(ten) {
		d := int(ten[i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}
