// Command bench measures the promises of ARCHITECTURE.md on this machine and prints each with
// its bar. What has a baseline is measured as a ratio in one run: the same page with all locks
// on and with them off, in turns, from two servers on copies of one database. It wants a quiet
// machine, and says how busy it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"tillit/internal/kit/db"
	"tillit/internal/testkit/served"
	"tillit/internal/town"
)

func main() {
	asJSON := flag.Bool("json", false, "print JSON")
	turn := flag.Duration("turn", 8*time.Second, "how long each turn of the comparison takes")
	locked := flag.String("tillit", "bin/tillit", "the binary")
	lockless := flag.String("lockless", ".build/tillit-lockless", "the binary built with the tag lockless")
	flag.Parse()
	r := &report{log: os.Stderr}
	if err := r.run(context.Background(), *locked, *lockless, *turn); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	out := r.table
	if *asJSON {
		out = r.json
	}
	if err := out(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (r *report) run(ctx context.Context, locked, lockless string, turn time.Duration) error {
	engine, err := db.Engine(ctx, db.Config{Bundled: bundled()})
	if err != nil {
		return err
	}
	r.Machine = thisMachine(engine)
	folder, err := os.MkdirTemp("", "tillit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, step := range []func() error{
		r.decisions,
		func() error { return r.ledgers(ctx, folder) },
		func() error { return r.pages(ctx, folder, locked, lockless, turn) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// pages measures what needs a Tillit that is served.
func (r *report) pages(ctx context.Context, folder, locked, lockless string, turn time.Duration) error {
	site, err := served.New(locked, filepath.Join(folder, "on"), io.Discard, "--log-level", "warn")
	if err != nil {
		return err
	}
	defer func() { _ = site.Stop() }() // whatever has happened, nothing of ours runs on
	if err := r.start(ctx, site, "Start to first page, new data folder", true); err != nil {
		return err
	}
	few, many, err := setScenes(ctx, site)
	if err != nil {
		return fmt.Errorf("setting the scene: %w", err)
	}
	bare, err := copyOf(ctx, site, lockless, filepath.Join(folder, "off"))
	if err != nil {
		return err
	}
	defer func() { _ = bare.Stop() }()
	if err := r.start(ctx, site, "Start to first page, town already there", false); err != nil {
		return err
	}
	if err := r.memory(site); err != nil {
		return err
	}
	if err := r.closures(ctx, site); err != nil {
		return err
	}
	if err := r.scan([]byte(few.body), town.Granvik()); err != nil {
		return err
	}
	if err := r.atARate(few.target(site)); err != nil {
		return err
	}
	if err := bare.Start(ctx); err != nil {
		return err
	}
	if err := r.compare(few, site, bare, turn); err != nil {
		return err
	}
	return r.compare(many, site, bare, turn)
}

// start measures from the start of the process to the first page that somebody gets.
func (r *report) start(ctx context.Context, site *served.Site, what string, bar bool) error {
	begun := time.Now()
	if err := site.Start(ctx); err != nil {
		return err
	}
	p, err := site.Browser().Get(ctx, "/")
	if err != nil {
		return err
	}
	if p.Status != 200 {
		return &served.StatusError{Step: "/", Status: p.Status}
	}
	took := time.Since(begun)
	if bar {
		r.add(what, "< 5 s", holds(took < 5*time.Second), "%.1f s", took.Seconds())
	} else {
		r.add(what, "", "", "%.1f s", took.Seconds())
	}
	return nil
}

// memory measures a server that has just been started and has nothing to do.
func (r *report) memory(site *served.Site) error {
	time.Sleep(5 * time.Second)
	server, postgres, err := resident(site)
	if err != nil {
		return err
	}
	r.add("Memory of the idle server, beside PostgreSQL", "< 150 MB", holds(server < 150<<20), "%d MB (PostgreSQL %d MB)", server>>20, postgres>>20)
	return nil
}

// copyOf stops a site and makes another on a copy of its data, with every lock off.
func copyOf(ctx context.Context, site *served.Site, lockless, data string) (*served.Site, error) {
	if err := site.Stop(); err != nil {
		return nil, err
	}
	if said, err := exec.CommandContext(ctx, "cp", "-a", site.Data, data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("copy: %w: %s", err, said)
	}
	return served.New(lockless, data, io.Discard, "--log-level", "warn", "--without", "policy,rows,ledger,guard")
}

// count writes a number for people: 12,300.
func count(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func kB(n int) string { return fmt.Sprintf("%.0f kB", float64(n)/1000) }
