package incident

import (
	"context"

	"tillit/internal/core/door"
)

// Service is a service that can be closed: its key, and its title in the reader's language.
type Service struct{ Key, Title string }

// Services is where the services that can be closed come from.
type Services func(ctx context.Context, v *door.Visit) ([]Service, error)

// Doors lists every route of the house with its declaration.
type Doors func() []door.Declaration
