package formpack

import (
	"bytes"
	_ "embed"
	"errors"
	"regexp"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaOptions are the ways in which a JSON Schema is read here.
type schemaOptions struct {
	formats bool                 // formats are checked, not only noted
	load    jsonschema.URLLoader // nil: a schema may refer to itself and nothing else
}

// compileSchema reads a JSON Schema of draft 2020-12. doc is JSON as decoded by decodeJSON.
// A reference to anything outside the schema is refused: a package stands on its own.
func compileSchema(doc any, o schemaOptions) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if o.load == nil {
		o.load = noLoader{}
	}
	c.UseLoader(o.load)
	if o.formats {
		c.AssertFormat()
		for _, f := range ownFormats {
			c.RegisterFormat(f)
		}
	}
	const at = "tillit:schema"
	if err := c.AddResource(at, doc); err != nil {
		return nil, err
	}
	return c.Compile(at)
}

type noLoader struct{}

func (noLoader) Load(string) (any, error) { return nil, errors.New("nothing is loaded") }

// decodeJSON reads JSON for the schema library, numbers kept as they are written.
func decodeJSON(text []byte) (any, error) { return jsonschema.UnmarshalJSON(bytes.NewReader(text)) }

//go:embed package.schema.json
var packageSchemaText []byte

// packageSchema is the schema of packages themselves.
var packageSchema = sync.OnceValue(func() *jsonschema.Schema {
	doc, err := decodeJSON(packageSchemaText)
	if err != nil {
		panic(err) // the embedded text is ours
	}
	s, err := compileSchema(doc, schemaOptions{formats: true})
	if err != nil {
		panic(err)
	}
	return s
})

// schemaErrors gives the place and kind of each leaf of a validation error, without the
// values that were refused.
func schemaErrors(err error) []schemaError {
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return nil
	}
	if len(ve.Causes) == 0 {
		path := ve.ErrorKind.KeywordPath()
		keyword := ""
		if len(path) > 0 {
			keyword = path[len(path)-1]
		}
		return []schemaError{{at: ve.InstanceLocation, keyword: keyword}}
	}
	var all []schemaError
	for _, c := range ve.Causes {
		all = append(all, schemaErrors(c)...)
	}
	return all
}

type schemaError struct {
	at      []string
	keyword string
}

// textFormats are the formats that an author may give a text.
var textFormats = []string{"phone", "email", "address"}

var (
	phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 ()/-]{4,24}$`)
	// What mail servers take in practice: the standard's email also allows quoted names and comments.
	emailForm = regexp.MustCompile(`^[^\s@<>"]{1,64}@[^\s@<>".]+(\.[^\s@<>".]+)+$`)
)

// ownFormats are the formats that JSON Schema lacks.
var ownFormats = []*jsonschema.Format{
	{Name: "phone", Validate: func(v any) error {
		if s, ok := v.(string); ok && !phoneForm.MatchString(s) {
			return errors.New("not phone")
		}
		return nil
	}},
	{Name: "address", Validate: func(any) error { return nil }}, // marks the field as masked; any line is an address
}
