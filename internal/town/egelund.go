package town

import "slices"

// Egelund is a Danish municipality, smaller: about 120 people.
func Egelund() Town {
	t := Town{
		Key:          "egelund",
		Country:      "dk",
		Name:         "Egelund",
		Municipality: "Egelund Kommune",
		Street:       "Torvet 1",
		PostCode:     "9999",
		City:         "Egelund",
		Phone:        "10 10 02 00",
		Email:        "kommunen@egelund.test",
		Hours:        week("10:00", [5]string{"15:00", "15:00", "15:00", "17:00", "13:00"}),
		Boards: []Board{
			{"borne-og-undervisningsudvalget", "Børne- og Undervisningsudvalget"},
			{"teknik-og-miljoudvalget", "Teknik- og Miljøudvalget"},
			{"social-og-sundhedsudvalget", "Social- og Sundhedsudvalget"},
			{"okonomiudvalget", "Økonomiudvalget"},
		},
		Units: []Unit{
			{"pladsanvisningen", "borne-og-undervisningsudvalget", "Pladsanvisningen"},
			{"miljo-og-natur", "teknik-og-miljoudvalget", "Miljø og Natur"},
			{"ydelser", "social-og-sundhedsudvalget", "Ydelser"},
			{"borgerservice", "okonomiudvalget", "Borgerservice"},
			{"sekretariatet", "okonomiudvalget", "Sekretariatet"},
			{"it-og-digitalisering", "okonomiudvalget", "It og Digitalisering"},
			{"beskyttede-sager", "okonomiudvalget", "Beskyttede sager"},
		},
		Preschools: []Preschool{
			{"egernet", "Børnehaven Egernet", "preschool", "Midtbyen"},
			{"mosekrogen", "Børnehuset Mosekrogen", "preschool", "Mosen"},
			{"sfo-lunden", "SFO Lunden", "after_school", "Midtbyen"},
			{"klub-havnen", "Klub Havnen", "youth_club", "Havnen"},
			{"dagplejen-mosen", "Dagplejen Mosen", "pedagogical_care", "Mosen"},
		},
		People:   slices.Clone(egelundPeople),
		Custody:  slices.Clone(egelundCustody),
		Mandates: slices.Clone(egelundMandates),
		Staff:    slices.Clone(egelundStaff),
	}
	t.settle(egelundDwellings, "mail.example")
	t.populate(120, danes)
	return t
}

var egelundStaff = []Staff{
	{Key: "mette-holt", Name: "Mette Holt", Role: Officer, Title: "Pladsanviser", Unit: "pladsanvisningen", Email: "mette.holt@egelund.test",
		Why: "Places children: queue, offers, answers, ends"},
	{Key: "rasmus-friis", Person: "rasmus-friis-private", Name: "Rasmus Friis", Role: Officer, Title: "Pladsanviser", Unit: "pladsanvisningen", Email: "rasmus.friis@egelund.test",
		Why: "Second officer of the unit"},
	{Key: "bodil-krag", Name: "Bodil Krag", Role: Officer, Title: "Borgervejleder", Unit: "borgerservice", Email: "bodil.krag@egelund.test",
		Why: "At the desk of Citizen Service"},
	{Key: "soren-lund", Name: "Søren Lund", Role: Officer, Title: "Sagsbehandler, ydelser", Unit: "ydelser", Email: "soren.lund@egelund.test",
		Why: "At the desk of Benefits: the other queue, the other board"},
	{Key: "inge-dam", Name: "Inge Dam", Role: Officer, Title: "Miljømedarbejder", Unit: "miljo-og-natur", Email: "inge.dam@egelund.test",
		Why: "Officer of another unit and board"},
	{Key: "poul-brix", Name: "Poul Brix", Role: Registrar, Title: "Journalfører", Unit: "sekretariatet", Email: "poul.brix@egelund.test",
		Why: "Registers for every board and decides nothing"},
	{Key: "lone-skov", Name: "Lone Skov", Role: CaseworkerProtected, Title: "Sagsbehandler, beskyttede sager", Unit: "beskyttede-sager", Email: "lone.skov@egelund.test", ClearedForProtected: true,
		Why: "Named for protected people's cases, each with a logged reason"},
	{Key: "kit-vang", Person: "thyra-ravnholt", Name: "Kit Vang", Role: Officer, Title: "Sagsbehandler", Unit: "ydelser", Email: "kit.vang@egelund.test",
		Why: "Protected employee under an alias"},
	{Key: "finn-bech", Name: "Finn Bech", Role: Officer, Title: "Borgervejleder", Unit: "borgerservice", Email: "finn.bech@egelund.test", Left: day("2026-05-01"),
		Why: "Has left: signs in nowhere"},
	{Key: "astrid-juhl", Name: "Astrid Juhl", Role: Steward, Title: "Informationssikkerhedsleder", Unit: "it-og-digitalisering", Email: "astrid.juhl@egelund.test",
		Why: "Steward on duty: closes alone, opens with another"},
	{Key: "omar-nissen", Name: "Omar Nissen", Role: Steward, Title: "Driftsansvarlig", Unit: "it-og-digitalisering", Email: "omar.nissen@egelund.test",
		Why: "Steward, technology: the second to open"},
	{Key: "birthe-toft", Name: "Birthe Toft", Role: Steward, Title: "Databeskyttelsesrådgiver", Unit: "sekretariatet", Email: "birthe.toft@egelund.test",
		Why: "The DPO: gets each \"this is not right\", reads the ledger, changes nothing"},
	{Key: "canary-per-lind", Person: "canary-sigurd", Name: "Per Lind", Role: Officer, Title: "Sagsbehandler", Unit: "sekretariatet", Email: "per.lind@egelund.test",
		Why: "Canary: protected employee under an alias"},
	{Key: "canary-viggo-udby", Person: "canary-viggo", Name: "Viggo Udby", Role: Officer, Title: "Sagsbehandler", Unit: "sekretariatet", Email: "viggo.udby@egelund.test", Left: day("2026-01-01"),
		Why: "Canary: has left"},
}
