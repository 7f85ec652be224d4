package town

import (
	"fmt"
	"strings"
	"time"
)

var swedes = people{
	seed: 1,
	women: strings.Fields(`Anna Eva Kristina Karin Birgitta Margareta Elisabeth Ingrid Marianne Lena Helena Emma Linnea Sara Hanna Johanna
		Annika Monica Ulla Kerstin Gunilla Susanne Malin Camilla Therese Frida Josefin Amanda Matilda Ellinor Barbro Inger Yvonne Lisbeth
		Amina Shirin Jelena Marta Nina Terhi Pia Rebecka Evelina Cecilia Ewa Gun Rut Vendela Moa Felicia`),
	men: strings.Fields(`Lars Anders Mikael Karl Per Erik Jan Peter Thomas Daniel Fredrik Hans Andreas Stefan Mats Marcus Magnus Bengt Jonas
		Niklas Martin Bo Patrik Björn Leif Mattias Ulf Sven Joakim Christer Viktor Simon Rickard Sebastian Hampus Kjell Arne Göran Roland
		Hassan Goran Dragan Tomasz Kalle Jari Pontus Ludvig Rasmus Gustaf Axel`),
	girls: strings.Fields(`Alice Maja Vera Selma Alma Lilly Astrid Freja Wilma Olivia Ester Ines Stella Signe Juni Iris Leia Saga Tyra
		Meja Ellie Molly Nora Hedda Livia Sally Edith Ronja Majken Thea Lykke Amira Hilma Lova Nova Elvira Tilde Svea Greta Minna`),
	boys: strings.Fields(`Hugo William Liam Noah Elias Oliver Adam Walter August Lucas Matteo Theo Alfred Ludwig Vincent Leo Frans Valter
		Ivar Melvin Otto Harry Sigge Olle Charlie Gabriel Viggo Isak Arvid Ebbe Benjamin Omar Vidar Folke Loke Milo Sam Edvin Jack Malte`),
	surnames: strings.Fields(`Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson
		Jansson Hansson Bengtsson Jönsson Lindberg Jakobsson Magnusson Lindström Olofsson Lindgren Axelsson Bergström Lundberg
		Lundgren Berg Berglind Fredriksson Sandberg Henriksson Forsberg Sjöberg Wallgren Ali Mohamed Engström Eklund Danielsson Lundin
		Håkansson Björk Bergman Gunnarsson Wikström Holmgren Fransson Isaksson Samuelsson Nyberg Bergqvist Arvidsson Petrovic Korhonen
		Söderberg Åberg Öhman Hedlund Norrgård`),
	streets: []dwelling{
		{"Storgatan", "999 01", "Granvik"}, {"Skolgatan", "999 01", "Granvik"}, {"Stationsgatan", "999 01", "Granvik"},
		{"Näckrosvägen", "999 02", "Granvik"}, {"Kvarngatan", "999 02", "Granvik"}, {"Tallbacksvägen", "999 03", "Granvik"},
		{"Björkstigen", "999 03", "Granvik"}, {"Bruksgatan", "999 04", "Granvik"}, {"Ängsvägen", "999 05", "Norrberg"},
		{"Prästgårdsvägen", "999 05", "Norrberg"}, {"Hamngatan", "999 07", "Sandnäs"}, {"Sjövägen", "999 09", "Granvik"},
	},
	hosts:  []string{"post.example", "brev.example", "mejl.example"},
	number: swedishNumber,
	phone: func(n int) string {
		if n > 50 { // the series for fiction ends at 99, and the named people have its beginning
			return ""
		}
		return fmt.Sprintf("070-174 06 %d", 40+n)
	},
}

// swedishNumber has a birth number from 980 to 999, even for a woman; the tenth try and
// each tenth after it move on a day, as the register does when a day's numbers are gone.
func swedishNumber(born time.Time, woman bool, try int) string {
	serial := 980 + try%10*2 + 1 - index(woman)
	twelve := fmt.Sprintf("%s%d", born.AddDate(0, 0, try/10).Format("20060102"), serial)
	sum := 0
	for i, c := range twelve[2:] {
		d := int(c - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return fmt.Sprintf("%s%d", twelve, (10-sum%10)%10)
}
