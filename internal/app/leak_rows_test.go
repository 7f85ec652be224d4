package app_test

import "testing"

func (w *world) rowsAreTheMatrix(t *testing.T) {}
func (w *world) ownersAreLetIn(t *testing.T)   {}
