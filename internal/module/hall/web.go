package hall

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/core/session"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// The actions and the purposes of these doors, besides door.Public.
const (
	signIn  access.Action = "session.SignIn"
	signOut access.Action = "session.SignOut"
	extend  access.Action = "session.Extend"

	toSignIn access.Purpose = "sign-in"
)

// Routes are the hall's doors. The one that signs employees in by picking them exists in the
// demo only.
func (h *Hall) Routes() []door.Route {
	open := func(method, path string, handle door.Handler) door.Route {
		return door.Route{Method: method, Path: path, Who: door.Anyone, Action: door.Public, Relation: "none", Purpose: door.Information, Classes: access.Open | access.Internal, Handle: handle}
	}
	way := func(method, path string, action access.Action, relation string, handle door.Handler) door.Route {
		return door.Route{Method: method, Path: path, Who: door.Anyone, Action: action, Relation: relation, Purpose: toSignIn, Classes: access.Open | access.Internal, Handle: handle}
	}
	const none, browser, own = "none", "the browser that started the order", "her own session"
	routes := []door.Route{
		open("GET", "/", h.start),
		open("GET", "/services", h.services),
		open("GET", "/contact", h.contact),
		open("GET", "/language/{lang}", h.language),
		open("GET", "/.well-known/security.txt", h.security),
		open("GET", "/not-me", h.notMe),
		way("POST", "/not-me", signOut, own, h.endAll),
		way("GET", "/sign-in", signIn, none, h.signIn),
		way("POST", "/sign-in/bankid", signIn, none, h.begin),
		way("GET", "/sign-in/bankid/{order}", signIn, browser, h.wait),
		way("GET", "/sign-in/bankid/{order}/qr", signIn, browser, h.code),
		way("POST", "/sign-in/bankid/{order}", signIn, browser, h.collect),
		way("POST", "/sign-in/cancel", signIn, browser, h.cancel),
		way("POST", "/sign-out", signOut, own, h.signOut),
		way("POST", "/session/extend", extend, own, h.extend),
	}
	routes = append(routes, h.staffRoutes(way)...)
	if h.out.Cast != nil {
		routes = append(routes, way("POST", "/sign-in/demo", signIn, "a member of the demo's cast", h.demo))
	}
	return routes
}

// page answers with a page in the frame of whoever visits. Change may alter the frame.
func page(ctx context.Context, v *door.Visit, title string, body func(ui.PageProps) templ.Component, change ...func(*ui.PageProps)) (door.Answer, error) {
	kind := ui.Public
	switch v.By.Kind {
	case access.Officer:
		kind = ui.Work
	case access.Steward:
		kind = ui.Steward
	}
	frame, err := v.Frame(ctx, kind, title)
	if err != nil {
		return door.Answer{}, err
	}
	for _, f := range change {
		f(&frame)
	}
	return door.Answer{Page: body(frame)}, nil
}

// bleed leaves the width of the page to its parts.
func bleed(p *ui.PageProps) { p.Bleed = true }

func (h *Hall) start(ctx context.Context, v *door.Visit) (door.Answer, error) {
	cards, err := h.out.Services(ctx, v.Lang)
	if err != nil {
		return door.Answer{}, fault.Wrap("hall.start", err)
	}
	s := startView{Visit: v, Cards: cards[:min(len(cards), shown)], Events: events(In(v.Lang), cards), Contact: h.out.Contact}
	return page(ctx, v, In(v.Lang).StartTitle(), func(f ui.PageProps) templ.Component { return startPage(f, s) }, bleed)
}

// shown is how many services the start page lists.
const shown = 6

func (h *Hall) services(ctx context.Context, v *door.Visit) (door.Answer, error) {
	cards, err := h.out.Services(ctx, v.Lang)
	if err != nil {
		return door.Answer{}, fault.Wrap("hall.services", err)
	}
	t, asked := In(v.Lang), v.Request.URL.Query()
	s := servicesView{Visit: v, Title: t.ServicesTitle(), Query: strings.TrimSpace(asked.Get("q")), Contact: h.out.Contact}
	event := ""
	for _, l := range lives {
		if l.key == asked.Get("life") {
			event, s.Title, s.Life = l.key, l.name(t), true
		}
	}
	s.Cards = find(v.Lang, cards, s.Query, event)
	return page(ctx, v, s.Title, func(f ui.PageProps) templ.Component { return servicesPage(f, s) })
}

func (h *Hall) contact(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return page(ctx, v, In(v.Lang).ContactTitle(), func(f ui.PageProps) templ.Component { return contactPage(f, h.out.Contact) })
}

func (h *Hall) language(_ context.Context, v *door.Visit) (door.Answer, error) {
	l, ok := text.Parse(v.Request.PathValue("lang"))
	if !ok {
		return door.Answer{}, fault.New(fault.NotFound, "hall.language", "")
	}
	return door.Answer{To: localPath(v.Request.URL.Query().Get("to"), "/"), Lang: l}, nil
}

// trusted is how long security.txt says that it holds; RFC 9116 asks for less than a year.
const trusted = 90 * 24 * time.Hour

func (h *Hall) security(_ context.Context, v *door.Visit) (door.Answer, error) {
	var b strings.Builder
	if h.out.Contact.Mail != "" {
		b.WriteString("Contact: mailto:" + h.out.Contact.Mail + "\n")
	}
	b.WriteString("Contact: " + dial(h.out.Contact.Phone) + "\n")
	b.WriteString("Expires: " + v.At.Add(trusted).UTC().Format(time.RFC3339) + "\nPreferred-Languages: sv, da, en\n")
	return door.Answer{Plain: b.String()}, nil
}

func (h *Hall) notMe(ctx context.Context, v *door.Visit) (door.Answer, error) {
	t := In(v.Lang)
	title := t.NotMeTitle()
	if v.By.Kind == access.Officer || v.By.Kind == access.Steward {
		title = t.NotMeWorkTitle()
	}
	return page(ctx, v, title, func(f ui.PageProps) templ.Component { return notMePage(f, v.By.Kind, h.out.Contact.Phone) }, bleed)
}

// endAll ends every session of whoever says that something is wrong, here and elsewhere.
func (h *Hall) endAll(ctx context.Context, v *door.Visit) (door.Answer, error) {
	if v.By.IsNobody() {
		return door.See("/not-me"), nil
	}
	ended, err := h.sessions.EndAllOf(ctx, v.By.Person, "not me")
	if err != nil {
		return door.Answer{}, err
	}
	return h.left(ctx, v, In(v.Lang).NotMeDoneTitle(), func(f ui.PageProps) templ.Component { return notMeDonePage(f, int(ended), v, h.out.Contact.Phone) })
}

// left answers whoever has just been signed out: the page knows nobody, and the browser
// forgets what it had.
func (h *Hall) left(ctx context.Context, v *door.Visit, title string, body func(ui.PageProps) templ.Component) (door.Answer, error) {
	if err := h.giveUp(ctx, v); err != nil {
		h.log.Warn("the orders of whoever left could not be cancelled; they end by themselves", "error", err)
	}
	v.Leave()
	a, err := page(ctx, v, title, body, bleed, func(p *ui.PageProps) { p.SignIn = "" })
	a.Forget = true
	return a, err
}

func (h *Hall) signOut(ctx context.Context, v *door.Visit) (door.Answer, error) {
	secret := v.Secret()
	if secret != nil {
		if err := h.sessions.SignOut(ctx, v.By, *secret); err != nil {
			return door.Answer{}, err
		}
	}
	kind := v.By.Kind
	return h.left(ctx, v, In(v.Lang).SignedOutTitle(), func(f ui.PageProps) templ.Component { return signedOutPage(f, kind, v) })
}

// extend is asked by a page whose reader wants to stay; coming here has moved the limit.
func (h *Hall) extend(_ context.Context, v *door.Visit) (door.Answer, error) {
	if v.By.IsNobody() {
		return door.Answer{}, fault.New(fault.SignIn, "hall.extend", "")
	}
	return door.Answer{Status: http.StatusNoContent}, nil
}

func (h *Hall) signIn(ctx context.Context, v *door.Visit) (door.Answer, error) {
	t := In(v.Lang)
	to := localPath(v.Request.URL.Query().Get("to"), myPages)
	if !v.By.IsNobody() {
		return page(ctx, v, t.AlreadyTitle(), func(f ui.PageProps) templ.Component { return alreadyPage(f, homeOf(v.By.Kind, to)) })
	}
	s := signInView{Visit: v, To: to, BankID: h.out.BankID}
	s.Closure, s.Closed = h.board.Closed(closure.SignIn)
	if h.out.Cast != nil {
		var err error
		if s.Cast, err = h.out.Cast(ctx); err != nil {
			return door.Answer{}, fault.Wrap("hall.signIn", err)
		}
	}
	return page(ctx, v, t.SignInTitle(), func(f ui.PageProps) templ.Component { return signInPage(f, s) })
}

// begin starts an order at BankID.
func (h *Hall) begin(ctx context.Context, v *door.Visit) (door.Answer, error) {
	to := homeOf(access.Resident, localPath(v.Form.Get("to"), myPages))
	b, fresh, err := h.browser(v)
	if err != nil {
		return door.Answer{}, err
	}
	o, err := h.sessions.StartAuth(ctx, b, v.Form.Get("shared") != "", to)
	if err != nil {
		return h.notBegun(ctx, v, to, err)
	}
	if v.WantsJSON() {
		return door.Answer{Status: http.StatusCreated, JSON: h.tell(v.Lang, o), Nonce: fresh, Location: orderPath(o)}, nil
	}
	return door.Answer{To: orderPath(o), Nonce: fresh}, nil
}

// notBegun says calmly why BankID did not begin. Nothing is tried again behind her back.
func (h *Hall) notBegun(ctx context.Context, v *door.Visit, to string, err error) (door.Answer, error) {
	kind, t := fault.KindOf(err), In(v.Lang)
	s := stoppedView{To: to, Retry: true, Phone: h.out.Contact.Phone}
	switch kind {
	case fault.Unavailable:
		s.Title, s.Lead, s.Again = t.DownTitle(), t.DownLead(), t.DownAgain()
	case fault.Conflict:
		s.Title, s.Lead, s.Again = t.BusyTitle(), t.BusyLead(), t.FailedAgain()
	default:
		return door.Answer{}, err
	}
	if v.WantsJSON() {
		return door.Answer{}, err
	}
	h.log.Warn("an order could not be started", "error", err)
	a, err := page(ctx, v, s.Title, func(f ui.PageProps) templ.Component { return stoppedPage(f, s) })
	a.Status = kind.Status()
	return a, err
}

// wait shows a pending order's code, or how it ended.
func (h *Hall) wait(ctx context.Context, v *door.Visit) (door.Answer, error) {
	o, err := h.order(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	t := In(v.Lang)
	switch o.Status {
	case session.Complete:
		return door.See(o.ReturnTo), nil
	case session.Pending:
		svg, err := h.out.QRSVG(h.sessions.QR(o))
		if err != nil {
			return door.Answer{}, fault.Wrap("hall.wait", err)
		}
		s := orderView{Order: o, SVG: svg, Path: orderPath(o), Hint: h.hint(v.Lang, o), World: h.out.World}
		if !o.Shared {
			s.Autostart = templ.SafeURL(h.sessions.Autostart(o))
		}
		return page(ctx, v, t.OrderTitle(), func(f ui.PageProps) templ.Component { return orderPage(f, s) }, func(p *ui.PageProps) {
			p.Scripts = []ui.Script{ui.ScriptQR}
		})
	}
	hint := o.Hint
	if o.Status == session.Cancelled {
		hint = ""
	}
	s := stoppedView{Title: failedTitle(t, hint), Lead: h.hint(v.Lang, o), Again: t.FailedAgain(), To: o.ReturnTo, Retry: mayRetry(hint), Phone: h.out.Contact.Phone}
	return page(ctx, v, s.Title, func(f ui.PageProps) templ.Component { return stoppedPage(f, s) })
}

// code is the code as it is now; nothing when the order has ended, which the page finds out
// by asking how it stands.
func (h *Hall) code(ctx context.Context, v *door.Visit) (door.Answer, error) {
	o, err := h.order(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	if o.Status != session.Pending {
		return door.Answer{Status: http.StatusNoContent}, nil
	}
	svg, err := h.out.QRSVG(h.sessions.QR(o))
	return door.Answer{Fragment: templ.Raw(svg)}, fault.Wrap("hall.code", err)
}

// collect asks how the order stands. This is where somebody is signed in, and nowhere else.
func (h *Hall) collect(ctx context.Context, v *door.Visit) (door.Answer, error) {
	o, err := h.order(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	o, secret, err := h.sessions.Collect(ctx, v.Browser(), o.ID)
	if err != nil {
		return door.Answer{}, err
	}
	if v.WantsJSON() {
		return door.Answer{JSON: h.tell(v.Lang, o), Secret: secret}, nil
	}
	if o.Status == session.Complete {
		return door.Answer{To: o.ReturnTo, Secret: secret}, nil
	}
	return door.See(orderPath(o)), nil
}

func (h *Hall) cancel(ctx context.Context, v *door.Visit) (door.Answer, error) {
	if err := h.giveUp(ctx, v); err != nil {
		return door.Answer{}, err
	}
	return door.See("/sign-in?" + url.Values{"to": {localPath(v.Form.Get("to"), myPages)}}.Encode()), nil
}

// demo signs in an employee of the cast by her id.
func (h *Hall) demo(ctx context.Context, v *door.Visit) (door.Answer, error) {
	m, err := h.member(ctx, v.Form.Get("id"))
	if err != nil {
		return door.Answer{}, err
	}
	secret, err := h.sessions.SignInStaff(ctx, m.Person, m.Kind, "demo", v.Secret())
	if err != nil {
		return door.Answer{}, err
	}
	if err := h.giveUp(ctx, v); err != nil {
		h.log.Warn("the orders of whoever came in another way could not be cancelled; they end by themselves", "error", err)
	}
	if v.WantsJSON() {
		return door.Answer{JSON: map[string]string{"status": session.Complete}, Secret: &secret}, nil
	}
	return door.Answer{To: homeOf(m.Kind, localPath(v.Form.Get("to"), "")), Secret: &secret}, nil
}
