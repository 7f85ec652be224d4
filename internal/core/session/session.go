package session

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/kit/id"
)

// Secret is the 32 random bytes that a browser keeps in its cookie; the database has only
// their hash.
type Secret [32]byte

// ErrSecret says that a cookie's value is no secret.
var ErrSecret = errors.New("session: malformed cookie")

// Cookie is the secret as it stands in a cookie: base64 for addresses, without padding.
func (s Secret) Cookie() string { return base64.RawURLEncoding.EncodeToString(s[:]) }

// Hash is what the database keeps.
func (s Secret) Hash() []byte { h := sha256.Sum256(s[:]); return h[:] }

// ParseSecret reads a cookie's value; anything but 43 signs that say 32 bytes is ErrSecret.
func ParseSecret(cookie string) (Secret, error) {
	var s Secret
	if len(cookie) != base64.RawURLEncoding.EncodedLen(len(s)) {
		return s, ErrSecret
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || len(b) != len(s) {
		return s, ErrSecret
	}
	return Secret(b), nil
}

// Limits are how long a session lives: without being used, and at most.
type Limits struct{ Idle, Absolute time.Duration }

// LimitsFor gives the limits: residents and staff 15 minutes idle and 8 hours at most, on a
// computer that others use too 3 and 20 minutes.
func LimitsFor(shared bool) Limits {
	if shared {
		return Limits{3 * time.Minute, 20 * time.Minute}
	}
	return Limits{15 * time.Minute, 8 * time.Hour}
}

// Session is a live session, as each request reads it.
type Session struct {
	ID        access.SessionID
	Kind      access.Kind
	Shared    bool
	Build     string
	IdleUntil time.Time
	Until     time.Time
}

// OrderID is the key of an order.
type OrderID = id.Of[orderKey]

type orderKey struct{}

// Order is an order as its own browser may see it.
type Order struct {
	ID        OrderID
	Purpose   string // "auth" or "sign"
	Status    string
	Hint      string
	AutoStart string // token; empty when the order has ended
	Shared    bool
	ReturnTo  string
	Started   time.Time

	started Started
}

// Signed is what an eID gave for a signature, on its way to the module that keeps it.
type Signed struct {
	Evidence Evidence
	Payload  []byte
	At       time.Time
}
