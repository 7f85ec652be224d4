package guard

import "bytes"

// longestTag bounds how far a tag's end is looked for.
const longestTag = 1000

type tagKind uint8

const (
	noTag    tagKind = iota
	seamless         // sets no box of its own: what stands on both sides is one word to a reader
	box              // a cell, a label, a picture: what stands on both sides are two words
	row              // ends a row, an item or a paragraph: what stands on both sides belongs apart
)

// readTag reads the tag or comment at b[i], a '<'.
func readTag(b []byte, i int) (kind tagKind, end int) {
	window := b[i:min(i+longestTag, len(b))]
	if bytes.HasPrefix(window, []byte("<!--")) {
		if n := bytes.Index(window, []byte("-->")); n > 0 {
			return seamless, i + n + 3
		}
		return noTag, 0
	}
	n := 1
	if len(window) > 1 && window[1] == '/' {
		n = 2
	}
	var name [10]byte // the longest that matters
	size := 0
	for ; n < len(window) && (isLetter(rune(window[n])) || size > 0 && code[window[n]] == digit); n++ {
		if size < len(name) {
			name[size] = window[n] | 0x20 // small letters; digits have the bit already
			size++
		}
	}
	close := bytes.IndexByte(window[n:], '>')
	if size == 0 || close < 0 {
		return noTag, 0
	}
	return kindOf(name[:size]), i + n + close + 1
}

func kindOf(name []byte) tagKind {
	switch string(name) {
	case "a", "abbr", "b", "bdi", "bdo", "code", "data", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
		"samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr":
		return seamless
	case "tr", "tbody", "thead", "table", "caption", "li", "ul", "ol", "dl", "p", "option", "optgroup", "form", "fieldset",
		"section", "article", "main", "header", "footer", "nav", "aside", "figure", "h1", "h2", "h3", "h4", "h5", "h6":
		return row
	}
	return box
}
