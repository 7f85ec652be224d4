package hall

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/core/session"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
)

// Config is what the hall is made of.
type Config struct {
	Sessions *session.Service
	Board    *closure.Board
	Chance   io.Reader
	Log      *slog.Logger
	Outside  Outside
}

// Hall is the room. Its doors are Routes.
type Hall struct {
	sessions *session.Service
	board    *closure.Board
	chance   io.Reader
	log      *slog.Logger
	out      Outside
}

// New makes the hall.
func New(c Config) *Hall {
	return &Hall{sessions: c.Sessions, board: c.Board, chance: c.Chance, log: c.Log, out: c.Outside}
}

// browser is who asks at the eID. A browser that has no nonce gets one, which is answered so
// that the cookie can be set; nil when it has one already.
func (h *Hall) browser(v *door.Visit) (session.Browser, *session.Secret, error) {
	b := v.Browser()
	if b.Nonce != (session.Secret{}) {
		return b, nil, nil
	}
	if _, err := io.ReadFull(h.chance, b.Nonce[:]); err != nil {
		return b, nil, fault.As(fault.Internal, "hall.browser", err)
	}
	return b, &b.Nonce, nil
}

// order reads the order of the path, for the browser that started it to sign in. NotFound to
// any other, and for an order that signs something: that one belongs to what is signed.
func (h *Hall) order(ctx context.Context, v *door.Visit) (session.Order, error) {
	b := v.Browser()
	if b.Nonce == (session.Secret{}) {
		return session.Order{}, fault.New(fault.NotFound, "hall.order", "")
	}
	key, err := door.Key[any](v, "order")
	if err != nil {
		return session.Order{}, err
	}
	o, err := h.sessions.Look(ctx, b, session.OrderID(key))
	if err != nil {
		return session.Order{}, err
	}
	if o.Purpose != "auth" {
		return session.Order{}, fault.New(fault.NotFound, "hall.order", "")
	}
	return o, nil
}

// giveUp cancels what this browser has running at the eID: whoever leaves, or comes in
// another way, has nothing more to approve.
func (h *Hall) giveUp(ctx context.Context, v *door.Visit) error {
	b := v.Browser()
	if b.Nonce == (session.Secret{}) {
		return nil
	}
	return h.sessions.Cancel(ctx, b)
}

// member finds an employee of the cast. NotFound for anybody else.
func (h *Hall) member(ctx context.Context, id string) (Member, error) {
	cast, err := h.out.Cast(ctx)
	if err != nil {
		return Member{}, fault.Wrap("hall.member", err)
	}
	i := slices.IndexFunc(cast, func(m Member) bool { return m.ID == id })
	if i < 0 {
		return Member{}, fault.New(fault.NotFound, "hall.member", "")
	}
	return cast[i], nil
}

// hint says how an order stands, in words.
func (h *Hall) hint(l text.Lang, o session.Order) string {
	t := In(l)
	switch {
	case o.Status == session.Complete:
		return t.OrderDone()
	case o.Status == session.Cancelled:
		return t.HintStopped()
	case o.Hint == "lost":
		return t.HintLost()
	case o.Hint == "unknownPerson":
		return t.HintUnknownPerson()
	case o.Hint == "anotherPerson":
		return t.HintAnotherPerson()
	case o.Shared && o.Hint == "outstandingTransaction":
		return h.out.Hint(l, o.Status, "noClient") // which speaks of the code alone
	}
	return h.out.Hint(l, o.Status, o.Hint)
}

// told is an order as a script and a test read it. Text and Next are for people: what to
// say, and where to go when it has ended.
type told struct {
	Order     string `json:"order"`
	AutoStart string `json:"autoStartToken"`
	Status    string `json:"status"`
	Hint      string `json:"hintCode"`
	Text      string `json:"text"`
	Next      string `json:"next,omitempty"`
}

func (h *Hall) tell(l text.Lang, o session.Order) told {
	a := told{Order: o.ID.String(), Status: o.Status, Hint: o.Hint, Text: h.hint(l, o)}
	switch o.Status {
	case session.Pending:
		a.AutoStart = o.AutoStart
	case session.Complete:
		a.Next = o.ReturnTo
	default:
		a.Status, a.Next = session.Failed, orderPath(o)
	}
	return a
}

func orderPath(o session.Order) string { return "/sign-in/bankid/" + o.ID.String() }

// minutes are the limits of a session on a computer that others use too.
func minutes() (idle, most string) {
	l := session.LimitsFor(true)
	return strconv.Itoa(int(l.Idle / time.Minute)), strconv.Itoa(int(l.Absolute / time.Minute))
}
