// Package clock is where time comes from. Rules and SQL never ask the machine
// what time it is: they are handed an instant, and it comes from here.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time, in UTC.
type Clock interface {
	Now() time.Time
}

// Wall is the machine's own clock.
type Wall struct{}

// Now returns the machine's time in UTC, to the microsecond that PostgreSQL keeps.
func (Wall) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Movable is a clock that can be moved forward: the demo town's clock, and the tests'.
// It never goes back, as time does not.
type Movable struct {
	base  Clock
	mu    sync.Mutex
	ahead time.Duration
	still time.Time // when set, time stands still here until moved
}

// NewMovable runs beside base until it is moved ahead.
func NewMovable(base Clock) *Movable { return &Movable{base: base} }

// NewStill stands still at an instant until it is moved ahead.
func NewStill(at time.Time) *Movable { return &Movable{still: at.UTC().Truncate(time.Microsecond)} }

// Now returns the moved time in UTC.
func (m *Movable) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.still.IsZero() {
		return m.still.Add(m.ahead)
	}
	return m.base.Now().Add(m.ahead)
}

// Advance moves the clock ahead by d and returns the new time. A negative d is ignored.
func (m *Movable) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	if d > 0 {
		m.ahead += d
	}
	m.mu.Unlock()
	return m.Now()
}
