package formpack

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reference is the folder of public test data, or empty when it is not there.
func reference(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("TILLIT_REFERENCE")
	if dir == "" {
		root, err := filepath.Abs(".")
		for err == nil && root != "/" {
			if _, e := os.Stat(filepath.Join(root, "go.mod")); e == nil {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "reference")
	}
	dir = filepath.Join(dir, name)
	if _, err := os.Stat(dir); err != nil {
		t.Log("reference data absent")
		return ""
	}
	return dir
}

type remotes struct{ dir string }

func (r remotes) Load(url string) (any, error) {
	path, ok := strings.CutPrefix(url, "http://localhost:1234/")
	if !ok {
		return nil, errors.New("nothing is loaded from outside")
	}
	text, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	return decodeJSON(text)
}

// Gaps of the library in what the standard leaves optional. A case that passes although it
// stands here fails the test, so that the list stays true.
var knownGaps = map[string]int{
	"optional/ecmascript-regex.json":        14,
	"optional/format-assertion.json":        1,
	"optional/format/duration.json":         2,
	"optional/format/ecmascript-regex.json": 9,
	"optional/format/email.json":            1,
	"optional/format/hostname.json":         24,
	"optional/format/idn-email.json":        2,
	"optional/format/idn-hostname.json":     54,
	"optional/format/ipv4.json":             1,
	"optional/format/iri.json":              1,
	"optional/format/uri-reference.json":    4,
	"optional/format/uri-template.json":     11,
	"optional/format/uri.json":              10,
}

func TestPublicSchemaSuite(t *testing.T) {
	dir := reference(t, "json-schema-test-suite")
	if dir == "" {
		return
	}
	failed, ran := map[string]int{}, map[string]int{}
	base := filepath.Join(dir, "tests", "draft2020-12")
	err := filepath.WalkDir(base, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(base, path)
		name = filepath.ToSlash(name)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var groups []struct {
			Description string
			Schema      json.RawMessage
			Tests       []struct {
				Description string
				Data        json.RawMessage
				Valid       bool
			}
		}
		if err := json.Unmarshal(text, &groups); err != nil {
			return err
		}
		formats := strings.HasPrefix(name, "optional/format/")
		for _, g := range groups {
			doc, err := decodeJSON(g.Schema)
			if err != nil {
				return err
			}
			s, compileErr := compileSchema(doc, schemaOptions{formats: formats, load: remotes{filepath.Join(dir, "remotes")}})
			for _, c := range g.Tests {
				ran[name]++
				data, err := decodeJSON(c.Data)
				if err != nil {
					return err
				}
				if compileErr != nil || (s.Validate(data) == nil) != c.Valid {
					failed[name]++
					if !strings.HasPrefix(name, "optional/") {
						t.Errorf("%s: %s: %s (compiles: %v)", name, g.Description, c.Description, compileErr)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for name, n := range ran {
		total += n
		if failed[name] != knownGaps[name] {
			t.Errorf("%s: %d of %d fail, %d known", name, failed[name], n, knownGaps[name])
		}
	}
	if total < 2000 {
		t.Errorf("only %d cases ran", total)
	}
}
