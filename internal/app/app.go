package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"tillit/internal/core/closure"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/clock"
	"tillit/internal/kit/config"
	"tillit/internal/kit/db"
	"tillit/internal/kit/id"
	"tillit/internal/kit/job"
	"tillit/internal/kit/observe"
	"tillit/internal/kit/ui"
	"tillit/internal/schema"
)

// Options are what an App is started with. What is nil gets the real thing.
type Options struct {
	Config  config.Config
	Build   string
	Log     *slog.Logger
	Clock   clock.Clock
	Chance  io.Reader
	Server  *db.Server // a database that runs already, and is not ours to stop
	Name    string     // of the database; "tillit" when empty
	Bundled string     // folder of the bundled engine

	locks locks
}

// App is a serving Tillit.
type App struct {
	Public, World, Admin string // where it listens, as http://HOST:PORT

	opts    Options
	log     *slog.Logger
	clock   clock.Clock
	ids     *id.Source
	server  *db.Server
	pools   []*pgxpool.Pool
	metrics *observe.Metrics
	reg     *prometheus.Registry
	db      *db.DB
	appPool *pgxpool.Pool
	ledger  *ledger.Writer
	reader  *ledger.Reader
	board   *closure.Board
	house   *house
	world   *world
	stops   []func(context.Context) error
	wait    sync.WaitGroup
	quit    context.CancelFunc
}

// Start brings everything up in order: database, schema, core, world, modules, listeners.
// What can't hold stops the start with a text for the operator; nothing half-started is left.
func Start(ctx context.Context, o Options) (*App, error) {
	a := &App{opts: o, log: o.Log, clock: o.Clock, reg: observe.NewRegistry()}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.clock == nil {
		a.clock = clock.Wall{}
	}
	if o.Config.Demo {
		if _, movable := a.clock.(*clock.Movable); !movable {
			a.clock = clock.NewMovable(a.clock)
		}
	}
	if a.opts.Chance == nil {
		a.opts.Chance = rand.Reader
	}
	a.ids = id.NewSource(a.clock, a.opts.Chance)
	a.metrics = observe.NewMetrics(a.reg)
	background, quit := context.WithCancel(context.WithoutCancel(ctx))
	a.quit = quit
	for _, step := range []func(context.Context) error{
		a.checkAssets, a.startDatabase, a.migrate, func(ctx context.Context) error { return a.startCore(ctx, background) },
		a.startWorld, a.compose, a.seedDemo, a.watchNames,
		func(context.Context) error { return a.work(background) }, a.listen,
	} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}
	return a, nil
}

func (a *App) checkAssets(context.Context) error { return ui.CheckAssets() }

func (a *App) startDatabase(ctx context.Context) error {
	if a.opts.Server != nil {
		a.server = a.opts.Server
		return nil
	}
	c := a.opts.Config
	s, err := db.Start(ctx, db.Config{Data: c.Data, URL: c.Database.Reveal(), Bundled: a.opts.Bundled, Log: a.log})
	if err != nil {
		return err
	}
	a.server = s
	a.stops = append(a.stops, s.Stop)
	return nil
}

func (a *App) database() string {
	if a.opts.Name != "" {
		return a.opts.Name
	}
	return "tillit"
}

// Migrate brings a database's schema up to date: ours, and the queue's.
func Migrate(ctx context.Context, s *db.Server, name string) error {
	if err := db.Migrate(ctx, s, name, schema.Migrations()); err != nil {
		return err
	}
	owner, err := s.Pool(ctx, db.Owner, db.PoolOptions{Max: 2, Database: name})
	if err != nil {
		return err
	}
	defer owner.Close()
	return job.Migrate(ctx, owner)
}

func (a *App) migrate(ctx context.Context) error {
	if a.opts.Server != nil {
		return nil // it came migrated
	}
	return Migrate(ctx, a.server, a.database())
}

func (a *App) pool(ctx context.Context, role db.Role, limit int32) (*pgxpool.Pool, error) {
	p, err := a.server.Pool(ctx, role, db.PoolOptions{Max: limit, Database: a.database(), AfterConnect: func(_ context.Context, c *pgx.Conn) error {
		disclosure.Register(c.TypeMap())
		return nil
	}})
	if err != nil {
		return nil, err
	}
	a.pools = append(a.pools, p)
	return p, nil
}

// startCore opens the pools of the roles, the ledger's lane and the board of closures.
func (a *App) startCore(ctx, background context.Context) error {
	role := a.opts.locks.appRole()
	appPool, err := a.pool(ctx, role, 24)
	if err != nil {
		return err
	}
	ledgerPool, err := a.pool(ctx, db.Ledger, 2)
	if err != nil {
		return err
	}
	auditPool, err := a.pool(ctx, db.Audit, 4)
	if err != nil {
		return err
	}
	a.appPool = appPool
	a.db, a.reader = db.New(appPool, a.clock), ledger.NewReader(auditPool)
	if a.ledger, err = ledger.Open(ctx, ledgerPool, a.clock, a.ids, a.opts.Chance, a.opts.Build, a.log); err != nil {
		return err
	}
	a.stops = append(a.stops, a.ledger.Close)
	if a.board, err = closure.Open(ctx, a.db, a.ids, a.log); err != nil {
		return err
	}
	a.wait.Go(func() { a.board.Run(background) })
	return nil
}

// Declarations lists every route with its declaration.
func (a *App) Declarations() []door.Declaration { return a.house.doors.Declarations() }

// listen opens the three listeners. Public is last: nobody comes before all else stands.
func (a *App) listen(ctx context.Context) error {
	handler, err := a.house.doors.Handler()
	if err != nil {
		return err
	}
	public := http.NewServeMux()
	public.Handle("GET "+ui.AssetPath, ui.Assets)
	public.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	public.HandleFunc("GET /readyz", a.ready)
	public.Handle("/", handler)
	admin := http.NewServeMux()
	admin.Handle("GET /metrics", observe.Handler(a.reg))
	profiling(admin)
	if a.Admin, err = a.open(a.opts.Config.Admin, admin); err != nil {
		return err
	}
	a.Public, err = a.open(a.opts.Config.Listen, public)
	return err
}

func (a *App) ready(w http.ResponseWriter, _ *http.Request) {
	if !a.server.Ready() {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}

// open listens and serves; the listener stops gracefully with the app.
func (a *App) open(address string, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w", address, err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn)}
	a.wait.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("a listener ended", "error", err)
		}
	})
	a.stops = append(a.stops, s.Shutdown)
	return "http://" + l.Addr().String(), nil
}

// Stop takes everything down in the order opposite to the start: listeners first, so that
// what is under way ends whole; the database last.
func (a *App) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var errs []error
	closed := false
	for i := len(a.stops) - 1; i >= 0; i-- {
		if i == 0 && a.opts.Server == nil {
			a.closePools()
			closed = true
		}
		errs = append(errs, a.stops[i](ctx))
	}
	if !closed {
		a.closePools()
	}
	a.wait.Wait()
	return errors.Join(errs...)
}

func (a *App) closePools() {
	a.quit()
	for _, p := range a.pools {
		p.Close()
	}
}

// keyFile is where the installation's own secret is, when the operator names no other.
func (a *App) keyFile() string {
	if a.opts.Config.KeyFile != "" {
		return a.opts.Config.KeyFile
	}
	return filepath.Join(a.opts.Config.Data, "key")
}
