// Package childcare is the service childcare-application: the author's source, what it
// asks of the platform, and the dated rates it is decided by.
//
// Words: förskola (da vuggestue, børnehave) = preschool; fritidshem (da SFO) = after-school
// care; fritidsklubb (da fritidsklub) = youth club; pedagogisk omsorg (da dagpleje) =
// pedagogical care; allmän förskola = general preschool; vårdnadshavare = guardian;
// maxtaxa = fee ceiling.
package childcare

import (
	_ "embed"
	"time"

	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

// Source is the form as its author wrote it.
//
//go:embed childcare-application.yaml
var Source []byte

// Names of the lists of options that the form takes: the applicant's children from the
// register, and the units that can be applied for (Match: their kinds).
const (
	ListChildren = "children"
	ListUnits    = "units"
)

// Life is the key of the life event that leads here.
const Life = "school"

// Name is what the service is called, as a noun: whoever has applied has "Förskola eller
// fritids åt Elsa".
func Name(l text.Lang) string {
	return text.Pick(l, "Förskola eller fritids", "Dagtilbud eller fritidstilbud", "Preschool or after-school care")
}

// Env is what the platform promises to forms of this kind.
func Env() formpack.Env {
	return formpack.Env{
		Languages: []string{"sv", "da", "en"},
		Facts: map[string]formpack.Fact{
			"today": {Type: "date"}, "protected": {Type: "bool", Private: true},
			"child_name": {Type: "text"}, "child_born": {Type: "date"}, "guardians": {Type: "int"}, "open_application": {Type: "bool"},
		},
		Rates: units(),
		Lists: []string{ListChildren, ListUnits},
	}
}

func units() map[string]formpack.Unit {
	u := map[string]formpack.Unit{}
	for _, r := range Rates() {
		u[r.Key] = r.Unit
	}
	return u
}

var from = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// Rates are the rows that the service is born with. What the law says is confirmed; what
// municipalities decide differs, and stands here unconfirmed until each has said its own.
func Rates() []formpack.Rate {
	row := func(key string, unit formpack.Unit, value int64, source string, confirmed bool, municipality string) formpack.Rate {
		return formpack.Rate{Key: "childcare." + key, Unit: unit, Value: value, ValidFrom: from, Source: source, Confirmed: confirmed, Municipality: municipality}
	}
	const practice = "common municipal practice, differs"
	const granvik = "Granvik, Regler för förskola och fritidshem"
	return []formpack.Rate{
		row("min_age_months", formpack.Months, 12, "skollagen (2010:800) 8 kap. 3 §", true, ""),
		row("general_age", formpack.Count, 3, "skollagen 8 kap. 4 §", true, ""),
		row("general_hours_year", formpack.Hours, 525, "skollagen 8 kap. 4 §", true, ""),
		row("leave_hours_week", formpack.Hours, 15, "skollagen 8 kap. 6 §", true, ""),
		row("school_age", formpack.Count, 6, "skollagen 7 kap. 10 § (year the child turns)", true, ""),
		row("club_age", formpack.Count, 10, "skollagen 25 kap. 3 §", true, ""),

		row("lead_months", formpack.Months, 4, "skollagen 8 kap. 14 § (place within four months)", false, ""),
		row("school_lead_months", formpack.Months, 1, practice, false, ""),
		row("ahead_months", formpack.Months, 6, practice, false, ""),
		row("autumn_month", formpack.Count, 8, practice, false, ""),
		row("general_hours_week", formpack.Hours, 15, practice, false, ""),
		row("hours_week_max", formpack.Hours, 60, practice, false, ""),
		row("youth_club_term_fee", formpack.Ore, 90000, "Stockholm, fritidsklubb per term, outside maxtaxa", false, ""),
		row("sign_days", formpack.Days, 14, practice, false, ""),
		row("sign_reminder_days", formpack.Days, 7, practice, false, ""),
		row("completion_days", formpack.Days, 14, practice, false, ""),
		row("answer_days", formpack.Days, 14, practice, false, ""),
		row("draft_days", formpack.Days, 30, practice, false, ""),

		row("lead_months", formpack.Months, 4, granvik, true, "granvik"),
		row("school_lead_months", formpack.Months, 1, granvik, true, "granvik"),
		row("ahead_months", formpack.Months, 6, granvik, true, "granvik"),
		row("autumn_month", formpack.Count, 8, granvik, true, "granvik"),
		row("general_hours_week", formpack.Hours, 15, granvik, true, "granvik"),
		row("hours_week_max", formpack.Hours, 60, granvik, true, "granvik"),
		row("youth_club_term_fee", formpack.Ore, 60000, granvik, true, "granvik"),
		row("sign_days", formpack.Days, 14, granvik, true, "granvik"),
		row("sign_reminder_days", formpack.Days, 7, granvik, true, "granvik"),
		row("completion_days", formpack.Days, 21, granvik, true, "granvik"),
		row("answer_days", formpack.Days, 14, granvik, true, "granvik"),
		row("draft_days", formpack.Days, 30, granvik, true, "granvik"),
	}
}
