package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tillit/internal/testkit/served"
)

const (
	clients = 32
	rate    = 200 // pages a second
	rateFor = 20 * time.Second
)

// atARate measures how long a page takes for somebody who comes when she comes.
func (r *report) atARate(t target) error {
	if _, _, err := saturate(t, clients, 2*time.Second); err != nil { // warm
		return err
	}
	took, err := steady(t, rate, rateFor)
	if err != nil {
		return err
	}
	p99 := at(took, 0.99)
	r.add(fmt.Sprintf("%s, %d/s for %.0f s", t.name, rate, rateFor.Seconds()), "p99 < 25 ms", holds(p99 < 25*time.Millisecond),
		"p50 %s, p99 %s, worst %s", ms(at(took, 0.5)), ms(p99), ms(took[len(took)-1]))
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }

// turn is what one side did in its turns.
type turn struct {
	pages            int64
	took             time.Duration
	server, postgres time.Duration
}

func (t *turn) play(site *served.Site, at target, for_ time.Duration) error {
	server, postgres, err := spent(site)
	if err != nil {
		return err
	}
	pages, took, err := saturate(at, clients, for_)
	if err != nil {
		return err
	}
	server2, postgres2, err := spent(site)
	if err != nil {
		return err
	}
	t.pages, t.took, t.server, t.postgres = t.pages+pages, t.took+took, t.server+server2-server, t.postgres+postgres2-postgres
	return nil
}

func (t turn) perSecond() float64 { return float64(t.pages) / t.took.Seconds() }

// cost is the processor time of a page in microseconds.
func (t turn) cost() (server, postgres float64) {
	return float64(t.server.Microseconds()) / float64(t.pages), float64(t.postgres.Microseconds()) / float64(t.pages)
}

// compare measures the page with every lock on and with every lock off, in turns.
func (r *report) compare(s *scene, on, off *served.Site, for_ time.Duration) error {
	with, without := s.target(on), s.target(off)
	var a, b turn
	var warm turn
	for _, step := range []func() error{
		func() error { return warm.play(on, with, 2*time.Second) },
		func() error { return warm.play(off, without, 2*time.Second) },
		func() error { return a.play(on, with, for_) },
		func() error { return b.play(off, without, for_) },
		func() error { return a.play(on, with, for_) },
		func() error { return b.play(off, without, for_) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	if a.pages == 0 || b.pages == 0 {
		return errors.New("bench: no page came")
	}
	slower := b.perSecond() / a.perSecond()
	r.add(s.name, "", "", "every lock on : off, %d clients, in turns of %s", clients, for_)
	r.add("  pages/s", "<= 1.5 x", holds(slower <= 1.5), "%.2f x (%.0f on, %.0f off)", slower, a.perSecond(), b.perSecond())
	as, ap := a.cost()
	bs, bp := b.cost()
	dearer := (as + ap) / (bs + bp)
	r.add("  processor time a page", "<= 1.5 x", holds(dearer <= 1.5), "%.2f x (on %.2f ms: server %.2f, PostgreSQL %.2f; off %.2f ms: %.2f, %.2f)",
		dearer, (as+ap)/1000, as/1000, ap/1000, (bs+bp)/1000, bs/1000, bp/1000)
	return nil
}

// closures measures how long after another process has closed something it still opens here.
func (r *report) closures(ctx context.Context, site *served.Site) error {
	const target, path = "route/contact", "/contact"
	b := site.Browser()
	await := func(closed bool) (time.Time, error) {
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
			p, err := b.Get(ctx, path)
			if err != nil {
				return time.Time{}, err
			}
			if (p.Status == 503) == closed {
				return time.Now(), nil
			}
		}
		return time.Time{}, errors.New("bench: a closing did not reach the server")
	}
	var took []time.Duration
	for range 5 {
		seen := make(chan time.Time, 1)
		failed := make(chan error, 1)
		go func() {
			at, err := await(true)
			seen <- at
			failed <- err
		}()
		if said, err := site.Run(ctx, "close", target, "--why", "measured"); err != nil {
			return fmt.Errorf("close: %w: %s", err, said)
		}
		at, err := <-seen, <-failed
		if err != nil {
			return err
		}
		said, err := site.Run(ctx, "closures", "--json")
		if err != nil {
			return fmt.Errorf("closures: %w: %s", err, said)
		}
		var list []struct{ At time.Time }
		if err := json.Unmarshal([]byte(said[strings.Index(said, "["):]), &list); err != nil || len(list) != 1 {
			return fmt.Errorf("closures: %w, %d", err, len(list))
		}
		took = append(took, at.Sub(list[0].At))
		if said, err := site.Run(ctx, "open", target, "--why", "measured"); err != nil {
			return fmt.Errorf("open: %w: %s", err, said)
		}
		if _, err := await(false); err != nil {
			return err
		}
	}
	worst := slices.Max(took)
	r.add("Closed by one process, effective in another", "< 1 s", holds(worst < time.Second), "at most %.0f ms in %d times", worst.Seconds()*1000, len(took))
	return nil
}
