package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var (
	// ErrInUse says that another process is using the data folder.
	ErrInUse = errors.New("db: the data folder is in use")
	// ErrNotCluster says that the folder holds something that is no cluster. It has
	// not been touched.
	ErrNotCluster = errors.New("db: the folder is not empty and holds no PostgreSQL cluster")
)

// home is the data folder:
//
//	tillit.lock  held while a process uses the folder
//	pg/          the cluster
//	run/         the socket
//	pg.log       what the engine says
//	pg.secret    only where the engine can't ask the system who we are
type home struct {
	dir  string
	lock *os.File
	user user // who the engine runs as
}

// openHome makes the folder if need be and locks it against other processes.
func openHome(dir string) (*home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	// The kernel drops the lock with the process, however that ends.
	lock, err := os.OpenFile(filepath.Join(dir, "tillit.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer lock.Close()
		holder, _ := io.ReadAll(io.LimitReader(lock, 32)) // only for the text
		return nil, fmt.Errorf("%w: %s is held by process %s", ErrInUse, dir, bytes.TrimSpace(holder))
	}
	h := &home{dir: dir, lock: lock}
	if err := errors.Join(lock.Truncate(0), writeAt(lock, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		h.close()
		return nil, fmt.Errorf("db: data folder: %w", err)
	}
	return h, nil
}

func writeAt(f *os.File, s string) error {
	_, err := f.WriteAt([]byte(s), 0)
	return err
}

func (h *home) close() { _ = h.lock.Close() } // which unlocks; nothing was buffered

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// cluster tells the major version of the cluster that is there, 0 for none.
func (h *home) cluster() (int, error) { return clusterVersion(h.path("pg")) }

func clusterVersion(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("db: cluster: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w: %s", ErrNotCluster, dir)
	}
	if err != nil {
		return 0, fmt.Errorf("db: cluster: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || major <= 0 {
		return 0, fmt.Errorf("%w: its PG_VERSION is unreadable: %s", ErrNotCluster, dir)
	}
	return major, nil
}

// give hands files to the engine's user. Only root can, and only root needs to.
func (h *home) give(paths ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, path := range paths {
		if err := os.Lchown(path, h.user.uid, h.user.gid); err != nil {
			return fmt.Errorf("db: %w", err)
		}
	}
	return nil
}

// giveTree hands over a cluster that root owns, as after a copy or a restore.
func (h *home) giveTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("db: %w", err)
		}
		return h.give(path)
	})
}

// awaitFormer waits until no PostgreSQL of an earlier run is left on the cluster. When
// a tillit is killed its PostgreSQL shuts down by itself, which may take a moment;
// meanwhile a new one would be refused.
func (h *home) awaitFormer(ctx context.Context, limit time.Duration) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(limit)
	defer end.Stop()
	for {
		pid := h.former()
		if pid == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-end.C:
			return fmt.Errorf("%w: PostgreSQL (process %d) is still running on %s; stop it first", ErrInUse, pid, h.path("pg"))
		}
	}
}

// former is the process that runs on the cluster now, 0 for none. The number in
// postmaster.pid alone proves nothing: after a crash or in a new container it may be
// anybody's.
func (h *home) former() int {
	text, err := os.ReadFile(h.path("pg/postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(text, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(first)))
	if err != nil || pid <= 0 {
		return 0
	}
	there, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return 0
	}
	ours, err := os.Stat(h.path("pg"))
	if err != nil || !os.SameFile(there, ours) {
		return 0
	}
	return pid
}
