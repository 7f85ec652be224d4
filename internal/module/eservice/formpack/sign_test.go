package formpack

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Acceptance 3: one flipped byte in answers or package breaks the hash that was signed.
func TestOneByteBreaksAll(t *testing.T) {
	p := compileBus(t)
	canonical, err := Canonical(p.Evaluate(busInput()).Answers)
	if err != nil {
		t.Fatal(err)
	}
	signed := PayloadHash(p.Hash, canonical, []byte("salt"), []byte("file"))
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(p.JSON)-1).Draw(t, "byte")
		bit := byte(1) << rapid.IntRange(0, 7).Draw(t, "bit")
		touched := append([]byte{}, p.JSON...)
		touched[i] ^= bit
		if _, err := Load(touched, p.Hash); !errors.Is(err, ErrTampered) {
			t.Fatalf("a touched package opens: %v", err)
		}
		if PayloadHash(HashOf(touched), canonical, []byte("salt"), []byte("file")) == signed {
			t.Fatal("another package, the same hash")
		}
		j := rapid.IntRange(0, len(canonical)-1).Draw(t, "answer byte")
		answers := append([]byte{}, canonical...)
		answers[j] ^= bit
		if PayloadHash(p.Hash, answers, []byte("salt"), []byte("file")) == signed {
			t.Fatal("other answers, the same hash")
		}
	})
	for name, other := range map[string][32]byte{
		"no salt":         PayloadHash(p.Hash, canonical, []byte("file")),
		"run together":    PayloadHash(p.Hash, canonical, []byte("saltfile")),
		"cut elsewhere":   PayloadHash(p.Hash, canonical, []byte("sal"), []byte("tfile")),
		"an empty part":   PayloadHash(p.Hash, canonical, []byte("salt"), []byte("file"), nil),
		"answers and key": PayloadHash(p.Hash+string(canonical[:1]), canonical[1:], []byte("salt"), []byte("file")),
	} {
		if other == signed {
			t.Errorf("%s: the same hash", name)
		}
	}
}

// A hash made elsewhere by hand from the docstring, so that the way it is made can't drift.
func TestPayloadHashStands(t *testing.T) {
	h := PayloadHash("ab", []byte("{}"))
	if got := hex.EncodeToString(h[:]); got != "fcb2505f4854af9dba3d308ab2e18f07fca05aa0e68338fcb03c2712f16fbaa9" {
		t.Errorf("got %s", got)
	}
}

func TestSigningText(t *testing.T) {
	p := compileBus(t)
	in := busInput()
	in.Answers["note"] = "Första\n# Jag avstår\n| a | b |\n*fet*"
	want := `# Busskort

### Vem
*Vilken elev?* Nils
*Varför?* Farlig väg
*Vilken väg?* Kyrkvägen

### Resan
*Från vilken dag?* 1 april 2026
*Resor i veckan* 10
*Vilka dagar?* Måndag och Onsdag
*Hållplatser* Torget
*Resor om året* 400

### Du
*Ska vi ringa?* Ja
*Telefon* 0980-31 92 00
*Berätta* Första # Jag avstår / a / b / ·fet·
`
	if got := p.SigningText(in, "applicant"); got != want {
		t.Errorf("got:\n%s", got)
	}
	if got := p.SigningText(in, "co_signer"); got != want[:strings.Index(want, "\n### Du")] {
		t.Errorf("the co-signer reads:\n%s", got)
	}
	if got := p.SigningText(in, "neighbour"); got != "# Busskort\n" {
		t.Errorf("a stranger reads:\n%s", got)
	}
}

// The longest answers that a published form can take still fit.
func TestSigningTextFits(t *testing.T) {
	p := compileBus(t)
	in := busInput()
	long := strings.Repeat("😀", 2000)
	in.Answers["road"], in.Answers["note"] = string([]rune(long)[:40]), string([]rune(long)[:multilineLongest])
	in.Answers["reason"], in.Answers["stops"] = "road", []string{"torget", "hamnen", "norr"}
	in.Lists["stops"] = append(in.Lists["stops"], Option{Value: "hamnen", Match: []string{"road"}}, Option{Value: "norr", Match: []string{"road"}})
	for _, l := range in.Lists {
		for i := range l {
			l[i].Label = long
		}
	}
	if r := p.Evaluate(in); !r.OK() {
		t.Fatalf("%+v", r.Problems)
	}
	signed := p.SigningText(in, "applicant")
	if n := len(signed); n > SigningTextMax || n < 4*multilineLongest {
		t.Errorf("%d bytes", n)
	}
	if n := strings.Count(signed, "😀"); n > 40+multilineLongest+4*shownLongest {
		t.Errorf("%d characters of answers and labels", n)
	}
}
