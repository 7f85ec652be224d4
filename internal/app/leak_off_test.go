//go:build lockless

package app_test

import (
	"testing"

	"tillit/internal/app"
)

// Each lock holds without the others: with any one of them off, strangers get as little.

func TestStrangersGetNothingWithoutPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, (*app.Options).WithoutPolicy)
	w.noPolicy = true
	w.strangersGetNothing(t)
}

func TestStrangersGetNothingWithoutRows(t *testing.T) {
	t.Parallel()
	newWorld(t, (*app.Options).WithoutRows).strangersGetNothing(t)
}

func TestStrangersGetNothingWithoutGuard(t *testing.T) {
	t.Parallel()
	newWorld(t, (*app.Options).WithoutGuard).strangersGetNothing(t)
}
