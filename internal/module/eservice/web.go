package eservice

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice/formpack"
)

// Web is the residents' side: a service's own page, the form, signing, and the case as its
// parties see it. It translates; the service decides.
type Web struct {
	s   *Service
	out Outside
}

// NewWeb makes the residents' side.
func NewWeb(s *Service, out Outside) *Web { return &Web{s: s, out: out} }

// What may be sent to a door that takes a file, and to one that takes several.
const (
	oneFile   = 12 << 20
	manyFiles = 40 << 20
)

// Routes are the residents' doors. All close with service/eservice.
func (w *Web) Routes() []door.Route {
	const (
		all       = access.Open | access.Internal | access.Personal | access.Sensitive | access.Protected
		applicant = "applicant of the draft"
		invited   = "invited to sign the case"
		party     = "party of the case"
		owner     = "applicant of the case"
	)
	mine := func(method, path string, action access.Action, relation string, purpose access.Purpose, handle door.Handler) door.Route {
		return door.Route{Method: method, Path: path, Who: door.Residents, Action: action, Relation: relation, Purpose: purpose, Classes: all, Service: "eservice", Handle: handle}
	}
	large := func(r door.Route, body int64) door.Route {
		r.Body = body
		return r
	}
	return []door.Route{
		{Method: "GET", Path: "/services/{family}", Who: door.Anyone, Action: door.Public, Relation: "none", Purpose: door.Information, Classes: access.Open | access.Internal,
			Service: "eservice", Handle: w.getService},
		mine("POST", "/services/{family}/start", WriteDraft, "resident", Apply, w.postStart),

		mine("GET", "/my/drafts/{draft}", ReadDraft, applicant, Apply, w.getDraft),
		mine("GET", "/my/drafts/{draft}/steps/{step}", ReadDraft, applicant, Apply, w.getStep),
		large(mine("POST", "/my/drafts/{draft}/steps/{step}", WriteDraft, applicant, Apply, w.postStep), oneFile),
		mine("POST", "/my/drafts/{draft}/steps/{step}/keep", WriteDraft, applicant, Apply, w.postKeep),
		large(mine("POST", "/my/drafts/{draft}/files/{slot}", WriteDraft, applicant, Apply, w.postFile), oneFile),
		large(mine("POST", "/my/drafts/{draft}/files/{file}/remove", WriteDraft, applicant, Apply, w.postRemoveFile), oneFile),
		mine("GET", "/my/drafts/{draft}/review", ReadDraft, applicant, Apply, w.getReview),
		mine("GET", "/my/drafts/{draft}/discard", ReadDraft, applicant, Apply, w.getDiscard),
		mine("POST", "/my/drafts/{draft}/discard", WriteDraft, applicant, Apply, w.postDiscard),
		mine("POST", "/my/drafts/{draft}/sign", ReadDraft, applicant, Apply, w.begin(w.ofDraft)),
		mine("GET", "/my/drafts/{draft}/sign/{order}", ReadDraft, applicant, Apply, w.wait(w.ofDraft)),
		mine("GET", "/my/drafts/{draft}/sign/{order}/qr", ReadDraft, applicant, Apply, w.code(w.ofDraft)),
		mine("POST", "/my/drafts/{draft}/sign/{order}", WriteDraft, applicant, Apply, w.collect(w.ofDraft)),
		mine("POST", "/my/drafts/{draft}/sign/cancel", ReadDraft, applicant, Apply, w.cancel(w.ofDraft)),

		mine("GET", "/my/cases/{case}", ReadFrame, party, Follow, w.getCase),
		mine("POST", "/my/cases/{case}/identify", Identify, invited, CoSign, w.postIdentify),
		mine("GET", "/my/cases/{case}/decline", ReadFrame, invited, CoSign, w.getDecline),
		mine("POST", "/my/cases/{case}/decline", Decline, invited, CoSign, w.postDecline),
		mine("GET", "/my/declined", ReadFrame, "resident", CoSign, w.getDeclined),
		mine("POST", "/my/cases/{case}/sign", Sign, invited, CoSign, w.begin(w.ofCase)),
		mine("GET", "/my/cases/{case}/sign/{order}", Sign, invited, CoSign, w.wait(w.ofCase)),
		mine("GET", "/my/cases/{case}/sign/{order}/qr", Sign, invited, CoSign, w.code(w.ofCase)),
		mine("POST", "/my/cases/{case}/sign/{order}", Sign, invited, CoSign, w.collect(w.ofCase)),
		mine("POST", "/my/cases/{case}/sign/cancel", Sign, invited, CoSign, w.cancel(w.ofCase)),
		mine("GET", "/my/cases/{case}/withdraw", ReadFrame, owner, Follow, w.getWithdraw),
		mine("POST", "/my/cases/{case}/withdraw", Withdraw, owner, Follow, w.postWithdraw),
		mine("POST", "/my/cases/{case}/messages", WriteMessage, party, Follow, w.postMessage),
		mine("POST", "/my/cases/{case}/read", ReadShared, party, Follow, w.postRead),
		large(mine("POST", "/my/cases/{case}/completions/{completion}", AnswerCompletion, owner, Follow, w.postCompletion), manyFiles),
		large(mine("POST", "/my/cases/{case}/files", AnswerCompletion, owner, Follow, w.postCaseFile), oneFile),
		mine("GET", "/my/files/{file}", ReadShared, "owner of the file, or party of its case", Follow, w.getFile),
	}
}

// page answers with a page in the reader's frame. Body makes it while it is rendered: a sealed
// value opens there and nowhere else. Where it may not be opened, because its class is
// closed, the page says that instead.
func page(ctx context.Context, v *door.Visit, kind ui.Kind, title string, body func(ctx context.Context, frame ui.PageProps) (templ.Component, error)) (door.Answer, error) {
	frame, err := v.Frame(ctx, kind, title)
	if err != nil {
		return door.Answer{}, err
	}
	return door.Answer{Page: templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		made, err := body(ctx, frame)
		if errors.Is(err, disclosure.ErrSealed) {
			made, err = closedPage(frame), nil
		}
		if err != nil {
			return err
		}
		return made.Render(ctx, out)
	})}, nil
}

// plain is a page without anything sealed in it.
func plain(body func(frame ui.PageProps) templ.Component) func(context.Context, ui.PageProps) (templ.Component, error) {
	return func(_ context.Context, frame ui.PageProps) (templ.Component, error) { return body(frame), nil }
}

func draftPath(draft DraftID) string { return "/my/drafts/" + draft.String() }

func stepPath(draft DraftID, step string) string { return draftPath(draft) + "/steps/" + step }

func casePath(c CaseID) string { return "/my/cases/" + c.String() }

// name is what a service is called.
func (w *Web) name(l text.Lang, family string, p *formpack.Package) string {
	if a, ok := w.out.About[family]; ok && a.Name != nil {
		return a.Name(l)
	}
	return p.Title(l)
}

// nameOf opens a whole name while a page is rendered; false for a person who is not known.
func nameOf(ctx context.Context, who person.Identity) (string, bool) {
	given, ok := opened(ctx, who.Given)
	surname, too := opened(ctx, who.Surname)
	return given + " " + surname, ok && too
}

func opened(ctx context.Context, v disclosure.Value) (string, bool) {
	if v == nil {
		return "", false
	}
	s, err := disclosure.Try(ctx, v)
	return s, err == nil && s != ""
}

// guardianName opens the name of a child's guardian, or says who she is without naming her.
func guardianName(ctx context.Context, who person.Identity) string {
	if name, ok := nameOf(ctx, who); ok {
		return name
	}
	return T(ctx).TheOther()
}

// childName opens a child's given name, or says "the child".
func childName(ctx context.Context, who person.Identity) string {
	if given, ok := opened(ctx, who.Given); ok {
		return given
	}
	return T(ctx).TheChild()
}

// rateDays is a deadline of a form in whole days; 0 without one.
func rateDays(p *formpack.Package, rates map[string]formpack.Rate, use string) int {
	d, _ := days(p, rates, use)
	return int(d / (24 * time.Hour))
}

// Offer is a service as lists of services show it.
type Offer struct {
	Key      string
	Href     string
	Name     string
	Text     string
	Life     string
	Keywords []string
}

// Services lists the services that residents can use, in a language. Its keywords are what
// the first question of the form lets one choose.
func (w *Web) Services(ctx context.Context, l text.Lang) ([]Offer, error) {
	var list []Offer
	err := w.s.db.Tx(ctx, access.Actor{}.Local(door.Information), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		families, err := w.s.Families(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range families {
			if !f.Enabled {
				continue
			}
			list = append(list, Offer{Key: f.Key, Href: "/services/" + f.Key, Name: f.Live.Title(l), Text: f.Live.Intro(l), Life: w.out.About[f.Key].Life, Keywords: w.keywords(l, f)})
		}
		return nil
	})
	return list, fault.Wrap("eservice.Services", err)
}

func (w *Web) keywords(l text.Lang, f Family) []string {
	words := []string{w.name(l, f.Key, f.Live)}
	steps := f.Live.Steps(formpack.Input{Lang: l}, nil)
	if i := slices.IndexFunc(steps, func(st formpack.StepView) bool { return len(st.Fields) > 0 }); i >= 0 {
		for _, o := range steps[i].Fields[0].Options {
			words = append(words, o.Label)
		}
	}
	return words
}

// offered is what the page of a service says, all of it from its form and its rates.
type offered struct {
	Family              Family
	Visit               *door.Visit
	Children, CoSigners bool
	SignDays, Answer    int
	Slots               []formpack.FieldView
	Begun               DraftID // one that she has begun; zero for none
}

func (w *Web) getService(ctx context.Context, v *door.Visit) (door.Answer, error) {
	o := offered{Visit: v}
	err := w.s.db.Tx(ctx, v.By.Local(door.Information), func(ctx context.Context, tx *db.Tx) error {
		families, err := w.s.Families(ctx, tx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(families, func(f Family) bool { return f.Key == v.Request.PathValue("family") && f.Enabled })
		if i < 0 {
			return fault.New(fault.NotFound, "eservice.getService", "")
		}
		o.Family = families[i]
		if err := w.s.open(o.Family.Key, o.Family.boardKey); err != nil {
			return err
		}
		p := o.Family.Live
		rates, err := w.s.rates(ctx, tx, p)
		if err != nil {
			return err
		}
		o.Children, o.CoSigners = slices.Contains(p.Needs.Lists, listChildren), p.Signers.Rule != "none"
		o.SignDays, o.Answer = rateDays(p, rates, "sign"), rateDays(p, rates, "answer")
		o.Slots = nil
		for _, st := range p.Steps(formpack.Input{Rates: rates, Lang: v.Lang}, nil) {
			for _, q := range st.Fields {
				if q.Slot != nil {
					o.Slots = append(o.Slots, q)
				}
			}
		}
		if v.By.Kind != access.Resident {
			return nil
		}
		drafts, err := w.s.Drafts(ctx, tx, v.By)
		for _, d := range drafts {
			if d.Family == o.Family.Key {
				o.Begun = d.ID
				break
			}
		}
		return err
	})
	if err != nil {
		return door.Answer{}, err
	}
	return page(ctx, v, ui.Public, o.Family.Live.Title(v.Lang), plain(func(f ui.PageProps) templ.Component { return servicePage(f, o) }))
}

func (w *Web) postStart(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := w.s.Start(ctx, v.By, v.Request.PathValue("family"))
	if err != nil {
		return door.Answer{}, err
	}
	return door.See(draftPath(draft)), nil
}

// capital begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// dial is the address that calls a number.
func dial(phone string) string {
	return "tel:" + strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}

// written opens a text that somebody wrote where the page is rendered, with her own line
// breaks.
func written(v disclosure.Value) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		said, err := disclosure.Try(ctx, v)
		if err != nil {
			return ui.Sealed().Render(ctx, out)
		}
		return lines(said).Render(ctx, out)
	})
}
