package eservice

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/door"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// CaseCard is a case, an invitation or a draft as the resident's first page shows it. What is
// personal opens when it is rendered. One without Ref only waits for her.
type CaseCard struct {
	Title   templ.Component
	Href    string
	Ref     string
	Sent    time.Time // zero while it is not sent
	Steps   []ui.PathStep
	Next    templ.Component
	Waiting *Await // what she must do; nil for nothing
	Ended   bool
}

// Await is something that waits for her.
type Await struct {
	Title  templ.Component
	Text   templ.Component
	Button string
	Href   string
}

// words is a text that is made when it is rendered, with names in it.
func words(say func(ctx context.Context) string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error { return ui.Str(say(ctx)).Render(ctx, out) })
}

// Cards lists what the signed-in resident is a party to, is invited to or has begun, newest
// first. The board is left out: for a shielded case it would tell that it is one.
func (w *Web) Cards(ctx context.Context, v *door.Visit) ([]CaseCard, error) {
	var list []CaseCard
	err := w.s.db.Tx(ctx, v.By.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		list = nil
		drafts, err := w.s.Drafts(ctx, tx, v.By)
		if err != nil {
			return err
		}
		for _, d := range drafts {
			card, err := w.draftCard(ctx, tx, v, d)
			if err != nil {
				return err
			}
			list = append(list, card)
		}
		cases, err := w.s.MyCases(ctx, tx, v.By)
		if err != nil {
			return err
		}
		for _, c := range cases {
			card, err := w.caseCard(ctx, tx, v, c)
			if err != nil {
				return err
			}
			list = append(list, card)
		}
		return nil
	})
	return list, fault.Wrap("eservice.Cards", err)
}

func (w *Web) draftCard(ctx context.Context, tx *db.Tx, v *door.Visit, d *Draft) (CaseCard, error) {
	p, err := w.s.Package(ctx, tx, d.Package)
	if err != nil {
		return CaseCard{}, err
	}
	name := w.name(v.Lang, d.Family, p)
	what := func(context.Context) string { return name }
	if !d.About.IsZero() {
		child, err := w.s.people.See(ctx, tx, v.By, d.About, Apply)
		if err != nil {
			return CaseCard{}, err
		}
		what = func(ctx context.Context) string { return T(ctx).ForChild(name, childName(ctx, child)) }
	}
	return CaseCard{Title: words(what), Href: draftPath(d.ID), Waiting: &Await{
		Title: words(func(ctx context.Context) string { return T(ctx).CardDraft(what(ctx)) }),
		Text:  ui.Str(In(v.Lang).CardDraftUntil(dayMonth(In(v.Lang), d.ExpiresAt, v.Zone))), Button: In(v.Lang).CardContinue(), Href: draftPath(d.ID),
	}}, nil
}

func (w *Web) caseCard(ctx context.Context, tx *db.Tx, v *door.Visit, c Listed) (CaseCard, error) {
	t, own := In(v.Lang), c.Applicant == v.By.Person
	name := w.name(v.Lang, c.Family, c.Form)
	what := func(ctx context.Context) string { return T(ctx).ForChild(name, childName(ctx, c.Child)) }
	card := CaseCard{Title: words(what), Href: casePath(c.ID), Ref: c.Ref, Sent: c.Created, Ended: c.State == Archived}
	mine, _ := c.Party(v.By.Person)
	if mine.State == Invited || mine.State == Identified {
		applicant, err := w.s.people.See(ctx, tx, v.By, c.Applicant, Follow)
		if err != nil {
			return card, err
		}
		card.Ref, card.Waiting = "", &Await{Title: words(func(ctx context.Context) string { return T(ctx).CardSign(what(ctx)) }), Button: t.InviteOpen(), Href: card.Href}
		if c.SignUntil != nil {
			until := text.DayDate(v.Lang, *c.SignUntil, v.Zone)
			card.Waiting.Text = words(func(ctx context.Context) string {
				return capital(T(ctx).CardSignUntil(guardianName(ctx, applicant), until))
			})
		}
		return card, nil
	}
	if !card.Ended {
		card.Steps = steps(t, &c.Case, own, v.Zone)
	}
	waits := func(context.Context) string { return "" }
	if i := slices.IndexFunc(c.Parties, func(p Party) bool { return p.State == Invited || p.State == Identified }); i >= 0 {
		other, err := w.s.people.See(ctx, tx, v.By, c.Parties[i].Person, Follow)
		if err != nil {
			return card, err
		}
		waits = func(ctx context.Context) string { return guardianName(ctx, other) }
	}
	if !own || c.State != WaitingForCompletion { // what she must do says it all
		card.Next = words(func(ctx context.Context) string { return next(T(ctx), &c.Case, own, waits(ctx), "", v.Zone) })
	}
	var err error
	card.Waiting, err = w.awaits(ctx, tx, v, c, what)
	return card, err
}

// awaits is what a received case waits for from her: an answer, or that she reads the decision.
func (w *Web) awaits(ctx context.Context, tx *db.Tx, v *door.Visit, c Listed, what func(context.Context) string) (*Await, error) {
	t, q := In(v.Lang), New(tx)
	switch c.State {
	case WaitingForCompletion:
		rows, err := q.completionsOf(ctx, id.Key(c.ID))
		if err != nil {
			return nil, fault.Wrap("eservice.awaits", err)
		}
		for _, r := range rows {
			if r.AnsweredAt == nil && r.Party == v.By.Person {
				return &Await{Title: words(func(ctx context.Context) string { return T(ctx).CardCompletion(what(ctx)) }),
					Text: ui.Str(t.CardCompletionUntil(text.DayDate(v.Lang, r.DueAt, v.Zone))), Button: t.CardRead(), Href: casePath(c.ID)}, nil
			}
		}
	case Archived:
		rows, err := q.servedOf(ctx, id.Key(c.ID))
		if err != nil {
			return nil, fault.Wrap("eservice.awaits", err)
		}
		for _, r := range rows {
			if r.ReadAt == nil && r.Person == v.By.Person {
				return &Await{Title: words(func(ctx context.Context) string { return T(ctx).CardDecision(what(ctx)) }), Button: t.CardReadDecision(), Href: casePath(c.ID) + "#decision"}, nil
			}
		}
	}
	return nil, nil
}

// CaseLink is the way to a case: its reference, which says nothing, and its page. Unit and Board
// are those of the service, also when the case itself is a shielded one.
type CaseLink struct{ Ref, Href, Unit, Board string }

// Links gives the ways to those of the cases that the signed-in resident may open now.
func (w *Web) Links(ctx context.Context, v *door.Visit, cases [][16]byte) (map[[16]byte]CaseLink, error) {
	links := map[[16]byte]CaseLink{}
	if len(cases) == 0 || v.By.Kind != access.Resident {
		return links, nil
	}
	err := w.s.db.Tx(ctx, v.By.Local(Follow), func(ctx context.Context, tx *db.Tx) error {
		own, err := w.s.MyCases(ctx, tx, v.By)
		if err != nil {
			return err
		}
		families, err := New(tx).families(ctx)
		for _, c := range own {
			if slices.Contains(cases, [16]byte(c.ID)) {
				link := CaseLink{Ref: c.Ref, Href: casePath(c.ID)}
				if i := slices.IndexFunc(families, func(f familiesRow) bool { return f.Key == c.Family }); i >= 0 {
					link.Unit, link.Board = families[i].UnitName, families[i].BoardName
				}
				links[c.ID] = link
			}
		}
		return err
	})
	return links, fault.Wrap("eservice.Links", err)
}
