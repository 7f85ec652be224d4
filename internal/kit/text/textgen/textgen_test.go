package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// room writes a folder with the three files.
func room(t *testing.T, sv, da, en string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "room")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]string{"text.sv.toml": sv, "text.da.toml": da, "text.en.toml": en} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRefusals(t *testing.T) {
	const ok = `a = "x"`
	for _, c := range []struct{ name, sv, da, en, want string }{
		{"missing in Danish", "a = 'x'\nb = 'y'", ok, "a = 'x'\nb = 'y'", "text.da.toml: b: is missing"},
		{"missing in Swedish", ok, ok, "a = 'x'\nb = 'y'", "text.sv.toml: b: is missing; text.en.toml has it"},
		{"other placeholders", "a = 'till {date}'", "a = 'til {day}'", "a = 'by {date}'", "text.da.toml: a: has the placeholders {day}, Swedish has {date}"},
		{"placeholder dropped", "a = 'till {date}'", "a = 'til {date}'", "a = 'soon'", "text.en.toml: a: has the placeholders {}, Swedish has {date}"},
		{"stray brace", "a = 'x {'", ok, ok, "text.sv.toml: a: has a brace"},
		{"brace with a space", "a = 'x { date }'", ok, ok, "text.sv.toml: a: has a brace"},
		{"empty", ok, "a = ' '", ok, "text.da.toml: a: is empty"},
		{"exclamation mark", ok, ok, "a = 'Hello!'", "text.en.toml: a: has an exclamation mark"},
		{"sorry", "a = 'Det är Tyvärr stängt'", ok, ok, `text.sv.toml: a: says "tyvärr"`},
		{"an error has arisen", "a = 'Ett fel uppstod'", ok, ok, `text.sv.toml: a: says "fel uppstod"`},
		{"markup", ok, ok, "a = '<b>x</b>'", "text.en.toml: a: has markup"},
		{"an entity", ok, "a = 'x&nbsp;y'", ok, "text.da.toml: a: has markup"},
		{"half a plural", "a = {one = 'en'}", "a = {one='en', other='fler'}", "a = {one='one', other='more'}", `text.sv.toml: a: a plural has exactly "one" and "other"`},
		{"plural in one only", "a = {one='en sak', other='{n} saker'}", ok, "a = {one='one', other='{n}'}", "text.da.toml: a: is a plural in one language"},
		{"a number", ok, "a = 4", ok, "text.da.toml: a: is neither a text nor a plural"},
		{"a loud key", "Ab = 'x'", "Ab = 'x'", "Ab = 'x'", "text.sv.toml: Ab: a key is small letters"},
		{"two keys, one method", "a_1b = 'x'\na1b = 'x'", "a_1b = 'x'\na1b = 'x'", "a_1b = 'x'\na1b = 'x'", "makes the method A1b, which is taken by a_1b"},
		{"the look-up's name", "by_key = 'x'", "by_key = 'x'", "by_key = 'x'", "makes the method ByKey, which is taken by the look-up"},
		{"the same key twice", "a = 'x'\na = 'y'", ok, ok, "text.sv.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := room(t, c.sv, c.da, c.en)
			err := run([]string{dir}, false)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said %v, want %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "text_gen.go")); err == nil {
				t.Error("wrote texts that it refuses")
			}
		})
	}
}

func TestAFileThatIsNotThere(t *testing.T) {
	dir := room(t, `a = "x"`, `a = "x"`, `a = "x"`)
	if err := os.Remove(filepath.Join(dir, "text.da.toml")); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{dir}, false); err == nil || !strings.Contains(err.Error(), "text.da.toml") {
		t.Errorf("said %v", err)
	}
}

func TestCheckSeesDriftAndMendingIt(t *testing.T) {
	dir := room(t, `a = "x"`, `a = "y"`, `a = "z"`)
	if err := run([]string{dir}, true); err == nil || !strings.Contains(err.Error(), "make gen") {
		t.Fatalf("never written: %v", err)
	}
	if err := run([]string{dir}, false); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{dir}, true); err != nil {
		t.Errorf("just written: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "text.en.toml"), []byte(`a = "changed"`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{dir}, true); err == nil {
		t.Error("a text changed and nobody noticed")
	}
}

// What is generated is compiled and asked, in a program of its own inside this module.
func TestGeneratedTextsSpeak(t *testing.T) {
	root, err := filepath.Abs("../../../..")
	if err != nil {
		t.Fatal(err)
	}
	build := filepath.Join(root, ".build")
	if err := os.MkdirAll(build, 0o755); err != nil {
		t.Fatal(err)
	}
	// The program stands inside the repository, or it could not import the language package.
	dir, err := os.MkdirTemp(build, "textgen")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for name, s := range map[string]string{
		"text.sv.toml": `sign_out = "Logga ut"
due_by = "Senast {date}, {type} till {to_whom}"
things = {one = "En sak hos {who}", other = "{n} saker hos {who}"}
quoted = 'Säg "hej" \ på	svenska'
`,
		"text.da.toml": `sign_out = "Log ud"
due_by = "{type} til {to_whom} senest {date}"
things = {one = "En ting hos {who}", other = "{n} ting hos {who}"}
quoted = 'Sig "hej"'
`,
		"text.en.toml": `sign_out = "Sign out"
due_by = "{type} to {to_whom} by {date}, {date}"
things = {one = "One thing with {who}", other = "{n} things with {who}"}
quoted = 'Say "hi"'
`,
		"main.go": `package main

import (
	"context"
	"fmt"

	"tillit/internal/kit/text"
)

func main() {
	sv, da, en := In(text.SV), In(text.DA), T(text.With(context.Background(), text.EN))
	fmt.Println(sv.SignOut(), da.SignOut(), en.SignOut(), en.Lang())
	fmt.Println(sv.DueBy("D", "Y", "W"))
	fmt.Println(da.DueBy("D", "Y", "W"))
	fmt.Println(en.DueBy("D", "Y", "W"))
	fmt.Println(sv.Things(1, "oss"), sv.Things(0, "oss"), da.Things(2, "os"), en.Things(1200, "us"))
	fmt.Println(sv.Quoted())
	fmt.Println(en.ByKey("sign_out"))
	fmt.Println(en.ByKey("due_by"))
	fmt.Println(en.ByKey("things"))
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := run([]string{dir}, false); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "run", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = `Logga ut Log ud Sign out en
Senast D, Y till W
Y til W senest D
Y to W by D, D
En sak hos oss 0 saker hos oss 2 ting hos os 1200 things with us
Säg "hej" \ på	svenska
Sign out true
 false
 false
`
	if string(out) != want {
		t.Errorf("the texts say\n%s\nwant\n%s", out, want)
	}
}
