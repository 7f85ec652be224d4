package number_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tillit/internal/core/person/number"
)

// swedish draws canonical digits of a person's number. The check digit is found by trial
// against the plain definition of the algorithm, not by the package's code.
func swedish(t *rapid.T) string {
	born := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 46345).Draw(t, "days"))
	day := born.Day() + rapid.SampledFrom([]int{0, 60}).Draw(t, "coordination")
	serial := fmt.Sprintf("%03d", rapid.IntRange(1, 999).Draw(t, "serial"))
	if day < 60 && rapid.Bool().Draw(t, "interim") {
		serial = rapid.SampledFrom(strings.Split("TRSUWXJKLMN", "")).Draw(t, "letter") + serial[1:]
	}
	nine := fmt.Sprintf("%04d%02d%02d%s", born.Year(), born.Month(), day, serial)
	return nine + string('0'+byte(checkDigit(nine[2:])))
}

// checkDigit makes the sum of doubled and single digits a multiple of ten.
func checkDigit(nine string) int {
	doubled := [10]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}
	sum := 0
	for i, c := range nine {
		d := 1 // a letter
		if c <= '9' {
			d = int(c - '0')
		}
		if i%2 == 0 {
			d = doubled[d]
		}
		sum += d
	}
	return (10 - sum%10) % 10
}

func TestSwedishSpellingsAreOneNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := swedish(t)
		want, err := number.Parse(number.SE, digits, today)
		if err != nil {
			t.Fatal(err)
		}
		if want.Canonical() != digits {
			t.Fatal("other digits came back")
		}
		sign := "-"
		over := today.Year()-want.Born().Year() >= 100
		if over {
			sign = "+"
		}
		date, serial := digits[:8], digits[8:]
		spellings := []string{want.Display(), date + sign + serial, date[2:] + sign + serial, " " + strings.ToLower(digits) + "\n"}
		if !over {
			spellings = append(spellings, date[2:]+serial)
		}
		for _, s := range spellings {
			if got, err := number.Parse(number.SE, s, today); got != want || err != nil {
				t.Fatalf("a spelling of %d characters: %v", len(s), err)
			}
		}
	})
}

func TestOneFlippedDigitBreaksIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := []byte(swedish(t))
		at := rapid.IntRange(2, 11).Filter(func(i int) bool { return digits[i] <= '9' }).Draw(t, "at")
		digits[at] = '0' + (digits[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if n, err := number.Parse(number.SE, string(digits), today); err == nil || !n.IsZero() {
			t.Fatalf("place %d changed and the number stands", at)
		}
		if n, err := number.ParseOrganisation(number.SE, string(digits[2:])); err == nil || !n.IsZero() {
			t.Fatalf("place %d changed and an organisation stands", at)
		}
	})
}

func TestDanishSpellingsAreOneNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 46345).Draw(t, "days"))
		serial := rapid.IntRange(0, 3999)
		if born.Year() >= 2000 {
			serial = rapid.IntRange(4000, 9999)
		}
		digits := fmt.Sprintf("%s%04d", born.Format("020106"), serial.Draw(t, "serial"))
		want, err := number.Parse(number.DK, digits, today)
		if err != nil {
			t.Fatal(err)
		}
		if want.Canonical() != digits || !want.Born().Equal(born) {
			t.Fatal("another number or day came back")
		}
		for _, s := range []string{want.Display(), digits[:6] + " " + digits[6:], " " + digits + " "} {
			if got, err := number.Parse(number.DK, s, today); got != want || err != nil {
				t.Fatalf("a spelling of %d characters: %v", len(s), err)
			}
		}
	})
}

// Whatever is typed: no panic, and what is accepted reads back from both its forms.
func TestAcceptedReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]string{number.SE, number.DK}).Draw(t, "country")
		text := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching(`[0-9]{2}(0[1-9]|1[0-2])[0-9]{2}[-+ ]?[0-9TRSX][0-9]{3}`),
			rapid.StringMatching(`(16)?[1-9][0-9][2-9][0-9]{3}-?[0-9]{4}`),
			rapid.StringMatching(`(DK)?[0-9]{8}`),
		).Draw(t, "text")
		if n, err := number.Parse(country, text, today); err == nil {
			a, err1 := number.Parse(country, n.Canonical(), today)
			b, err2 := number.Parse(country, n.Display(), today)
			if a != n || b != n || err1 != nil || err2 != nil {
				t.Fatal("a person's number does not read back")
			}
			if _, err := number.ParseOrganisation(country, text); err == nil {
				t.Fatal("both a person's and an organisation's")
			}
		}
		if n, err := number.ParseOrganisation(country, text); err == nil {
			a, err1 := number.ParseOrganisation(country, n.Canonical())
			b, err2 := number.ParseOrganisation(country, n.Display())
			if a != n || b != n || err1 != nil || err2 != nil {
				t.Fatal("an organisation's number does not read back")
			}
		}
	})
}
