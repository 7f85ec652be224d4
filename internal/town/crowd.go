package town

import (
	"fmt"
	"strings"
	"time"
)

// people is what a country's crowd is made of.
type people struct {
	seed                              uint64 // chosen so that children of every age are there
	women, men, girls, boys, surnames []string
	streets                           []dwelling
	hosts                             []string
	number                            func(born time.Time, woman bool, try int) string
	phone                             func(n int) string // "" when there are no more
}

// crowd builds households until a town is full. It draws from a sequence of its own,
// whose numbers never change, so that a town is the same with every Go.
type crowd struct {
	people
	town    *Town
	state   uint64
	names   map[string]bool // taken, whole names
	numbers map[string]bool
	count   int
	homes   int
	phones  int
}

// populate adds crowd households to the named people until there are about size people.
func (t *Town) populate(size int, from people) {
	c := &crowd{people: from, town: t, state: from.seed, names: map[string]bool{}, numbers: map[string]bool{}}
	for _, p := range t.People {
		c.names[p.Name()], c.numbers[p.Number] = true, true
	}
	for _, s := range t.Staff {
		c.names[s.Name] = true
	}
	for i := 0; len(t.People) < size; i++ {
		switch i % 8 {
		case 0, 4:
			c.single()
		case 1:
			c.couple(55, 80)
		case 2:
			c.couple(23, 54)
		case 3, 5, 6:
			c.family(i%16 == 3)
		case 7:
			c.apart()
		}
	}
}

// below draws a number from 0 to n-1 (splitmix64).
func (c *crowd) below(n int) int {
	c.state += 0x9e3779b97f4a7c15
	z := c.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

func (c *crowd) pick(list []string) string { return list[c.below(len(list))] }

// born draws a birthday, some years of age before today.
func (c *crowd) born(from, to int) time.Time {
	return c.before(Today, from, to)
}

func (c *crowd) before(when time.Time, from, to int) time.Time {
	return when.AddDate(-from, 0, -c.below((to-from)*365))
}

// home is the next free dwelling: all streets in turn, one house further each round.
func (c *crowd) home() dwelling {
	d := c.streets[c.homes%len(c.streets)]
	d.street = fmt.Sprintf("%s %d", d.street, 30+c.homes/len(c.streets))
	c.homes++
	return d
}

// add puts a person into a home and gives her key. Parts of the name that are empty
// are drawn, until the whole name is nobody else's.
func (c *crowd) add(at dwelling, born time.Time, woman bool, surname string) string {
	child := born.After(Today.AddDate(-18, 0, 0))
	given := [...][]string{c.men, c.women, c.boys, c.girls}[index(child)*2+index(woman)]
	p := Person{Surname: surname, Street: at.street, PostCode: at.postCode, City: at.city, AddressID: slug(at.street, "-")}
	for p.Given == "" || c.names[p.Name()] {
		p.Given = c.pick(given)
		if surname == "" {
			p.Surname = c.pick(c.surnames)
		}
	}
	c.names[p.Name()] = true

	for try := 0; p.Number == "" || c.numbers[p.Number]; try++ {
		p.Number = c.number(born, woman, try)
	}
	c.numbers[p.Number] = true

	c.count++
	p.Key = fmt.Sprintf("crowd-%03d", c.count)
	if !child {
		p.Email = slug(p.Name(), ".") + "@" + c.hosts[c.below(len(c.hosts))]
		p.Phone = c.phone(c.phones)
		c.phones++
	}
	c.town.People = append(c.town.People, p)
	return p.Key
}

func (c *crowd) single() {
	c.add(c.home(), c.born(19, 92), c.below(2) == 0, "")
}

func (c *crowd) couple(from, to int) {
	at, surname := c.home(), c.pick(c.surnames)
	c.add(at, c.born(from, to), true, surname)
	c.add(at, c.born(from, to), false, surname)
}

// family is two guardians with one to three children at one address; or one guardian
// with one or two.
func (c *crowd) family(alone bool) {
	at, surname := c.home(), c.pick(c.surnames)
	births := c.births(3 - index(alone))
	guardians := []string{c.add(at, c.before(births[0], 22, 38), true, surname)}
	kind := Sole
	if !alone {
		guardians, kind = append(guardians, c.add(at, c.before(births[0], 22, 42), false, surname)), Joint
	}
	for _, b := range births {
		child := c.add(at, b, c.below(2) == 0, surname)
		for _, g := range guardians {
			c.custody(child, g, kind, Main, b)
		}
	}
}

// apart is two guardians at two addresses with one or two children, who live with one
// and visit the other, or live in turn.
func (c *crowd) apart() {
	here, there := c.home(), c.home()
	births := c.births(2)
	mother := c.add(here, c.before(births[0], 22, 38), true, "")
	father := c.add(there, c.before(births[0], 22, 42), false, "")
	surname := c.town.Person(mother).Surname
	living := [2]string{Main, Visits}
	if c.below(2) == 0 {
		living = [2]string{Alternate, Alternate}
	}
	for _, b := range births {
		child := c.add(here, b, c.below(2) == 0, surname)
		c.custody(child, mother, Joint, living[0], b)
		c.custody(child, father, Joint, living[1], b)
	}
}

func (c *crowd) custody(child, guardian, kind, living string, from time.Time) {
	c.town.Custody = append(c.town.Custody, Custody{Child: child, Guardian: guardian, Kind: kind, Living: living, From: from})
}

// births draws the birthdays of one to most siblings, two to four years between them.
// All are children on Today and for a year after.
func (c *crowd) births(most int) []time.Time {
	births := []time.Time{c.born(1, 16)}
	for range c.below(most) {
		next := births[len(births)-1].AddDate(2, 0, c.below(730))
		if next.After(Today.AddDate(0, -6, 0)) {
			break
		}
		births = append(births, next)
	}
	return births
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

var plain = strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e", "ë", "e", "ü", "u", "æ", "ae", "ø", "o", ",", "", "'", "", ".", "")

// slug writes a text in plain small letters, with sep for spaces.
func slug(text, sep string) string {
	return strings.ReplaceAll(plain.Replace(strings.ToLower(text)), " ", sep)
}
