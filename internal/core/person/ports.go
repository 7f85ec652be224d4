package person

import (
	"context"
	"time"

	"tillit/internal/core/person/number"
)

// Register is the population register, as far as we need it. The app bridges an adapter.
type Register interface {
	// Changes lists people who have changed after a cursor ("" for the beginning), as they are
	// now, and the cursor to go on from. An empty list means that we are up to date.
	Changes(ctx context.Context, after string) ([]Registered, string, error)
}

// Registered is a person as the register says it, and for a child who its guardians are.
type Registered struct {
	Entry
	Guardians []RegisteredGuardian
}

// RegisteredGuardian is one guardian's custody, by the guardian's number.
type RegisteredGuardian struct {
	Number number.Number
	Kind   CustodyKind
	Living Living
	From   time.Time
	To     *time.Time
}
