package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/kit/text"
)

// The actions and the purpose of this room.
const (
	Watch access.Action = "incident.Watch"
	Close access.Action = "incident.Close"
	Open  access.Action = "incident.Open"

	Watching access.Purpose = "watch"
)

// byGuard is who closes when the house closes a route by itself.
const byGuard = "guard"

// target is something that can be closed, in words.
type target struct {
	Key    string // as package closure names it
	Name   string
	Always bool // listed while it is open as well
}

// targets are what a steward may close, in the order of the page: what stands alone, the
// services, the classes of data, and the routes by path.
func targets(t Text, services []Service, doors []door.Declaration) []target {
	list := []target{{closure.SignIn, t.SignIn(), true}, {closure.Egress, t.Egress(), true}}
	for _, s := range services {
		list = append(list, target{closure.Service(s.Key), t.Service(s.Title), true})
	}
	for _, c := range []access.Class{access.Personal, access.Sensitive, access.Protected} {
		key := "class/" + c.String()
		list = append(list, target{key, nameOf(t, key, nil), true})
	}
	var routes []target
	for _, d := range doors {
		if key := closure.Route(d.Path); d.Closable() && closure.CheckTarget(key) == nil {
			routes = append(routes, target{key, t.Route(d.Path), false})
		}
	}
	slices.SortFunc(routes, func(a, b target) int { return cmp.Compare(a.Key, b.Key) })
	return append(list, slices.CompactFunc(routes, func(a, b target) bool { return a.Key == b.Key })...)
}

// nameOf says a target in words. What is not among the offered, such as a route of an older
// build, goes by its kind and key.
func nameOf(t Text, key string, offered []target) string {
	if i := slices.IndexFunc(offered, func(o target) bool { return o.Key == key }); i >= 0 {
		return offered[i].Name
	}
	kind, rest, _ := strings.Cut(key, "/")
	switch kind {
	case "service":
		return t.Service(rest)
	case "route":
		return t.Route("/" + rest)
	case "controller":
		return t.Controller(rest)
	case "class":
		if name, ok := t.ByKey("class_" + rest); ok {
			return name
		}
	}
	return key
}

// board sorts what is closed, newest first, and what of the offered is open and always listed.
func board(closed []closure.Closure, offered []target) (shut []closure.Closure, open []target) {
	shut = slices.Clone(closed)
	slices.SortFunc(shut, func(a, b closure.Closure) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Target, b.Target)) })
	for _, o := range offered {
		if o.Always && !slices.ContainsFunc(shut, func(c closure.Closure) bool { return c.Target == o.Key }) {
			open = append(open, o)
		}
	}
	return shut, open
}

// moment says an instant so that it can be laid beside a log: with the time of day always.
func moment(l text.Lang, at, now time.Time, zone *time.Location) string {
	if at.In(zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
		return text.When(l, at, now, zone)
	}
	return text.DayDate(l, at, zone) + " " + text.At(l, at, zone)
}

// who says who turned a switch.
func who(t Text, by string) string {
	if by == byGuard {
		return t.TheGuard()
	}
	return by
}

// why says why; the guard's own words are said in the reader's language.
func why(t Text, by, why string) string {
	if by == byGuard {
		return t.GuardWhy()
	}
	return why
}

// miss is a route whose answers the guard has stopped.
type miss struct {
	Route string
	Count int
	Last  time.Time
}
