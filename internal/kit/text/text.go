// Package text is the language that people read and the words of dates and numbers.
//
// A package with texts keeps them in text.sv.toml, text.da.toml and text.en.toml
// beside its code; textgen writes them into text_gen.go as one method a text. A text
// that is missing in one language, or asks for other values there, does not build.
package text

import (
	"context"

	"golang.org/x/text/language"
)

// Lang is a language that every text is written in. The zero value asks for none in
// particular and is read as Swedish.
type Lang string

// The languages, in the order that Pick and Langs have them.
const (
	SV Lang = "sv"
	DA Lang = "da"
	EN Lang = "en"
)

// Langs are all languages, Swedish first.
var Langs = [...]Lang{SV, DA, EN}

// Parse reads a language code: "sv", "da" or "en" and nothing else.
func Parse(s string) (Lang, bool) {
	switch l := Lang(s); l {
	case SV, DA, EN:
		return l, true
	}
	return "", false
}

// Or gives the language, or other where none was asked for:
// text.FromAccept(header).Or(config.Language).
func (l Lang) Or(other Lang) Lang {
	if l == "" {
		return other
	}
	return l
}

// FromAccept reads an Accept-Language header (RFC 9110, 12.5.4) and gives the language
// of ours that it likes best. Norwegian gets Danish, which is closest in writing.
// A header that names none of ours, or is malformed, gives the zero Lang.
func FromAccept(header string) Lang {
	tags, _, err := language.ParseAcceptLanguage(header) // best first, without those of weight 0
	if err != nil {
		return ""
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		switch base.String() {
		case "sv":
			return SV
		case "da", "nb", "nn", "no":
			return DA
		case "en":
			return EN
		}
	}
	return ""
}

type ctxKey struct{}

// With returns a context whose reader reads l.
func With(ctx context.Context, l Lang) context.Context { return context.WithValue(ctx, ctxKey{}, l) }

// Of tells what the reader reads: Swedish where nobody has said.
func Of(ctx context.Context) Lang {
	l, _ := ctx.Value(ctxKey{}).(Lang)
	return l.Or(SV)
}

// Pick gives the one of three texts that is in l.
func Pick(l Lang, sv, da, en string) string {
	switch l {
	case DA:
		return da
	case EN:
		return en
	}
	return sv
}
