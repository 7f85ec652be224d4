package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tillit/internal/core/door"
	"tillit/internal/testkit/house"
)

// ending are words of paths whose doors take what they are about away: they are tried last.
var ending = []string{"preview", "decision", "remove", "sign", "decline", "withdraw", "discard"}

// ownersAreLetIn sees that the strangers tried something: with the same keys, on the same
// routes, the one whose they are is answered otherwise than that there is nothing.
func (w *world) ownersAreLetIn(t *testing.T) {
	doors := slices.DeleteFunc(w.doors(t), func(e entrance) bool { return !e.own })
	rank := func(e entrance) int {
		if e.Method == http.MethodGet {
			return -1
		}
		return slices.IndexFunc(ending, func(word string) bool { return strings.Contains(e.Path, "/"+word) }) + 1
	}
	slices.SortStableFunc(doors, func(a, b entrance) int { return rank(a) - rank(b) })
	w.renew()
	staff, home := map[string]*house.Browser{}, map[string]*house.Browser{}
	for _, b := range w.bundles {
		if _, ok := staff[b.officer]; !ok && b.officer != "" {
			staff[b.officer] = w.House.Staff(t, b.officer)
		}
		home[b.name] = b.browser
		if b.owner != "" && b.params["order"] == "" {
			home[b.name] = w.Resident(t, b.owner)
		}
	}
	for _, e := range doors {
		let := false
		for _, b := range w.bundles {
			a, ok := e.ask(b.params)
			if !ok {
				continue
			}
			browser := home[b.name]
			if e.Guard == string(door.Officers) {
				browser = staff[b.officer]
			}
			if browser == nil {
				continue
			}
			if p := e.send(t, browser, a, b.params); p.Status < 400 && p.To != "/sign-in" && !strings.HasPrefix(p.To, "/sign-in?") || p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusConflict {
				let = true
				break
			}
		}
		if !let {
			t.Errorf("%s %s lets nobody in, whosever the key is: that strangers get nothing proves nothing", e.Method, e.Path)
		}
	}
}
