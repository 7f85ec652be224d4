package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config says which PostgreSQL to use.
type Config struct {
	Data      string       // data folder of the supervised cluster; used when URL is empty
	URL       string       // the operator's own server; nothing is supervised
	Engine    string       // optional folder with bin/initdb and bin/postgres
	Bundled   string       // optional folder of the unpacked engine package, third in the look-up order
	Prepared  string       // optional folder made by Prepare: new clusters are copies of it
	Log       *slog.Logger // optional
	Throwaway bool         // tests only: nothing is synced to the disk, more connections
}

// ErrNotSupervised says that something was asked of the operator's own server that is
// the operator's to do.
var ErrNotSupervised = errors.New("db: the server is the operator's own")

// Server is a PostgreSQL that answers.
type Server struct {
	cluster  *cluster // nil: the operator's own
	attached bool     // the cluster is another process's to supervise
	url      string
	up       atomic.Bool // of the operator's own
	cancel   context.CancelFunc
	ended    chan struct{}
}

// Start finds PostgreSQL and, when it is ours to run, starts it, at the first start on
// a new cluster with the five roles and the database. ctx bounds the start only. As
// root it runs the engine as the user who owns the cluster, else postgres, else nobody;
// the folders above Data need not be open to that user, those above the engine do.
//
// It refuses with ErrInUse when another process uses the data folder, ErrVersion when
// the cluster there needs another major version, ErrNotCluster when there is something
// else, ErrNoEngine when no PostgreSQL is found. It never deletes or changes a cluster
// that it refuses.
func Start(ctx context.Context, c Config) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.URL != "" {
		return startForeign(ctx, c)
	}
	if c.Data == "" {
		return nil, errors.New("db: neither a data folder nor the URL of a server is given")
	}
	cl, err := openCluster(ctx, c)
	if err != nil {
		return nil, err
	}
	s := &Server{cluster: cl}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// startForeign checks the operator's server once and then watches whether it answers.
func startForeign(ctx context.Context, c Config) (*Server, error) {
	s := &Server{url: c.URL, ended: make(chan struct{})}
	pool, err := s.Pool(ctx, App, PoolOptions{Max: 1})
	if err != nil {
		return nil, err
	}
	var version int
	if err := pool.QueryRow(ctx, "select current_setting('server_version_num')::int").Scan(&version); err != nil {
		pool.Close()
		return nil, fmt.Errorf("db: the server at the URL: %w", err)
	}
	if version/10000 < oldest {
		pool.Close()
		return nil, fmt.Errorf("%w: the server at the URL is PostgreSQL %d, %d or newer is needed", ErrVersion, version/10000, oldest)
	}
	s.up.Store(true)
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	go func() {
		defer close(s.ended)
		defer pool.Close()
		for sleep(watch, time.Second) {
			ping, done := context.WithTimeout(watch, 3*time.Second)
			err := pool.Ping(ping)
			done()
			if was := s.up.Swap(err == nil); was != (err == nil) {
				c.Log.Warn("the database server changed", "answers", err == nil)
			}
		}
	}()
	return s, nil
}

// Ready reports whether PostgreSQL answers, as last seen.
func (s *Server) Ready() bool {
	if s.cluster != nil {
		return s.cluster.ready.Load()
	}
	return s.up.Load()
}

// Stop shuts a supervised PostgreSQL down and waits for it. Close the pools first. When
// ctx ends before PostgreSQL does, it is made to quit: no data is lost, but the next
// start takes longer.
func (s *Server) Stop(ctx context.Context) error {
	if s.attached {
		return s.cluster.run.Close()
	}
	if s.cluster != nil {
		s.cluster.stop(ctx)
		return nil
	}
	s.cancel()
	<-s.ended
	s.up.Store(false)
	return nil
}

// PoolOptions shape a pool. The zero value is good for most.
type PoolOptions struct {
	Max          int32  // connections at most; 0 is 10
	Database     string // empty is the database tillit
	AfterConnect func(ctx context.Context, conn *pgx.Conn) error
}

// Pool opens connections as a role. The caller closes it before Stop. On the operator's
// server it connects as the URL's login, which must be a member of the role, and takes
// the role on.
func (s *Server) Pool(ctx context.Context, role Role, o PoolOptions) (*pgxpool.Pool, error) {
	text := s.url
	if s.cluster != nil {
		text = "host=" + quote(s.cluster.socket) + " port=5432 sslmode=disable"
	}
	conf, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, errors.New("db: the URL of the server can't be read") // its text may hold a password
	}
	if s.cluster != nil {
		s.cluster.fill(conf.ConnConfig, string(role), cmp.Or(o.Database, Name))
	} else if o.Database != "" {
		conf.ConnConfig.Database = o.Database
	}
	conf.MaxConns = cmp.Or(o.Max, 10)
	conf.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if role == App {
		// Planning under row-level security costs three times the execution.
		conf.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	}
	foreign := s.cluster == nil
	conf.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if foreign {
			if err := takeOn(ctx, conn, role); err != nil {
				return err
			}
		}
		if o.AfterConnect != nil {
			return o.AfterConnect(ctx, conn)
		}
		return nil
	}
	return pgxpool.NewWithConfig(ctx, conf)
}

// takeOn makes a login act as a role, and refuses a role that row-level security does
// not bind.
func takeOn(ctx context.Context, conn *pgx.Conn, role Role) error {
	if _, err := conn.Exec(ctx, "set role "+pgx.Identifier{string(role)}.Sanitize()); err != nil {
		return fmt.Errorf("db: take on the role %s (has the script of roles been run?): %w", role, err)
	}
	// The login counts too: whoever can reset the role is the login again.
	var free bool
	if err := conn.QueryRow(ctx, "select bool_or(rolsuper or rolbypassrls) from pg_roles where rolname in (current_user, session_user)").Scan(&free); err != nil {
		return fmt.Errorf("db: look at the role %s: %w", role, err)
	}
	if free {
		return fmt.Errorf("db: the role %s or the login in the URL is a superuser or bypasses row-level security, which it may not", role)
	}
	return nil
}

// Superuser connects to a supervised cluster as its superuser, for making databases and
// for tests. It refuses with ErrNotSupervised on the operator's own server.
func (s *Server) Superuser(ctx context.Context, database string) (*pgx.Conn, error) {
	if s.cluster == nil {
		return nil, ErrNotSupervised
	}
	conn, err := s.cluster.connect(ctx, superuser, database)
	if err != nil {
		return nil, fmt.Errorf("db: connect as superuser: %w", err)
	}
	return conn, nil
}
