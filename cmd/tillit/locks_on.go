//go:build !lockless

package main

import "tillit/internal/app"

// Locks has nothing to set in this build: every lock is on.
type Locks struct{}

func (Locks) apply(*app.Options) {}
