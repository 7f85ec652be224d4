package town

import "slices"

// Granvik is a small Swedish municipality by a lake, of about 300 people.
func Granvik() Town {
	t := Town{
		Key:          "granvik",
		Country:      "se",
		Name:         "Granvik",
		Municipality: "Granviks kommun",
		Street:       "Storgatan 4",
		PostCode:     "999 01",
		City:         "Granvik",
		Phone:        "0980-319 200",
		Email:        "kommun@granvik.test",
		Hours:        week("08:00", [5]string{"17:00", "17:00", "17:00", "19:00", "17:00"}),
		Boards: []Board{
			{"utbildningsnamnden", "Utbildningsnämnden"},
			{"miljonamnden", "Miljönämnden"},
			{"socialnamnden", "Socialnämnden"},
			{"kommunstyrelsen", "Kommunstyrelsen"},
		},
		Units: []Unit{
			{"forskoleadministrationen", "utbildningsnamnden", "Förskoleadministrationen"},
			{"avgiftsenheten", "utbildningsnamnden", "Avgiftsenheten"},
			{"kulturskolan", "utbildningsnamnden", "Kulturskolan"},
			{"miljoenheten", "miljonamnden", "Miljöenheten"},
			{"fardtjanstenheten", "socialnamnden", "Färdtjänstenheten"},
			{"tillstandsenheten", "socialnamnden", "Tillståndsenheten"},
			{"familjeratten", "socialnamnden", "Familjerätten"},
			{"medborgarhuset", "kommunstyrelsen", "Medborgarhuset"},
			{"kansliet", "kommunstyrelsen", "Kansliet"},
			{"ekonomienheten", "kommunstyrelsen", "Ekonomienheten"},
			{"digitaliseringsenheten", "kommunstyrelsen", "Digitaliseringsenheten"},
			{"skyddade-arenden", "kommunstyrelsen", "Skyddade ärenden"},
		},
		Preschools: []Preschool{
			{"tallbacken", "Tallbackens förskola", "preschool", "Centrum"},
			{"nackrosen", "Näckrosens förskola", "preschool", "Centrum"},
			{"hamnen", "Hamnens förskola", "preschool", "Sandnäs"},
			{"norrberg", "Norrbergs förskola", "preschool", "Norrberg"},
			{"bruket", "Förskolan Bruket", "preschool", "Bruket"},
			{"ekorren", "Fritidshemmet Ekorren", "after_school", "Centrum"},
			{"bavern", "Fritidshemmet Bävern", "after_school", "Norrberg"},
			{"kajen", "Fritidsklubben Kajen", "youth_club", "Sandnäs"},
			{"loftet", "Fritidsklubben Loftet", "youth_club", "Centrum"},
			{"smultronet", "Pedagogisk omsorg Smultronet", "pedagogical_care", "Bruket"},
			{"humlan", "Pedagogisk omsorg Humlan", "pedagogical_care", "Norrberg"},
		},
		People:   slices.Clone(granvikPeople),
		Custody:  slices.Clone(granvikCustody),
		Mandates: slices.Clone(granvikMandates),
		Staff:    slices.Clone(granvikStaff),
	}
	t.settle(granvikDwellings, "post.example")
	t.populate(300, swedes)
	return t
}

// dwelling is where an address id is.
type dwelling struct{ street, postCode, city string }

// settle gives the named people the address of their dwelling, and a mail address to
// the adults who have none of their own.
func (t *Town) settle(dwellings map[string]dwelling, host string) {
	children := map[string]bool{}
	for _, c := range t.Custody {
		children[c.Child] = true
	}
	for i := range t.People {
		p := &t.People[i]
		d, ok := dwellings[p.AddressID]
		if !ok {
			panic("town: no dwelling of that id")
		}
		p.Street, p.PostCode, p.City = d.street, d.postCode, d.city
		if p.Email == "" && !children[p.Key] && p.Died.IsZero() {
			p.Email = slug(p.Name(), ".") + "@" + host
		}
	}
}
