package formpack

import (
	"bytes"
	"errors"
	"io"

	"gopkg.in/yaml.v3"
)

// What an author writes. Unknown keys are refused, so that a misspelt "visible_if" can't
// pass as nothing.

// words is one text in each language.
type words map[string]string

type authored struct {
	Family    string                 `yaml:"family"`
	Number    int                    `yaml:"number"`
	Title     words                  `yaml:"title"`
	Intro     words                  `yaml:"intro"`
	Parties   []string               `yaml:"parties"`
	Signers   Signers                `yaml:"signers"`
	States    []string               `yaml:"states"`
	Deadlines map[string]string      `yaml:"deadlines"`
	Fees      map[string]string      `yaml:"fees"`
	Facts     map[string]authorFact  `yaml:"facts"`
	Lists     []string               `yaml:"lists"`
	Values    map[string]valueDoc    `yaml:"values"`
	Phrases   map[string][]authorSay `yaml:"phrases"`
	Steps     []authorStep           `yaml:"steps"`
	Checks    []authorCheck          `yaml:"checks"`
}

type authorFact struct {
	When string `yaml:"when"`
}

type authorSay struct {
	If  string `yaml:"if"`
	Say words  `yaml:"say"`
}

type authorStep struct {
	Key       string       `yaml:"step"`
	Title     words        `yaml:"title"`
	Intro     words        `yaml:"intro"`
	VisibleIf string       `yaml:"visible_if"`
	Ask       []authorItem `yaml:"ask"`
}

// authorItem is a field or a slot; the keys of the other stay empty.
type authorItem struct {
	Field string `yaml:"field"`
	Slot  string `yaml:"slot"`

	Class     string   `yaml:"class"`
	VisibleTo []string `yaml:"visible_to"`
	Retention string   `yaml:"retention"`
	Source    string   `yaml:"source"`
	About     string   `yaml:"about"`

	Label   words `yaml:"label"`
	Hint    words `yaml:"hint"`
	Missing words `yaml:"missing"` // what to do when there is no answer

	VisibleIf  string `yaml:"visible_if"`
	Required   bool   `yaml:"required"`
	RequiredIf string `yaml:"required_if"`

	Kind     Kind           `yaml:"kind"`
	Options  []authorOption `yaml:"options"`
	From     *optionDoc     `yaml:"options_from"`
	AtLeast  int            `yaml:"at_least"`
	AtMost   int            `yaml:"at_most"`
	Min      *int64         `yaml:"min"`
	Max      *int64         `yaml:"max"`
	Longest  int            `yaml:"longest"`
	Format   string         `yaml:"format"`
	Computed string         `yaml:"is"`

	Type         string   `yaml:"type"`
	LaterAllowed bool     `yaml:"later_allowed"`
	MaxFiles     int      `yaml:"max_files"`
	MaxBytes     int64    `yaml:"max_bytes"`
	Mime         []string `yaml:"mime"`
}

type authorOption struct {
	Value string `yaml:"value"`
	Label words  `yaml:"label"`
	Hint  words  `yaml:"hint"`
	If    string `yaml:"if"`
}

type authorCheck struct {
	Key   string `yaml:"check"`
	Field string `yaml:"field"`
	Level string `yaml:"level"`
	Holds string `yaml:"holds"`
	Text  words  `yaml:"text"`
}

const sourceMaxBytes = 512 << 10

func readAuthored(src []byte) (*authored, error) {
	if len(src) > sourceMaxBytes {
		return nil, errors.New("the source is over 512 kB")
	}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	dec.KnownFields(true)
	var a authored
	if err := dec.Decode(&a); err != nil {
		return nil, err
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("the source holds more than one document")
	}
	return &a, nil
}
