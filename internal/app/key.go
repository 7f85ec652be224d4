package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// minKey is the least that the installation's secret holds, in bytes.
const minKey = 32

// key reads the installation's own secret; a new installation in its own folder gets one.
// Losing it makes nobody findable by number: it belongs in the backup.
func (a *App) key(context.Context) ([]byte, error) {
	name := a.keyFile()
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && a.opts.Config.KeyFile == "" {
		return a.newKey(name)
	}
	if err != nil {
		return nil, fmt.Errorf("the key of the installation: %w", err)
	}
	if len(b) < minKey {
		return nil, fmt.Errorf("the key of the installation in %s is shorter than %d bytes", name, minKey)
	}
	return b, nil
}

func (a *App) newKey(name string) ([]byte, error) {
	b := make([]byte, minKey)
	if _, err := io.ReadFull(a.opts.Chance, b); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(b)
	return b, errors.Join(err, f.Sync(), f.Close())
}
