package app

import (
	"context"
	"fmt"

	"tillit/internal/core/access"
	"tillit/internal/core/person"
	"tillit/internal/core/person/number"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/town"
)

// cast is who is who in the demo town: keys of the cast to keys of the database.
type cast struct {
	town   town.Town
	people map[string]access.PersonID // residents
	staff  map[string]access.PersonID
}

var seedLocal = db.Local{Kind: "service:seed", Purpose: "seed"}

// seedDemo fills an empty database with the town, in one transaction; one that has people is
// only read, so that the cast is known after a restart.
func (a *App) seedDemo(ctx context.Context) error {
	if !a.opts.Config.Demo {
		return nil
	}
	t, ok := town.ByCountry(a.opts.Config.Country)
	if !ok {
		return fmt.Errorf("seed: no town for country %s", a.opts.Config.Country)
	}
	c, err := a.Seed(ctx, t)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	a.house.cast = c
	return nil
}

// Seed puts a town into the database. Seeding twice changes nothing.
func (a *App) Seed(ctx context.Context, t town.Town) (*cast, error) {
	c := &cast{town: t, people: map[string]access.PersonID{}, staff: map[string]access.PersonID{}}
	err := a.db.Tx(ctx, seedLocal, func(ctx context.Context, tx *db.Tx) error {
		s := seeder{a: a, tx: tx, cast: c, units: map[string]access.UnitID{}}
		return s.all(ctx)
	})
	return c, err
}

type seeder struct {
	a     *App
	tx    *db.Tx
	cast  *cast
	units map[string]access.UnitID
	fresh bool
}

func (s *seeder) all(ctx context.Context) error {
	var n int
	if err := s.tx.QueryRow(ctx, "select count(*) from access.board").Scan(&n); err != nil {
		return err
	}
	s.fresh = n == 0
	for _, step := range []func(context.Context) error{s.organisation, s.residents, s.custody, s.employed, s.services} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) organisation(ctx context.Context) error {
	boards := map[string]access.BoardID{}
	for _, b := range s.cast.town.Boards {
		key := access.BoardID(id.New[any](s.a.ids))
		if err := s.tx.QueryRow(ctx, `insert into access.board (id, key, name) values ($1, $2, $3) on conflict (key) do update set name = excluded.name returning id`,
			key, b.Key, b.Name).Scan(&key); err != nil {
			return err
		}
		boards[b.Key] = key
	}
	for _, u := range s.cast.town.Units {
		key := access.UnitID(id.New[any](s.a.ids))
		if err := s.tx.QueryRow(ctx, `insert into access.unit (id, key, board, name, shielded) values ($1, $2, $3, $4, $5) on conflict (key) do update set name = excluded.name returning id`,
			key, u.Key, boards[u.Board], u.Name, u.Key == shieldedUnit[s.cast.town.Country]).Scan(&key); err != nil {
			return err
		}
		s.units[u.Key] = key
	}
	return nil
}

func (s *seeder) residents(ctx context.Context) error {
	for _, p := range s.cast.town.People {
		n, err := number.Parse(s.cast.town.Country, p.Number, s.tx.Now())
		if err != nil {
			return fmt.Errorf("a number of the town: %w", err)
		}
		if !s.fresh {
			// A restart reads who is who; what has happened to people since then stays.
			if who, err := s.a.house.people.ByNumber(ctx, s.tx, n); err == nil {
				s.cast.people[p.Key] = who
			}
			continue
		}
		e := person.Entry{Number: n, Given: p.Given, Surname: p.Surname, Street: p.Street, Postcode: p.PostCode, City: p.City, Dwelling: p.AddressID,
			Protection: person.Protection(p.Protection), Canary: p.Canary}
		if !p.Died.IsZero() {
			e.Died = &p.Died
		}
		who, err := s.a.house.people.Enter(ctx, s.tx, e)
		if err != nil {
			return err
		}
		s.cast.people[p.Key] = who
		if p.Email == "" {
			continue
		}
		if err := s.a.house.seedContact(ctx, s.tx, who, p.Email); err != nil {
			return err
		}
	}
	return nil
}

func (s *seeder) custody(ctx context.Context) error {
	if !s.fresh {
		return nil
	}
	byChild := map[string][]person.Custody{}
	var order []string
	for _, c := range s.cast.town.Custody {
		living := person.Living(c.Living)
		if living == "" {
			living = person.Unknown
		}
		if _, ok := byChild[c.Child]; !ok {
			order = append(order, c.Child)
		}
		n := person.Custody{Guardian: s.cast.people[c.Guardian], Kind: person.CustodyKind(c.Kind), Living: living, From: c.From}
		if !c.To.IsZero() {
			n.To = &c.To
		}
		byChild[c.Child] = append(byChild[c.Child], n)
	}
	for _, child := range order {
		if err := s.a.house.people.SetCustody(ctx, s.tx, s.cast.people[child], byChild[child]); err != nil {
			return err
		}
	}
	return nil
}

// employed enters staff. One who lives elsewhere gets a key of her own and nothing more.
func (s *seeder) employed(ctx context.Context) error {
	for _, m := range s.cast.town.Staff {
		if !s.fresh {
			var who access.PersonID
			if err := s.tx.QueryRow(ctx, `select person from access.membership where source = $1 limit 1`, "staff:"+m.Key).Scan(&who); err != nil {
				return err
			}
			s.cast.staff[m.Key] = who
			continue
		}
		who, ok := s.cast.people[m.Person]
		if !ok {
			who = access.PersonID(id.New[any](s.a.ids))
			if _, err := s.tx.Exec(ctx, `insert into person.person (id, country, recorded_at) values ($1, $2, $3)`, who, s.cast.town.Country, s.tx.Now()); err != nil {
				return err
			}
		}
		s.cast.staff[m.Key] = who
		role := access.Officer
		if m.Role == town.Steward {
			role = access.Steward
		}
		units := []string{m.Unit}
		if shielded := shieldedUnit[s.cast.town.Country]; m.ClearedForProtected && m.Unit != shielded && role == access.Officer {
			units = append(units, shielded)
		}
		for _, unit := range units {
			if err := s.employ(ctx, who, m, role, unit); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *seeder) employ(ctx context.Context, who access.PersonID, m town.Staff, role access.Kind, unit string) error {
	key, ok := s.units[unit]
	if !ok {
		return fmt.Errorf("staff in a unit that does not exist: %s", unit)
	}
	row := []any{id.New[any](s.a.ids), who, key, string(role), m.Name, m.Title, town.Today.AddDate(-5, 0, 0), nil, "staff:" + m.Key, s.tx.Now()}
	if !m.Left.IsZero() {
		row[7] = m.Left
	}
	_, err := s.tx.Exec(ctx, `insert into access.membership (id, person, unit, role, name, title, valid_from, valid_to, source, recorded_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, row...)
	return err
}

func (s *seeder) services(ctx context.Context) error { return s.a.house.seedServices(ctx, s) }
