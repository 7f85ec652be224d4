package town

var egelundDwellings = map[string]dwelling{
	"rosenvej-4":      {"Rosenvej 4", "9999", "Egelund"},
	"rosenvej-6":      {"Rosenvej 6", "9999", "Egelund"},
	"kirkestraede-2":  {"Kirkestræde 2", "9999", "Egelund"},
	"mosevej-11":      {"Mosevej 11", "9999", "Egelund"},
	"havnegade-3":     {"Havnegade 3", "9999", "Egelund"},
	"havnegade-9-1tv": {"Havnegade 9, 1. tv", "9999", "Egelund"},
	"havnegade-9-1th": {"Havnegade 9, 1. th", "9999", "Egelund"},
	"mollevej-8":      {"Møllevej 8", "9999", "Egelund"},
	"mollevej-10":     {"Møllevej 10", "9999", "Egelund"},
	"skjulhoj-1":      {"Skjulhøj 1", "9999", "Egelund"},
	"lyngbakken-5":    {"Lyngbakken 5", "9999", "Egelund"},
	"lyngbakken-7":    {"Lyngbakken 7", "9999", "Egelund"},
	"lyngbakken-12":   {"Lyngbakken 12", "9999", "Egelund"},
	"fyrvej-1":        {"Fyrvej 1", "9999", "Egelund"},
	"fyrvej-3":        {"Fyrvej 3", "9999", "Egelund"},
	"fyrvej-5":        {"Fyrvej 5", "9999", "Egelund"},
	"fyrvej-7":        {"Fyrvej 7", "9999", "Egelund"},
	"fyrvej-9":        {"Fyrvej 9", "9999", "Egelund"},
	"fyrvej-11":       {"Fyrvej 11", "9999", "Egelund"},
}

// The named people of Egelund, a household at a time.
var egelundPeople = []Person{
	{Key: "kirsten-mols", Number: "1804891598", Given: "Kirsten", Surname: "Mols", AddressID: "rosenvej-4", Phone: "10 20 30 01",
		Why: "Guardian of Asta and Villads with Jeppe. The resident of most stories"},
	{Key: "jeppe-dahl", Number: "0210871271", Given: "Jeppe", Surname: "Dahl", AddressID: "rosenvej-4", Phone: "10 20 30 02",
		Why: "The other guardian, at the same address"},
	{Key: "villads-mols-dahl", Number: "1106224423", Given: "Villads", Surname: "Mols Dahl", AddressID: "rosenvej-4",
		Why: "Has a place in a kindergarten"},
	{Key: "asta-mols-dahl", Number: "0502255422", Given: "Asta", Surname: "Mols Dahl", AddressID: "rosenvej-4",
		Why: "Old enough for care and without a place"},
	{Key: "niels-mols", Number: "0707614285", Given: "Niels", Surname: "Mols", AddressID: "kirkestraede-2",
		Why: "Kirsten's father and principal. His number passes modulus 11: the CPR office's own printed example"},
	{Key: "vagn-hede", Number: "2112592491", Given: "Vagn", Surname: "Hede", AddressID: "rosenvej-6", Phone: "10 20 30 03",
		Why: "The neighbour, a stranger to everybody"},

	{Key: "signe-bang", Number: "2701882748", Given: "Signe", Surname: "Bang", AddressID: "mosevej-11", Phone: "10 20 30 04",
		Why: "Joint custody, apart, the child in turn with both and registered here"},
	{Key: "tobias-winther", Number: "3005860343", Given: "Tobias", Surname: "Winther", AddressID: "havnegade-3", Phone: "10 20 30 05",
		Why: "The other half of Ellen's time"},
	{Key: "ellen-bang-winther", Number: "1609195082", Given: "Ellen", Surname: "Bang Winther", AddressID: "mosevej-11",
		Why: "Lives in turn with two guardians at two addresses"},

	{Key: "fatima-aziz", Number: "0803931676", Given: "Fatima", Surname: "Aziz", AddressID: "havnegade-9-1tv", Phone: "10 20 30 06",
		Why: "One-guardian family: no second signature may be asked for"},
	{Key: "noor-aziz", Number: "1911216828", Given: "Noor", Surname: "Aziz", AddressID: "havnegade-9-1tv",
		Why: "Has one guardian"},

	{Key: "gerda-hvidfeldt", Number: "0407910490", Given: "Gerda", Surname: "Hvidfeldt", AddressID: "skjulhoj-1", Email: "h17@brev.example", Protection: NameAndAddress,
		Why: "Protected from Kasper, with whom she has joint custody: her address and number never reach him, by any way"},
	{Key: "liva-hvidfeldt", Number: "2308224124", Given: "Liva", Surname: "Hvidfeldt", AddressID: "skjulhoj-1", Protection: NameAndAddress,
		Why: "Lives with her protected guardian"},
	{Key: "kasper-bro", Number: "1502850379", Given: "Kasper", Surname: "Bro", AddressID: "havnegade-9-1th", Phone: "10 20 30 07",
		Why: "Joint custody of Liva with somebody who is protected from him"},

	{Key: "hanne-krogh", Number: "0106842010", Given: "Hanne", Surname: "Krogh", AddressID: "mollevej-8", Phone: "10 20 30 08",
		Why: "Had joint custody of Bertil, alone since April 2025"},
	{Key: "lars-munk", Number: "1208802639", Given: "Lars", Surname: "Munk", AddressID: "mollevej-10", Phone: "10 20 30 09",
		Why: "Former guardian of Bertil: since April 2025 a stranger"},
	{Key: "bertil-krogh", Number: "2903184157", Given: "Bertil", Surname: "Krogh", AddressID: "mollevej-8",
		Why: "One guardian ended, one left"},

	{Key: "else-riis", Number: "0611860750", Given: "Else", Surname: "Riis", AddressID: "lyngbakken-5", Phone: "10 20 30 10",
		Why: "Alone with custody since Erik died"},
	{Key: "erik-riis", Number: "2001832753", Given: "Erik", Surname: "Riis", AddressID: "lyngbakken-5", Died: day("2026-02-14"),
		Why: "Died while guardian of Karla: signs nothing, gets no letter"},
	{Key: "karla-riis", Number: "0312205832", Given: "Karla", Surname: "Riis", AddressID: "lyngbakken-5",
		Why: "One of her guardians has died"},

	{Key: "rasmus-friis-private", Number: "1309901045", Given: "Rasmus", Surname: "Friis", AddressID: "lyngbakken-7",
		Why: "The officer at home: as a resident he has a resident's reach"},
	{Key: "thyra-ravnholt", Number: "2610812528", Given: "Thyra", Surname: "Ravnholt", AddressID: "lyngbakken-12", Email: "boks12@brev.example", Protection: NameAndAddress,
		Why: "Protected, and employed under the alias Kit Vang"},

	{Key: "canary-gry", Number: "0605761896", Given: "Gry", Surname: "Lygtved", AddressID: "fyrvej-1", Canary: true, Phone: "10 20 30 11",
		Why: "Canary resident: the patrol signs in as her, and Holger must never see her"},
	{Key: "canary-holger", Number: "0704741267", Given: "Holger", Surname: "Vardby", AddressID: "fyrvej-3", Canary: true, Phone: "10 20 30 12",
		Why: "Canary resident, a stranger to Gry"},
	{Key: "canary-inger", Number: "1908870374", Given: "Inger", Surname: "Klokkedal", AddressID: "fyrvej-5", Canary: true, Phone: "10 20 30 13",
		Why: "Canary guardian of Tove with Aksel"},
	{Key: "canary-aksel", Number: "1706850487", Given: "Aksel", Surname: "Klokkedal", AddressID: "fyrvej-5", Canary: true, Phone: "10 20 30 14",
		Why: "Canary guardian of Tove with Inger"},
	{Key: "canary-tove", Number: "0404214312", Given: "Tove", Surname: "Klokkedal", AddressID: "fyrvej-5", Canary: true,
		Why: "Canary child: only Inger and Aksel reach her"},
	{Key: "canary-ragnhild", Number: "2303832492", Given: "Ragnhild", Surname: "Dimsø", AddressID: "fyrvej-7", Email: "fyrboks7@brev.example", Canary: true, Protection: NameAndAddress,
		Why: "Protected canary: every search for her must come back empty"},
	{Key: "canary-sigurd", Number: "1411790897", Given: "Sigurd", Surname: "Skumring", AddressID: "fyrvej-9", Email: "fyrboks9@brev.example", Canary: true, Protection: NameAndAddress,
		Why: "Protected canary who is employed, under the alias Per Lind: the directory must not find him"},
	{Key: "canary-viggo", Number: "0912710825", Given: "Viggo", Surname: "Udby", AddressID: "fyrvej-11", Canary: true,
		Why: "Canary who has left his post: his old sign-in opens nothing"},
}

var egelundCustody = []Custody{
	{Child: "villads-mols-dahl", Guardian: "kirsten-mols", Kind: Joint, Living: Main, From: day("2022-06-11")},
	{Child: "villads-mols-dahl", Guardian: "jeppe-dahl", Kind: Joint, Living: Main, From: day("2022-06-11")},
	{Child: "asta-mols-dahl", Guardian: "kirsten-mols", Kind: Joint, Living: Main, From: day("2025-02-05")},
	{Child: "asta-mols-dahl", Guardian: "jeppe-dahl", Kind: Joint, Living: Main, From: day("2025-02-05")},

	{Child: "ellen-bang-winther", Guardian: "signe-bang", Kind: Joint, Living: Alternate, From: day("2019-09-16")},
	{Child: "ellen-bang-winther", Guardian: "tobias-winther", Kind: Joint, Living: Alternate, From: day("2019-09-16")},

	{Child: "noor-aziz", Guardian: "fatima-aziz", Kind: Sole, Living: Main, From: day("2021-11-19")},

	{Child: "liva-hvidfeldt", Guardian: "gerda-hvidfeldt", Kind: Joint, Living: Main, From: day("2022-08-23")},
	{Child: "liva-hvidfeldt", Guardian: "kasper-bro", Kind: Joint, Living: Visits, From: day("2022-08-23")},

	{Child: "bertil-krogh", Guardian: "hanne-krogh", Kind: Joint, From: day("2018-03-29"), To: day("2025-04-01")},
	{Child: "bertil-krogh", Guardian: "lars-munk", Kind: Joint, From: day("2018-03-29"), To: day("2025-04-01")},
	{Child: "bertil-krogh", Guardian: "hanne-krogh", Kind: Sole, Living: Main, From: day("2025-04-01")},

	{Child: "karla-riis", Guardian: "else-riis", Kind: Joint, From: day("2020-12-03"), To: day("2026-02-14")},
	{Child: "karla-riis", Guardian: "erik-riis", Kind: Joint, From: day("2020-12-03"), To: day("2026-02-14")},
	{Child: "karla-riis", Guardian: "else-riis", Kind: Sole, Living: Main, From: day("2026-02-14")},

	{Child: "canary-tove", Guardian: "canary-inger", Kind: Joint, Living: Main, From: day("2021-04-04")},
	{Child: "canary-tove", Guardian: "canary-aksel", Kind: Joint, Living: Main, From: day("2021-04-04")},
}

var egelundMandates = []Mandate{
	{Principal: "niels-mols", Holder: "kirsten-mols", From: day("2026-01-15"), To: day("2029-01-01")},
}
