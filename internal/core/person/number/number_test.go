package number_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tillit/internal/core/person/number"
)

var today = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		country, text string
		canonical     string
		display       string
		kind          number.Kind
		born          string
		err           error
	}{
		"long":                        {number.SE, "191212121212", "191212121212", "19121212-1212", number.Personal, "1912-12-12", nil},
		"wrong check digit":           {number.SE, "191212121213", "", "", 0, "", number.ErrCheckDigit},
		"spaces around":               {number.SE, "\t 19121212-1212\u00a0\n", "191212121212", "19121212-1212", number.Personal, "1912-12-12", nil},
		"dash of a phone":             {number.SE, "19121212–1212", "191212121212", "19121212-1212", number.Personal, "1912-12-12", nil},
		"true minus":                  {number.SE, "19121212−1212", "191212121212", "19121212-1212", number.Personal, "1912-12-12", nil},
		"minus at any age":            {number.SE, "19121212-1212", "191212121212", "19121212-1212", number.Personal, "1912-12-12", nil},
		"short and over 100":          {number.SE, "121212+1212", "191212121212", "19121212-1212", number.Personal, "1912-12-12", nil},
		"short and under 100":         {number.SE, "121212-1212", "201212121212", "20121212-1212", number.Personal, "2012-12-12", nil},
		"turns 100 this year":         {number.SE, "261205+9804", "192612059804", "19261205-9804", number.Personal, "1926-12-05", nil},
		"plus and turns 100 in 2026":  {number.SE, "19261205+9804", "192612059804", "19261205-9804", number.Personal, "1926-12-05", nil},
		"plus and turns 99":           {number.SE, "19271205+9803", "", "", 0, "", number.ErrDate},
		"this year, after today":      {number.SE, "261205-9804", "", "", 0, "", number.ErrFuture},
		"born today":                  {number.SE, "20261121-9805", "202611219805", "20261121-9805", number.Personal, "2026-11-21", nil},
		"born tomorrow":               {number.SE, "20261122-9804", "", "", 0, "", number.ErrFuture},
		"leap day":                    {number.SE, "000229-2399", "200002292399", "20000229-2399", number.Personal, "2000-02-29", nil},
		"leap day of another century": {number.SE, "000229+2399", "", "", 0, "", number.ErrDate},
		"coordination":                {number.SE, "730288-9931", "197302889931", "19730288-9931", number.Coordination, "1973-02-28", nil},
		"coordination, 31 February":   {number.SE, "730291-9931", "", "", 0, "", number.ErrDate},
		"coordination, day unknown":   {number.SE, "191711602399", "191711602399", "19171160-2399", number.Coordination, "0001-01-01", nil},
		"coordination, month unknown": {number.SE, "191500722390", "191500722390", "19150072-2390", number.Coordination, "0001-01-01", nil},
		"coordination, this year":     {number.SE, "20261260-9805", "", "", 0, "", number.ErrFuture},
		"month 00 without day 60":     {number.SE, "19170005-2399", "", "", 0, "", number.ErrDate},
		"interim":                     {number.SE, "000101-T220", "20000101T220", "20000101-T220", number.Interim, "2000-01-01", nil},
		"interim in small letters":    {number.SE, "20000101t220", "20000101T220", "20000101-T220", number.Interim, "2000-01-01", nil},
		"interim with a strange one":  {number.SE, "20000101-E221", "", "", 0, "", number.ErrFormat},
		"letter elsewhere":            {number.SE, "000101-2T20", "", "", 0, "", number.ErrFormat},
		"birth number 000":            {number.SE, "20150916-0006", "", "", 0, "", number.ErrFormat},
		"space between":               {number.SE, "19090527 1474", "", "", 0, "", number.ErrFormat},
		"organisation":                {number.SE, "802005-1952", "", "", 0, "", number.ErrOrganisation},
		"organisation, long":          {number.SE, "168020051952", "", "", 0, "", number.ErrOrganisation},
		"organisation, mistyped":      {number.SE, "802005-1953", "", "", 0, "", number.ErrDate},
		"eighteenth century":          {number.SE, "17121212-1212", "", "", 0, "", number.ErrDate},
		"nothing":                     {number.SE, "", "", "", 0, "", number.ErrFormat},
		"a word":                      {number.SE, "personnummer", "", "", 0, "", number.ErrFormat},
		"other digits":                {number.SE, "١٩١٢١٢١٢١٢١٢", "", "", 0, "", number.ErrFormat},

		"danish":                     {number.DK, "070761-4285", "0707614285", "070761-4285", number.Personal, "1961-07-07", nil},
		"danish without dash":        {number.DK, "0707614285", "0707614285", "070761-4285", number.Personal, "1961-07-07", nil},
		"danish with space":          {number.DK, " 070761 4285 ", "0707614285", "070761-4285", number.Personal, "1961-07-07", nil},
		"danish, 1900s by 3":         {number.DK, "010105-3000", "0101053000", "010105-3000", number.Personal, "1905-01-01", nil},
		"danish, 2000s by 4":         {number.DK, "010105-4000", "0101054000", "010105-4000", number.Personal, "2005-01-01", nil},
		"danish, 1900s by 4":         {number.DK, "010137-4000", "0101374000", "010137-4000", number.Personal, "1937-01-01", nil},
		"danish, 2000s by 9":         {number.DK, "010105-9000", "0101059000", "010105-9000", number.Personal, "2005-01-01", nil},
		"danish, 1900s by 9":         {number.DK, "010137-9000", "0101379000", "010137-9000", number.Personal, "1937-01-01", nil},
		"danish, 2000s by 5":         {number.DK, "010105-5000", "0101055000", "010105-5000", number.Personal, "2005-01-01", nil},
		"danish, 2000s by 5, future": {number.DK, "010157-5000", "", "", 0, "", number.ErrFuture},
		"danish, 1800s by 8":         {number.DK, "010158-8000", "0101588000", "010158-8000", number.Personal, "1858-01-01", nil},
		"danish, no such day":        {number.DK, "310299-0000", "", "", 0, "", number.ErrDate},
		"danish, ersatz day":         {number.DK, "670761-4285", "", "", 0, "", number.ErrDate},
		"danish, too long":           {number.DK, "07071961-4285", "", "", 0, "", number.ErrFormat},
		"danish with plus":           {number.DK, "070761+4285", "", "", 0, "", number.ErrFormat},
		"danish organisation":        {number.DK, "DK 88 14 64 25", "", "", 0, "", number.ErrOrganisation},
		"danish, eight digits":       {number.DK, "88146426", "", "", 0, "", number.ErrFormat},

		"no country":      {"", "191212121212", "", "", 0, "", number.ErrCountry},
		"another country": {"no", "191212121212", "", "", 0, "", number.ErrCountry},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := number.Parse(c.country, c.text, today)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if n.Canonical() != c.canonical || n.Display() != c.display || n.Kind() != c.kind {
				t.Errorf("got %s, %s, %s", n.Canonical(), n.Display(), n.Kind())
			}
			if n.IsZero() != (err != nil) {
				t.Error("a number beside an error, or neither")
			}
			if err != nil {
				return
			}
			if got := n.Born().Format(time.DateOnly); got != c.born {
				t.Errorf("born %s, want %s", got, c.born)
			}
			if n.Country() != c.country {
				t.Errorf("country %q", n.Country())
			}
		})
	}
}

func TestParseOrganisation(t *testing.T) {
	for name, c := range map[string]struct {
		country, text      string
		canonical, display string
		err                error
	}{
		"dash":               {number.SE, "802005-1952", "8020051952", "802005-1952", nil},
		"digits":             {number.SE, " 8020051952 ", "8020051952", "802005-1952", nil},
		"register's century": {number.SE, "16802005-1952", "8020051952", "802005-1952", nil},
		"another century":    {number.SE, "19802005-1952", "", "", number.ErrFormat},
		"check digit":        {number.SE, "802005-1953", "", "", number.ErrCheckDigit},
		"zero first":         {number.SE, "0020051958", "", "", number.ErrFormat},
		"plus":               {number.SE, "802005+1952", "", "", number.ErrFormat},
		"a person":           {number.SE, "19121212-1212", "", "", number.ErrPerson},
		"a short person":     {number.SE, "121212-1212", "", "", number.ErrPerson},
		"an interim person":  {number.SE, "000101-T220", "", "", number.ErrPerson},
		"a word":             {number.SE, "aktiebolag", "", "", number.ErrFormat},

		"danish":             {number.DK, "88146425", "88146425", "88146425", nil},
		"danish in pairs":    {number.DK, "88 14 64 25", "88146425", "88146425", nil},
		"danish VAT":         {number.DK, "dk88146425", "88146425", "88146425", nil},
		"danish check digit": {number.DK, "88146426", "", "", number.ErrCheckDigit},
		"danish zeros":       {number.DK, "00000000", "", "", number.ErrFormat},
		"danish person":      {number.DK, "070761-4285", "", "", number.ErrPerson},
		"danish word":        {number.DK, "anpartsselskab", "", "", number.ErrFormat},

		"no country": {"", "8020051952", "", "", number.ErrCountry},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := number.ParseOrganisation(c.country, c.text)
			if !errors.Is(err, c.err) {
				t.Fatalf("error %v, want %v", err, c.err)
			}
			if n.Canonical() != c.canonical || n.Display() != c.display {
				t.Errorf("got %s, %s", n.Canonical(), n.Display())
			}
			if err == nil && (n.Kind() != number.Organisation || !n.Born().IsZero()) {
				t.Errorf("an organisation of kind %s, born %v", n.Kind(), n.Born())
			}
		})
	}
}

func TestTodayIsTheCallersDay(t *testing.T) {
	stockholm := time.FixedZone("CET", 3600)
	night := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
	if _, err := number.Parse(number.SE, "20261121-9805", night.In(stockholm)); err != nil {
		t.Errorf("born today in Stockholm: %v", err)
	}
	if _, err := number.Parse(number.SE, "20261121-9805", night); !errors.Is(err, number.ErrFuture) {
		t.Errorf("born tomorrow in UTC: %v", err)
	}
}

func TestWarnings(t *testing.T) {
	for text, want := range map[string]int{"0707614285": 0, "0707614286": 1, "0101654000": 1} {
		n, err := number.Parse(number.DK, text, today)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.Warnings(); len(got) != want || want == 1 && got[0] != number.Modulus11 {
			t.Errorf("warnings %v, want %d", got, want)
		}
	}
	for text, want := range map[string]bool{"191212121212": false, "197302889931": false, "191711602399": true, "191500722390": true} {
		got := mustParse(t, number.SE, text).Warnings()
		if slices.Contains(got, number.IncompleteBirth) != want || len(got) > 1 {
			t.Errorf("warnings %v, want incomplete %v", got, want)
		}
	}
}

func TestZero(t *testing.T) {
	var n number.Number
	if !n.IsZero() || n.Kind() != number.None || n.Country() != "" || n.Canonical() != "" || n.Display() != "" || !n.Born().IsZero() || n.Warnings() != nil {
		t.Error("the zero number is something")
	}
}

func mustParse(t *testing.T, country, text string) number.Number {
	t.Helper()
	n, err := number.Parse(country, text, today)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
