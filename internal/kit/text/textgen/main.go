// Command textgen writes text_gen.go from the texts of a package.
//
//	go run ./internal/kit/text/textgen [-check] [folder ...]
//
// Without folders it takes every folder under the current one that has a text.sv.toml.
// With -check it writes nothing and ends with 1 where text_gen.go is not what it would write.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail where text_gen.go differs")
	flag.Parse()
	if err := run(flag.Args(), *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folders []string, check bool) error {
	if len(folders) == 0 {
		found, err := find(".")
		if err != nil {
			return err
		}
		folders = found
	}
	var problems []error
	for _, folder := range folders {
		if err := generate(folder, check); err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// generate writes or checks one folder.
func generate(folder string, check bool) error {
	c, err := read(folder)
	if err != nil {
		return err
	}
	want, err := emit(c)
	if err != nil {
		return fmt.Errorf("%s: %w", folder, err)
	}
	path := filepath.Join(folder, "text_gen.go")
	have, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if bytes.Equal(have, want) {
		return nil
	}
	if check {
		return fmt.Errorf("%s is not what its texts say: run make gen and commit", path)
	}
	return os.WriteFile(path, want, 0o644)
}

// find lists the folders with texts.
func find(root string) ([]string, error) {
	var folders []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", ".build", "node_modules", "testdata", "data":
				return fs.SkipDir
			}
			return nil
		}
		if d.Name() == "text.sv.toml" {
			folders = append(folders, filepath.Dir(path))
		}
		return nil
	})
	return folders, err
}
