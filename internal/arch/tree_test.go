package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// modulePath is what go.mod calls us.
const modulePath = "tillit"

// notOurs are the folders that git ignores: built, fetched or written by a running Tillit.
var notOurs = map[string]bool{
	".git": true, ".build": true, "node_modules": true, "bin": true, "data": true,
	"internal/kit/ui/assets/vendor": true,
}

// tree is the repository as the rules see it.
type tree struct {
	fsys    fs.FS
	files   []string // every file of ours, in order
	sources []*source
}

// source is one Go file.
type source struct {
	path, dir string
	test      bool // named _test.go
	generated bool
	fset      *token.FileSet
	ast       *ast.File
}

func load(t testing.TB, fsys fs.FS) *tree {
	t.Helper()
	out := &tree{fsys: fsys}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && notOurs[p]:
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		out.files = append(out.files, p)
		if path.Ext(p) != ".go" || strings.Contains("/"+p, "/testdata/") {
			return nil
		}
		s, err := parse(p, out.read(t, p))
		if err != nil {
			return err
		}
		out.sources = append(out.sources, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func parse(p, text string) (*source, error) {
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{
		path: p, dir: path.Dir(p), test: strings.HasSuffix(p, "_test.go"),
		generated: ast.IsGenerated(parsed), fset: fset, ast: parsed,
	}, nil
}

func (t *tree) read(tb testing.TB, p string) string {
	tb.Helper()
	b, err := fs.ReadFile(t.fsys, p)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// has tells whether a file or folder of ours is there.
func (t *tree) has(p string) bool {
	_, err := fs.Stat(t.fsys, p)
	return err == nil
}

// ours lists the imports of this module, as folders: "internal/core/person".
func (s *source) ours() []string {
	var folders []string
	for _, spec := range s.ast.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			if folder, ok := strings.CutPrefix(p, modulePath+"/"); ok {
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

// named maps each name that the file gives an import to the import's path.
func (s *source) named() map[string]string {
	names := map[string]string{}
	for _, spec := range s.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := baseName(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

// baseName is what a package is called by its import path: rand for math/rand/v2.
func baseName(p string) string {
	if base := path.Base(p); base != "v2" {
		return base
	}
	return path.Base(path.Dir(p))
}

func (s *source) line(pos token.Pos) int { return s.fset.Position(pos).Line }

// within tells whether p is the folder or something in it.
func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// files are a planted tree: path to content.
type files map[string]string

func (f files) tree(t testing.TB) *tree {
	t.Helper()
	m := fstest.MapFS{}
	for p, content := range f {
		m[p] = &fstest.MapFile{Data: []byte(content)}
	}
	return load(t, m)
}

// goFile writes a Go file that imports folders of ours.
func goFile(pkg string, imports ...string) string {
	var b strings.Builder
	b.WriteString("package " + pkg + "\n")
	for _, folder := range imports {
		b.WriteString("import _ \"" + modulePath + "/" + folder + "\"\n")
	}
	return b.String()
}
