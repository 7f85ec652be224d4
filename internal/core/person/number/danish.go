package number

import (
	"strings"
	"time"
)

var (
	cprWeights = [...]int{4, 3, 2, 7, 6, 5, 4, 3, 2, 1}
	cvrWeights = [...]int{2, 7, 6, 5, 4, 3, 2, 1}
)

func danishPerson(s string, today time.Time) (record, error) {
	if looksLikeCVR(cvrDigits(s)) {
		return record{}, ErrOrganisation
	}
	if len(s) == 11 && (s[6] == '-' || s[6] == ' ') {
		s = s[:6] + s[7:]
	}
	if len(s) != 10 || !allDigits(s) {
		return record{}, ErrFormat
	}
	born, err := birthday(century(s)+atoi(s[4:6]), atoi(s[2:4]), atoi(s[:2]), today)
	if err != nil {
		return record{}, err
	}
	return record{DK, Personal, s, born}, nil
}

// century follows from the seventh digit and the two of the year, by the CPR office's
// table ("Personnummeret i CPR-systemet").
func century(s string) int {
	seventh, yy := s[6]-'0', atoi(s[4:6])
	switch {
	case seventh <= 3:
		return 1900
	case (seventh == 4 || seventh == 9) && yy >= 37:
		return 1900
	case seventh >= 5 && seventh <= 8 && yy >= 58:
		return 1800
	}
	return 2000
}

func danishOrganisation(s string) (record, error) {
	digits := cvrDigits(s)
	switch {
	case looksLikeCVR(digits):
		return record{country: DK, kind: Organisation, canonical: digits}, nil
	case len(digits) == 8 && digits[0] != '0' && allDigits(digits):
		return record{}, ErrCheckDigit
	case len(s) >= 10 && allDigits(s[:6]) && allDigits(s[len(s)-4:]) && len(strings.Trim(s[6:len(s)-4], "- ")) == 0:
		return record{}, ErrPerson
	}
	return record{}, ErrFormat
}

// cvrDigits takes away the spaces between pairs and the DK of a VAT number.
func cvrDigits(s string) string {
	return strings.TrimPrefix(strings.ReplaceAll(s, " ", ""), "DK")
}

func looksLikeCVR(s string) bool {
	return len(s) == 8 && allDigits(s) && s[0] != '0' && divisible(s, cvrWeights)
}

// divisible checks the weighted sum of the digits modulo 11.
func divisible[W [8]int | [10]int](digits string, weights W) bool {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i]-'0') * weights[i]
	}
	return sum%11 == 0
}
