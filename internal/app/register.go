package app

import (
	"context"
	"errors"
	"time"

	"tillit/internal/adapter/population"
	"tillit/internal/core/person"
	"tillit/internal/core/person/number"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
	"tillit/internal/town"
)

// feed keeps people as the population register has them; nil where no register is set.
func (a *App) feed() (*person.Feed, error) {
	base := a.opts.Config.Population
	if a.world != nil {
		base = a.World + "/population"
	}
	if base == "" {
		return nil, nil
	}
	client, err := population.New(base)
	if err != nil {
		return nil, err
	}
	return person.NewFeed(a.house.people, a.db, register{client, a.clock, a.opts.Config.Country}, a.opts.Config.Country, a.changed), nil
}

// changed does what a death or a new protection means elsewhere.
func (a *App) changed(ctx context.Context, tx *db.Tx, c person.Change) error {
	var errs []error
	if c.Died {
		errs = append(errs, a.house.sessions.EndIn(ctx, tx, c.Person, "died"))
	}
	if c.Protected {
		errs = append(errs, a.house.sessions.EndIn(ctx, tx, c.Person, "protected"), a.house.cases.Shield(ctx, tx, c.Person))
	}
	return errors.Join(errs...)
}

// register bridges the register to what people need of it.
type register struct {
	client  *population.Client
	clock   clock.Clock
	country string
}

// errRecord says that the register sent something that can't be; what, would be personal.
var errRecord = errors.New("app: the register sent a record that can't be read")

func (r register) Changes(ctx context.Context, after string) ([]person.Registered, string, error) {
	records, next, err := r.client.Changes(ctx, after)
	if err != nil {
		return nil, "", err
	}
	list := make([]person.Registered, 0, len(records))
	for _, rec := range records {
		p, err := r.registered(rec)
		if err != nil {
			return nil, "", errRecord
		}
		list = append(list, p)
	}
	return list, next, nil
}

func (r register) registered(rec population.Record) (person.Registered, error) {
	n, err := number.Parse(r.country, rec.Number, r.clock.Now())
	if err != nil {
		return person.Registered{}, err
	}
	p := person.Registered{Entry: person.Entry{Number: n, Given: rec.Given, Surname: rec.Surname, Street: rec.Street, Postcode: rec.Postcode, City: rec.City,
		Dwelling: rec.Dwelling, Protection: person.Protection(rec.Protection), Canary: rec.Canary}}
	if p.Died, err = day(rec.Died); err != nil {
		return p, err
	}
	for _, g := range rec.Guardians {
		n, err := number.Parse(r.country, g.Number, r.clock.Now())
		if err != nil {
			return p, err
		}
		from, err := day(g.From)
		if err != nil || from == nil {
			return p, errRecord
		}
		to, err := day(g.To)
		if err != nil {
			return p, err
		}
		p.Guardians = append(p.Guardians, person.RegisteredGuardian{Number: n, Kind: person.CustodyKind(g.Kind), Living: person.Living(g.Living), From: *from, To: to})
	}
	return p, nil
}

func day(s string) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	return &t, err
}

// records are the town as its register has it.
func records(t town.Town) []population.Record {
	list := make([]population.Record, 0, len(t.People))
	numbers := map[string]string{}
	for _, p := range t.People {
		numbers[p.Key] = p.Number
	}
	for _, p := range t.People {
		r := population.Record{Number: p.Number, Given: p.Given, Surname: p.Surname, Street: p.Street, Postcode: p.PostCode, City: p.City, Dwelling: p.AddressID,
			Protection: p.Protection, Canary: p.Canary, Died: dayText(p.Died)}
		for _, c := range t.Custody {
			if c.Child == p.Key && c.To.IsZero() {
				r.Guardians = append(r.Guardians, population.Guardian{Number: numbers[c.Guardian], Kind: c.Kind, Living: c.Living, From: dayText(c.From)})
			}
		}
		list = append(list, r)
	}
	return list
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
