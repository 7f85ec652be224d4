package number

import (
	"strings"
	"time"
	"unicode"
)

// Parse reads a person's number of a country, SE or DK, as people write it: with spaces
// around, with any dash. Sweden: 12 or 10 digits with or without - or +, the last meaning
// that she turns 100 this year or has done so; an interim letter in either case. Denmark:
// 10 digits with or without a dash or a space. The day of today, in its own zone,
// tells the century of a short Swedish number and what lies in the future.
//
// Errors: ErrCountry, ErrFormat, ErrOrganisation, ErrDate, ErrFuture, ErrCheckDigit.
// A Danish check digit is no error but a warning, see Modulus11.
func Parse(country, text string, today time.Time) (Number, error) {
	var r record
	var err error
	switch s := tidy(text); country {
	case SE:
		r, err = swedishPerson(s, today)
	case DK:
		r, err = danishPerson(s, today)
	default:
		err = ErrCountry
	}
	if err != nil {
		return Number{}, err
	}
	return seal(r), nil
}

// ParseOrganisation reads an organisation's number of a country, SE or DK. Sweden: 10
// digits with or without a dash, also with the 16 that registers put before them. Denmark:
// 8 digits with or without spaces and DK before them.
//
// Errors: ErrCountry, ErrFormat, ErrPerson, ErrCheckDigit.
func ParseOrganisation(country, text string) (Number, error) {
	var r record
	var err error
	switch s := tidy(text); country {
	case SE:
		r, err = swedishOrganisation(s)
	case DK:
		r, err = danishOrganisation(s)
	default:
		err = ErrCountry
	}
	if err != nil {
		return Number{}, err
	}
	return seal(r), nil
}

// longest is more than any number pasted with some space around it.
const longest = 100

// tidy trims the text and makes one kind of dash, one of space and capitals of the ASCII
// letters; phones and word processors put other dashes in. Too long a text becomes none.
func tidy(text string) string {
	if len(text) > longest {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '\u2010' && r <= '\u2014', r == '\u2212':
			return '-'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, strings.TrimSpace(text))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// atoi reads what allDigits has passed.
func atoi(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// birthday is the date, checked to exist and not to lie after today.
func birthday(year, month, day int, today time.Time) (time.Time, error) {
	born := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if int(born.Month()) != month { // a day or month too many has run over into another month
		return time.Time{}, ErrDate
	}
	y, m, d := today.Date()
	if born.After(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) {
		return time.Time{}, ErrFuture
	}
	return born, nil
}
