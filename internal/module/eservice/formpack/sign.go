package formpack

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
)

// Canonical writes answers in the one form that is signed (RFC 8785). It refuses values
// that no answer has.
func Canonical(answers map[string]any) ([]byte, error) { return appendValue(nil, answers) }

// PayloadHash is what every signer of a submission signs: one hash over the package, the
// canonical answers and whatever more belongs to it, each with its length before it so
// that no two lists of parts run together. More is for the hashes of attachments, and for a
// secret salt: without one, a party who sees the hash could guess short answers that are
// kept from her.
func PayloadHash(packageHash string, canonical []byte, more ...[]byte) [32]byte {
	h := sha256.New()
	h.Write([]byte("tillit.submission/1"))
	for _, part := range append([][]byte{[]byte(packageHash), canonical}, more...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	return [32]byte(h.Sum(nil))
}

// SigningTextMax is the longest signing text in bytes: 40,000 characters of base64.
const SigningTextMax = 30000

// SigningText is what a signer reads in the eID app: the answers that her role may see, in
// her language, as simpleMarkdownV1. Publishing refuses a form whose answers could make it
// longer than SigningTextMax.
func (p *Package) SigningText(in Input, role string) string {
	var b strings.Builder
	b.WriteString("# " + plain(p.Title(in.Lang)) + "\n")
	for _, g := range p.Review(in, role) {
		b.WriteString("\n### " + plain(g.Title) + "\n")
		for _, r := range g.Rows {
			b.WriteString("*" + plain(r.Label) + "* " + plain(r.Value) + "\n")
		}
	}
	return b.String()
}

// plain takes from a text what the eID app would read as formatting, so that nobody can
// write a heading or a table of her own into what another signs.
func plain(s string) string {
	s = strings.NewReplacer("\n", " ", "\r", " ", "*", "·", "|", "/").Replace(s)
	return clip(strings.TrimSpace(s), plainLongest)
}

const plainLongest = 2000 // characters; no answer or text is longer

func clip(s string, longest int) string {
	if r := []rune(s); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return s
}
