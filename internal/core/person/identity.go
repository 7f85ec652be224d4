package person

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// reach is what relations make true between an actor and a person.
type reach struct {
	guardian, coGuardian bool
	serving, shielded    []access.UnitID
}

// reached reads what the actor reaches of others; to herself nobody has relations.
func (s *Service) reached(ctx context.Context, tx *db.Tx, by access.Actor, people []id.Key) (map[id.Key]reach, error) {
	others := slices.DeleteFunc(slices.Clone(people), func(k id.Key) bool { return ID(k) == by.Person })
	if len(others) == 0 {
		return nil, nil
	}
	subjects := []id.Key{id.Key(by.Person)}
	for _, u := range by.Units() {
		subjects = append(subjects, id.Key(u))
	}
	rows, err := New(tx).reachOf(ctx, others, subjects, tx.Now())
	if err != nil {
		return nil, fault.Wrap("person.reached", err)
	}
	all := make(map[id.Key]reach, len(others))
	for _, row := range rows {
		r := all[row.Object]
		switch {
		case row.Kind == "guardian_of" && by.Kind == access.Resident:
			r.guardian = true
		case row.Kind == "co_guardian_of" && by.Kind == access.Resident:
			r.coGuardian = true
		case row.Kind == "serves" && by.Kind == access.Officer:
			r.serving = append(r.serving, access.UnitID(row.Subject))
			if row.Shielded {
				r.shielded = append(r.shielded, access.UnitID(row.Subject))
			}
		}
		all[row.Object] = r
	}
	return all, nil
}

func (r reach) facts(self, protected bool) access.Facts {
	return access.Facts{"self": self, "guardian": r.guardian, "co_guardian": r.coGuardian, "serving": r.serving, "shielded_serving": r.shielded, "protected": protected}
}

// identity is who somebody is, as far as row-level security lets it be read; still sealed.
type identity struct {
	Person                                               id.Key
	Given, Surname, Born, Number                         *disclosure.Personal
	HiddenGiven, HiddenSurname, HiddenBorn, HiddenNumber *disclosure.Protected
	Hidden                                               bool
}

// identities looks everybody up by key, however small the tables are: row-level security judges
// every row that a scan meets.
const identities = `
select who.id, n.given, n.surname, m.born, m.number, x.given, x.surname, x.born, x.number, x.person is not null
from unnest($1::uuid[]) as who (id)
left join lateral (select p.* from person.protected p where p.person = who.id limit 1) x on true
left join lateral (select p.* from person.name p where p.person = who.id limit 1) n on true
left join lateral (select p.* from person.number p where p.person = who.id limit 1) m on true`

func identitiesOf(ctx context.Context, tx *db.Tx, people []id.Key) ([]identity, error) {
	rows, err := tx.Query(ctx, identities, people)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[identity])
}

// Self is the signed-in person herself. Officers and stewards with a protected identity
// have none here: they go by their working name.
func (s *Service) Self(ctx context.Context, tx *db.Tx, by access.Actor, purpose access.Purpose) (Identity, error) {
	rows, err := identitiesOf(ctx, tx, []id.Key{id.Key(by.Person)})
	if err != nil {
		return Identity{}, fault.Wrap("person.Self", err)
	}
	p, err := s.access.Decide(tx, by, Read, Ref(by.Person), purpose, reach{}.facts(true, rows[0].Hidden))
	if err != nil {
		return Identity{}, err
	}
	return shown(p, rows[0]), nil
}

// See reads who a person is, if the actor may: the whole identity, else the name without
// number and birth date, else an empty identity. It never says why it is empty.
func (s *Service) See(ctx context.Context, tx *db.Tx, by access.Actor, who ID, purpose access.Purpose) (Identity, error) {
	all, err := s.SeeAll(ctx, tx, by, []ID{who}, purpose)
	return all[who], err
}

// SeeAll reads who people are, each as See does and all in one go. Everybody who was asked
// for is in the answer.
func (s *Service) SeeAll(ctx context.Context, tx *db.Tx, by access.Actor, people []ID, purpose access.Purpose) (map[ID]Identity, error) {
	seen := make(map[ID]Identity, len(people))
	keys := make([]id.Key, 0, len(people))
	for _, who := range people {
		if _, again := seen[who]; !again {
			seen[who] = Identity{ID: who}
			keys = append(keys, id.Key(who))
		}
	}
	if len(keys) == 0 {
		return seen, nil
	}
	all, err := s.reached(ctx, tx, by, keys)
	if err != nil {
		return nil, err
	}
	rows, err := identitiesOf(ctx, tx, keys)
	if err != nil {
		return nil, fault.Wrap("person.SeeAll", err)
	}
	for _, row := range rows {
		who := ID(row.Person)
		facts := all[row.Person].facts(who == by.Person, row.Hidden)
		for _, action := range []access.Action{Read, ReadName} {
			p, err := s.access.Decide(tx, by, action, Ref(who), purpose, facts)
			if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Refused) {
				continue
			}
			if err != nil {
				return nil, err
			}
			seen[who] = shown(p, row)
			break
		}
	}
	return seen, nil
}

// shown is a person under a permit to Read or ReadName her. What the database kept back is
// nil, not an error: a page must be able to say "protected person".
func shown(p access.Permit, row identity) Identity {
	who := ID(row.Person)
	out := Identity{ID: who, Protected: row.Hidden}
	switch {
	case row.Hidden:
		v := struct{ Given, Surname, Born, Number *disclosure.Protected }{row.HiddenGiven, row.HiddenSurname, row.HiddenBorn, row.HiddenNumber}
		disclosure.Tie(p, who, p.Ref(), 0, &v)
		out.Given, out.Surname, out.Born, out.Number = *v.Given, *v.Surname, *v.Born, *v.Number
	case row.Given != nil:
		v := struct{ Given, Surname, Born, Number *disclosure.Personal }{row.Given, row.Surname, row.Born, row.Number}
		disclosure.Tie(p, who, p.Ref(), 0, &v)
		out.Given, out.Surname = *v.Given, *v.Surname
		if v.Number != nil {
			out.Born, out.Number = *v.Born, *v.Number
		}
	}
	if p.Is(ReadName, Ref(who)) {
		out.Born, out.Number = nil, nil
	}
	return out
}
