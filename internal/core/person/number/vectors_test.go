package number_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tillit/internal/core/person/number"
)

// vectors reads a file of the public test vectors for Swedish numbers, kept beside the
// project and not in it; false when they are absent.
func vectors(t *testing.T, file string, into any) bool {
	t.Helper()
	dir := os.Getenv("TILLIT_REFERENCE")
	if dir == "" {
		dir = "../../../../../shared/reference"
	}
	b, err := os.ReadFile(filepath.Join(dir, "personnummer", "testdata", file))
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("reference data absent")
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
	return true
}

type vector struct {
	Long          string `json:"long_format"`
	Short         string `json:"short_format"`
	Separated     string `json:"separated_format"`
	SeparatedLong string `json:"separated_long"`
	Valid         bool   `json:"valid"`
	Type          string `json:"type"`
}

var vectorKinds = map[string]number.Kind{"ssn": number.Personal, "con": number.Coordination, "interim": number.Interim}

func TestVectorsOfPeople(t *testing.T) {
	for file, count := range map[string]int{"list.json": 14, "interim.json": 12} {
		var vs []vector
		if !vectors(t, file, &vs) {
			return
		}
		if len(vs) != count {
			t.Errorf("%s has %d cases, want %d", file, len(vs), count)
		}
		for i, v := range vs {
			for _, text := range []string{v.Long, v.Separated, v.SeparatedLong, v.Short} {
				n, err := number.Parse(number.SE, text, today)
				if (err == nil) != v.Valid {
					t.Errorf("%s, case %d, %d characters: %v, want valid %v", file, i, len(text), err, v.Valid)
					continue
				}
				if !v.Valid {
					continue
				}
				if n.Kind() != vectorKinds[v.Type] {
					t.Errorf("%s, case %d: kind %s", file, i, n.Kind())
				}
				// A short number without sign is not of anybody over 100.
				if bare := text == v.Short && strings.Contains(v.Separated, "+"); n.Canonical() != v.Long && !bare {
					t.Errorf("%s, case %d, %d characters: another number", file, i, len(text))
				}
			}
		}
	}
}

func TestVectorsStructured(t *testing.T) {
	var vs map[string]struct {
		Integer map[string][]json.Number
		String  map[string][]string
	}
	if !vectors(t, "structured.json", &vs) {
		return
	}
	seen := 0
	for kind, v := range vs {
		for validity, texts := range v.String {
			for _, n := range v.Integer[validity] {
				texts = append(texts, n.String())
			}
			for i, text := range texts {
				seen++
				n, err := number.Parse(number.SE, text, today)
				if valid := validity == "valid"; (err == nil) != valid || valid && n.Kind() != vectorKinds[kind] {
					t.Errorf("%s %s %d: %v, kind %s", kind, validity, i, err, n.Kind())
				}
			}
		}
	}
	if seen != 70 {
		t.Errorf("%d cases, want 70", seen)
	}
}

func TestVectorsOfOrganisations(t *testing.T) {
	var vs []vector
	if !vectors(t, "orgnumber.json", &vs) {
		return
	}
	if len(vs) != 6 {
		t.Errorf("%d cases, want 6", len(vs))
	}
	for i, v := range vs {
		for _, text := range []string{v.Short, v.Separated} {
			if _, err := number.Parse(number.SE, text, today); !errors.Is(err, number.ErrOrganisation) {
				t.Errorf("case %d as a person: %v", i, err)
			}
			if n, err := number.ParseOrganisation(number.SE, text); err != nil || n.Canonical() != v.Short {
				t.Errorf("case %d as an organisation: %v", i, err)
			}
		}
	}
}

// The tax authority's test numbers: every one is read, and is who it says. Of the
// coordination numbers 24 have a day that no such month has, which the authority holds for
// a fault of the list.
func TestVectorsOfTheTaxAuthority(t *testing.T) {
	for file, want := range map[string]struct {
		kind          number.Kind
		count, noSuch int
	}{"allPins.json": {number.Personal, 41129, 0}, "allCoords.json": {number.Coordination, 2264, 24}} {
		var texts []string
		if !vectors(t, file, &texts) {
			return
		}
		if len(texts) != want.count {
			t.Errorf("%s has %d numbers, want %d", file, len(texts), want.count)
		}
		noSuch, wrong := 0, 0
		for _, text := range texts {
			n, err := number.Parse(number.SE, text, today)
			switch {
			case errors.Is(err, number.ErrDate):
				noSuch++
			case err != nil || n.Kind() != want.kind || n.Canonical() != text:
				wrong++
			}
		}
		if wrong > 0 || noSuch != want.noSuch {
			t.Errorf("%s: %d numbers are not read, %d have no such date, want 0 and %d", file, wrong, noSuch, want.noSuch)
		}
	}
}
