package db

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldest is the lowest major version that is used: Debian 12 has it. SQL newer than
// this may not be written.
const oldest = 15

// ErrNoEngine says that no usable PostgreSQL was found on this machine.
var ErrNoEngine = errors.New("db: no PostgreSQL found")

// ErrVersion says that a cluster needs another major version than is to be had. The
// cluster has not been touched.
var ErrVersion = errors.New("db: the cluster needs another PostgreSQL")

// engine is a folder with initdb and postgres.
type engine struct {
	bin     string
	version string // "15.18"
	major   int
}

func (e engine) String() string { return "PostgreSQL " + e.version + " in " + e.bin }

// Engine tells which PostgreSQL a new cluster would get, with version and folder.
func Engine(ctx context.Context, c Config) (string, error) {
	e, err := findEngine(ctx, c, 0)
	if err != nil {
		return "", err
	}
	return e.String(), nil
}

// findEngine picks the engine. A new cluster (need 0) gets the first of: the
// configured folder, the system's, the bundled one. An existing cluster gets the
// first in that order which has its own major version, need.
func findEngine(ctx context.Context, c Config, need int) (engine, error) {
	var found []engine
	if c.Engine != "" {
		e, err := probe(ctx, c.Engine)
		if err != nil {
			return engine{}, fmt.Errorf("%w: the configured engine folder: %w", ErrNoEngine, err)
		}
		found = append(found, e)
	}
	found = append(found, systemEngines(ctx)...)
	if c.Bundled != "" {
		e, err := probeBundled(ctx, c.Bundled)
		switch {
		case err == nil:
			found = append(found, e)
		case !errors.Is(err, fs.ErrNotExist):
			return engine{}, fmt.Errorf("%w: the bundled engine: %w", ErrNoEngine, err)
		}
	}
	for _, e := range found {
		if e.major >= oldest && (need == 0 || e.major == need) {
			return e, nil
		}
	}
	names := make([]string, len(found))
	for i, e := range found {
		names[i] = e.String()
	}
	have := cmp.Or(strings.Join(names, ", "), "none")
	if need == 0 {
		return engine{}, fmt.Errorf("%w: version %d or newer is needed, found: %s. Install it (Debian: apt install postgresql), name its folder, or give the URL of a server", ErrNoEngine, oldest, have)
	}
	return engine{}, fmt.Errorf("%w: it was made by PostgreSQL %d, found: %s. Nothing was touched. "+
		"Either install PostgreSQL %d beside what is there (Debian: apt install postgresql-%d), or upgrade: "+
		"where PostgreSQL %d is, run 'tillit dump FILE', then 'tillit restore FILE' with a new data folder",
		ErrVersion, need, have, need, need, need)
}

// systemEngines lists what the distribution installed, newest first.
func systemEngines(ctx context.Context) []engine {
	var found []engine
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/bin"} {
		dirs, _ := filepath.Glob(pattern) // the patterns are well formed
		for _, dir := range dirs {
			if e, err := probe(ctx, dir); err == nil {
				found = append(found, e)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b engine) int { return cmp.Compare(b.major, a.major) })
	return found
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (([0-9]+)(?:[.a-z0-9]*))`)

// probe asks the engine in a folder, or in its bin folder, for its version.
func probe(ctx context.Context, dir string) (engine, error) {
	if sub := filepath.Join(dir, "bin"); isFile(filepath.Join(sub, "postgres")) {
		dir = sub
	}
	for _, name := range []string{"postgres", "initdb"} {
		if !isFile(filepath.Join(dir, name)) {
			return engine{}, fmt.Errorf("there is no %s in %s", name, dir)
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version")
	cmd.Env = childEnv()
	out, err := cmd.Output()
	if err != nil {
		return engine{}, fmt.Errorf("%s does not tell its version: %w", cmd.Path, err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return engine{}, fmt.Errorf("%s does not tell its version in a known form", cmd.Path)
	}
	major, err := strconv.Atoi(string(m[2]))
	if err != nil {
		return engine{}, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	return engine{bin: dir, version: string(m[1]), major: major}, nil
}

// probeBundled makes the package's links first: without them the engine does not load.
// An absent folder is fs.ErrNotExist.
func probeBundled(ctx context.Context, dir string) (engine, error) {
	if _, err := os.Stat(dir); err != nil {
		return engine{}, err
	}
	if err := LinkBundled(dir); err != nil {
		return engine{}, err
	}
	return probe(ctx, dir)
}

// LinkBundled recreates the symbolic links of an unpacked engine package. Its format
// carries none, and lists them in pg-symlinks.json instead. Links that are there stay.
// A link that would lead out of the folder is refused.
func LinkBundled(dir string) error {
	list, err := os.ReadFile(filepath.Join(dir, "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // unpacked by something that keeps links
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, l := range links {
		// The list counts from the folder above.
		source, inside := strings.CutPrefix(l.Source, "native/")
		target, inside2 := strings.CutPrefix(l.Target, "native/")
		if !inside || !inside2 || !filepath.IsLocal(source) || !filepath.IsLocal(target) {
			return errors.New("pg-symlinks.json: a link leads out of the folder")
		}
		to, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return fmt.Errorf("pg-symlinks.json: %w", err)
		}
		if err := root.Symlink(to, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// childEnv is all the environment that the engine gets: ours may hold secrets.
func childEnv() []string { return []string{"LC_ALL=C", "PATH=/usr/local/bin:/usr/bin:/bin"} }
