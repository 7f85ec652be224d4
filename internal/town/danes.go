package town

import (
	"fmt"
	"strings"
	"time"
)

var danes = people{
	seed: 6,
	women: strings.Fields(`Anne Kirsten Mette Hanne Helle Susanne Lene Marianne Lone Camilla Pia Inge Karen Charlotte Maria Louise Tina
		Gitte Ida Birgit Bente Jette Heidi Maja Rikke Trine Pernille Amina Dorthe Line`),
	men: strings.Fields(`Peter Jens Lars Michael Henrik Thomas Søren Jan Christian Martin Niels Anders Morten Jesper Hans Mads Per Ole
		Rasmus Erik Jørgen Steen Bjarne Claus Kim Troels Uffe Hamza Frode Esben`),
	girls: strings.Fields(`Alma Ida Freja Clara Olivia Karla Agnes Luna Nora Emma Ellie Alberte Vigga Frida Merle Lærke Isabella Mathilde
		Naja Sofie Amira Dagmar`),
	boys: strings.Fields(`William Oscar Carl Malthe Emil Valdemar August Noah Aksel Alfred Oliver Lucas Arthur Elias Hugo Storm Theodor
		Anton Johan Magne Bilal Konrad`),
	surnames: strings.Fields(`Nielsen Jensen Hansen Andersen Pedersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen
		Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Jakobsen Mikkelsen Frederiksen Laursen Lauridsen
		Østergaard Kjær Ågård Yilmaz`),
	streets: []dwelling{
		{"Torvegade", "9999", "Egelund"}, {"Rosenvej", "9999", "Egelund"}, {"Kirkestræde", "9999", "Egelund"},
		{"Mosevej", "9999", "Egelund"}, {"Møllevej", "9999", "Egelund"}, {"Havnegade", "9999", "Egelund"},
	},
	hosts:  []string{"mail.example", "post.example"},
	number: danishNumber,
	phone:  func(n int) string { return fmt.Sprintf("10 20 31 %02d", n) },
}

// danishNumber has the first serial from a place of its own that fails modulus 11, even
// for a woman: on any day but a 1 January nobody has such a number.
func danishNumber(born time.Time, woman bool, try int) string {
	if born.YearDay() == 1 {
		born = born.AddDate(0, 0, 1)
	}
	serial := 2*(try+born.YearDay()) + 1 - index(woman)
	if born.Year() >= 2000 {
		serial += 4000 // the seventh digit tells the century
	}
	date := born.Format("020106")
	for {
		n := fmt.Sprintf("%s%04d", date, serial)
		sum := 0
		for i, weight := range [...]int{4, 3, 2, 7, 6, 5, 4, 3, 2, 1} {
			sum += int(n[i]-'0') * weight
		}
		if sum%11 != 0 {
			return n
		}
		serial += 2
	}
}
