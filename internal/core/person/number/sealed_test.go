package number_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"tillit/internal/core/person/number"
)

const sealed = "‹sealed›"

// holder keeps a number in every way that a printer might reach for.
type holder struct {
	N number.Number
	n number.Number
	P *number.Number
	S []number.Number
	M map[string]number.Number
	a any
}

// tells reports whether a text holds the serial, in decimal or as bytes in hex or decimal.
func tells(text, canonical string) bool {
	serial := canonical[len(canonical)-4:]
	return strings.Contains(text, serial) ||
		strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", serial)) ||
		strings.Contains(text, strings.Trim(fmt.Sprint([]byte(serial)), "[]"))
}

// address matches what fmt prints for a pointer, whose digits may be anybody's.
var address = regexp.MustCompile(`0x[0-9a-f]+`)

func TestNothingPrintsTheDigits(t *testing.T) {
	for _, n := range []number.Number{mustParse(t, number.SE, "191212121212"), mustParse(t, number.DK, "0707614285"), {}} {
		canonical := n.Canonical()
		if n.IsZero() {
			canonical = "no digits to tell"
		}
		h := holder{n, n, &n, []number.Number{n}, map[string]number.Number{"k": n}, n}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%c", "%U", "%10.3s", "%e"} {
			if got := fmt.Sprintf(verb, n); got != sealed {
				t.Errorf("%s prints %s", verb, got)
			}
			for _, v := range []any{&n, h, &h, h.S, h.M, [1]number.Number{n}, []any{n}} {
				got := address.ReplaceAllString(fmt.Sprintf(verb, v), "")
				if tells(got, canonical) {
					t.Errorf("%s of %T tells the digits", verb, v)
				}
			}
		}
		if n.String() != sealed || n.GoString() != sealed || n.LogValue().String() != sealed {
			t.Error("String, GoString or LogValue tells")
		}
	}
}

func TestNothingMarshalsTheDigits(t *testing.T) {
	n := mustParse(t, number.SE, "191212121212")
	type row struct{ Number number.Number }
	marshal := map[string]func(any) ([]byte, error){"json": json.Marshal, "xml": xml.Marshal, "yaml": yaml.Marshal}
	for name, f := range marshal {
		got, err := f(row{n})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(got, []byte("sealed")) || tells(string(got), n.Canonical()) {
			t.Errorf("%s tells: %s", name, got)
		}
	}

	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		log.Reset()
		slog.New(h).Info("read", "number", n, "pointer", &n, "row", row{n}, "rows", []row{{n}})
		if got := address.ReplaceAllString(log.String(), ""); strings.Count(got, sealed) < 3 || strings.Contains(got, "1212") {
			t.Errorf("%T tells: %s", h, got)
		}
	}
}

// A driver would take the placeholder for the value, since a Number is a Stringer.
func TestADatabaseRefusesANumber(t *testing.T) {
	n := mustParse(t, number.SE, "191212121212")
	for _, format := range []int16{pgtype.TextFormatCode, pgtype.BinaryFormatCode} {
		buf, err := pgtype.NewMap().Encode(pgtype.TextOID, format, n, nil)
		if !errors.Is(err, number.ErrSealed) {
			t.Errorf("format %d: %q, %v", format, buf, err)
		}
	}
}

func TestErrorsHoldNoDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		country := rapid.SampledFrom([]string{number.SE, number.DK, "no", ""}).Draw(t, "country")
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{6,8}[-+ ]?[0-9A-Z]{4}`)).Draw(t, "text")
		_, err := number.Parse(country, text, today)
		_, err2 := number.ParseOrganisation(country, text)
		for _, err := range []error{err, err2} {
			if err != nil && strings.ContainsAny(err.Error(), "0123456789") {
				t.Fatal("an error holds digits")
			}
		}
	})
}

func TestHash(t *testing.T) {
	key := []byte("a key of thirty-two bytes, or so")
	n := mustParse(t, number.SE, "191212121212")
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("se191212121212"))
	if got := n.Hash(key); !bytes.Equal(got[:], mac.Sum(nil)) {
		t.Error("not the HMAC of country and digits")
	}
	if n.Hash(key) == n.Hash([]byte("another key")) || n.Hash(key) == mustParse(t, number.DK, "0707614285").Hash(key) {
		t.Error("two alike")
	}
	if (number.Number{}).Hash(key) != [32]byte{} {
		t.Error("the zero number has a hash")
	}
	defer func() {
		if recover() == nil {
			t.Error("hashed without a key")
		}
	}()
	n.Hash(nil)
}
