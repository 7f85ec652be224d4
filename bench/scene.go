package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tillit/internal/testkit/served"
	"tillit/internal/town"
)

// scene is the page that is measured, and the sessions of those who look at it.
type scene struct {
	name    string
	path    string
	cookies []string
	body    string
}

// cases is how many wait in the inbox.
const cases = 12

// setScene lets guardians who decide alone send in applications, until an officer of the unit
// has as many in her inbox as the page needs; each of those who look has a session of her own.
func setScene(ctx context.Context, site *served.Site) (*scene, error) {
	t := town.Granvik()
	sent := 0
	for _, f := range alone(t) {
		if sent == cases {
			break
		}
		n, err := apply(ctx, site, t, f, cases-sent)
		if err != nil {
			return nil, err
		}
		sent += n
	}
	if sent < cases {
		return nil, fmt.Errorf("bench: only %d applications could be sent in", sent)
	}
	s := &scene{name: fmt.Sprintf("The officer's inbox, %d cases", cases), path: "/work?list=unassigned"}
	for range clients {
		b := site.Browser()
		if err := b.Staff(ctx, officer(t)); err != nil {
			return nil, err
		}
		p, err := b.Get(ctx, s.path)
		if err != nil {
			return nil, err
		}
		if n := strings.Count(p.Body, `href="/work/cases/`); p.Status != 200 || n < cases {
			return nil, fmt.Errorf("bench: the inbox answers %d with %d cases", p.Status, n)
		}
		s.cookies, s.body = append(s.cookies, b.Cookies()), p.Body
	}
	s.name += ", " + kB(len(s.body))
	return s, nil
}

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
			if c.Guardian == g.Key && c.To.IsZero() && len(by[c.Child]) == 1 {
				family = append(family, t.Person(c.Child))
			}
		}
		if len(family) > 1 && g.Died.IsZero() && g.Protection == "" {
			list = append(list, family)
		}
	}
	return list
}

// apply lets a guardian apply for at most some of her children.
func apply(ctx context.Context, site *served.Site, t town.Town, family []town.Person, most int) (int, error) {
	guardian, children := family[0], family[1:]
	b := site.Browser()
	if err := b.SignIn(ctx, guardian.Number); err != nil {
		return 0, err
	}
	sent := 0
	for _, child := range children {
		if sent == most || child.Protection != "" {
			continue
		}
		draft, err := b.Draft(ctx)
		if err != nil {
			return sent, err
		}
		keys, err := b.Children(ctx, draft)
		if err != nil {
			return sent, err
		}
		key, ok := keys[child.Name()]
		if !ok {
			return sent, errors.New("bench: the form does not offer a child of hers")
		}
		if err := b.Fill(ctx, draft, key, time.Now()); err != nil {
			return sent, err
		}
		order, err := b.Sign(ctx, draft, guardian.Number)
		if err != nil {
			return sent, err
		}
		if _, err := b.Send(ctx, order); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
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
