package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// create makes a new cluster beside its place and moves it there when it is whole. The
// system refuses the move if something is there.
func (c *cluster) create(ctx context.Context, prepared string) error {
	dir, err := os.MkdirTemp(c.home.dir, "pg.new-")
	if err != nil {
		return fmt.Errorf("db: new cluster: %w", err)
	}
	name, named := osName()
	switch {
	case prepared != "":
		err = c.adopt(ctx, prepared, dir)
	case named:
		c.auth = auth{osUser: name}
		err = c.initdb(ctx, dir)
	default:
		err = fmt.Errorf("user %d is not in the system's list of users, and without that PostgreSQL makes no cluster: "+
			"add the user to it, give the URL of a server, or use a prepared cluster", os.Geteuid())
	}
	if err == nil {
		err = os.Rename(dir, c.home.path("pg"))
	}
	if err != nil {
		_ = os.RemoveAll(dir) // made above, never used
		return fmt.Errorf("db: new cluster: %w", err)
	}
	return nil
}

func (c *cluster) initdb(ctx context.Context, dir string) error {
	if err := c.home.give(dir); err != nil {
		return err
	}
	args := []string{"-D", childData, "-U", superuser, "-E", "UTF8", "--locale=C", "--data-checksums", "--no-instructions",
		"--auth-local=peer", "--auth-host=reject"}
	if c.throwaway {
		args = append(args, "--no-sync")
	}
	var said bytes.Buffer
	child, err := c.home.spawn(c.engine, "initdb", dir, &said, syscall.SIGKILL, args...)
	if err != nil {
		return err
	}
	select {
	case <-child.done:
	case <-ctx.Done():
		child.signal(syscall.SIGKILL)
		<-child.done
		return ctx.Err()
	}
	if child.err != nil {
		return fmt.Errorf("initdb: %w: %s", child.err, lastLines(said.String()))
	}
	// Sizes that an operator may change stand in the file; what tillit relies on is
	// given at every start instead.
	conf, err := os.OpenFile(filepath.Join(dir, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString("\n# First values of tillit; change them as you need.\nshared_buffers = 64MB\nmax_connections = 60\njit = off\n")
	if err == nil {
		err = conf.Sync()
	}
	return errors.Join(err, conf.Close())
}

// Prepare makes a cluster in c.Data that can be shipped, for sites whose user number has
// no name (a container under a random one), where initdb refuses. Its pg and pg.secret
// are what Config.Prepared takes; pg.secret opens no installation, since each makes its
// own. Builders call it; all who start from one share the system identifier, which a
// WAL archive must not mix.
func Prepare(ctx context.Context, c Config) error {
	s, err := Start(ctx, c)
	if err != nil {
		return err
	}
	secret := newSecret()
	err = s.cluster.setSecret(ctx, secret)
	if err := errors.Join(err, s.Stop(ctx)); err != nil {
		return err
	}
	return writeSecret(filepath.Join(c.Data, "pg.secret"), secret)
}

// adopt copies a prepared cluster to dir and changes its secret there.
func (c *cluster) adopt(ctx context.Context, prepared, dir string) error {
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(prepared, "pg"))); err != nil {
		return err
	}
	if err := c.home.giveTree(dir); err != nil {
		return err
	}
	shipped, err := readSecret(filepath.Join(prepared, "pg.secret"))
	if err != nil {
		return err
	}
	c.auth = auth{secret: shipped}
	if err := c.auth.write(c.home, dir); err != nil {
		return err
	}
	child, err := c.start(ctx, dir)
	if err != nil {
		return err
	}
	fresh := newSecret()
	err = c.setSecret(ctx, fresh)
	c.end(child, ctx)
	if err != nil {
		return err
	}
	if err := syncTree(dir); err != nil { // the engine syncs only what it wrote itself
		return err
	}
	c.auth = auth{secret: fresh}
	return writeSecret(c.home.path("pg.secret"), fresh)
}

func (c *cluster) setSecret(ctx context.Context, secret string) error {
	conn, err := c.connect(ctx, superuser, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, name := range append([]Role{superuser}, Roles...) {
		if _, err := conn.Exec(ctx, fmt.Sprintf("alter role %s password '%s'", name, secret)); err != nil { // hex, so no quoting
			return fmt.Errorf("set the roles' secret: %w", err)
		}
	}
	return nil
}

func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}
