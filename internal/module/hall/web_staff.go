package hall

import (
	"context"
	"net/url"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/door"
	"tillit/internal/core/session"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/ui"
)

const addPasskey access.Action = "session.AddPasskey"

// KeyPath is where an invited employee makes a passkey.
const KeyPath = "/staff/key"

const staffPath = "/sign-in/staff"

// staffRoutes are the doors of employees: in by a passkey, and a new passkey by an invitation.
func (h *Hall) staffRoutes(way func(method, path string, action access.Action, relation string, handle door.Handler) door.Route) []door.Route {
	const none, browser, invited = "none", "the browser that asked", "holds an invitation"
	return []door.Route{
		way("GET", staffPath, signIn, none, h.staff),
		way("POST", staffPath+"/begin", signIn, none, h.beginStaff),
		way("POST", staffPath+"/{challenge}", signIn, browser, h.finishStaff),
		way("GET", KeyPath, addPasskey, none, h.key),
		way("POST", KeyPath+"/begin", addPasskey, invited, h.beginKey),
		way("POST", KeyPath+"/{challenge}", addPasskey, invited, h.finishKey),
	}
}

// withPasskey lets a page ask an authenticator.
func withPasskey(p *ui.PageProps) { p.Scripts = []ui.Script{ui.ScriptPasskey} }

func (h *Hall) staff(ctx context.Context, v *door.Visit) (door.Answer, error) {
	asked := v.Request.URL.Query()
	s := staffView{Visit: v, To: localPath(asked.Get("to"), ""), Able: h.sessions.HasPasskeys(), Saved: asked.Has("saved")}
	if !v.By.IsNobody() {
		return page(ctx, v, In(v.Lang).AlreadyTitle(), func(f ui.PageProps) templ.Component { return alreadyPage(f, homeOf(v.By.Kind, s.To)) })
	}
	s.Closure, s.Closed = h.board.Closed(closure.SignIn)
	if h.out.Cast != nil {
		var err error
		if s.Cast, err = h.out.Cast(ctx); err != nil {
			return door.Answer{}, fault.Wrap("hall.staff", err)
		}
	}
	return page(ctx, v, In(v.Lang).StaffTitle(), func(f ui.PageProps) templ.Component { return staffPage(f, s) }, withPasskey)
}

// asked is what a script hands to the authenticator.
type asked struct {
	Challenge string `json:"challenge"`
	Options   any    `json:"options"`
}

func ask(c session.Ceremony, fresh *session.Secret) door.Answer {
	return door.Answer{JSON: asked{c.ID.String(), c.Options}, Nonce: fresh}
}

// challenge is the one of the path. A browser that has no nonce was asked nothing.
func (h *Hall) challenge(v *door.Visit) (session.ChallengeID, error) {
	key, err := door.Key[any](v, "challenge")
	if err == nil && v.Browser().Nonce == (session.Secret{}) {
		err = fault.New(fault.NotFound, "hall.challenge", "")
	}
	return session.ChallengeID(key), err
}

func (h *Hall) beginStaff(ctx context.Context, v *door.Visit) (door.Answer, error) {
	if !v.WantsJSON() {
		return door.See(staffPath), nil // no script has run; the page says that it takes one
	}
	b, fresh, err := h.browser(v)
	if err != nil {
		return door.Answer{}, err
	}
	c, err := h.sessions.BeginStaff(ctx, b)
	if err != nil {
		return door.Answer{}, err
	}
	return ask(c, fresh), nil
}

// finishStaff signs in whom the authenticator names.
func (h *Hall) finishStaff(ctx context.Context, v *door.Visit) (door.Answer, error) {
	challenge, err := h.challenge(v)
	if err != nil {
		return door.Answer{}, err
	}
	secret, kind, err := h.sessions.FinishStaff(ctx, v.Browser(), challenge, []byte(v.Form.Get("response")))
	if err != nil {
		return door.Answer{}, err
	}
	if err := h.giveUp(ctx, v); err != nil {
		h.log.Warn("the orders of whoever came in another way could not be cancelled; they end by themselves", "error", err)
	}
	next := homeOf(kind, localPath(v.Request.URL.Query().Get("to"), ""))
	return door.Answer{JSON: map[string]string{"next": next}, Secret: &secret}, nil
}

func (h *Hall) key(ctx context.Context, v *door.Visit) (door.Answer, error) {
	able := h.sessions.HasPasskeys()
	return page(ctx, v, In(v.Lang).KeyTitle(), func(f ui.PageProps) templ.Component { return keyPage(f, able) }, withPasskey, func(p *ui.PageProps) { p.SignIn = "" })
}

// invitation reads a code as people paste it: with blanks and broken lines. What is no code
// at all is answered as one that does not hold.
func invitation(typed string) (session.Secret, error) {
	code, err := session.ParseSecret(strings.Join(strings.Fields(typed), ""))
	if err != nil {
		return code, fault.New(fault.NotFound, "hall.invitation", "")
	}
	return code, nil
}

// labelLength is how many signs of a key's name are kept.
const labelLength = 60

// labelOf is what a key is called: what was typed, on one line and not too long.
func labelOf(typed, unnamed string) string {
	label := strings.Join(strings.FieldsFunc(typed, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if label == "" {
		return unnamed
	}
	if signs := []rune(label); len(signs) > labelLength {
		label = strings.TrimSpace(string(signs[:labelLength]))
	}
	return label
}

func (h *Hall) beginKey(ctx context.Context, v *door.Visit) (door.Answer, error) {
	if !v.WantsJSON() {
		return door.See(KeyPath), nil
	}
	invite, err := invitation(v.Form.Get("code"))
	if err != nil {
		return door.Answer{}, err
	}
	b, fresh, err := h.browser(v)
	if err != nil {
		return door.Answer{}, err
	}
	c, err := h.sessions.BeginRegister(ctx, b, invite)
	if err != nil {
		return door.Answer{}, err
	}
	return ask(c, fresh), nil
}

// finishKey keeps a new passkey. It signs nobody in: that she does with the key.
func (h *Hall) finishKey(ctx context.Context, v *door.Visit) (door.Answer, error) {
	challenge, err := h.challenge(v)
	if err != nil {
		return door.Answer{}, err
	}
	invite, err := invitation(v.Form.Get("code"))
	if err != nil {
		return door.Answer{}, err
	}
	label := labelOf(v.Form.Get("label"), In(v.Lang).KeyUnnamed())
	if err := h.sessions.FinishRegister(ctx, v.Browser(), invite, challenge, label, []byte(v.Form.Get("response"))); err != nil {
		return door.Answer{}, err
	}
	return door.Answer{JSON: map[string]string{"next": staffPath + "?" + url.Values{"saved": {"1"}}.Encode()}}, nil
}

// staffHref is the way in for employees, who then come to where they were going.
func staffHref(to string) string {
	if within(workplace, to) || within(watch, to) {
		return staffPath + "?" + url.Values{"to": {to}}.Encode()
	}
	return staffPath
}
