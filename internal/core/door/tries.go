package door

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tillit/internal/kit/clock"
	"tillit/internal/kit/fault"
)

// tries slows down who asks again and again for what is not there: guessing a key is
// hopeless already, and this makes it dull as well. Counted by session,
// by what binds a sign-in to its browser, or by address.
type tries struct {
	clock clock.Clock
	mu    sync.Mutex
	by    map[string]*rate.Limiter
}

const (
	missesAMinute = 20
	keepTries     = 10_000
)

func newTries(c clock.Clock) *tries { return &tries{clock: c, by: map[string]*rate.Limiter{}} }

func (t *tries) key(v *Visit) string {
	switch {
	case !v.By.Session.IsZero():
		return v.By.Session.String()
	case v.nonce != nil: // she is signing in, maybe behind the same address as many others
		return string(v.nonce.Hash())
	}
	return clientIP(v.Request)
}

func (t *tries) limiter(v *Visit) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.key(v)
	l, ok := t.by[k]
	if !ok {
		if len(t.by) >= keepTries {
			clear(t.by) // forgetting all is kinder than keeping who asked when
		}
		l = rate.NewLimiter(rate.Every(time.Minute/missesAMinute), missesAMinute)
		t.by[k] = l
	}
	return l
}

// tooMany reports whether the visitor has used up her misses. It is asked at doors that lead to
// one thing by its key: the others can't be guessed at, and must not shut for a whole library
// because of one who sits there.
func (t *tries) tooMany(v *Visit) bool {
	return strings.Contains(v.route.Path, "{") && t.limiter(v).TokensAt(t.clock.Now()) < 1
}

// missed counts an answer of NotFound.
func (t *tries) missed(v *Visit, err error) {
	if fault.Is(err, fault.NotFound) {
		t.limiter(v).AllowN(t.clock.Now(), 1)
	}
}
