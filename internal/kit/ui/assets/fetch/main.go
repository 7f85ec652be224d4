// Command fetch copies the few files that the pages use from node_modules, where npm ci
// has put them by the lock file, into the folder that is built into the program.
//
//	go run ./internal/kit/ui/assets/fetch [-from node_modules] [-to internal/kit/ui/assets/vendor]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

const (
	designsystemet = "@digdir/designsystemet-css"
	typeface       = "@fontsource-variable/atkinson-hyperlegible-next"
)

var (
	sourceMap = regexp.MustCompile(`\s*/\*# sourceMappingURL=[^*]*\*/|\s*//# sourceMappingURL=\S*`)
	fontURL   = regexp.MustCompile(`url\(\./files/atkinson-hyperlegible-next-(latin|latin-ext)-wght-(normal|italic)\.woff2\)`)
)

func main() {
	from := flag.String("from", "node_modules", "where npm ci has put the packages")
	to := flag.String("to", "internal/kit/ui/assets/vendor", "the folder that is built in")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	read := func(parts ...string) ([]byte, error) {
		content, err := os.ReadFile(filepath.Join(append([]string{from}, parts...)...))
		if os.IsNotExist(err) {
			return nil, fmt.Errorf("%w: run npm ci --ignore-scripts first", err)
		}
		return content, err
	}
	write := func(name string, content []byte) error {
		return os.WriteFile(filepath.Join(to, name), content, 0o644)
	}
	style := func(content []byte) []byte { return sourceMap.ReplaceAll(content, nil) }

	for name, source := range map[string]string{
		"designsystemet.css":       "dist/src/index.css",
		"designsystemet-theme.css": "dist/theme/designsystemet.css",
	} {
		content, err := read(designsystemet, source)
		if err != nil {
			return err
		}
		if err := write(name, style(content)); err != nil {
			return err
		}
	}

	var font bytes.Buffer
	for _, source := range []string{"wght.css", "wght-italic.css"} {
		content, err := read(typeface, source)
		if err != nil {
			return err
		}
		for _, m := range fontURL.FindAllSubmatch(content, -1) {
			name := servedName(string(m[1]), string(m[2]))
			file, err := read(typeface, "files", fmt.Sprintf("atkinson-hyperlegible-next-%s-wght-%s.woff2", m[1], m[2]))
			if err != nil {
				return err
			}
			if err := write(name, file); err != nil {
				return err
			}
			content = bytes.ReplaceAll(content, m[0], []byte("url("+name+")"))
		}
		font.Write(style(content))
	}
	if bytes.Contains(font.Bytes(), []byte("./files/")) {
		return fmt.Errorf("%s names a file that is not known here", typeface)
	}
	if err := write("font.css", font.Bytes()); err != nil {
		return err
	}

	var licences bytes.Buffer
	for _, of := range []string{designsystemet, typeface} {
		content, err := read(of, "LICENSE")
		if err != nil {
			return err
		}
		fmt.Fprintf(&licences, "%s\n\n%s\n\n", of, bytes.TrimSpace(content))
	}
	return write("licences.txt", licences.Bytes())
}

// servedName is how the program calls a file of the typeface.
func servedName(signs, slant string) string {
	if slant == "italic" {
		return "atkinson-" + signs + "-italic.woff2"
	}
	return "atkinson-" + signs + ".woff2"
}
