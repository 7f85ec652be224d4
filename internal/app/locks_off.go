//go:build lockless

package app

import "tillit/internal/core/door"

func (l locks) apply(c *door.Config) {
	if l.ledgerOff {
		c.WithoutLedger()
	}
	if l.guardOff {
		c.WithoutGuard()
	}
}

// WithoutPolicy, WithoutRows, WithoutLedger and WithoutGuard turn a lock off, in the bench and
// test builds alone. WithoutRows needs a role that only a test makes.
func (o *Options) WithoutPolicy() { o.locks.policyOff = true }

// WithoutRows turns the second lock off.
func (o *Options) WithoutRows() { o.locks.rowsOff = true }

// WithoutLedger turns the ledger off.
func (o *Options) WithoutLedger() { o.locks.ledgerOff = true }

// WithoutGuard turns the third lock off.
func (o *Options) WithoutGuard() { o.locks.guardOff = true }
