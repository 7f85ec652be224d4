package town_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"tillit/internal/core/person/number"
	"tillit/internal/town"
)

// each runs a test on both towns.
func each(t *testing.T, f func(t *testing.T, w town.Town)) {
	for _, w := range []town.Town{town.Granvik(), town.Egelund()} {
		t.Run(w.Key, func(t *testing.T) { f(t, w) })
	}
}

func inCrowd(p town.Person) bool { return strings.HasPrefix(p.Key, "crowd-") }

func born(t *testing.T, w town.Town, p town.Person) time.Time {
	t.Helper()
	n, err := number.Parse(w.Country, p.Number, town.Today)
	if err != nil {
		t.Fatalf("%s: %v", p.Key, err)
	}
	return n.Born()
}

func isChild(t *testing.T, w town.Town, p town.Person) bool {
	return born(t, w, p).AddDate(18, 0, 0).After(town.Today)
}

func TestByCountry(t *testing.T) {
	for country, name := range map[string]string{"se": "Granvik", "dk": "Egelund"} {
		if w, ok := town.ByCountry(country); !ok || w.Name != name || w.Country != country {
			t.Errorf("%s gives %q, %v", country, w.Name, ok)
		}
	}
	if _, ok := town.ByCountry("no"); ok {
		t.Error("a town in a country without one")
	}
}

func TestSize(t *testing.T) {
	for country, want := range map[string]int{"se": 300, "dk": 120} {
		w, _ := town.ByCountry(country)
		if n := len(w.People); n < want || n > want+10 {
			t.Errorf("%s has %d people, want about %d", w.Name, n, want)
		}
	}
}

// A town is the same each time, and no caller's change reaches the next one.
func TestTheSameEachTime(t *testing.T) {
	each(t, func(t *testing.T, first town.Town) {
		again, _ := town.ByCountry(first.Country)
		if !reflect.DeepEqual(first, again) {
			t.Fatal("two towns differ")
		}
		again.People[0].Given, again.Custody[0].Child, again.Staff[0].Name = "x", "x", "x"
		again.Units[0].Name, again.Mandates[0].Holder = "x", "x"
		third, _ := town.ByCountry(first.Country)
		for _, text := range []string{third.People[0].Given, third.Custody[0].Child, third.Staff[0].Name, third.Units[0].Name, third.Mandates[0].Holder} {
			if text == "x" {
				t.Error("a change of one town is seen in the next")
			}
		}
	})
}

func TestBuiltInNoTime(t *testing.T) {
	best := time.Hour
	for range 5 {
		start := time.Now()
		town.Granvik()
		best = min(best, time.Since(start))
	}
	if best > 50*time.Millisecond {
		t.Errorf("Granvik takes %v", best)
	}
}

func TestNumbersAreNobodys(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		seen := map[string]bool{}
		passing := 0
		for _, p := range w.People {
			n, err := number.Parse(w.Country, p.Number, town.Today)
			if err != nil || n.Canonical() != p.Number {
				t.Errorf("%s: number not valid or not canonical: %v", p.Key, err)
				continue
			}
			if seen[p.Number] {
				t.Errorf("%s has another's number", p.Key)
			}
			seen[p.Number] = true
			switch w.Country {
			case "se":
				if p.Number[8:11] < "980" {
					t.Errorf("%s: outside the tax authority's test series", p.Key)
				}
			case "dk":
				if len(n.Warnings()) == 0 {
					passing++
				} else if n.Born().YearDay() == 1 {
					t.Errorf("%s: a number like one that was issued", p.Key)
				}
			}
		}
		if w.Country == "dk" && (passing != 1 || !seen["0707614285"]) {
			t.Errorf("%d numbers pass modulus 11, want the printed example alone", passing)
		}
	})
}

// What is told apart by number only, by name only, and by nothing.
func TestNames(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		names, surnames := map[string][]town.Person{}, map[string]map[string]bool{}
		for _, p := range w.People {
			if p.Given == "" || p.Surname == "" {
				t.Errorf("%s has no name", p.Key)
			}
			names[p.Name()] = append(names[p.Name()], p)
			if surnames[p.Surname] == nil {
				surnames[p.Surname] = map[string]bool{}
			}
			surnames[p.Surname][p.AddressID] = true
		}
		for _, p := range w.People {
			if (p.Protection != "" || p.Canary) && len(names[p.Name()]) > 1 {
				t.Errorf("%s shares a name", p.Key)
			}
			if (p.Protection != "" || p.Canary) && len(surnames[p.Surname]) > 1 {
				t.Errorf("the surname of %s is found in another household", p.Key)
			}
			if inCrowd(p) && len(names[p.Name()]) > 1 {
				t.Errorf("%s of the crowd shares a name", p.Key)
			}
			if inCrowd(p) != (p.Why == "") {
				t.Errorf("%s is named without a reason, or in the crowd with one", p.Key)
			}
			if inCrowd(p) && (p.Protection != "" || p.Canary || !p.Died.IsZero()) {
				t.Errorf("%s of the crowd is special", p.Key)
			}
		}
		for _, s := range w.Staff {
			for _, p := range names[s.Name] {
				if p.Key != s.Person {
					t.Errorf("%s of the staff has the name of a resident who is somebody else", s.Key)
				}
			}
		}
	})
}

func TestHouseholds(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		at, ids := map[string]string{}, map[string]string{}
		for _, p := range w.People {
			address := p.Street + ", " + p.PostCode + " " + p.City
			if p.Street == "" || p.PostCode == "" || p.City == "" || p.AddressID == "" {
				t.Errorf("%s has half an address", p.Key)
			}
			if a, ok := at[p.AddressID]; ok && a != address {
				t.Errorf("%s: one id, two addresses", p.AddressID)
			}
			if id, ok := ids[address]; ok && id != p.AddressID {
				t.Errorf("%s: one address, two ids", p.AddressID)
			}
			at[p.AddressID], ids[address] = address, p.AddressID
			if !strings.HasPrefix(p.PostCode, "999") {
				t.Errorf("%s has a post code that may exist", p.Key)
			}
			if p.Street == w.Street {
				t.Errorf("%s lives in the town hall", p.Key)
			}
		}
	})
}

var (
	mailOfPeople = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*@[a-z]+\.example$`)
	phones       = map[string]*regexp.Regexp{
		"se": regexp.MustCompile(`^070-174 06 (0[5-9]|[1-9][0-9])$`), // the series for fiction
		"dk": regexp.MustCompile(`^10( [0-9]{2}){3}$`),               // no subscriber's begins with 1
	}
)

func TestContactsReachNobody(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		seen := map[string]bool{"": true}
		once := func(key, value string) {
			if value != "" && seen[value] {
				t.Errorf("%s has another's mail or telephone", key)
			}
			seen[value] = true
		}
		for _, p := range w.People {
			once(p.Key, p.Email)
			once(p.Key, p.Phone)
			switch {
			case isChild(t, w, p) || !p.Died.IsZero():
				if p.Email+p.Phone != "" {
					t.Errorf("%s is a child or dead and has a mail or telephone", p.Key)
				}
			case !mailOfPeople.MatchString(p.Email):
				t.Errorf("%s has a mail address that may exist", p.Key)
			}
			if p.Phone != "" && !phones[w.Country].MatchString(p.Phone) {
				t.Errorf("%s has a telephone that may exist", p.Key)
			}
			if p.Protection != "" {
				apart(t, p, strings.Split(p.Email, "@")[0])
			}
		}
		staffMail := regexp.MustCompile(`^[a-z.-]+@` + w.Key + `\.test$`)
		for _, s := range w.Staff {
			once(s.Key, s.Email)
			if !staffMail.MatchString(s.Email) {
				t.Errorf("%s has a mail address outside the municipality", s.Key)
			}
		}
	})
}

// apart checks that no text holds a part of a protected person's name.
func apart(t *testing.T, p town.Person, texts ...string) {
	t.Helper()
	for _, part := range strings.FieldsFunc(strings.ToLower(p.Name()), func(r rune) bool { return r == ' ' || r == '-' }) {
		for _, text := range texts {
			if strings.Contains(strings.ToLower(text), part) {
				t.Errorf("%s: a part of the name stands where an alias should", p.Key)
			}
		}
	}
}

func TestAgesAreThere(t *testing.T) {
	each(t, func(t *testing.T, w town.Town) {
		ages := map[int]int{}
		for _, p := range w.People {
			b := born(t, w, p)
			age := town.Today.Year() - b.Year()
			if b.AddDate(age, 0, 0).After(town.Today) {
				age--
			}
			ages[age]++
		}
		for age := 1; age <= 12; age++ {
			if ages[age] == 0 {
				t.Errorf("nobody is %d", age)
			}
		}
	})
}

func TestTownHall(t *testing.T) {
	w := town.Granvik()
	if w.Street+", "+w.PostCode+" "+w.City != "Storgatan 4, 999 01 Granvik" || w.Phone != "0980-319 200" || w.Municipality != "Granviks kommun" {
		t.Error("the town hall of Granvik has moved")
	}
	for _, h := range w.Hours {
		want := "17:00"
		if h.Weekday == time.Thursday {
			want = "19:00"
		}
		if h.From != "08:00" || h.To != want {
			t.Errorf("%s: %s to %s", h.Weekday, h.From, h.To)
		}
	}
	each(t, func(t *testing.T, w town.Town) {
		if len(w.Hours) != 5 || w.Hours[0].Weekday != time.Monday || w.Hours[4].Weekday != time.Friday {
			t.Error("not open from Monday to Friday")
		}
	})
}
