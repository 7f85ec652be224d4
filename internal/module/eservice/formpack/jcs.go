package formpack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// The JSON Canonicalization Scheme (RFC 8785): one and only one way to write a value,
// so that a hash over it means something. Own code: what signatures stand on should be
// short enough to read.

// errNotCanonical says that a value has no canonical form (RFC 8785 section 3.1: I-JSON).
var errNotCanonical = errors.New("formpack: value has no canonical form")

const (
	maxSafeInt = 1<<53 - 1 // beyond it a JSON number may mean two things
	maxDepth   = 64        // of arrays and objects inside each other
)

// Transform writes a JSON text in canonical form. It refuses what is not I-JSON (RFC 7493):
// duplicate names, lone surrogates, invalid UTF-8, numbers that are not finite.
func Transform(text []byte) ([]byte, error) {
	if !utf8.Valid(text) || loneSurrogate(text) {
		return nil, errNotCanonical
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	v, err := readValue(dec, maxDepth)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("formpack: more than one JSON value")
	}
	return appendValue(nil, v)
}

// readValue reads one value and refuses an object that names a member twice, of which
// the standard decoder keeps the last.
func readValue(dec *json.Decoder, depth int) (any, error) {
	if depth == 0 {
		return nil, errors.New("formpack: nested too deep")
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		object := map[string]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			if _, twice := object[name.(string)]; twice {
				return nil, errors.New("formpack: a name stands twice in an object")
			}
			if object[name.(string)], err = readValue(dec, depth-1); err != nil {
				return nil, err
			}
		}
		_, err = dec.Token()
		return object, err
	case json.Delim('['):
		array := []any{}
		for dec.More() {
			v, err := readValue(dec, depth-1)
			if err != nil {
				return nil, err
			}
			array = append(array, v)
		}
		_, err = dec.Token()
		return array, err
	}
	return tok, nil
}

// loneSurrogate finds \uD800 to \uDFFF escapes that make no pair. The standard decoder
// would replace them silently, and two texts would share one hash.
func loneSurrogate(text []byte) bool {
	unit := func(i int) (uint64, bool) {
		if i+6 > len(text) || text[i] != '\\' || text[i+1] != 'u' {
			return 0, false
		}
		u, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
		return u, err == nil
	}
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		u, ok := unit(i)
		if !ok {
			i++ // another escape: skip what it escapes
			continue
		}
		if u >= 0xdc00 && u <= 0xdfff {
			return true
		}
		i += 5
		if u >= 0xd800 && u <= 0xdbff {
			low, ok := unit(i + 1)
			if !ok || low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 6
		}
	}
	return false
}

// appendValue writes a value of the kinds that JSON and answers have.
func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return appendString(b, v)
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case float64:
		return appendNumber(b, v)
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return nil, errNotCanonical
		}
		return appendNumber(b, f)
	case []string:
		return appendArray(b, len(v), func(b []byte, i int) ([]byte, error) { return appendString(b, v[i]) })
	case []any:
		return appendArray(b, len(v), func(b []byte, i int) ([]byte, error) { return appendValue(b, v[i]) })
	case map[string]any:
		return appendObject(b, v)
	}
	return nil, fmt.Errorf("%w: %T", errNotCanonical, v)
}

func appendArray(b []byte, n int, item func([]byte, int) ([]byte, error)) ([]byte, error) {
	b = append(b, '[')
	var err error
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = item(b, i); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// appendObject sorts names by their UTF-16 code units (section 3.2.3), which differs from
// the order of bytes for characters outside the basic plane.
func appendObject(b []byte, o map[string]any) ([]byte, error) {
	names := make([]string, 0, len(o))
	for n := range o {
		names = append(names, n)
	}
	slices.SortFunc(names, func(x, y string) int {
		return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
	})
	b = append(b, '{')
	var err error
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendString(b, n); err != nil {
			return nil, err
		}
		if b, err = appendValue(append(b, ':'), o[n]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// appendString escapes what must be escaped and nothing else (section 3.2.2.2).
func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errNotCanonical
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c < 0x20:
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}

func appendInt(b []byte, n int64) ([]byte, error) {
	if n < -maxSafeInt || n > maxSafeInt {
		return nil, errNotCanonical
	}
	return strconv.AppendInt(b, n, 10), nil
}

// appendNumber writes a number as ECMAScript does (section 3.2.2.3): the shortest digits
// that read back to it, plain from 1e-6 up to 1e21, else with an exponent without padding.
func appendNumber(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errNotCanonical
	}
	if f == 0 {
		return append(b, '0'), nil // minus nought too
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64), nil
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); b[n-2] == '0' && (b[n-3] == '-' || b[n-3] == '+') { // Go pads the exponent to two digits
		b = append(b[:n-2], b[n-1])
	}
	return b, nil
}
