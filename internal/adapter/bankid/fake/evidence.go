package fake

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// Signed is what a person put the name to. The real service gives an XML signature
// there; this one gives JSON signed by the fake itself, and says so by its shape.
type Signed struct {
	Visible    []byte    `json:"visible"`
	NonVisible []byte    `json:"nonVisible"`
	Number     string    `json:"personalNumber"`
	At         time.Time `json:"at"`
}

// statement stands for the OCSP answer: at this time the fake held the signature for good.
type statement struct {
	Signature string    `json:"signature"` // hex SHA-256 of the base64 text
	Status    string    `json:"status"`
	At        time.Time `json:"at"`
}

// envelope carries bytes with the fake's ECDSA signature (P-256, SHA-256, ASN.1) over
// the name of what they are, a line break and the bytes.
type envelope struct {
	Content   []byte `json:"content"`
	Signature []byte `json:"signature"`
}

type evidence struct{ signature, ocsp string }

const (
	signatureOf = "invented BankID signature"
	statementOf = "invented BankID certificate status"
)

// ErrEvidence says that evidence is not the fake's, or not about what it claims.
var ErrEvidence = errors.New("fake bankid: the evidence does not hold")

// Key is what Verify needs.
func (s *Server) Key() *ecdsa.PublicKey { return &s.key.PublicKey }

// Verify checks a signature and the status statement about it, both as they came in
// completionData, and gives what was signed. Anything that does not hold is ErrEvidence.
func Verify(signature, ocsp string, key *ecdsa.PublicKey) (Signed, error) {
	var signed Signed
	var st statement
	if !unwrap(signature, signatureOf, key, &signed) || !unwrap(ocsp, statementOf, key, &st) {
		return Signed{}, ErrEvidence
	}
	if st.Signature != hashHex(signature) || st.Status != "good" || !st.At.Equal(signed.At) {
		return Signed{}, ErrEvidence
	}
	return signed, nil
}

func (s *Server) sign(what Signed) evidence {
	signature := s.wrap(signatureOf, what)
	return evidence{signature, s.wrap(statementOf, statement{hashHex(signature), "good", what.At})}
}

func (s *Server) wrap(what string, v any) string {
	content := mustJSON(v)
	// Without a source of chance the signature is deterministic (RFC 6979).
	sig, err := s.key.Sign(nil, digest(what, content), crypto.SHA256)
	if err != nil {
		panic("fake bankid: can't sign: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(mustJSON(envelope{content, sig}))
}

func unwrap(text, what string, key *ecdsa.PublicKey, into any) bool {
	b, err := base64.StdEncoding.DecodeString(text)
	var e envelope
	return err == nil && json.Unmarshal(b, &e) == nil &&
		ecdsa.VerifyASN1(key, digest(what, e.Content), e.Signature) && json.Unmarshal(e.Content, into) == nil
}

func digest(what string, content []byte) []byte {
	h := sha256.Sum256(append([]byte(what+"\n"), content...))
	return h[:]
}

func hashHex(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("fake bankid: " + err.Error())
	}
	return b
}

// newKey draws a key from chance.
func newKey(chance io.Reader) *ecdsa.PrivateKey {
	raw := make([]byte, 32)
	for {
		if _, err := io.ReadFull(chance, raw); err != nil {
			panic("fake bankid: no source of chance: " + err.Error())
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw); err == nil {
			return key
		} // else the number is not below the curve's order: draw again
	}
}
