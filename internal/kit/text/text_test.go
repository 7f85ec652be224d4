package text_test

import (
	"context"
	"testing"

	"tillit/internal/kit/text"
)

func TestFromAccept(t *testing.T) {
	for _, c := range []struct {
		header string
		want   text.Lang
	}{
		{"", ""},
		{"sv", text.SV},
		{"sv-SE,sv;q=0.9,en;q=0.8", text.SV},
		{"en-GB,en;q=0.9,sv;q=0.8", text.EN},
		{"de-DE, da;q=0.7, en;q=0.3", text.DA},
		{"en;q=0.3, da;q=0.7", text.DA},
		{"nb-NO, en;q=0.5", text.DA},
		{"sv;q=0, en", text.EN},
		{"fi, de;q=0.5", ""},
		{"*", ""},
		{";;;===", ""},
	} {
		if got := text.FromAccept(c.header); got != c.want {
			t.Errorf("FromAccept(%q) = %q, want %q", c.header, got, c.want)
		}
	}
}

func TestParseTakesItsThreeLanguagesOnly(t *testing.T) {
	for _, l := range text.Langs {
		if got, ok := text.Parse(string(l)); !ok || got != l {
			t.Errorf("Parse(%q) = %q, %v", l, got, ok)
		}
	}
	for _, s := range []string{"", "SV", "sv-SE", "nb", "english"} {
		if got, ok := text.Parse(s); ok {
			t.Errorf("Parse(%q) = %q, want none", s, got)
		}
	}
}

func TestContextCarriesTheLanguage(t *testing.T) {
	ctx := context.Background()
	if got := text.Of(ctx); got != text.SV {
		t.Errorf("nobody has said: %q, want sv", got)
	}
	if got := text.Of(text.With(ctx, text.DA)); got != text.DA {
		t.Errorf("with Danish: %q", got)
	}
	if got := text.Of(text.With(ctx, text.FromAccept("fi"))); got != text.SV {
		t.Errorf("with none of ours: %q, want sv", got)
	}
	if got := text.FromAccept("fi").Or(text.DA); got != text.DA {
		t.Errorf("none of ours, or Danish: %q", got)
	}
}
