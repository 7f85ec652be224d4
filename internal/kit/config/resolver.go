package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// Resolver gives kong the settings that are not on the command line: from TILLIT_* as
// lookup finds them (os.LookupEnv), else from the file that --config or TILLIT_CONFIG
// names. Only the flags of Config are looked for; a setting in the file that Config
// doesn't have is refused, as it is a slip of the pen that would otherwise go unseen.
//
// In the file the part before a hyphen may be a table: bankid-endpoint is endpoint in [bankid].
func Resolver(lookup func(name string) (string, bool)) (kong.Resolver, error) {
	model, err := kong.New(&Config{})
	if err != nil {
		return nil, err
	}
	r := &resolver{lookup: lookup, settings: map[string]bool{}}
	for _, group := range model.Model.AllFlags(false) {
		for _, flag := range group {
			if flag.Name != "help" {
				r.settings[flag.Name] = true
			}
		}
	}
	return r, nil
}

type resolver struct {
	lookup   func(string) (string, bool)
	settings map[string]bool // by flag
	path     string
	file     map[string]any // by flag, once read
}

// Validate is asked when everything is set.
func (r *resolver) Validate(*kong.Application) error { return nil }

// Resolve gives the value of a flag that the command line doesn't have, or nil.
func (r *resolver) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !r.settings[flag.Name] {
		return nil, nil
	}
	if s, ok := r.lookup(envName(flag.Name)); ok {
		return s, nil
	}
	if flag.Name == "config" {
		return nil, nil
	}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	return r.file[flag.Name], nil
}

func envName(flag string) string {
	return "TILLIT_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// read reads the file once, if one is named.
func (r *resolver) read(ctx *kong.Context) error {
	if r.file != nil {
		return nil
	}
	r.file = map[string]any{}
	for _, flag := range ctx.Flags() {
		if flag.Name == "config" {
			r.path, _ = ctx.FlagValue(flag).(string)
		}
	}
	if r.path == "" {
		r.path, _ = r.lookup(envName("config"))
	}
	if r.path == "" {
		return nil
	}
	raw := map[string]any{}
	if _, err := toml.DecodeFile(r.path, &raw); err != nil {
		var syntax toml.ParseError
		if errors.As(err, &syntax) { // its own text may quote the line, and a secret in it
			return fmt.Errorf("%s: line %d is not TOML", r.path, syntax.Position.Line)
		}
		return err
	}
	flatten("", raw, r.file)
	var unknown []string
	for name := range r.file {
		if !r.settings[name] || name == "config" {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("%s: there is no setting %s", r.path, strings.Join(unknown, ", "))
	}
	return nil
}

func flatten(prefix string, from, to map[string]any) {
	for key, v := range from {
		name := prefix + strings.ReplaceAll(key, "_", "-")
		if table, ok := v.(map[string]any); ok {
			flatten(name+"-", table, to)
			continue
		}
		to[name] = v
	}
}
