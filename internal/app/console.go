package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/core/session"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/config"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/module/hall"
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
	a.appPool, a.db = pool, db.New(pool, a.clock)
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

// Invitation is what lets an employee make a passkey: a code that holds half an hour, and once.
type Invitation struct {
	Code string `json:"code"`
	Page string `json:"page"` // where it is typed in
}

// Invite makes an invitation for whoever works here now by a working name, in the unit if one
// is given. By the console alone: whoever gets the code can come in as her.
func (a *App) Invite(ctx context.Context, name, unit string) (Invitation, error) {
	sessions, err := session.NewService(session.Config{DB: a.db, Clock: a.clock, IDs: a.ids, Chance: a.opts.Chance, Log: a.log})
	if err != nil {
		return Invitation{}, err
	}
	who, err := a.employee(ctx, name, unit)
	if err != nil {
		return Invitation{}, err
	}
	code, err := sessions.Invite(ctx, who)
	return Invitation{Code: code.Cookie(), Page: hall.KeyPath}, err
}

// employee finds the one who works here now by a working name.
func (a *App) employee(ctx context.Context, name, unit string) (access.PersonID, error) {
	units := map[access.PersonID][]string{}
	err := a.db.Tx(ctx, access.Service("session").Local("sign-in"), func(ctx context.Context, tx *db.Tx) error {
		clear(units)
		rows, err := tx.Query(ctx, `select m.person, u.name from access.membership m join access.unit u on u.id = m.unit
where m.name = $1 and m.valid_from <= $2 and (m.valid_to is null or m.valid_to > $2) order by u.name`, name, tx.Now())
		if err != nil {
			return err
		}
		var who access.PersonID
		var works string
		_, err = pgx.ForEachRow(rows, []any{&who, &works}, func() error {
			units[who] = append(units[who], works)
			return nil
		})
		return err
	})
	if err != nil {
		return access.PersonID{}, err
	}
	return onlyOne(units, unit)
}

// onlyOne picks the employee of whom there is one. What it refuses says why without a name.
func onlyOne(units map[access.PersonID][]string, unit string) (access.PersonID, error) {
	var found []access.PersonID
	var all []string
	for who, works := range units {
		all = append(all, strings.Join(works, " and "))
		if unit == "" || slices.Contains(works, unit) {
			found = append(found, who)
		}
	}
	slices.Sort(all)
	switch {
	case len(units) == 0:
		return access.PersonID{}, errors.New("nobody who works here now has that working name: write it whole, as colleagues see it")
	case len(found) == 1:
		return found[0], nil
	case unit == "":
		return access.PersonID{}, fmt.Errorf("%d employees have that working name: say which with --unit. They work in: %s", len(all), strings.Join(all, "; "))
	case len(found) == 0:
		return access.PersonID{}, fmt.Errorf("nobody with that working name works in that unit now. By that name somebody works in: %s", strings.Join(all, "; "))
	}
	return access.PersonID{}, fmt.Errorf("%d employees in that unit have that working name: from here nothing tells them apart", len(found))
}

// Invite makes an invitation for who sits at the console.
func Invite(ctx context.Context, s config.Storage, name, unit, bundled string) (Invitation, error) {
	var made Invitation
	err := console(ctx, s, "se", bundled, func(ctx context.Context, a *App) error {
		var err error
		made, err = a.Invite(ctx, name, unit)
		return err
	})
	return made, err
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
