package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"tillit/internal/kit/db"
	"tillit/internal/testkit/pg"
)

var migrations = fstest.MapFS{
	"0001_note.sql": {Data: []byte(`-- +goose Up
create table note (id int primary key, owner text not null, body text not null);
alter table note enable row level security;
alter table note force row level security;
create policy own on note to tillit_app
  using (owner = nullif(current_setting('tillit.actor', true), ''))
  with check (owner = nullif(current_setting('tillit.actor', true), ''));
grant select, insert, update, delete on note to tillit_app, tillit_projection;
create table counter (id int primary key, n int not null);
insert into counter values (1, 0), (2, 0);
grant select, update on counter to tillit_app;
`)},
}

// The test program is also the process that some tests kill or run as somebody else.
const helperEnv = "TILLIT_DB_TEST_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		if err := helper(dir); err != nil {
			fmt.Println("helper:", err)
			os.Exit(1)
		}
		return
	}
	pg.Main(m, migrations, "", nil)
}

// helper starts a server, keeps three rows, says so, and stays until its input ends.
func helper(dir string) error {
	ctx := context.Background()
	s, err := db.Start(ctx, db.Config{Data: dir, Prepared: os.Getenv(helperEnv + "_PREPARED"), Engine: os.Getenv("TILLIT_ENGINE"), Throwaway: true})
	if err != nil {
		return err
	}
	pool, err := s.Pool(ctx, db.Owner, db.PoolOptions{})
	if err != nil {
		return err
	}
	if _, err := pool.Exec(ctx, "create table if not exists kept (n int); insert into kept values (1), (2), (3)"); err != nil {
		return err
	}
	fmt.Println("up as", os.Getuid())
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	pool.Close()
	return s.Stop(ctx)
}

// runHelper starts this program as a helper and waits until its server is up. The
// program is named by an open descriptor, as its folder is closed to other users.
func runHelper(t *testing.T, dir, prepared string, attr *syscall.SysProcAttr) (*exec.Cmd, func() error) {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	cmd := exec.Command("/proc/self/fd/3")
	cmd.Env = append(os.Environ(), helperEnv+"="+dir, helperEnv+"_PREPARED="+prepared)
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{self}
	cmd.SysProcAttr = attr
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "up as ") {
		t.Fatalf("helper: %q %v", line, err)
	}
	return cmd, func() error {
		if err := in.Close(); err != nil {
			return err
		}
		return cmd.Wait()
	}
}

// start runs a throwaway server on a folder for one test.
func start(t *testing.T, c db.Config) *db.Server {
	t.Helper()
	c.Throwaway, c.Engine = true, os.Getenv("TILLIT_ENGINE")
	s, err := db.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func super(t *testing.T, s *db.Server, database string) *pgx.Conn {
	t.Helper()
	conn, err := s.Superuser(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func ask[T any](t *testing.T, conn interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(dir + "/pg/postmaster.pid")
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	end := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("never happened: %s", what)
		}
	}
}

// serverDir is the data folder of the test process's cluster.
func serverDir(t *testing.T, d *pg.Database) string {
	t.Helper()
	pid := ask[int](t, super(t, d.Server, "postgres"), "select pg_backend_pid()")
	cluster, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(cluster, "/pg")
}
