package door

import (
	"net/http"

	"tillit/internal/core/session"
)

// The cookies. Over https they carry the __Host- prefix, with all that it demands; plain http
// is for loopback alone, where browsers and clients would drop a Secure cookie.
const (
	sessionCookie = "tillit"
	nonceCookie   = "tillit-order"
	langCookie    = "lang"
)

// langAge is how long a browser remembers its language, in seconds: a year.
const langAge = 365 * 24 * 60 * 60

func (d *Door) cookieName(name string) string {
	if d.Secure {
		return "__Host-" + name
	}
	return name
}

// cookie reads a secret; a malformed value, or the same cookie twice, is none.
func (d *Door) cookie(r *http.Request, name string) *session.Secret {
	found := r.CookiesNamed(d.cookieName(name))
	if len(found) != 1 {
		return nil
	}
	s, err := session.ParseSecret(found[0].Value)
	if err != nil {
		return nil
	}
	return &s
}

func (d *Door) setCookies(w http.ResponseWriter, a Answer) {
	if a.Forget {
		d.put(w, sessionCookie, "", -1)
		d.put(w, nonceCookie, "", -1)
		// Clears the back and forward cache as well: nothing of the first person is left.
		w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	}
	if a.Nonce != nil {
		d.put(w, nonceCookie, a.Nonce.Cookie(), 0)
	}
	if a.Secret != nil {
		d.put(w, sessionCookie, a.Secret.Cookie(), 0)
	}
	if a.Lang != "" {
		d.put(w, langCookie, string(a.Lang), langAge)
	}
}

func (d *Door) put(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: d.cookieName(name), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: d.Secure, SameSite: http.SameSiteLaxMode})
}
