package app_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tillit/internal/core/door"
	"tillit/internal/testkit/house"
)

// keys are the kinds of path parameter that are keys of something of somebody's. Each has its
// value in a bundle of the world. A new kind gets a line here, and a thing of that kind in
// at least one bundle (leak_cast_test.go).
var keys = []string{"case", "draft", "file", "completion", "order", "point", "response", "challenge"}

// words are the kinds that are nobody's, and the value to try.
var words = map[string]string{"lang": "sv", "family": "childcare-application", "step": "child", "slot": "certificate"}

// fields are the fields of forms and queries. Those in braces are keys from the bundle that is
// tried. A new field gets a line here.
var fields = map[string]string{
	"address": "nobody@brev.example", "answer": "Hej.", "ask": "Hej.", "body": "Hej.", "change": "", "code": "{code}", "id": "{person}", "label": "Nyckel", "note": "Hej.",
	"notice": "{notice}", "outcome": "granted", "reasons": "Hej.", "response": "{}", "shared": "1", "target": "service/none", "to": "{person}", "why": "Hej.",
	"again": "", "more": "", "before": "2030-01-01T00:00:00Z", "done": "sign-in", "format": "", "life": "child", "list": "unassigned", "own": "1", "q": "Berglund", "ref": "", "sent": "1", "state": "",
}

// lastly are the doors that end the visitor's own session; they are tried when all else is done.
var lastly = []string{"POST /sign-out", "POST /not-me"}

// entrance is a route, as strangers come to it.
type entrance struct {
	door.Declaration
	params []string
	own    bool // it has a key of somebody's in its path
}

var parameter = regexp.MustCompile(`\{([a-z_]+)(?:\.\.\.)?\}`)

// doors are all routes that there are, from the table itself. One with a parameter that the
// world knows nothing of fails the test.
func (w *world) doors(t *testing.T) []entrance {
	t.Helper()
	var list []entrance
	used := map[string]bool{}
	for _, d := range w.Declarations() {
		e := entrance{Declaration: d}
		if d.Action == "" || d.Relation == "" || d.Purpose == "" || len(d.Classes) == 0 || d.Guard == "" {
			t.Errorf("%s %s is not declared: say beside its path what it is for", d.Method, d.Path)
		}
		for _, m := range parameter.FindAllStringSubmatch(d.Path, -1) {
			name := m[1]
			_, word := words[name]
			switch {
			case slices.Contains(keys, name):
				e.own, used[name] = true, true
			case !word:
				t.Errorf("%s %s has a parameter {%s} that strangers do not try: add it to keys and to a bundle of the world when it is the key of something of somebody's, else to words", d.Method, d.Path, name)
				continue
			}
			e.params = append(e.params, name)
		}
		list = append(list, e)
	}
	for _, name := range keys {
		if !used[name] {
			t.Errorf("no route has a parameter {%s}: take it out of keys", name)
		}
		if !slices.ContainsFunc(w.bundles, func(b *bundle) bool { return b.params[name] != "" }) {
			t.Errorf("no bundle of the world has a %s", name)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	last := func(e entrance) int { // what lives for minutes only is tried first
		if slices.Contains(e.params, "order") || slices.Contains(e.params, "challenge") {
			return -2
		}
		return slices.Index(lastly, e.Method+" "+e.Path)
	}
	slices.SortStableFunc(list, func(a, b entrance) int { return last(a) - last(b) })
	return list
}

// asked is one request that is tried.
type asked struct {
	path string
	keys []string // of somebody's, so that answers can be compared whatever they were
}

// ask makes the request of a route with values for its parameters; false when one is missing.
func (e entrance) ask(values map[string]string) (asked, bool) {
	a := asked{path: e.Path}
	for _, name := range e.params {
		value, word := words[name]
		if !word {
			if value = values[name]; value == "" {
				return asked{}, false
			}
			a.keys = append(a.keys, value)
		}
		a.path = strings.Replace(a.path, "{"+name+"}", value, 1)
	}
	a.path = parameter.ReplaceAllString(a.path, "nowhere")
	return a, true
}

// send tries a request: a GET with every query there is, a POST with every field there is, and
// where files are taken with a file as well.
func (e entrance) send(t testing.TB, b *house.Browser, a asked, values map[string]string) house.Page {
	t.Helper()
	form := url.Values{}
	for name, value := range fields {
		if len(value) > 2 && value[0] == '{' {
			value = values[strings.Trim(value, "{}")]
		}
		form.Set(name, value)
	}
	if e.Method == http.MethodGet {
		return b.Get(a.path)
	}
	if !strings.Contains(e.Path, "file") && !strings.Contains(e.Path, "completion") {
		return b.Post(a.path, form)
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name := range form {
		if err := m.WriteField(name, form.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"file", "files", words["slot"]} {
		part, err := m.CreateFormFile(name, "intyg.pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, "%PDF-1.4 a file"); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Do(http.MethodPost, a.path, &body, m.FormDataContentType())
}

// changing are parts of an answer that are of the moment: how long the session lasts yet.
var changing = regexp.MustCompile(`data-idle="\d+"|data-[a-z-]*(seconds|idle|until)[a-z-]*="[^"]*"`)

// alike is an answer without what it was asked for and what is of the moment, so that two can
// be compared byte by byte.
func alike(p house.Page, a asked) string {
	head := p.Header.Clone()
	for _, name := range []string{"Date", "Content-Length"} {
		head.Del(name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", p.Status)
	if err := head.Write(&b); err != nil {
		return err.Error()
	}
	b.WriteString("\n" + changing.ReplaceAllString(p.Body, ""))
	text := b.String()
	for _, key := range a.keys {
		text = strings.ReplaceAll(text, key, "KEY")
	}
	return text
}

// formField is how handlers read what was sent.
var formField = regexp.MustCompile(`\.Get\("([a-z_]+)"\)|(?:Form|Query\(\))\["([a-z_]+)"\]|FormFile\("([a-z_]+)"\)`)

// TestStrangersKnowEveryField sees that no handler reads a field that strangers do not send.
func TestStrangersKnowEveryField(t *testing.T) {
	read := map[string]bool{}
	for _, root := range []string{"../module", "../core/door", "."} {
		err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range formField.FindAllStringSubmatch(string(text), -1) {
				name := m[1] + m[2] + m[3]
				read[name] = true
				if _, ok := fields[name]; !ok {
					t.Errorf("%s reads a field %q that strangers do not send: add it to fields", path, name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range fields {
		if !read[name] {
			t.Errorf("no handler reads %q: take it out of fields", name)
		}
	}
}
