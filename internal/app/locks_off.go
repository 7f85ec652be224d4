//go:build lockless

package app

import (
	"tillit/internal/core/door"
	"tillit/internal/kit/db"
)

// locks says which locks are off, in the bench and test builds alone.
type locks struct{ policyOff, rowsOff, ledgerOff, guardOff bool }

// policies are those that decide; with the first lock off, one that permits everything.
func (l locks) policies(texts map[string][]byte) map[string][]byte {
	if !l.policyOff {
		return texts
	}
	return map[string][]byte{"all.cedar": []byte(`@opens("open internal personal sensitive protected") permit (principal, action, resource);`)}
}

func (l locks) apply(c *door.Config) {
	if l.ledgerOff {
		c.WithoutLedger()
	}
	if l.guardOff {
		c.WithoutGuard()
	}
}

// appRole is the role of the services; with the second lock off it is the superuser of our own
// cluster, the only one whom row-level security does not bind.
func (l locks) appRole() db.Role {
	if l.rowsOff {
		return "tillit_super"
	}
	return db.App
}

// WithoutPolicy, WithoutRows, WithoutLedger and WithoutGuard turn a lock off, in the bench and
// test builds alone.
func (o *Options) WithoutPolicy() { o.locks.policyOff = true }

// WithoutRows turns the second lock off.
func (o *Options) WithoutRows() { o.locks.rowsOff = true }

// WithoutLedger turns the ledger off.
func (o *Options) WithoutLedger() { o.locks.ledgerOff = true }

// WithoutGuard turns the third lock off.
func (o *Options) WithoutGuard() { o.locks.guardOff = true }
