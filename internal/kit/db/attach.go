package db

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Attach connects to the cluster that another process serves from a data folder: for a
// command that turns a switch while Tillit runs. It supervises nothing and stops nothing.
// The caller is the OS user that serves, or root.
func Attach(ctx context.Context, dir string) (*Server, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	h := &home{dir: dir}
	c := &cluster{home: h}
	if c.auth, err = openAuth(h.path("pg.secret")); err != nil {
		return nil, err
	}
	run, err := os.Open(h.path("run"))
	if err != nil {
		return nil, fmt.Errorf("db: nothing is served from %s: %w", dir, err)
	}
	c.nameSocket(run)
	conn, err := c.connect(ctx, string(App), Name)
	if err != nil {
		_ = run.Close() // opened for its name only
		return nil, fmt.Errorf("db: the cluster in %s does not answer: %w", dir, err)
	}
	c.ready.Store(true)
	return &Server{cluster: c, attached: true}, conn.Close(ctx)
}
