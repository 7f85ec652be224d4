package app

import (
	"tillit/internal/kit/db"
)

// locks says which locks are off. The zero value has all on, and only a build with the tag
// lockless has a way to set it.
type locks struct {
	policyOff bool
	rowsOff   bool
	ledgerOff bool
	guardOff  bool
}

func (l locks) appRole() db.Role {
	if l.rowsOff {
		return unlocked
	}
	return db.App
}

// unlocked is the app's role without row-level security. No installation has it: the tests
// that turn the second lock off make it for themselves.
const unlocked db.Role = "tillit_unlocked"
