package ui

import (
	"strconv"
	"strings"

	_ "embed"

	"github.com/a-h/templ"
)

//go:embed assets/panorama.svg
var panorama string

func attr(name, value string) templ.Attributes {
	if value == "" {
		return nil
	}
	return templ.Attributes{name: value}
}

func idAttr(id string) templ.Attributes       { return attr("id", id) }
func shapeAttr(s Shape) templ.Attributes      { return attr("data-shape", string(s)) }
func describedBy(ids string) templ.Attributes { return attr("aria-describedby", ids) }

// picture names a drawing that somebody else made, and hides what it is made of.
func picture(label string) templ.Attributes {
	if label == "" {
		return nil
	}
	return templ.Attributes{"role": "img", "aria-label": label}
}

func langAttr(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

func nowAttr(now bool) templ.Attributes {
	if !now {
		return nil
	}
	return templ.Attributes{"aria-current": "step"}
}

func currentAttr(current bool) templ.Attributes {
	if !current {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}

func maxAttr(n int) templ.Attributes {
	if n == 0 {
		return nil
	}
	return templ.Attributes{"maxlength": strconv.Itoa(n)}
}

func (p TextProps) attrs(f Field) templ.Attributes {
	if p.Unit != "" {
		f.Describe = strings.TrimSpace(f.Describe + " " + f.id() + "-unit")
	}
	a := f.attrs()
	if p.Numeric {
		a["inputmode"] = "numeric"
		a["spellcheck"] = "false"
	}
	if p.Autocomplete != "" {
		a["autocomplete"] = p.Autocomplete
	}
	if p.Max > 0 {
		a["maxlength"] = strconv.Itoa(p.Max)
	}
	return a
}

func choiceID(f Field, i int) string {
	if i == 0 {
		return f.id()
	}
	return f.id() + "-" + strconv.Itoa(i+1)
}

func choiceAttrs(f Field) templ.Attributes {
	if f.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": f.id() + "-error", "aria-invalid": "true"}
}

func foreign(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang, "hreflang": lang}
}

// percent writes a part of one for an attribute of a drawing.
func percent(part float64) string {
	return strconv.FormatFloat(100*min(max(part, 0), 1), 'f', 1, 64) + "%"
}
