package main

import (
	"context"

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

// setScene makes a resident's own page.
func setScene(ctx context.Context, site *served.Site) (*scene, error) {
	t := town.Granvik()
	s := &scene{name: "/my", path: "/my"}
	for range clients {
		b := site.Browser()
		if err := b.SignIn(ctx, t.Person("maria-lindqvist").Number); err != nil {
			return nil, err
		}
		p, err := b.Get(ctx, s.path)
		if err != nil {
			return nil, err
		}
		s.cookies, s.body = append(s.cookies, b.Cookies()), p.Body
	}
	return s, nil
}

func (s *scene) target(site *served.Site) target {
	return target{name: s.name, address: site.Public, path: s.path, cookies: s.cookies, size: len(s.body)}
}
