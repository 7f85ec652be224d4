package eservice

import (
	"context"

	"github.com/a-h/templ"

	"tillit/internal/core/door"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice/formpack"
)

// reviewShown is all of a draft, to be read through before it is signed, opened.
type reviewShown struct {
	Draft     DraftID
	Form      string
	Steps     int
	Back      ui.Link
	Groups    []formpack.ReviewGroup
	Own       map[string]bool // answers that no co-signer sees
	Left      []left
	Warnings  []string
	Files     []Attachment
	Later     []string // what may be sent later, and is not here yet
	CoSigners []string
	SignDays  int
	Guarded   bool   // the places that she wishes for are hers alone
	Again     string // why she is here again; empty for nothing
}

// left is something that is still to be answered, and where.
type left struct{ Text, Href string }

func (w *Web) getReview(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	d, f, err := w.s.Draft(ctx, v.By, draft)
	if err != nil {
		return w.gone(ctx, v, draft, err)
	}
	files, err := w.s.DraftFiles(ctx, v.By, draft)
	if err != nil {
		return door.Answer{}, err
	}
	return page(ctx, v, ui.Form, "", func(ctx context.Context, frame ui.PageProps) (templ.Component, error) {
		p, err := reviewOf(ctx, d, f)
		if err != nil {
			return nil, err
		}
		p.Files, p.Again = files, again(T(ctx), v.Request.URL.Query().Get("again"))
		frame.Title, frame.Back = T(ctx).StepTitle(T(ctx).ReviewTitle(), p.Form), &p.Back
		return reviewPage(frame, p), nil
	})
}

// again says why a signature was not taken.
func again(t Text, why string) string {
	switch why {
	case "changed":
		return t.AgainChanged()
	case "open":
		return t.AgainOpen()
	case "late":
		return t.AgainLate()
	}
	return ""
}

func reviewOf(ctx context.Context, d *Draft, f *Form) (reviewShown, error) {
	t := T(ctx)
	in, _, err := f.chosenOnly().Input(AtRender(ctx), t.Lang())
	if err != nil {
		return reviewShown{}, err
	}
	p := reviewShown{Draft: d.ID, Form: f.Package.Title(t.Lang()), Steps: 1, Groups: f.Package.Review(in, roleApplicant), Own: map[string]bool{},
		CoSigners: coSigners(ctx, f), SignDays: rateDays(f.Package, f.Rates, "sign"), Guarded: f.Protected, Back: ui.Link{Text: t.MyPages(), Href: "/my"}}
	labels := map[string]string{}
	for _, st := range f.Package.Steps(in, nil) {
		if !st.Visible {
			continue
		}
		p.Steps++
		p.Back = ui.Link{Text: t.PreviousStep(), Href: stepPath(d.ID, st.Key)}
		for _, q := range st.Fields {
			labels[q.Key] = q.Label
		}
	}
	if len(p.CoSigners) > 0 {
		_, own := f.parts(in.Answers)
		for key := range own {
			p.Own[key] = true
		}
	}
	result := f.Package.Evaluate(in)
	for _, pr := range result.Problems {
		l := left{Text: pr.Text}
		if pr.Step != "" {
			l.Href = stepPath(d.ID, pr.Step) + "#" + pr.Field
		}
		p.Left = append(p.Left, l)
	}
	for _, pr := range result.Warnings {
		p.Warnings = append(p.Warnings, pr.Text)
	}
	for _, slot := range result.SoftMissing {
		p.Later = append(p.Later, labels[slot])
	}
	return p, nil
}
