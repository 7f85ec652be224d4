package ui

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tillit/internal/kit/text"
)

// Field is what every field of a form has. The control, or the first of several, carries
// the id, so that an error summary's link puts the reader in it.
//
// Error says what to do ("Skriv ...", "Startdagen behöver vara ..."), without "Fel:"; the
// page adds that for those who listen. Width tells how long an answer is awaited. A label
// that is the question of the page is drawn large with Question.
type Field struct {
	Name     string
	ID       string // Name if empty
	Label    string
	Hint     string
	Error    string
	Question bool
	Optional bool
	Width    Width
	Describe string // ids of more text about the field
}

// Width is about how many signs a field shows.
type Width string

// The widths. The empty one is as wide as the column.
const (
	W2  Width = "t-w2"
	W4  Width = "t-w4"
	W8  Width = "t-w8"
	W12 Width = "t-w12"
	W20 Width = "t-w20"
)

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

func (f Field) labelClass() string {
	if f.Question {
		return "t-legend"
	}
	return "t-strong"
}

// described lists the ids of the texts that belong to the field, error last so that it is heard last.
func (f Field) described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.id()+"-hint")
	}
	if f.Describe != "" {
		ids = append(ids, f.Describe)
	}
	if f.Error != "" {
		ids = append(ids, f.id()+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{}
	if d := f.described(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

// Kept is the value a field shows: what was typed (Typed), or a value about a person that
// is opened only when the field is rendered (Stored). Typed wins as soon as Was is set, even
// when it is empty, so that nothing that somebody erased comes back.
type Kept struct {
	Typed  string
	Was    bool
	Stored templ.Component
}

// Typed keeps what was typed.
func Typed(s string) Kept { return Kept{Typed: s, Was: true} }

// Stored shows a value that is opened at render.
func Stored(c templ.Component) Kept { return Kept{Stored: c} }

func (k Kept) text(ctx context.Context) (string, error) {
	if k.Was || k.Typed != "" {
		return k.Typed, nil
	}
	return textOf(ctx, k.Stored)
}

// lines is the value inside a textarea, where a browser drops the first line break.
func (k Kept) lines(ctx context.Context) (string, error) {
	s, err := k.text(ctx)
	return "\n" + s, err
}

// TextProps is one line of text.
type TextProps struct {
	Value        Kept
	Type         string // "text" if empty; "email", "tel", "search", "password"
	Numeric      bool   // digits: a keyboard of digits, no spelling
	Autocomplete string // WCAG 1.3.5: "email", "tel", "name", "postal-code" ... for the reader's own data
	Unit         string // stands after the field and is read with it
	Max          int    // signs; 0 is no limit
}

func (p TextProps) kind() string {
	if p.Type == "" {
		return "text"
	}
	return p.Type
}

// AreaProps is several lines of text.
type AreaProps struct {
	Value Kept
	Rows  int // 4 if 0
	Max   int
}

func (p AreaProps) rows() int {
	if p.Rows == 0 {
		return 4
	}
	return p.Rows
}

// Choice is one answer of several. Label and Hint may be about a person.
type Choice struct {
	Value   string
	Label   templ.Component
	Hint    templ.Component
	Checked bool
}

// ChoiceText is a choice in plain words. An empty hint is left out.
func ChoiceText(value, label, hint string, checked bool) Choice {
	c := Choice{Value: value, Label: Str(label), Checked: checked}
	if hint != "" {
		c.Hint = Str(hint)
	}
	return c
}

// Option is one line of a select.
type Option struct {
	Value    string
	Text     string
	Selected bool
}

// SelectProps is a choice among more than seven. Empty is the first line, which chooses
// nothing; without it the first option counts as chosen.
type SelectProps struct {
	Options []Option
	Empty   string
}

// DatePart names a part of a date.
type DatePart int

// The parts, which may be added together.
const (
	DayPart DatePart = 1 << iota
	MonthPart
	YearPart
)

// DateProps is a date in three fields, named Name-day, Name-month and Name-year, as typed.
// Wrong says which parts an error is about; none means all. Birth turns on the browser's own
// memory of the reader's birthday.
type DateProps struct {
	Day, Month, Year string
	Wrong            DatePart
	Birth            bool
}

func (p DateProps) attrs(f Field, part DatePart, auto string) templ.Attributes {
	a := templ.Attributes{}
	if f.Error != "" {
		a["aria-describedby"] = f.id() + "-error"
		if p.Wrong == 0 || p.Wrong&part != 0 {
			a["aria-invalid"] = "true"
		}
	}
	if p.Birth {
		a["autocomplete"] = auto
	}
	return a
}

// firstWrong is the part that gets the field's id, so that a link to the error lands in it.
func (p DateProps) firstWrong() DatePart {
	for _, part := range []DatePart{DayPart, MonthPart, YearPart} {
		if p.Wrong&part != 0 {
			return part
		}
	}
	return DayPart
}

func (p DateProps) id(f Field, part DatePart) string {
	if p.firstWrong() == part {
		return f.id()
	}
	return f.id() + map[DatePart]string{DayPart: "-day", MonthPart: "-month", YearPart: "-year"}[part]
}

// FileProps is a file to send. Accept lists media types or endings. Held names what has
// been sent already. With Progress the form shows how much has gone, where scripts run.
type FileProps struct {
	Accept   string
	Multiple bool
	Held     []templ.Component
}

// FieldError is one line of an error summary: the field's id and what to do.
type FieldError struct {
	ID   string
	Text string
}

func errorTitle(ctx context.Context, n int) string {
	s := T(ctx).Errors(n, text.Count(text.Of(ctx), n))
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
