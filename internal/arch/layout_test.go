package arch

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const architecture = "ARCHITECTURE.md"

// folder is one line of the layout that ARCHITECTURE.md draws.
type folder struct {
	path  string
	words string // what the drawing says beside it and beside the folders it stands in
}

// drawnFolder is a name with a slash at the head of a line of the drawing.
var drawnFolder = regexp.MustCompile(`^[a-z0-9_.][a-z0-9_./-]*/$`)

// drawn reads the layout: the first code block with a line that begins "internal/". Two
// spaces stand for one step in; a line may name several folders; words after the names
// describe them, and may name small folders inside ("kit/  db, job, web").
func drawn(markdown string) []folder {
	for _, block := range codeBlocks(markdown) {
		if !strings.Contains("\n"+block, "\ninternal/") {
			continue
		}
		var out []folder
		var above []folder // the folders that the next line may stand in, one a step
		for line := range strings.SplitSeq(block, "\n") {
			body := strings.TrimLeft(line, " ")
			depth := (len(line) - len(body)) / 2
			fields := strings.Fields(body)
			n := 0
			for n < len(fields) && drawnFolder.MatchString(fields[n]) {
				n++
			}
			words := " " + strings.Join(fields[n:], " ")
			if n == 0 { // more words for the last folder, or a line of files
				if len(out) > 0 && depth > 0 {
					out[len(out)-1].words += words
				}
				continue
			}
			depth = min(depth, len(above))
			above = above[:depth]
			in := folder{}
			if depth > 0 {
				in = above[depth-1]
			}
			for _, name := range fields[:n] {
				out = append(out, folder{path: path.Join(in.path, name), words: in.words + words})
			}
			above = append(above, out[len(out)-1])
		}
		return out
	}
	return nil
}

func codeBlocks(markdown string) []string {
	parts := strings.Split("\n"+markdown, "\n```")
	var blocks []string
	for i := 1; i < len(parts); i += 2 {
		_, block, _ := strings.Cut(parts[i], "\n")
		blocks = append(blocks, block)
	}
	return blocks
}

// names tells whether the drawing names a package's folder: itself, or the folder it
// stands in with the rest of its path among the words beside.
func names(layout []folder, dir string) bool {
	best := folder{}
	for _, f := range layout {
		if within(dir, f.path) && len(f.path) > len(best.path) {
			best = f
		}
	}
	if best.path == "" || best.path == "internal" && dir != "internal" {
		return false
	}
	words := strings.FieldsFunc(best.words, func(r rune) bool { return strings.ContainsRune(" ,;:.()/`", r) })
	for part := range strings.SplitSeq(strings.TrimPrefix(dir, best.path), "/") {
		if part != "" && !slices.Contains(words, part) {
			return false
		}
	}
	return true
}

var architectureIsTrue = rule{
	name: "ARCHITECTURE.md is true",
	says: "every folder that ARCHITECTURE.md draws exists, and every package under internal is drawn there",
	mend: "draw the folder with a line of what it is, or take out the line of one that is gone",
	find: func(t testing.TB, tr *tree) []breach {
		if !tr.has(architecture) {
			if !tr.has("cmd/tillit/main.go") {
				return nil // before there is a program there is nothing to draw
			}
			return []breach{{path: architecture, what: "is not there"}}
		}
		layout := drawn(tr.read(t, architecture))
		if len(layout) == 0 {
			return []breach{{path: architecture, what: "draws no layout: a code block with a line that begins internal/"}}
		}
		var found []breach
		for _, f := range layout {
			if !tr.has(f.path) {
				found = append(found, breach{path: architecture, what: "draws " + f.path + ", which is not there"})
			}
		}
		seen := map[string]bool{}
		for _, s := range tr.sources {
			if within(s.dir, "internal") && !seen[s.dir] && !names(layout, s.dir) {
				found = append(found, breach{path: s.dir, what: "is not drawn in " + architecture})
			}
			seen[s.dir] = true
		}
		return found
	},
	planted: []plant{
		{files{architecture: "# A\n```\ngo.mod\ninternal/\n  kit/  no word: db\n  core/\n    person/  people\n```\n", "internal/kit/db/a.go": "package db\n"}, "draws internal/core/person, which is not there"},
		{files{architecture: "```\ninternal/\n  kit/  no word: db\n```\n", "internal/kit/db/a.go": "package db\n", "internal/kit/web/a.go": "package web\n"}, "internal/kit/web: is not drawn"},
		{files{architecture: "```\ninternal/  db, app, x\n```\n", "internal/app/a.go": "package app\n"}, "internal/app: is not drawn"},
		{files{architecture: "# nothing drawn\n"}, "draws no layout"},
		{files{"cmd/tillit/main.go": "package main\n"}, "ARCHITECTURE.md: is not there"},
	},
	sound: []files{{
		architecture:                      "```\nREADME.md  .ci/run\ncmd/tillit/  main\ninternal/\n  adapter/   the world, each with a fake/\n    bankid/ smtp/\n  kit/   no word: db, text (textgen writes),\n         web\n  town/  invented\nstories/  tests\n```\n",
		"cmd/tillit/main.go":              "package main\n",
		"internal/adapter/bankid/a.go":    "package bankid\n",
		"internal/adapter/smtp/fake/a.go": "package fake\n",
		"internal/kit/text/textgen/a.go":  "package main\n",
		"internal/kit/web/a.go":           "package web\n",
		"internal/town/a.go":              "package town\n",
		"stories/a.go":                    "package stories\n",
	}},
}
