package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stub makes a folder that passes for an engine of a version nobody has.
func stub(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, "bin", name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheEngineIsLookedForInOrder(t *testing.T) {
	configured, bundled := stub(t, "91.4 (Debian 91.4-1)"), stub(t, "92.1")
	old, beta := stub(t, "14.9"), stub(t, "93beta2")
	absent := filepath.Join(t.TempDir(), "absent")
	for _, c := range []struct {
		name   string
		config Config
		need   int
		want   string // version
		err    error
	}{
		{"new: the configured one first", Config{Engine: configured, Bundled: bundled}, 0, "91.4", nil},
		{"its bin folder may be named too", Config{Engine: configured + "/bin"}, 0, "91.4", nil},
		{"existing: its own major, wherever", Config{Engine: configured, Bundled: bundled}, 92, "92.1", nil},
		{"existing: its own major, configured", Config{Engine: configured, Bundled: bundled}, 91, "91.4", nil},
		{"a beta", Config{Engine: beta}, 93, "93beta2", nil},
		{"existing: not to be had", Config{Engine: configured, Bundled: bundled}, 90, "", ErrVersion},
		{"existing: too old is not used", Config{Engine: old}, 14, "", ErrVersion},
		{"new: a configured one that is not there", Config{Engine: absent, Bundled: bundled}, 0, "", ErrNoEngine},
		{"a bundle that is not there is passed over", Config{Engine: configured, Bundled: absent}, 0, "91.4", nil},
		{"a bundle that is damaged is not", Config{Bundled: t.TempDir()}, 0, "", ErrNoEngine},
	} {
		e, err := findEngine(context.Background(), c.config, c.need)
		if !errors.Is(err, c.err) || e.version != c.want {
			t.Errorf("%s: %v, %v", c.name, e, err)
		}
	}
	_, err := findEngine(context.Background(), Config{Engine: configured, Bundled: bundled}, 90)
	for _, part := range []string{"PostgreSQL 90", "PostgreSQL 91.4 in " + configured, "PostgreSQL 92.1 in " + bundled, "Nothing was touched", "tillit dump", "tillit restore"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the text lacks %q: %v", part, err)
		}
	}
}

// As root the engine runs as somebody else, to whom a folder of ours is closed.
func TestAnEngineOutOfReachIsNamed(t *testing.T) {
	dir := stub(t, "91.4")
	_, err := Start(context.Background(), Config{Data: t.TempDir(), Engine: dir})
	if err == nil {
		t.Fatal("a stub started")
	}
	if said := strings.Contains(err.Error(), dir+"/bin/initdb can't be run as user"); said != (os.Geteuid() == 0) {
		t.Errorf("the text: %v", err)
	}
}

func TestThePackagesLinksAreRecreated(t *testing.T) {
	list := func(t *testing.T, text string) string {
		dir := t.TempDir()
		if err := errors.Join(os.Mkdir(dir+"/lib", 0o755), os.Mkdir(dir+"/lib/sub", 0o755),
			os.WriteFile(dir+"/lib/a.so.1.2", []byte("a"), 0o644), os.WriteFile(dir+"/pg-symlinks.json", []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dir := list(t, `[{"source":"native/lib/a.so.1.2","target":"native/lib/a.so.1"},{"source":"native/lib/a.so.1.2","target":"native/lib/sub/a.so"}]`)
	for range 2 { // again is no error
		if err := LinkBundled(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"lib/a.so.1", "lib/sub/a.so"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); string(text) != "a" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		if to, err := os.Readlink(filepath.Join(dir, name)); err != nil || filepath.IsAbs(to) {
			t.Errorf("%s leads to %q: the folder could not be moved", name, to)
		}
	}
	for _, bad := range []string{
		`[{"source":"native/lib/a.so.1.2","target":"native/../../a"}]`,
		`[{"source":"native/../../../etc/passwd","target":"native/lib/p"}]`,
		`[{"source":"/etc/passwd","target":"native/lib/p"}]`,
		`[`,
	} {
		if LinkBundled(list(t, bad)) == nil {
			t.Errorf("taken: %s", bad)
		}
	}
}
