package formpack

import (
	"maps"
	"slices"
)

// The longest that answers may be when the author says nothing.
const (
	textLongest      = 200
	multilineLongest = 1000
	optionLongest    = 64 // characters of an option's value
	listLongest      = 20
)

// No control characters; several lines may hold line feeds.
const (
	linePattern  = `^[^\x00-\x1f\x7f-\x9f]*$`
	linesPattern = `^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$`
)

// field writes one field and gives its JSON Schema.
func (w *writer) field(it authorItem) map[string]any {
	where := "field." + it.Field
	w.name("item", it.Field)
	w.labels(where, it)
	w.oneOf(where, "source", it.Source, []string{"register", "typed", "computed"})
	if (it.Source == "computed") != (it.Kind == KindComputed) || (it.Source == "register") != (it.Kind == KindRegister) {
		w.fail(where, "source", "source %q does not go with kind %q", it.Source, it.Kind)
	}
	if it.About == "" {
		it.About = "applicant"
	}
	w.oneOf(where, "masking", it.About, []string{"applicant", "child", "matter", "other"})
	w.masking(where, it)

	doc := fieldDoc{Kind: it.Kind, From: it.From}
	s := map[string]any{
		"x-class": it.Class, "x-visible-to": it.VisibleTo, "x-retention": it.Retention, "x-source": it.Source, "x-about": it.About,
	}
	options := w.options(where, it, &doc)
	switch it.Kind {
	case KindChoice, KindRegister:
		maps.Copy(s, options)
	case KindChoices, KindRanked:
		s["type"], s["items"], s["uniqueItems"] = "array", options, true
		s["minItems"], s["maxItems"] = max(it.AtLeast, 1), it.AtMost
		if it.AtMost < 1 || it.AtMost > listLongest || it.AtLeast > it.AtMost {
			w.fail(where, "shape", "at_most is 1 to %d, and not under at_least", listLongest)
		}
	case KindText, KindMultiline:
		longest, pattern := textLongest, linePattern
		if it.Kind == KindMultiline {
			longest, pattern = multilineLongest, linesPattern
		}
		if it.Longest > 0 {
			longest = it.Longest
		}
		s["type"], s["minLength"], s["maxLength"], s["pattern"] = "string", 1, longest, pattern
		if it.Format != "" {
			w.oneOf(where, "shape", it.Format, textFormats)
			s["format"] = it.Format
		}
	case KindInteger:
		if it.Min == nil || it.Max == nil || *it.Min > *it.Max {
			w.fail(where, "shape", "a number has min and max")
			break
		}
		s["type"], s["minimum"], s["maximum"] = "integer", *it.Min, *it.Max
	case KindDate:
		s["type"], s["format"] = "string", "date"
	case KindBoolean:
		s["type"] = "boolean"
	case KindComputed:
		w.doc.Rules.Computed[it.Field] = it.Computed
		w.oneOf(where, "type", it.Type, typeNames)
		doc.Type = it.Type
		maps.Copy(s, storedAs(it.Type))
	default:
		w.fail(where, "shape", "%q is no kind", it.Kind)
	}
	if it.Kind != KindComputed {
		doc.Type = kindType[it.Kind]
	}
	if (it.Kind == KindComputed) != (it.Computed != "") {
		w.fail(where, "shape", "a computed field, and no other, says what it is")
	}
	w.doc.Flow.Fields[it.Field] = doc
	return s
}

// kindType is the type under which rules see an answer of a kind.
var kindType = map[Kind]string{
	KindChoice: "text", KindRegister: "text", KindText: "text", KindMultiline: "text",
	KindChoices: "list", KindRanked: "list", KindInteger: "int", KindDate: "date", KindBoolean: "bool",
}

// storedAs is the schema of a computed value of a type.
func storedAs(typ string) map[string]any {
	switch typ {
	case "int":
		return map[string]any{"type": "integer"}
	case "bool":
		return map[string]any{"type": "boolean"}
	case "date":
		return map[string]any{"type": "string", "format": "date"}
	case "list":
		return map[string]any{"type": "array", "items": map[string]any{"type": "string", "maxLength": textLongest}, "maxItems": listLongest}
	}
	return map[string]any{"type": "string", "maxLength": textLongest}
}

// options writes a field's options and gives the schema of one chosen value.
func (w *writer) options(where string, it authorItem, doc *fieldDoc) map[string]any {
	asked := slices.Contains([]Kind{KindChoice, KindChoices, KindRanked, KindRegister}, it.Kind)
	if !asked {
		if len(it.Options) > 0 || it.From != nil {
			w.fail(where, "options", "kind %q has no options", it.Kind)
		}
		return nil
	}
	if it.From != nil {
		if len(it.Options) > 0 {
			w.fail(where, "options", "options come from one place")
		}
		w.oneOf(where, "reference", it.From.List, w.author.Lists)
		return map[string]any{"type": "string", "minLength": 1, "maxLength": optionLongest, "pattern": linePattern}
	}
	if it.Kind == KindRegister {
		w.fail(where, "options", "a register field has options_from")
	}
	if len(it.Options) == 0 {
		w.fail(where, "options", "has no options")
	}
	for _, o := range it.Options {
		key := it.Field + "." + o.Value
		w.name("option."+it.Field, o.Value)
		w.say("option."+key+".label", o.Label, false)
		w.say("option."+key+".hint", o.Hint, true)
		if o.If != "" {
			w.doc.Rules.Visible["option."+key] = o.If
		}
		doc.Options = append(doc.Options, o.Value)
	}
	return map[string]any{"type": "string", "enum": doc.Options}
}

// masking keeps what is about one party from the others. It is no setting: only what is
// about the child both parties answer for, or about the matter and no person, can be
// shown to another party at all.
func (w *writer) masking(where string, it authorItem) {
	others := slices.ContainsFunc(it.VisibleTo, func(r string) bool { return !slices.Contains(insiders, r) })
	if !others {
		return
	}
	switch {
	case slices.Contains(maskedFormats, it.Format):
		w.fail(where, "masking", "a number, address or contact is shown to no other party")
	case it.About == "child" && classRank[it.Class] <= classRank["personal"]:
	case it.About == "matter" && classRank[it.Class] <= classRank["internal"]:
	default:
		w.fail(where, "masking", "class %q about %q is shown to no other party", it.Class, it.About)
	}
}
