package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"

	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/config"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/town"
)

// connect finds the database of a command: one that is served already, or one that it starts
// for itself and stops again.
func connect(ctx context.Context, s config.Storage, bundled string) (*db.Server, error) {
	server, err := db.Start(ctx, db.Config{Data: s.Data, URL: s.Database.Reveal(), Bundled: bundled})
	if errors.Is(err, db.ErrInUse) {
		return db.Attach(ctx, s.Data)
	}
	return server, err
}

// console is an App without doors, for commands: as much of the start as they need.
func console(ctx context.Context, s config.Storage, country, bundled string, fn func(ctx context.Context, a *App) error) (err error) {
	server, err := connect(ctx, s, bundled)
	if err != nil {
		return err
	}
	a := &App{opts: Options{Config: config.Config{Storage: s, Country: country}, Server: server, Chance: rand.Reader, Build: "console"},
		log: slog.New(slog.DiscardHandler), clock: clock.Wall{}, server: server, quit: func() {}}
	a.ids = id.NewSource(a.clock, rand.Reader)
	defer func() {
		a.closePools()
		err = errors.Join(err, server.Stop(context.WithoutCancel(ctx)))
	}()
	if err := Migrate(ctx, server, a.database()); err != nil {
		return err
	}
	pool, err := a.pool(ctx, db.App, 4)
	if err != nil {
		return err
	}
	a.db = db.New(pool, a.clock)
	if a.board, err = closure.Open(ctx, a.db, a.ids, a.log); err != nil {
		return err
	}
	return fn(ctx, a)
}

// MigrateOnly brings the schema up to date and ends.
func MigrateOnly(ctx context.Context, s config.Storage, bundled string) error {
	return console(ctx, s, "se", bundled, func(context.Context, *App) error { return nil })
}

// SeedOnly fills an empty database with a country's town and ends.
func SeedOnly(ctx context.Context, s config.Storage, country, bundled string) error {
	return console(ctx, s, country, bundled, func(ctx context.Context, a *App) error {
		t, ok := town.ByCountry(country)
		if !ok {
			return errors.New("there is no town for that country")
		}
		if err := a.compose(ctx); err != nil {
			return err
		}
		_, err := a.Seed(ctx, t)
		return err
	})
}

// Close closes a target for who sits at the console.
func Close(ctx context.Context, s config.Storage, by, target, why, bundled string) error {
	return console(ctx, s, "se", bundled, func(ctx context.Context, a *App) error { return a.board.Close(ctx, by, target, why) })
}

// Open opens a target for who sits at the console.
func Open(ctx context.Context, s config.Storage, by, target, why, bundled string) error {
	return console(ctx, s, "se", bundled, func(ctx context.Context, a *App) error { return a.board.ConsoleOpen(ctx, by, target, why) })
}

// Closures lists what is closed.
func Closures(ctx context.Context, s config.Storage, bundled string) ([]closure.Closure, error) {
	var list []closure.Closure
	err := console(ctx, s, "se", bundled, func(_ context.Context, a *App) error {
		list = a.board.All()
		return nil
	})
	return list, err
}

// VerifyLedger walks the ledger's chains and tells how many disclosures hold.
func VerifyLedger(ctx context.Context, s config.Storage, bundled string) (int64, error) {
	var n int64
	err := console(ctx, s, "se", bundled, func(ctx context.Context, a *App) error {
		pool, err := a.pool(ctx, db.Audit, 2)
		if err != nil {
			return err
		}
		n, err = ledger.NewReader(pool).VerifyChains(ctx)
		return err
	})
	return n, err
}

// Routes lists every route with its declaration, without a database: the table is the code's.
func Routes() ([]door.Declaration, error) {
	a := &App{opts: Options{Config: config.Config{Country: "se", Demo: true}, Chance: rand.Reader}, log: slog.New(slog.DiscardHandler), clock: clock.Wall{}, quit: func() {}}
	a.ids = id.NewSource(a.clock, rand.Reader)
	if err := a.furnish(nil); err != nil {
		return nil, err
	}
	return a.Declarations(), nil
}
