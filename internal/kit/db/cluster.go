package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster supervises one PostgreSQL.
type cluster struct {
	home      *home
	engine    engine
	auth      auth
	throwaway bool
	log       *slog.Logger
	socket    string   // the socket's folder, by a name short enough to connect to
	run       *os.File // keeps that name good

	ready  atomic.Bool
	cancel context.CancelFunc // ends the watch
	ended  chan struct{}      // closed when the watch has ended
	gentle context.Context    // how long a stop may take before it gets rough
}

// errTaken says that another PostgreSQL runs on the cluster.
var errTaken = errors.New("db: another PostgreSQL runs on the cluster")

const (
	startLimit = 60 * time.Second // recovery after a crash included
	stopLimit  = 30 * time.Second
)

// openCluster finds or makes the cluster of a data folder and starts it.
func openCluster(ctx context.Context, conf Config) (_ *cluster, err error) {
	h, err := openHome(conf.Data)
	if err != nil {
		return nil, err
	}
	c := &cluster{home: h, throwaway: conf.Throwaway, log: conf.Log, ended: make(chan struct{})}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	major, err := h.cluster()
	if err != nil {
		return nil, err
	}
	need := major
	if need == 0 && conf.Prepared != "" {
		if need, err = clusterVersion(filepath.Join(conf.Prepared, "pg")); err != nil {
			return nil, err
		}
	}
	if c.engine, err = findEngine(ctx, conf, need); err != nil {
		return nil, err
	}
	if h.user, err = engineUser(h.path("pg")); err != nil {
		return nil, err
	}
	if err := h.awaitFormer(ctx, stopLimit); err != nil {
		return nil, err
	}
	if err := c.openRun(); err != nil {
		return nil, err
	}
	if major == 0 {
		err = c.create(ctx, conf.Prepared)
	} else {
		c.auth, err = openAuth(h.path("pg.secret"))
	}
	if err != nil {
		return nil, err
	}
	if owner, ok := ownerOf(h.path("pg")); ok && owner.uid != h.user.uid {
		if os.Geteuid() != 0 {
			return nil, fmt.Errorf("db: %s belongs to user %d; run tillit as that user", h.path("pg"), owner.uid)
		}
		if err := h.giveTree(h.path("pg")); err != nil {
			return nil, err
		}
	}
	if err := c.auth.write(h, h.path("pg")); err != nil {
		return nil, err
	}
	started, err := c.startAlone(ctx)
	if err != nil {
		return nil, err
	}
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	go c.watch(watch, started)
	return c, nil
}

func ownerOf(path string) (user, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return user{}, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return user{}, false
	}
	return user{int(st.Uid), int(st.Gid)}, true
}

// openRun makes the socket's folder, closed to others.
func (c *cluster) openRun() error {
	dir := c.home.path("run")
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("db: %w", err)
	}
	if err := c.home.give(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("db: %w", err)
	}
	run, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("db: %w", err)
	}
	c.nameSocket(run)
	return nil
}

// nameSocket finds a name for the open socket's folder that is short enough.
func (c *cluster) nameSocket(run *os.File) {
	c.run, c.socket = run, run.Name()
	// The kernel takes 107 bytes for the whole path.
	if len(filepath.Join(run.Name(), ".s.PGSQL.5432")) > 107 {
		c.socket = fmt.Sprintf("/proc/self/fd/%d", run.Fd())
	}
}

// settings are given at every start and can't be changed in postgresql.conf.
func (c *cluster) settings() []string {
	pairs := []string{
		"listen_addresses=", "port=5432", "unix_socket_directories=" + childRun, "unix_socket_permissions=0700",
		"hba_file=" + childData + "/pg_hba.conf", "ident_file=" + childData + "/pg_ident.conf",
		"ssl=off", "password_encryption=scram-sha-256", "timezone=UTC", "log_timezone=UTC", "cluster_name=tillit",
		// An error's text can hold a value. We get it as an answer and treat it with
		// care; the engine's log keeps what concerns the engine.
		"logging_collector=off", "log_destination=stderr", "log_min_messages=log", "log_min_error_statement=panic",
		"log_error_verbosity=terse", "log_statement=none", "log_min_duration_statement=-1",
	}
	if c.throwaway {
		pairs = append(pairs, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal",
			"max_wal_senders=0", "autovacuum=off", "max_connections=200")
	}
	args := []string{"-D", childData}
	for _, p := range pairs {
		args = append(args, "-c", p)
	}
	return args
}

// startAlone starts the cluster of the data folder. A tillit that is killed just when it starts
// its PostgreSQL leaves one behind that shows itself only afterwards; so do the others of one
// that was killed. They end by themselves, and are waited for.
func (c *cluster) startAlone(ctx context.Context) (*child, error) {
	limited, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	for {
		child, err := c.start(ctx, c.home.path("pg"))
		if !errors.Is(err, errTaken) || !sleep(limited, 50*time.Millisecond) {
			return child, err
		}
	}
}

// start runs postgres on a cluster until it answers. Refused with errTaken while another runs.
func (c *cluster) start(ctx context.Context, dir string) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	log, from, err := c.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	child, err := c.home.spawn(c.engine, "postgres", dir, log, syscall.SIGINT, c.settings()...)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		select {
		case <-child.done:
			said, _ := io.ReadAll(io.NewSectionReader(log, from, 1<<16)) // only for the text
			if bytes.Contains(said, []byte(`lock file "postmaster.pid" already exists`)) || bytes.Contains(said, []byte("pre-existing shared memory block")) {
				return nil, fmt.Errorf("%w: %s", errTaken, lastLines(string(said)))
			}
			return nil, fmt.Errorf("db: PostgreSQL did not start (%s): %s", child.how(), lastLines(string(said)))
		case <-ctx.Done():
			c.end(child, ctx)
			return nil, fmt.Errorf("db: PostgreSQL does not answer: %w: %w", ctx.Err(), last)
		case <-tick.C:
			if last = c.ping(ctx); last == nil {
				c.ready.Store(true)
				return child, nil
			}
		}
	}
}

// openLog opens the engine's log, and says where the new part begins.
func (c *cluster) openLog() (*os.File, int64, error) {
	path := c.home.path("pg.log")
	if info, err := os.Stat(path); err == nil && info.Size() > 16<<20 {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, 0, fmt.Errorf("db: %w", err)
		}
	}
	log, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("db: %w", err)
	}
	info, err := log.Stat()
	if err != nil {
		log.Close()
		return nil, 0, fmt.Errorf("db: %w", err)
	}
	return log, info.Size(), nil
}

func (c *cluster) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := c.connect(ctx, superuser, "postgres")
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// watch restarts a PostgreSQL that ends unasked, and stops it when asked.
func (c *cluster) watch(ctx context.Context, child *child) {
	defer close(c.ended)
	const first = 50 * time.Millisecond
	wait := first
	stable := time.NewTimer(time.Minute)
	defer stable.Stop()
	for {
		select {
		case <-stable.C:
			wait = first
			continue
		case <-child.done:
		case <-ctx.Done():
			c.ready.Store(false)
			c.end(child, c.gentle)
			return
		}
		c.ready.Store(false)
		c.log.Error("PostgreSQL ended unasked", "how", child.how(), "log", c.home.path("pg.log"))
		for {
			if !sleep(ctx, wait) {
				return
			}
			wait = min(2*wait, 10*time.Second)
			var err error
			if child, err = c.start(ctx, c.home.path("pg")); err == nil {
				c.log.Info("PostgreSQL is back")
				stable.Reset(time.Minute)
				break
			}
			if ctx.Err() != nil {
				return
			}
			c.log.Error("PostgreSQL does not come back", "err", err)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// end shuts PostgreSQL down: clients are cut off, everything is written. Only when that
// takes too long it is made to quit, which costs a recovery at the next start, but no
// data.
func (c *cluster) end(child *child, gentle context.Context) {
	child.signal(syscall.SIGINT)
	limit := time.NewTimer(stopLimit)
	defer limit.Stop()
	select {
	case <-child.done:
		return
	case <-limit.C:
	case <-gentle.Done():
	}
	c.log.Error("PostgreSQL takes too long to stop and is made to quit")
	child.signal(syscall.SIGQUIT)
	last := time.NewTimer(10 * time.Second)
	defer last.Stop()
	select {
	case <-child.done:
	case <-last.C:
		child.signal(syscall.SIGKILL)
		<-child.done
	}
}

// stop ends the watch and PostgreSQL, and frees the data folder.
func (c *cluster) stop(ctx context.Context) {
	c.gentle = ctx
	c.cancel()
	<-c.ended
	c.close()
}

func (c *cluster) close() {
	if c.run != nil {
		_ = c.run.Close() // opened for its name only
	}
	c.home.close()
}

// connect opens a connection over the private socket.
func (c *cluster) connect(ctx context.Context, role, database string) (*pgx.Conn, error) {
	conf, err := pgx.ParseConfig("host=" + quote(c.socket) + " port=5432 sslmode=disable")
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	c.fill(conf, role, database)
	return pgx.ConnectConfig(ctx, conf)
}

// fill sets everything that the environment (PGUSER, PGOPTIONS, .pgpass ...) could
// have set otherwise.
func (c *cluster) fill(conf *pgx.ConnConfig, role, database string) {
	conf.Host, conf.Port = c.socket, 5432
	conf.User, conf.Password, conf.Database = role, c.auth.secret, database
	conf.Fallbacks, conf.TLSConfig = nil, nil
	conf.RuntimeParams = map[string]string{"application_name": "tillit " + strconv.Itoa(os.Getpid())}
}

// quote writes a value of a connection string.
func quote(s string) string {
	var b bytes.Buffer
	b.WriteByte('\'')
	for i := range len(s) {
		if s[i] == '\'' || s[i] == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	b.WriteByte('\'')
	return b.String()
}
