package notify

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	codeLength = 8
	codeTries  = 5
	codeLife   = 24 * time.Hour // from when the address was given
)

// codeLetters are those that nobody mistakes for another, and that spell no word.
const codeLetters = "23456789CFGHJMPQRVWX"

// newCode makes the code of one mail from a source of chance.
func newCode(chance io.Reader) (string, error) {
	const fair = 256 - 256%len(codeLetters) // a byte above would favour the first letters
	code := make([]byte, 0, codeLength)
	var b [1]byte
	for len(code) < codeLength {
		if _, err := io.ReadFull(chance, b[:]); err != nil {
			return "", fmt.Errorf("notify: no chance for a code: %w", err)
		}
		if int(b[0]) < fair {
			code = append(code, codeLetters[int(b[0])%len(codeLetters)])
		}
	}
	return string(code), nil
}

// spell writes a code for a reader: two groups of four.
func spell(code string) string { return code[:codeLength/2] + "-" + code[codeLength/2:] }

// hashCode is what is kept of a code. It holds for one contact point only.
func hashCode(point PointID, code string) []byte {
	sum := sha256.Sum256(append(point[:], code...))
	return sum[:]
}

// matches compares what was typed, however it is spelled, with what was kept. Nothing
// matches while no code has been sent.
func matches(point PointID, typed string, kept []byte) bool {
	code := strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.ToUpper(typed))
	return subtle.ConstantTimeCompare(hashCode(point, code), kept) == 1
}
