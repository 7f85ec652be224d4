package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/db"
)

// snapshot tells all there is to tell about a folder.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&b, path, info.Mode(), info.ModTime(), info.Size())
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			b.Write(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsThereIsRefusedAndNotTouched(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  error
		says  []string
	}{
		{"older", map[string]string{"PG_VERSION": "13\n", "base": "x"}, db.ErrVersion, []string{"PostgreSQL 13", "found: PostgreSQL ", "tillit dump", "Nothing was touched"}},
		{"newer", map[string]string{"PG_VERSION": "99\n"}, db.ErrVersion, []string{"PostgreSQL 99"}},
		{"no cluster", map[string]string{"holiday.jpg": "x"}, db.ErrNotCluster, nil},
		{"damaged", map[string]string{"PG_VERSION": ""}, db.ErrNotCluster, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(dir+"/pg", 0o755); err != nil {
				t.Fatal(err)
			}
			for name, text := range c.files {
				if err := os.WriteFile(dir+"/pg/"+name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			before := snapshot(t, dir+"/pg")
			_, err := db.Start(t.Context(), db.Config{Data: dir, Throwaway: true})
			if !errors.Is(err, c.want) {
				t.Fatalf("error: %v", err)
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the text lacks %q: %v", part, err)
				}
			}
			if snapshot(t, dir+"/pg") != before {
				t.Error("the folder was changed")
			}
		})
	}
}

// A new cluster in a folder that is closed to all but its owner, as root's is, with a
// path longer than a socket's may be.
func TestANewClusterInALongAndClosedFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 30), "it's data")
	s := start(t, db.Config{Data: dir})
	if !s.Ready() {
		t.Error("not ready")
	}
	conn := super(t, s, db.Name)
	if got := ask[string](t, conn, "select pg_encoding_to_char(encoding) || ' ' || datcollate || ' ' || datctype || ' ' || pg_get_userbyid(datdba) from pg_database where datname = current_database()"); got != "UTF8 C C tillit_owner" {
		t.Error(got)
	}
	if ask[string](t, conn, "show data_checksums") != "on" {
		t.Error("no checksums")
	}

	// Nobody can connect over the network, and over the socket no stranger.
	if got := ask[string](t, conn, "show listen_addresses"); got != "" {
		t.Errorf("listens on %q", got)
	}
	if n := listening(t, postmaster(t, dir)); n != 0 {
		t.Errorf("%d TCP ports are open", n)
	}
	hba, err := os.ReadFile(dir + "/pg/pg_hba.conf")
	if err != nil || strings.Contains(string(hba), "trust") || ask[int](t, conn, "select count(*) from pg_hba_file_rules") != 1 {
		t.Errorf("hba: %s, %v", hba, err)
	}
	for _, name := range []string{"pg", "run"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if _, err := os.Stat(dir + "/pg.secret"); err == nil {
		t.Error("a secret was stored though none is needed")
	}

	// A second tillit on the folder.
	if _, err := db.Start(t.Context(), db.Config{Data: dir}); !errors.Is(err, db.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("a second one: %v", err)
	}

	// Stop and start again.
	if _, err := conn.Exec(t.Context(), "create table kept (n int); insert into kept values (1)"); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil || s.Ready() {
		t.Errorf("stopped: error %v, ready %v", err, s.Ready())
	}
	again := start(t, db.Config{Data: dir})
	if ask[int](t, super(t, again, db.Name), "select n from kept") != 1 {
		t.Error("the row is gone")
	}
}

// listening counts the TCP ports that a process listens on.
func listening(t *testing.T, pid int) (n int) {
	t.Helper()
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(fds) == 0 {
		t.Fatalf("the process's descriptors can't be seen: %v", err)
	}
	ours := map[string]bool{}
	for _, fd := range fds {
		to, _ := os.Readlink(fd) // one may be closed meanwhile
		if inode, ok := strings.CutPrefix(to, "socket:["); ok {
			ours[strings.TrimSuffix(inode, "]")] = true
		}
	}
	if len(ours) == 0 {
		t.Fatal("not even the private socket was found")
	}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && ours[f[9]] {
				n++
			}
		}
	}
	return n
}

// deathSeen holds the supervisor still between seeing a death and acting on it.
type deathSeen struct {
	slog.Handler
	at chan bool
}

func (d deathSeen) Enabled(context.Context, slog.Level) bool { return true }

func (d deathSeen) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "PostgreSQL ended unasked" {
		d.at <- true
		<-d.at
	}
	return nil
}

func TestAKilledPostgresComesBackWithWhatWasAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seen := deathSeen{Handler: slog.DiscardHandler, at: make(chan bool)}
	s, err := db.Start(t.Context(), db.Config{Data: dir, Engine: os.Getenv("TILLIT_ENGINE"), Log: slog.New(seen)}) // synced, as on a real site
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop(context.Background())
	pool, err := s.Pool(t.Context(), db.Owner, db.PoolOptions{Max: 12})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), "create table acknowledged (n int primary key)"); err != nil {
		t.Fatal(err)
	}
	d := db.New(pool, clock.Wall{})
	write := func(n int) error {
		return d.Tx(t.Context(), db.Local{}, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "insert into acknowledged values ($1)", n)
			return err
		})
	}
	next := 0
	for range 2 {
		for range 10 {
			if err := write(next); err != nil {
				t.Fatal(err)
			}
			next++
		}
		warm(t, pool)
		former := postmaster(t, dir)
		if err := syscall.Kill(former, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-seen.at
		if s.Ready() {
			t.Error("ready without a PostgreSQL")
		}
		seen.at <- true
		eventually(t, "ready again", s.Ready)
		if postmaster(t, dir) == former {
			t.Error("the same process as before")
		}
		// The pool's connections all broke, more than there are tries; a transaction
		// does not notice.
		if err := write(next); err != nil {
			t.Errorf("the first transaction afterwards: %v", err)
		}
		next++
		if n := ask[int](t, pool, "select count(*) from acknowledged"); n != next {
			t.Errorf("%d rows of %d are there", n, next)
		}
	}
}

// warm opens all of a pool's connections.
func warm(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for range pool.Config().MaxConns {
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
}

func TestAKilledTillitEndsItsPostgres(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, _ := runHelper(t, dir, "", nil)
	former := postmaster(t, dir)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	// Starting at once waits for the former one to finish.
	s := start(t, db.Config{Data: dir})
	if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", former)); err == nil { // a dead one that nobody has waited for has none
		t.Errorf("the former process still runs %s", exe)
	}
	if n := ask[int](t, super(t, s, db.Name), "select count(*) from kept"); n != 3 {
		t.Errorf("%d rows of 3 are there", n)
	}
	log, err := os.ReadFile(dir + "/pg.log")
	if err != nil || strings.Contains(string(log), "not properly shut down") || !strings.Contains(string(log), "database system is shut down") {
		t.Errorf("it was not shut down in good order: %v\n%s", err, log)
	}
}

// A tillit that is killed while it starts its PostgreSQL leaves one behind that is not to be
// seen yet when the next one looks.
func TestAPostgresThatShowsItselfLateIsWaitedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := db.Start(t.Context(), db.Config{Data: dir, Engine: os.Getenv("TILLIT_ENGINE"), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir + "/pg")
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	late := exec.Command("sleep", "60") // for PostgreSQL any process of its user is the one that the file names
	if os.Geteuid() == 0 {
		late.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	if err := late.Start(); err != nil {
		t.Fatal(err)
	}
	defer late.Process.Kill()
	if err := os.WriteFile(dir+"/pg/postmaster.pid", fmt.Appendf(nil, "%d\n%s/pg\n1\n5432\n\n\n", late.Process.Pid, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir+"/pg/postmaster.pid", int(owner.Uid), int(owner.Gid)); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		eventually(t, "PostgreSQL refuses", func() bool {
			log, err := os.ReadFile(dir + "/pg.log")
			return err == nil && strings.Contains(string(log), "already exists")
		})
		_ = late.Process.Kill()
		_ = late.Wait()
	}()
	s := start(t, db.Config{Data: dir})
	<-ended
	if !s.Ready() {
		t.Error("not ready")
	}
}

// A container may run us under a number that has no name. PostgreSQL can't tell who we
// are there, and makes no cluster.
func TestAUserWithoutAName(t *testing.T) {
	t.Parallel()
	const nameless = 54321
	base, err := os.MkdirTemp("", "tillit-nameless-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(base)
	prepared, dir := base+"/prepared", base+"/data"
	if err := db.Prepare(t.Context(), db.Config{Data: prepared, Throwaway: true, Engine: os.Getenv("TILLIT_ENGINE")}); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// As root we can become such a user; anybody else can in a namespace of her own.
	attr := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nameless, Gid: nameless}}
	if os.Geteuid() == 0 {
		err := filepath.WalkDir(base, func(path string, _ fs.DirEntry, err error) error {
			return errors.Join(err, os.Lchown(path, nameless, nameless))
		})
		if err != nil {
			t.Fatal(err)
		}
	} else {
		attr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: nameless, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: nameless, HostID: os.Getgid(), Size: 1}}}
	}
	for range 2 { // a new cluster, then the one that is there
		_, stop := runHelper(t, dir, prepared, attr)
		hba, err := os.ReadFile(dir + "/pg/pg_hba.conf")
		if err != nil || !strings.Contains(string(hba), "local all all scram-sha-256") {
			t.Errorf("hba: %s, %v", hba, err)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	secret, err := os.ReadFile(dir + "/pg.secret")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := os.ReadFile(prepared + "/pg.secret")
	if err != nil || string(secret) == string(shipped) {
		t.Errorf("the secret is the one that was shipped (%v)", err)
	}
	info, err := os.Stat(dir + "/pg.secret")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the secret's file: %v, %v", info.Mode(), err)
	}
}
