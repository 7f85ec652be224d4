package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets/*.css assets/*.js assets/*.svg assets/vendor
var files embed.FS

// AssetPath is where Assets has to be mounted: mux.Handle("GET "+ui.AssetPath, ui.Assets).
const AssetPath = "/assets/"

const (
	styleFile = "tillit.css"
	iconFile  = "icon.svg"
	fontFile  = "atkinson-latin.woff2"
)

// styleParts make the one style sheet, in the order of the layers.
var styleParts = []string{"vendor/designsystemet.css", "vendor/designsystemet-theme.css", "vendor/font.css", "theme.css"}

// vendored are the files that are fetched and not kept in the repository.
var vendored = []string{
	"vendor/designsystemet.css", "vendor/designsystemet-theme.css", "vendor/font.css",
	"vendor/atkinson-latin.woff2", "vendor/atkinson-latin-ext.woff2",
	"vendor/atkinson-latin-italic.woff2", "vendor/atkinson-latin-ext-italic.woff2",
	"vendor/licences.txt",
}

var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// asset is one file as it is served.
type asset struct {
	name   string // as in "tillit.css"
	hashed string // as in "tillit.3f0a9c1d2b.css"
	kind   string
	plain  []byte
	packed []byte // gzip, or nil where that saves nothing
}

// assets are made once: joined, named by content and packed.
var assets = sync.OnceValues(func() (map[string]*asset, error) {
	if err := missing(files); err != nil {
		return nil, err
	}
	all := map[string]*asset{}
	add := func(name string, content []byte) error {
		a := &asset{name: name, kind: types[path.Ext(name)], plain: content}
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		a.hashed = strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		if ext != ".woff2" {
			packed, err := pack(content)
			if err != nil {
				return err
			}
			a.packed = packed
		}
		all[name] = a
		return nil
	}
	for _, pattern := range []string{"assets/vendor/*.woff2", "assets/vendor/*.txt", "assets/*.js", "assets/icon.svg"} {
		found, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			content, err := files.ReadFile(f)
			if err != nil {
				return nil, err
			}
			if err := add(path.Base(f), content); err != nil {
				return nil, err
			}
		}
	}
	var style bytes.Buffer
	for _, part := range styleParts {
		content, err := files.ReadFile("assets/" + part)
		if err != nil {
			return nil, err
		}
		for name, a := range all {
			content = bytes.ReplaceAll(content, []byte("url("+name+")"), []byte("url("+a.hashed+")"))
		}
		style.Write(content)
		style.WriteByte('\n')
	}
	return all, add(styleFile, style.Bytes())
})

func pack(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() >= len(content) {
		return nil, nil
	}
	return b.Bytes(), nil
}

// missing names the fetched files that are not there.
func missing(built fs.FS) error {
	var names []string
	for _, name := range vendored {
		if _, err := fs.Stat(built, "assets/"+name); err != nil {
			names = append(names, path.Base(name))
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("this program was built without its style sheet and typeface (%s): run `make assets` and build again", strings.Join(names, ", "))
}

// CheckAssets tells, before anything is served, whether the fetched files were there when
// the program was built.
func CheckAssets() error {
	_, err := assets()
	return err
}

// Asset gives the address of a file, which changes with its content. A name that is not
// there gives an address that answers 404.
func Asset(name string) string {
	all, err := assets()
	if err != nil || all[name] == nil {
		return AssetPath + name
	}
	return AssetPath + all[name].hashed
}

// Assets serves the style sheet, the typeface and the scripts below AssetPath, packed
// where the browser takes it. An address of an earlier build gets today's file and may not
// be kept, so that a page from before a new build still has its style.
var Assets http.Handler = http.HandlerFunc(serveAsset)

func serveAsset(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	a, exact, err := find(strings.TrimPrefix(r.URL.Path, AssetPath))
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if err != nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	}
	h.Set("Content-Type", a.kind)
	if exact {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body := a.plain
	if a.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body)
	}
}

var errNoAsset = errors.New("no such asset")

// find takes name.hash.ext or name.ext. Exact says that the hash is today's.
func find(served string) (a *asset, exact bool, err error) {
	all, err := assets()
	if err != nil {
		return nil, false, err
	}
	name, ext := served, path.Ext(served)
	if stem := strings.TrimSuffix(served, ext); path.Ext(stem) != "" {
		name = strings.TrimSuffix(stem, path.Ext(stem)) + ext
	}
	a, ok := all[name]
	if !ok {
		return nil, false, errNoAsset
	}
	return a, a.hashed == served, nil
}

// takesGzip reads Accept-Encoding (RFC 9110, 12.5.3) as far as gzip is concerned.
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, isQ := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !isQ {
			return true
		}
		weight, err := strconv.ParseFloat(q, 64)
		return err == nil && weight > 0
	}
	return false
}
