package door

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tillit/internal/core/access"
)

// Who may come to a door at all; the record behind it decides again.
type Who string

// The audiences.
const (
	Anyone    Who = "anyone"
	Residents Who = "resident"
	Officers  Who = "officer"
	Stewards  Who = "steward"
)

// Handler answers a visit. It translates and nothing more: the service decides.
type Handler func(ctx context.Context, v *Visit) (Answer, error)

// Route is a door and its declaration.
type Route struct {
	Method, Path string
	Who          Who
	Action       access.Action  // what it is for
	Relation     string         // by what relation one reaches the record, in words
	Purpose      access.Purpose // why, of the module's list
	Classes      access.Class   // the classes that may pass; a value of another stays sealed
	Service      string         // closes with service/...; empty for none
	Body         int64          // bytes that may be sent; 64 kB when zero
	Handle       Handler
}

// Public is the action of a door behind which nothing is about anybody.
const Public access.Action = "door.Public"

// Information is the purpose of a door that only informs.
const Information access.Purpose = "information"

func (r Route) name() string { return r.Method + " " + r.Path }

// check refuses a route that does not say all it must.
func (r Route) check() error {
	var missing []string
	for name, ok := range map[string]bool{
		"method": r.Method == "GET" || r.Method == "POST", "path": strings.HasPrefix(r.Path, "/"), "who": r.Who != "",
		"action": r.Action != "", "relation": r.Relation != "", "purpose": r.Purpose != "", "classes": r.Classes != 0, "handler": r.Handle != nil,
	} {
		if !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("door: %s lacks its declaration of %s", r.name(), strings.Join(missing, ", "))
	}
	if r.Who == Anyone && r.Classes&^(access.Open|access.Internal) != 0 {
		return fmt.Errorf("door: %s lets anyone in and opens personal data", r.name())
	}
	return nil
}

// Declaration is a route as `tillit routes --json` lists it.
type Declaration struct {
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	Action   string   `json:"action"`
	Relation string   `json:"relation"`
	Purpose  string   `json:"purpose"`
	Classes  []string `json:"classes"`
	Guard    string   `json:"guard"`
	Service  string   `json:"service,omitempty"`
}

// Closable reports whether the route may be closed by itself. The stewards' room and the ways in
// and out may not: nobody could come in to open again what had closed.
func (d Declaration) Closable() bool {
	for _, way := range []string{"/steward", "/sign-in", "/sign-out", "/session"} {
		if d.Path == way || strings.HasPrefix(d.Path, way+"/") {
			return false
		}
	}
	return d.Guard != string(Stewards)
}

func (r Route) declaration() Declaration {
	d := Declaration{Method: r.Method, Path: r.Path, Action: string(r.Action), Relation: r.Relation, Purpose: string(r.Purpose), Guard: string(r.Who), Service: r.Service}
	for _, c := range []access.Class{access.Open, access.Internal, access.Personal, access.Sensitive, access.Protected} {
		if r.Classes&c != 0 {
			d.Classes = append(d.Classes, c.String())
		}
	}
	return d
}

// table is all routes, each checked.
type table []Route

func (t table) check() error {
	var errs []error
	seen := map[string]bool{}
	for _, r := range t {
		errs = append(errs, r.check())
		if seen[r.name()] {
			errs = append(errs, fmt.Errorf("door: two routes %s", r.name()))
		}
		seen[r.name()] = true
	}
	return errors.Join(errs...)
}
