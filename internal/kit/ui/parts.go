package ui

import (
	"context"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Color is the role that a part turns to. The empty colour is the page's own.
type Color string

// The roles. Danger is for errors in a form, for late and for exposed; closed is Warning.
const (
	Accent  Color = "accent"
	Neutral Color = "neutral"
	Success Color = "success"
	Warning Color = "warning"
	Danger  Color = "danger"
	Info    Color = "info"
)

// Shape comes before the colour of a state.
type Shape string

// Dot says on or done, Ring waiting, Bar closed.
const (
	Dot  Shape = ""
	Ring Shape = "ring"
	Bar  Shape = "bar"
)

// Size is a step of a heading. A page of a resident has XL, a form or an officer's page LG,
// a section MD to XS, a small thing XXS.
type Size string

// The steps.
const (
	XL  Size = "xl"
	LG  Size = "lg"
	MD  Size = "md"
	SM  Size = "sm"
	XS  Size = "xs"
	XXS Size = "2xs"
)

// Link goes somewhere. Lang is set when the text is in another language than the page.
type Link struct {
	Text    string
	Href    string
	Lang    string
	Current bool
}

// Str makes a component of plain text. It is escaped.
func Str(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(s))
		return err
	})
}

// Join renders parts after each other, with nothing between.
func Join(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if p == nil {
				continue
			}
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// textOf renders a component of text for a place where only text may stand, such as the
// value of a field. templ escapes it again.
func textOf(ctx context.Context, c templ.Component) (string, error) {
	if c == nil {
		return "", nil
	}
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		return "", err
	}
	return html.UnescapeString(b.String()), nil
}

// HeadingProps is one heading. Level is 1 to 6, 0 counts as 2.
type HeadingProps struct {
	Level int
	Size  Size
	ID    string
	Text  templ.Component
	Icon  IconName
}

// PageHeadProps is the top of a page: one h1, a lead, and at the right what one may do.
// Eyebrow is a short line above the title.
type PageHeadProps struct {
	Title   templ.Component
	Lead    templ.Component
	Eyebrow string
	Size    Size // XL if empty
	End     templ.Component
}

// SectionProps is a part of the page with its heading; the children follow. End stands at
// the right of the heading. ID names the heading and must be unique on the page.
type SectionProps struct {
	ID    string
	Title string
	Level int
	Size  Size // MD if empty
	Gap   Gap
	Sheet bool // drawn as a sheet
	End   templ.Component
}

// Gap is the rhythm of a stack.
type Gap int

// Thought is inside one thought, Within is the default inside a section, Between is
// between parts, Apart and Far are between sections.
const (
	Within Gap = iota
	Thought
	Between
	Apart
	Far
)

func stack(g Gap) string {
	return [...]string{"t-stack", "t-stack t-gap1", "t-stack t-gap3", "t-stack t-gap4", "t-stack t-gap5"}[g]
}

// SheetProps is a box that one acts on.
type SheetProps struct {
	Gap     Gap
	Accent  bool // the green slab; one a page
	Tinted  bool
	Waiting bool // a bar at the left: this waits for you
}

func (p SheetProps) class() string {
	c := "t-sheet " + stack(p.Gap)
	if p.Accent {
		c += " t-sheet-accent"
	}
	if p.Tinted {
		c += " t-sheet-tinted"
	}
	if p.Waiting {
		c += " t-sheet-waiting"
	}
	return c
}

// RowProps is one thing of a list. With Href the title is the link. End stands at the
// right: a state, a date, a button.
type RowProps struct {
	Title templ.Component
	Href  string
	Lang  string // of the title and the text, when not the page's
	Text  templ.Component
	Small bool // the text is small
	End   templ.Component
}

// ClosedProps is the sign on the door. The children say why in one sentence, what is safe,
// the other way, and when the next word comes.
type ClosedProps struct {
	Title templ.Component
	State string
	Icon  IconName // IconSign if empty; IconHour for what is not confirmed yet
}

// NoteProps is something said by the way.
type NoteProps struct {
	Color Color // Accent if empty
	Title string
	ID    string // of the heading; needed with a title
	Level int
}

// ShieldProps says that something is protected, and in the children what one may do.
type ShieldProps struct {
	Title string
	Level int
}

// PathStep is a step of something that is under way. Note is when, who or how.
type PathStep struct {
	Text string
	Note templ.Component
	Done bool
	Now  bool
}

// PathProps shows the steps, tall, or on a wide screen side by side.
type PathProps struct {
	Steps []PathStep
	Wide  bool
}

// StepsProps says where one is in a form: "Of · Steg 2 av 5".
type StepsProps struct {
	Of    string
	N     int // from 1
	Total int
}

// Fact is a term and its value.
type Fact struct {
	Term  string
	Value templ.Component
}

// RailItem is one list that one may choose, with how many are in it ("" leaves it out).
type RailItem struct {
	Text    string
	Count   string
	Href    string
	Current bool
}

// RailProps is the choice of list. Label names it for those who do not see it.
type RailProps struct {
	Label string
	Items []RailItem
}

// TableProps is a table for comparing. Caption is read, not seen; Head names the columns,
// one that is empty is read as Action.
type TableProps struct {
	Caption string
	Head    []string
	Hover   bool
	Small   bool
}

// Variant is how loud a button is. One Primary a page.
type Variant string

// The variants.
const (
	Primary   Variant = ""
	Secondary Variant = "secondary"
	Tertiary  Variant = "tertiary"
)

// ButtonProps is a button, or with Href a link that looks like one. Hidden is read after
// the text, not seen: it tells equal buttons of a list apart. Type is "submit" if empty.
type ButtonProps struct {
	Text    string
	Hidden  string
	Variant Variant
	Small   bool
	Full    bool
	Wide    bool
	Icon    IconName
	Color   Color
	Href    string
	Type    string
	Name    string
	Value   string
	Form    string // id of the form that it sends
}

func (p ButtonProps) kind() string {
	if p.Type == "" {
		return "submit"
	}
	return p.Type
}

func (p ButtonProps) class() string {
	if p.Wide {
		return "ds-button t-wide-button"
	}
	return "ds-button"
}

func (p ButtonProps) attrs() templ.Attributes {
	a := templ.Attributes{}
	put := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	put("data-variant", string(p.Variant))
	put("data-color", string(p.Color))
	if p.Small {
		a["data-size"] = "sm"
	}
	if p.Full {
		a["data-fullwidth"] = true
	}
	if p.Href == "" {
		put("name", p.Name)
		put("value", p.Value)
		put("form", p.Form)
	}
	return a
}

// Hidden is a field that is sent and not seen.
type Hidden struct{ Name, Value string }

// or is c, or the other where c is empty.
func (c Color) or(other Color) string {
	if c == "" {
		c = other
	}
	return string(c)
}

func (s Size) or(other Size) string {
	if s == "" {
		s = other
	}
	return string(s)
}
