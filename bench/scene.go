package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"tillit/internal/testkit/served"
	"tillit/internal/town"
)

// scene is a page that is measured, and the sessions of those who look at it.
type scene struct {
	name    string
	path    string
	cookies []string
	body    string
}

// cases is how many the measured pages list, and people whom those of the first are about.
const (
	cases  = 12
	people = 3
)

// setScenes fills an officer's inbox by the front door. Guardians who decide alone apply for
// their children. A few of them have applied before and taken it back, which makes the page of
// what is done: as many cases about few people. The page of what waits has one for each child.
func setScenes(ctx context.Context, site *served.Site) (few, many *scene, err error) {
	t := town.Granvik()
	sent := 0
	for _, family := range alone(t) {
		b := site.Browser()
		if err := b.SignIn(ctx, family[0].Number); err != nil {
			return nil, nil, err
		}
		for _, child := range family[1:] {
			if sent == cases {
				break
			}
			before := 0
			if sent < people {
				before = cases / people
			}
			if err := apply(ctx, b, family[0], child, before); err != nil {
				return nil, nil, err
			}
			sent++
		}
	}
	if few, err = look(ctx, site, t, "/work?list=closed", people); err != nil {
		return nil, nil, err
	}
	many, err = look(ctx, site, t, "/work?list=unassigned", cases)
	return few, many, err
}

// look opens a page of the inbox in as many sessions as there are clients.
func look(ctx context.Context, site *served.Site, t town.Town, path string, people int) (*scene, error) {
	s := &scene{path: path}
	for range clients {
		b := site.Browser()
		if err := b.Staff(ctx, officer(t)); err != nil {
			return nil, err
		}
		p, err := b.Get(ctx, path)
		if err != nil {
			return nil, err
		}
		listed := map[string]bool{}
		for _, m := range href.FindAllString(p.Body, -1) {
			listed[m] = true
		}
		if p.Status != 200 || len(listed) != cases {
			return nil, fmt.Errorf("bench: %s answers %d with %d cases", path, p.Status, len(listed))
		}
		s.cookies, s.body = append(s.cookies, b.Cookies()), p.Body
	}
	s.name = fmt.Sprintf("Inbox of %d cases about %d people, %s", cases, people, kB(len(s.body)))
	return s, nil
}

var href = regexp.MustCompile(`href="/work/cases/[0-9a-f-]{36}`)

// alone are the guardians who decide alone, with their children.
func alone(t town.Town) [][]town.Person {
	by := map[string][]string{} // guardians of a child
	for _, c := range t.Custody {
		if c.To.IsZero() {
			by[c.Child] = append(by[c.Child], c.Guardian)
		}
	}
	var list [][]town.Person
	for _, g := range t.People {
		family := []town.Person{g}
		for _, c := range t.Custody {
			if child := t.Person(c.Child); c.Guardian == g.Key && c.To.IsZero() && len(by[c.Child]) == 1 && child.Protection == "" {
				family = append(family, child)
			}
		}
		if len(family) > 1 && g.Died.IsZero() && g.Protection == "" {
			list = append(list, family)
		}
	}
	return list
}

// apply sends in an application for a child, after some that are taken back.
func apply(ctx context.Context, b *served.Browser, guardian, child town.Person, before int) error {
	draft, err := b.Draft(ctx)
	if err != nil {
		return err
	}
	keys, err := b.Children(ctx, draft)
	if err != nil {
		return err
	}
	key, ok := keys[child.Name()]
	if !ok {
		return errors.New("bench: the form does not offer a child of hers")
	}
	for n := range before + 1 {
		if n > 0 {
			if draft, err = b.Draft(ctx); err != nil {
				return err
			}
		}
		if err := b.Fill(ctx, draft, key, time.Now()); err != nil {
			return err
		}
		order, err := b.Sign(ctx, draft, guardian.Number)
		if err != nil {
			return err
		}
		path, err := b.Send(ctx, order)
		if err == nil && n < before {
			err = b.Withdraw(ctx, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// officer is one who works in the unit that applications come to.
func officer(t town.Town) string {
	for _, s := range t.Staff {
		if s.Unit == "forskoleadministrationen" && s.Role == town.Officer && s.Left.IsZero() && !s.ClearedForProtected {
			return s.Key
		}
	}
	return ""
}

func (s *scene) target(site *served.Site) target {
	return target{name: s.name, address: site.Public, path: s.path, cookies: s.cookies, size: len(s.body)}
}
