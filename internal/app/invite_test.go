package app

import (
	"strings"
	"testing"

	"tillit/internal/core/access"
)

func TestAnInvitationIsForOneAlone(t *testing.T) {
	a, b, c := access.PersonID{1}, access.PersonID{2}, access.PersonID{3}
	type works = map[access.PersonID][]string
	for name, want := range map[string]struct {
		units works
		unit  string
		who   access.PersonID
		says  string
	}{
		"nobody":             {works{}, "", access.PersonID{}, "nobody who works here now"},
		"one":                {works{a: {"Kansliet"}}, "", a, ""},
		"one in two units":   {works{a: {"Kansliet", "Miljöenheten"}}, "", a, ""},
		"one by her unit":    {works{a: {"Kansliet"}}, "Kansliet", a, ""},
		"one elsewhere":      {works{a: {"Kansliet"}}, "Miljöenheten", access.PersonID{}, "somebody works in: Kansliet"},
		"two":                {works{a: {"Miljöenheten"}, b: {"Kansliet", "Köket"}}, "", access.PersonID{}, "with --unit. They work in: Kansliet and Köket; Miljöenheten"},
		"two by unit":        {works{a: {"Miljöenheten"}, b: {"Kansliet", "Köket"}}, "Köket", b, ""},
		"two in the unit":    {works{a: {"Köket"}, b: {"Köket"}, c: {"Kansliet"}}, "Köket", access.PersonID{}, "nothing tells them apart"},
		"two, none in there": {works{a: {"Köket"}, b: {"Kansliet"}}, "Miljöenheten", access.PersonID{}, "somebody works in: Kansliet; Köket"},
	} {
		who, err := onlyOne(want.units, want.unit)
		if who != want.who || (err == nil) != (want.says == "") || err != nil && !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: %v, %v", name, who, err)
		}
	}
}
