//go:build lockless

package door

// WithoutLedger and WithoutGuard turn a lock off: in the bench and test builds alone.
func (c *Config) WithoutLedger() { c.locks.ledgerOff = true }

// WithoutGuard turns the third lock off.
func (c *Config) WithoutGuard() { c.locks.guardOff = true }
