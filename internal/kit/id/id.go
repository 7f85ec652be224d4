// Package id makes and carries the keys of things. A key is a time-ordered UUID
// (version 7, RFC 9562) made in Go; which kind of thing it names is in its type,
// so that a key of one kind can't be passed where another is meant. A key is never
// a permission: knowing one opens nothing.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"tillit/internal/kit/clock"
)

// ErrMalformed says that a text is not a key.
var ErrMalformed = errors.New("id: malformed")

// Of is the key of a K. The zero value names nothing.
type Of[K any] [16]byte

// IsZero reports whether the key names nothing.
func (i Of[K]) IsZero() bool { return i == Of[K]{} }

// String writes the key in the usual hyphenated form.
func (i Of[K]) String() string { return uuid.UUID(i).String() }

// MarshalText writes the hyphenated form.
func (i Of[K]) MarshalText() ([]byte, error) { return uuid.UUID(i).MarshalText() }

// UnmarshalText reads the hyphenated form; anything else is ErrMalformed.
func (i *Of[K]) UnmarshalText(b []byte) error {
	v, err := Parse[K](string(b))
	if err != nil {
		return err
	}
	*i = v
	return nil
}

// ScanUUID lets pgx read a uuid column; NULL becomes the zero key.
func (i *Of[K]) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		*i = Of[K]{}
		return nil
	}
	*i = v.Bytes
	return nil
}

// UUIDValue lets pgx write a uuid column; the zero key becomes NULL.
func (i Of[K]) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: i, Valid: !i.IsZero()}, nil
}

// Parse reads the hyphenated form of 36 characters and nothing else: the library
// would also take braces, URNs and bare hex, which would give one thing many names.
func Parse[K any](s string) (Of[K], error) {
	if len(s) != 36 {
		return Of[K]{}, ErrMalformed
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return Of[K]{}, ErrMalformed
	}
	return Of[K](u), nil
}

// Source makes keys from a clock and a source of chance. It is safe for use by many.
type Source struct {
	clock  clock.Clock
	chance io.Reader

	mu   sync.Mutex
	last uint64 // milliseconds and sub-millisecond counter, so that keys of one process only rise
}

// NewSource makes a source on a clock; chance is crypto/rand when nil.
func NewSource(c clock.Clock, chance io.Reader) *Source {
	if chance == nil {
		chance = rand.Reader
	}
	return &Source{clock: c, chance: chance}
}

// New makes the next key of a K.
func New[K any](s *Source) Of[K] { return Of[K](s.next()) }

// next makes a version 7 UUID: 48 bits of milliseconds, 12 bits of fraction that
// never fall within a process, 62 bits of chance.
func (s *Source) next() [16]byte {
	var u [16]byte
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.ReadFull(s.chance, u[8:]); err != nil {
		panic("id: no source of chance: " + err.Error()) // the system has no randomness: nothing may go on
	}
	now := s.clock.Now()
	ms := uint64(now.UnixMilli())
	frac := uint64(now.Nanosecond()%int(time.Millisecond)) * 4096 / uint64(time.Millisecond)
	tick := ms<<12 | frac
	if tick <= s.last {
		tick = s.last + 1
	}
	s.last = tick
	ms, frac = tick>>12, tick&0xfff
	binary.BigEndian.PutUint16(u[0:2], uint16(ms>>32))
	binary.BigEndian.PutUint32(u[2:6], uint32(ms))
	binary.BigEndian.PutUint16(u[6:8], 0x7000|uint16(frac))
	u[8] = u[8]&0x3f | 0x80
	return u
}

// Key is a key whose kind is said by the column that holds it. Stores turn it into the
// kind's own type at once.
type Key = Of[any]

// To gives a key from a row its kind.
func To[K any](k Key) Of[K] { return Of[K](k) }
