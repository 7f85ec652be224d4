package ui

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, method, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Assets.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheFetchedFilesAreThere(t *testing.T) {
	if err := CheckAssets(); err != nil {
		t.Fatalf("run npm ci --ignore-scripts and go run ./internal/kit/ui/assets/fetch: %v", err)
	}
}

func TestMissingFilesAreNamed(t *testing.T) {
	built := fstest.MapFS{}
	for _, name := range vendored {
		built["assets/"+name] = &fstest.MapFile{Data: []byte("x")}
	}
	if err := missing(built); err != nil {
		t.Errorf("nothing is missing, but: %v", err)
	}
	delete(built, "assets/vendor/font.css")
	err := missing(built)
	if err == nil || !strings.Contains(err.Error(), "font.css") || !strings.Contains(err.Error(), "make assets") {
		t.Errorf("one file is missing: %v", err)
	}
}

func TestAssetsAreServed(t *testing.T) {
	hashed := regexp.MustCompile(`^/assets/[a-z-]+\.[0-9a-f]{10}\.[a-z0-9]+$`)
	for name, kind := range map[string]string{
		"tillit.css":           "text/css; charset=utf-8",
		"icon.svg":             "image/svg+xml",
		"atkinson-latin.woff2": "font/woff2",
		"licences.txt":         "text/plain; charset=utf-8",
		string(ScriptSession):  "text/javascript; charset=utf-8",
		string(ScriptQR):       "text/javascript; charset=utf-8",
		string(ScriptUpload):   "text/javascript; charset=utf-8",
		string(ScriptAutosave): "text/javascript; charset=utf-8",
		string(ScriptPasskey):  "text/javascript; charset=utf-8",
		string(scriptPlace):    "text/javascript; charset=utf-8",
	} {
		path := Asset(name)
		if !hashed.MatchString(path) {
			t.Errorf("%s is at %s", name, path)
		}
		plain := get(t, http.MethodGet, path, "")
		if plain.StatusCode != http.StatusOK || plain.Header.Get("Content-Type") != kind ||
			plain.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			plain.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, plain.StatusCode, plain.Header)
		}
		content := body(t, plain)
		if kind == "text/javascript; charset=utf-8" && len(content) > 4000 {
			t.Errorf("%s has %d bytes", name, len(content))
		}
		packed := get(t, http.MethodGet, path, "br, gzip;q=0.8")
		if name == "atkinson-latin.woff2" {
			if packed.Header.Get("Content-Encoding") != "" {
				t.Error("the typeface is packed twice")
			}
			continue
		}
		if packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s is not packed: %v", name, packed.Header)
			continue
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(unpacked, content) {
			t.Errorf("%s unpacks to something else (%v)", name, err)
		}
		if head := get(t, http.MethodHead, path, ""); len(body(t, head)) != 0 || head.ContentLength != int64(len(content)) && head.Header.Get("Content-Length") == "" {
			t.Errorf("%s: HEAD has a body or no length", name)
		}
	}
}

func TestTheStyleSheetIsWhole(t *testing.T) {
	css := string(body(t, get(t, http.MethodGet, Asset("tillit.css"), "")))
	at := 0
	for _, mark := range []string{"@layer ds.theme, ds.base, ds.components;", "@layer ds.theme.size-mode", "@font-face", "@layer app.tokens {"} {
		i := strings.Index(css[at:], mark)
		if i < 0 {
			t.Fatalf("%q does not come after what comes before it", mark)
		}
		at += i
	}
	if strings.Contains(css, "sourceMappingURL") {
		t.Error("it asks for a source map")
	}
	asked := regexp.MustCompile(`url\(([a-z][a-z0-9.-]*)\)`).FindAllStringSubmatch(css, -1)
	if len(asked) != 4 {
		t.Errorf("it asks for %d files of the typeface", len(asked))
	}
	for _, m := range asked {
		if r := get(t, http.MethodGet, AssetPath+m[1], ""); r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("it asks for %s: %d", m[1], r.StatusCode)
		}
	}
}

func TestOtherAddresses(t *testing.T) {
	for _, c := range []struct {
		path, cache string
		status      int
	}{
		{"/assets/tillit.css", "no-cache", 200},
		{"/assets/tillit.0000000000.css", "no-cache", 200}, // a page of an earlier build
		{"/assets/nothing.css", "no-store", 404},
		{"/assets/", "no-store", 404},
		{"/assets/../page.go", "no-store", 404},
		{"/assets/vendor/font.css", "no-store", 404},
	} {
		if r := get(t, http.MethodGet, c.path, ""); r.StatusCode != c.status || r.Header.Get("Cache-Control") != c.cache {
			t.Errorf("%s: %d %q, want %d %q", c.path, r.StatusCode, r.Header.Get("Cache-Control"), c.status, c.cache)
		}
	}
	if r := get(t, http.MethodPost, "/assets/tillit.css", ""); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.StatusCode)
	}
}

func TestTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br, gzip": true, "gzip;q=0": false, "gzip; q=0.0": false,
		"gzip;q=0.5": true, "br": false, "xgzip": false,
	} {
		if got := takesGzip(header); got != want {
			t.Errorf("takesGzip(%q) = %v", header, got)
		}
	}
}
