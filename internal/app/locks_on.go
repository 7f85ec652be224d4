//go:build !lockless

package app

import (
	"tillit/internal/core/door"
	"tillit/internal/kit/db"
)

// apply does nothing in this build: every lock is on, and there is no way to turn one off.
func (l locks) apply(*door.Config) {}

// appRole is the role of the services: row-level security binds it.
func (l locks) appRole() db.Role { return db.App }
