package formpack

import (
	"time"

	"cel.dev/cel-go/cel"
)

// Unit is what a rate counts.
type Unit string

// The units. Percent is in hundredths: 300 is 3 %. Date is the number YYYYMMDD.
const (
	Ore     Unit = "öre"
	Percent Unit = "percent"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Months  Unit = "months"
	Count   Unit = "count"
	DateOn  Unit = "date"
)

func (u Unit) celType() *cel.Type {
	if u == DateOn {
		return cel.TimestampType
	}
	return cel.IntType
}

// Rate is one dated row: what a fee, deadline, limit or threshold is, from when and on
// whose word. Rows are never changed, only followed by others, so that a case can name
// the rows it was decided by.
type Rate struct {
	ID           string // of the row, for the case that used it; may be empty in a table
	Key          string
	Unit         Unit
	Value        int64
	ValidFrom    time.Time // first day
	ValidTo      time.Time // last day; zero: until another row
	Source       string    // law paragraph, decision, or published page
	Confirmed    bool      // checked at the authority that decides it
	Enabled      bool      // the municipality uses it although it is not confirmed
	Municipality string    // empty: for all
}

// Valid reports whether the row holds on a day.
func (r Rate) Valid(on time.Time) bool {
	d := day(on)
	return !d.Before(day(r.ValidFrom)) && (r.ValidTo.IsZero() || !d.After(day(r.ValidTo)))
}

// Day is the value of a row of unit date; false when it names none.
func (r Rate) Day() (time.Time, bool) {
	return newDay(r.Value/10000, r.Value/100%100, r.Value%100)
}

// Pick finds the row of a key that holds on a day in a municipality. The municipality's own
// row goes before the common one, a later ValidFrom before an earlier one. A row that is
// neither confirmed nor enabled is passed over; with no row left it answers false.
func Pick(rates []Rate, key string, on time.Time, municipality string) (Rate, bool) {
	var best Rate
	found := false
	for _, r := range rates {
		if r.Key != key || !(r.Confirmed || r.Enabled) || !r.Valid(on) || (r.Municipality != "" && r.Municipality != municipality) {
			continue
		}
		own, bestOwn := r.Municipality != "", best.Municipality != ""
		if !found || (own && !bestOwn) || (own == bestOwn && r.ValidFrom.After(best.ValidFrom)) {
			best, found = r, true
		}
	}
	return best, found
}

// PickAll picks the rows that a package needs. Missing keys are left out: Evaluate says so.
func (p *Package) PickAll(rates []Rate, on time.Time, municipality string) map[string]Rate {
	picked := make(map[string]Rate, len(p.Needs.Rates))
	for key := range p.Needs.Rates {
		if r, ok := Pick(rates, key, on, municipality); ok {
			picked[key] = r
		}
	}
	return picked
}
