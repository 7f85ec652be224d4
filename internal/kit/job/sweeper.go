package job

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Sweeper looks again and again which deadlines have passed. What it calls reads the
// deadlines from rows, against the time of its own transaction, and may run in several
// processes at once: a row is claimed by the update that ends it.
type Sweeper struct {
	every time.Duration
	log   *slog.Logger
	mu    sync.Mutex // one pass at a time
	funcs []sweep
}

type sweep struct {
	name string
	fn   func(ctx context.Context) error
}

// NewSweeper makes a sweeper that makes a pass each time every has gone by.
func NewSweeper(every time.Duration, log *slog.Logger) *Sweeper {
	return &Sweeper{every: every, log: log}
}

// Add adds a function to each pass, in the order added. An error is logged under the name,
// and the next pass tries again.
func (s *Sweeper) Add(name string, fn func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.funcs = append(s.funcs, sweep{name, fn})
}

// Run makes passes until ctx ends, the first at once.
func (s *Sweeper) Run(ctx context.Context) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		s.Kick(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Kick makes a pass now and returns when it is done: whoever moves the clock calls it.
func (s *Sweeper) Kick(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.funcs {
		if ctx.Err() != nil {
			return
		}
		if err := s.one(ctx, f); err != nil && ctx.Err() == nil {
			s.log.Error("a sweep failed", "sweep", f.name, "error", err)
		}
	}
}

func (s *Sweeper) one(ctx context.Context, f sweep) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T\n%s", p, debug.Stack()) // its value may hold anything
		}
	}()
	return f.fn(ctx)
}
