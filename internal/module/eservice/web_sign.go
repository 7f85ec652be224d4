package eservice

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"tillit/internal/core/door"
	"tillit/internal/core/session"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// signing is something that is to be signed with an eID: a draft by its applicant, or a case
// by a guardian.
type signing struct {
	ref     [16]byte
	base    string // its orders' path, and what each order says that it belongs to
	back    string // where to read what is signed
	prepare func(ctx context.Context) (ToSign, error)
	seen    func(ctx context.Context) error                              // refuses whoever may not see it
	done    func(ctx context.Context, o session.OrderID) (string, error) // takes the signature; gives the page that follows
	gone    func(ctx context.Context, err error) (door.Answer, error)
}

// finder finds what a visit signs.
type finder func(v *door.Visit) (signing, error)

func (w *Web) ofDraft(v *door.Visit) (signing, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return signing{}, err
	}
	return signing{
		ref: draft, base: draftPath(draft) + "/sign", back: draftPath(draft) + "/review",
		prepare: func(ctx context.Context) (ToSign, error) { return w.s.PrepareSubmit(ctx, v.By, draft, v.Lang) },
		seen: func(ctx context.Context) error {
			_, _, err := w.s.Draft(ctx, v.By, draft)
			return err
		},
		done: func(ctx context.Context, o session.OrderID) (string, error) {
			c, err := w.s.Submit(ctx, v.By, draft, o, v.Lang)
			v.Case = c
			return casePath(c) + "?sent=1", err
		},
		gone: func(ctx context.Context, err error) (door.Answer, error) { return w.gone(ctx, v, draft, err) },
	}, nil
}

func (w *Web) ofCase(v *door.Visit) (signing, error) {
	c, err := pathCase(v)
	if err != nil {
		return signing{}, err
	}
	v.Case = c
	return signing{
		ref: c, base: casePath(c) + "/sign", back: casePath(c),
		prepare: func(ctx context.Context) (ToSign, error) { return w.s.PrepareCoSign(ctx, v.By, c, v.Lang) },
		seen: func(ctx context.Context) error {
			_, err := w.s.CaseForParty(ctx, v.By, c)
			return err
		},
		done: func(ctx context.Context, o session.OrderID) (string, error) {
			return casePath(c) + "?sent=1", w.s.CoSign(ctx, v.By, c, o)
		},
		gone: func(_ context.Context, err error) (door.Answer, error) { return door.Answer{}, err },
	}, nil
}

// browser is who asks at the eID. A browser that has no nonce gets one, which is answered so
// that the cookie can be set; nil when it has one already.
func (w *Web) browser(v *door.Visit) (session.Browser, *session.Secret, error) {
	b := v.Browser()
	if b.Nonce != (session.Secret{}) {
		return b, nil, nil
	}
	if _, err := io.ReadFull(w.s.chance, b.Nonce[:]); err != nil {
		return b, nil, fault.As(fault.Internal, "eservice.browser", err)
	}
	return b, &b.Nonce, nil
}

// begin starts an order to sign. What is not ready to be signed goes back to where it is read.
func (w *Web) begin(find finder) door.Handler {
	return func(ctx context.Context, v *door.Visit) (door.Answer, error) {
		sg, err := find(v)
		if err != nil {
			return door.Answer{}, err
		}
		what, err := sg.prepare(ctx)
		if (fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)) && !v.WantsJSON() {
			return door.See(sg.back), nil
		}
		if err != nil {
			return sg.gone(ctx, err)
		}
		b, fresh, err := w.browser(v)
		if err != nil {
			return door.Answer{}, err
		}
		o, err := w.s.sessions.StartSign(ctx, v.By, b, sg.ref, what.Visible, what.Payload, sg.base)
		if err != nil {
			return w.notBegun(ctx, v, sg, err)
		}
		if v.WantsJSON() {
			return door.Answer{Status: http.StatusCreated, JSON: w.tell(v.Lang, sg, o), Nonce: fresh, Location: sg.path(o)}, nil
		}
		return door.Answer{To: sg.path(o), Nonce: fresh}, nil
	}
}

func (sg signing) path(o session.Order) string { return sg.base + "/" + o.ID.String() }

// notBegun says calmly why BankID did not begin. Nothing is tried again behind her back.
func (w *Web) notBegun(ctx context.Context, v *door.Visit, sg signing, err error) (door.Answer, error) {
	kind, t := fault.KindOf(err), T(ctx)
	s := stopped{Sign: sg.base, Back: sg.back, Retry: true}
	switch kind {
	case fault.Unavailable:
		s.Title, s.Lead = t.DownTitle(), t.DownLead()
	case fault.Conflict:
		s.Title, s.Lead = t.BusyTitle(), t.BusyLead()
	default:
		return door.Answer{}, err
	}
	if v.WantsJSON() {
		return door.Answer{}, err
	}
	w.s.log.Warn("a signing order could not be started", "error", err)
	return w.stoppedAnswer(ctx, v, s, kind.Status())
}

func (w *Web) stoppedAnswer(ctx context.Context, v *door.Visit, s stopped, status int) (door.Answer, error) {
	a, err := page(ctx, v, ui.Public, s.Title, plain(func(f ui.PageProps) templ.Component { return stoppedPage(f, s) }))
	a.Status = status
	return a, err
}

// order reads the order of the path, for the browser that started it for this very thing.
func (w *Web) order(ctx context.Context, v *door.Visit, sg signing) (session.Order, error) {
	notFound := fault.New(fault.NotFound, "eservice.order", "")
	b := v.Browser()
	if b.Nonce == (session.Secret{}) {
		return session.Order{}, notFound
	}
	key, err := door.Key[any](v, "order")
	if err != nil {
		return session.Order{}, err
	}
	o, err := w.s.sessions.Look(ctx, b, session.OrderID(key))
	if err != nil {
		return session.Order{}, err
	}
	if o.Purpose != "sign" || o.ReturnTo != sg.base {
		return session.Order{}, notFound
	}
	return o, nil
}

// lost answers for an order that is not there: back to what was to be signed, for whoever
// may see that. Orders live for minutes; a page that was left open outlives them.
func (w *Web) lost(ctx context.Context, v *door.Visit, sg signing, err error) (door.Answer, error) {
	if !fault.Is(err, fault.NotFound) {
		return door.Answer{}, err
	}
	if err := sg.seen(ctx); err != nil {
		return sg.gone(ctx, err)
	}
	return answerNext(v, sg.back), nil
}

// wait shows a pending order's code, or how it ended.
func (w *Web) wait(find finder) door.Handler {
	return func(ctx context.Context, v *door.Visit) (door.Answer, error) {
		sg, err := find(v)
		if err != nil {
			return door.Answer{}, err
		}
		o, err := w.order(ctx, v, sg)
		if err != nil {
			return w.lost(ctx, v, sg, err)
		}
		t := T(ctx)
		switch o.Status {
		case session.Complete:
			// A page that is read changes nothing: she sends it in herself.
			if err := sg.seen(ctx); err != nil {
				return sg.gone(ctx, err)
			}
			return page(ctx, v, ui.Public, t.SignedTitle(), plain(func(f ui.PageProps) templ.Component { return signedPage(f, sg.path(o)) }))
		case session.Pending:
			svg, err := w.out.QRSVG(w.s.sessions.QR(o))
			if err != nil {
				return door.Answer{}, fault.Wrap("eservice.wait", err)
			}
			s := waiting{Path: sg.path(o), Cancel: sg.base + "/cancel", SVG: svg, Autostart: templ.SafeURL(w.s.sessions.Autostart(o)), Hint: w.hint(v.Lang, o), World: w.out.World}
			if v.Session.Shared {
				s.Autostart = ""
			}
			return page(ctx, v, ui.Public, t.OrderTitle(), plain(func(f ui.PageProps) templ.Component {
				f.Scripts = append(f.Scripts, ui.ScriptQR)
				return orderPage(f, s)
			}))
		}
		s := stopped{Title: failedTitle(t, o), Lead: w.hint(v.Lang, o), Sign: sg.base, Back: sg.back, Retry: mayRetry(o.Hint)}
		return w.stoppedAnswer(ctx, v, s, 0)
	}
}

// code is the code as it is now; nothing when the order has ended, which the page finds out
// by asking how it stands.
func (w *Web) code(find finder) door.Handler {
	return func(ctx context.Context, v *door.Visit) (door.Answer, error) {
		sg, err := find(v)
		if err != nil {
			return door.Answer{}, err
		}
		o, err := w.order(ctx, v, sg)
		if err != nil {
			return door.Answer{}, err
		}
		if o.Status != session.Pending {
			return door.Answer{Status: http.StatusNoContent}, nil
		}
		svg, err := w.out.QRSVG(w.s.sessions.QR(o))
		return door.Answer{Fragment: templ.Raw(svg)}, fault.Wrap("eservice.code", err)
	}
}

// collect asks how the order stands, and takes the signature when it is complete. What was
// signed and has changed since, or may not be sent in any more, goes back to be read.
func (w *Web) collect(find finder) door.Handler {
	return func(ctx context.Context, v *door.Visit) (door.Answer, error) {
		sg, err := find(v)
		if err != nil {
			return door.Answer{}, err
		}
		o, err := w.order(ctx, v, sg)
		if err != nil {
			return w.lost(ctx, v, sg, err)
		}
		if o, _, err = w.s.sessions.Collect(ctx, v.Browser(), o.ID); err != nil {
			return door.Answer{}, err
		}
		told := w.tell(v.Lang, sg, o)
		if o.Status == session.Complete {
			next, err := sg.done(ctx, o.ID)
			if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
				if serr := sg.seen(ctx); serr != nil {
					return sg.gone(ctx, serr)
				}
				next, err = sg.back+"?again="+why(err), nil
			}
			if err != nil {
				return door.Answer{}, err
			}
			told.Next = next
		}
		if v.WantsJSON() {
			return door.Answer{JSON: told}, nil
		}
		if o.Status == session.Complete {
			return door.See(told.Next), nil
		}
		return door.See(sg.path(o)), nil
	}
}

// why is a word for an address: why a signature was not taken.
func why(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		switch f.Text {
		case "changed_since_signed":
			return "changed"
		case "open_application":
			return "open"
		}
	}
	return "late"
}

func (w *Web) cancel(find finder) door.Handler {
	return func(ctx context.Context, v *door.Visit) (door.Answer, error) {
		sg, err := find(v)
		if err != nil {
			return door.Answer{}, err
		}
		if err := sg.seen(ctx); err != nil {
			return sg.gone(ctx, err)
		}
		if b := v.Browser(); b.Nonce != (session.Secret{}) {
			if err := w.s.sessions.Cancel(ctx, b); err != nil {
				return door.Answer{}, err
			}
		}
		return door.See(sg.back), nil
	}
}

// hint says how an order stands, in words.
func (w *Web) hint(l text.Lang, o session.Order) string {
	t := In(l)
	switch {
	case o.Status == session.Complete:
		return t.OrderDone()
	case o.Status == session.Cancelled:
		return t.HintStopped()
	case o.Hint == "lost":
		return t.HintLost()
	case o.Hint == "anotherPerson", o.Hint == "unknownPerson":
		return t.HintAnother()
	}
	return w.out.Hint(l, o.Status, o.Hint)
}

// told is an order as a script and a test read it. Text and Next are for people: what to say,
// and where to go when it has ended.
type told struct {
	Order     string `json:"order"`
	AutoStart string `json:"autoStartToken"`
	Status    string `json:"status"`
	Hint      string `json:"hintCode"`
	Text      string `json:"text"`
	Next      string `json:"next,omitempty"`
}

func (w *Web) tell(l text.Lang, sg signing, o session.Order) told {
	a := told{Order: o.ID.String(), Status: o.Status, Hint: o.Hint, Text: w.hint(l, o)}
	switch o.Status {
	case session.Pending:
		a.AutoStart = o.AutoStart
	case session.Complete:
	default:
		a.Status, a.Next = session.Failed, sg.path(o)
	}
	return a
}

// mayRetry is false after those hints of failed orders when somebody may be fooling her
// (transactionRiskBlocked, userDeclinedCall of BankID's RP API v6).
func mayRetry(hint string) bool {
	return hint != "transactionRiskBlocked" && hint != "userDeclinedCall"
}

func failedTitle(t Text, o session.Order) string {
	if o.Status == session.Cancelled {
		return t.FailedTitle()
	}
	switch o.Hint {
	case "cancelled":
		return t.FailedCancelled()
	case "transactionRiskBlocked":
		return t.FailedBlocked()
	case "userDeclinedCall":
		return t.FailedDeclined()
	case "anotherPerson", "unknownPerson":
		return t.FailedAnother()
	}
	return t.FailedTitle()
}
