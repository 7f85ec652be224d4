//go:build !lockless

package app

import (
	"tillit/internal/core/door"
	"tillit/internal/kit/db"
)

// locks has nothing in it in this build: every lock is on, and there is no way to turn one off.
type locks struct{}

func (locks) apply(*door.Config) {}

// appRole is the role of the services: row-level security binds it.
func (locks) appRole() db.Role { return db.App }

// policies are those that decide.
func (locks) policies(texts map[string][]byte) map[string][]byte { return texts }
