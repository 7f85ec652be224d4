package formpack

import (
	"strings"
	"testing"
)

func TestOverride(t *testing.T) {
	p := compileBus(t)
	q, problems := p.With(Override{
		Family:     "bus-card",
		Texts:      map[string]map[string]string{"sv": {"title": "Granviks busskort", "field.start.hint": "Vi börjar {when}"}},
		Fees:       map[string]string{"card": "bus.other_fee"},
		Deadlines:  map[string]string{"sign": "bus.remind_days"},
		SignerRule: "none",
	}, busEnv())
	if len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	if q.Title("sv") != "Granviks busskort" || q.Title("da") != "Buskort" || q.Fees["card"] != "bus.other_fee" || q.Deadlines["sign"] != "bus.remind_days" || q.Signers.Rule != "none" {
		t.Errorf("%q %v %v %v", q.Title("sv"), q.Fees, q.Deadlines, q.Signers)
	}
	if q.Hash != p.Hash || q.Override == "" || q.Needs.Rates["bus.other_fee"] != Ore {
		t.Errorf("hash %s, override %s, needs %v", q.Hash, q.Override, q.Needs.Rates)
	}
	if hint := q.Steps(busInput(), nil)[1].Fields[0].Hint; hint != "Vi börjar 24 mars 2026" {
		t.Errorf("hint %q", hint)
	}
	// Nobody else's package has changed.
	if p.Title("sv") != "Busskort" || p.Fees["card"] != "bus.card_fee" || p.Deadlines["sign"] != "bus.sign_days" || p.Signers.Rule != "all_guardians" || p.Override != "" {
		t.Error("the override changed the package itself")
	}
	if again, problems := p.With(Override{Family: "bus-card"}, busEnv()); len(problems) > 0 || again.Title("sv") != "Busskort" {
		t.Errorf("the next municipality gets the last one's words: %v", problems)
	}
	if _, ok := p.Needs.Rates["bus.other_fee"]; ok {
		t.Error("the override changed what the package needs")
	}
}

func TestOverrideRefuses(t *testing.T) {
	p := compileBus(t)
	text := func(key, text string) Override {
		return Override{Family: "bus-card", Texts: map[string]map[string]string{"sv": {key: text}}}
	}
	for name, c := range map[string]struct {
		o    Override
		want string
	}{
		"another service":       {Override{Family: "childcare"}, "family:reference"},
		"a field of its own":    {text("field.income.label", "Inkomst"), "field.income.label (sv):reference"},
		"an unknown language":   {Override{Family: "bus-card", Texts: map[string]map[string]string{"fi": {"title": "Kortti"}}}, "title (fi):reference"},
		"an empty text":         {text("title", ""), "title (sv):text"},
		"an endless text":       {text("title", strings.Repeat("a", 3000)), "title (sv):text"},
		"an unknown place":      {text("title", "{then}"), "title (sv):text"},
		"a place that is empty": {text("title", "{answers.road}"), "title (sv):text"},
		"a leak by words":       {text("field.trips.label", "Resor {facts.secret}"), "field.trips.label (sv):masking"},
		"a fee of its own":      {Override{Family: "bus-card", Fees: map[string]string{"late": "bus.other_fee"}}, "fees.late:reference"},
		"a rate that is none":   {Override{Family: "bus-card", Fees: map[string]string{"card": "bus.nothing"}}, "fees.card:reference"},
		"a fee in days":         {Override{Family: "bus-card", Fees: map[string]string{"card": "bus.sign_days"}}, "fees.card:reference"},
		"a deadline in öre":     {Override{Family: "bus-card", Deadlines: map[string]string{"sign": "bus.card_fee"}}, "deadlines.sign:reference"},
		"another signer rule":   {Override{Family: "bus-card", SignerRule: "guardians_other_address"}, "signer_rule:reference"},
	} {
		if q, problems := p.With(c.o, busEnv()); q != nil || !strings.Contains(rulesOf(problems), c.want) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}
