// Package served runs the real binary as a process of its own, with its own data folder and
// ports, and walks in through its front door. It is for what can only be tried on a process:
// that it is killed, how quick it is, how much it takes. Unlike a house it may die under a
// visitor, so everything here answers with an error.
package served

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Build builds cmd/tillit into a folder and gives the file. Tags are of the build.
func Build(ctx context.Context, dir string, tags ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	out := filepath.Join(dir, "tillit")
	args := []string{"build", "-trimpath", "-o", out}
	for _, t := range tags {
		out += "-" + t
		args = []string{"build", "-trimpath", "-tags", t, "-o", out}
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./cmd/tillit")...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, said)
	}
	return out, nil
}

// Root is the folder of the module that we are run in.
func Root() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
	}
	return "", errors.Join(err, errors.New("served: no module here"))
}

// Site is a Tillit that is served, or has been, from one data folder at the same addresses.
type Site struct {
	Public, World, Admin string // http://127.0.0.1:PORT
	Data                 string

	binary string
	root   string
	args   []string
	log    io.Writer
	cmd    *exec.Cmd
	done   chan struct{} // closed when the process has ended
}

// New chooses addresses for a site. Nothing is started. What it says goes to log.
func New(binary, data string, log io.Writer, args ...string) (*Site, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return nil, err
	}
	s := &Site{Data: data, binary: binary, root: root, log: log}
	ports, err := free(3)
	if err != nil {
		return nil, err
	}
	s.Public, s.World, s.Admin = "http://"+ports[0], "http://"+ports[1], "http://"+ports[2]
	s.args = append([]string{"serve", "--demo", "--data", data, "--listen", ports[0], "--world", ports[1], "--admin", ports[2]}, args...)
	return s, nil
}

// free finds ports that nobody has now. Somebody may take one before we do: the start says so.
func free(n int) ([]string, error) {
	var list []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		list = append(list, l.Addr().String())
	}
	return list, nil
}

// startLimit is how long a start may take, recovery after a kill included.
const startLimit = 90 * time.Second

// Start starts the process and returns when it is ready to serve.
func (s *Site) Start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var said bytes.Buffer
	s.cmd = exec.Command(s.binary, s.args...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.root, s.log, io.MultiWriter(s.log, &said)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan struct{})
	go func() {
		_ = s.cmd.Wait() // killed, as a rule
		close(s.done)
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.done:
			return fmt.Errorf("served: did not start: %s", said.Bytes())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("served: is not ready: %w", ctx.Err()), s.Kill())
		case <-tick.C:
			if s.ready(ctx) {
				return nil
			}
		}
	}
}

func (s *Site) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Public+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// PID is the process that serves; 0 before the first start.
func (s *Site) PID() int {
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Kill is kill -9 of the server. Its PostgreSQL then ends by itself.
func (s *Site) Kill() error { return s.end(syscall.SIGKILL) }

// Stop asks it to stop, and waits for that. It may be called twice.
func (s *Site) Stop() error { return s.end(syscall.SIGTERM) }

func (s *Site) end(how syscall.Signal) error {
	if s.cmd == nil {
		return nil
	}
	select {
	case <-s.done:
		return nil
	default:
	}
	if err := s.cmd.Process.Signal(how); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(startLimit):
		return errors.Join(errors.New("served: does not stop"), s.cmd.Process.Kill())
	}
}

// Postgres is the process of this site's PostgreSQL: the one that runs on its cluster.
func (s *Site) Postgres() (int, error) {
	text, err := os.ReadFile(filepath.Join(s.Data, "pg", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	if err != nil {
		return 0, err
	}
	// The number alone proves nothing: after a kill it may be anybody's.
	there, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return 0, err
	}
	ours, err := os.Stat(filepath.Join(s.Data, "pg"))
	if err != nil {
		return 0, err
	}
	if !os.SameFile(there, ours) {
		return 0, errors.New("served: PostgreSQL does not run")
	}
	return pid, nil
}

// KillPostgres is kill -9 of PostgreSQL's first process; the others end by themselves.
func (s *Site) KillPostgres() error {
	pid, err := s.Postgres()
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// Run runs another command of the same binary on the same data folder, and gives what it said.
func (s *Site) Run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, s.binary, append(args, "--data", s.Data)...)
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	return string(out), err
}
