//go:build lockless

package main

import (
	"slices"

	"tillit/internal/app"
)

// Locks turns locks off, so that bench can tell what they cost. No other build has it.
type Locks struct {
	Without []string `hidden:"" enum:"policy,rows,ledger,guard" help:"Locks to leave off."`
}

func (l Locks) apply(o *app.Options) {
	for name, off := range map[string]func(){"policy": o.WithoutPolicy, "rows": o.WithoutRows, "ledger": o.WithoutLedger, "guard": o.WithoutGuard} {
		if slices.Contains(l.Without, name) {
			off()
		}
	}
}
