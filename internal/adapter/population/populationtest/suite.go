// Package populationtest holds a population register, played or real, to what the platform
// relies on. Tests import it, and nothing else does.
package populationtest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"tillit/internal/adapter/population"
	"tillit/internal/kit/fault"
)

// World is a register that answers at URL, a child who stands in it, a number that nobody
// has, and a way to make somebody move.
type World struct {
	URL     string
	Child   population.Record // with a guardian
	Unknown string
	Move    func(t *testing.T, number, street string)
}

// Run looks people up and follows what changes.
func Run(t *testing.T, w World) {
	t.Helper()
	c, err := population.New(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("somebody", func(t *testing.T) {
		got, err := c.Lookup(t.Context(), w.Child.Number)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(got)
		if b, _ := json.Marshal(w.Child); string(a) != string(b) || len(got.Guardians) == 0 {
			t.Error("the record is not as the register was given it")
		}
		guardian, err := c.Lookup(t.Context(), got.Guardians[0].Number)
		if err != nil || len(guardian.Guardians) != 0 {
			t.Errorf("the guardian: %v", err)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		for _, number := range []string{w.Unknown, "", "nonsense", "../" + w.Child.Number} {
			if r, err := c.Lookup(t.Context(), number); !fault.Is(err, fault.NotFound) || r.Number != "" {
				t.Errorf("%v, want not found", err)
			}
		}
	})
	t.Run("what changes", func(t *testing.T) {
		cursor := last(t, c, "")
		for i := range 3 {
			w.Move(t, w.Child.Number, fmt.Sprintf("Storgatan %d", i))
		}
		changes, next, err := c.Changes(t.Context(), cursor)
		if err != nil || len(changes) == 0 || changes[len(changes)-1].Street != "Storgatan 2" {
			t.Fatalf("%d changes, %v; want the address as it is now", len(changes), err)
		}
		again, same, err := c.Changes(t.Context(), cursor)
		if err != nil || len(again) != len(changes) || same != next {
			t.Errorf("%d changes when asked again, %v; want the same", len(again), err)
		}
		end := last(t, c, next)
		if rest, stays, err := c.Changes(t.Context(), end); err != nil || len(rest) != 0 || stays != end {
			t.Errorf("%d changes at the end, %v; want none and the cursor to stay", len(rest), err)
		}
		if got, err := c.Lookup(t.Context(), w.Child.Number); err != nil || got.Street != "Storgatan 2" {
			t.Errorf("look-up after the change: %v", err)
		}
	})
	t.Run("nobody waits", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Lookup(ctx, w.Child.Number); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v, want unavailable", err)
		}
	})
}

// last reads changes to their end.
func last(t *testing.T, c *population.Client, cursor string) string {
	t.Helper()
	for {
		changes, next, err := c.Changes(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) == 0 {
			return next
		}
		cursor = next
	}
}
