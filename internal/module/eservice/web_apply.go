package eservice

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"tillit/internal/core/door"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice/formpack"
)

// The page's own names in a posted step; the form's never begin so.
const (
	fieldAsked = "_asked" // what the page asked: a question that is not among it is new to her
	fieldLater = "_later"
)

// shownAgain is as much of what was typed as a page shows again.
func shownAgain(s string) string {
	const most = 100_000
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}

// gone answers for a draft that is not there: the case that came of it, when she sent it in
// and went back, else what the service said.
func (w *Web) gone(ctx context.Context, v *door.Visit, draft DraftID, err error) (door.Answer, error) {
	if fault.Is(err, fault.NotFound) {
		if c, cerr := w.s.CaseForParty(ctx, v.By, CaseID(draft)); cerr == nil {
			return door.See(casePath(c.ID)), nil
		}
	}
	return door.Answer{}, err
}

func pathDraft(v *door.Visit) (DraftID, error) { return door.Key[draftKey](v, "draft") }

func (w *Web) getDraft(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	d, f, err := w.s.Draft(ctx, v.By, draft)
	if err != nil {
		return w.gone(ctx, v, draft, err)
	}
	step, err := f.Place(d.Step)
	if err != nil {
		return door.Answer{}, err
	}
	return door.See(onward(draft, step)), nil
}

// onward is the page that follows: a step, or the reading through.
func onward(draft DraftID, step string) string {
	if step == "" {
		return draftPath(draft) + "/review"
	}
	return stepPath(draft, step)
}

func (w *Web) getStep(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	a, err := w.showStep(ctx, v, draft, v.Request.PathValue("step"), shown{More: v.Request.URL.Query().Get("more")})
	if err != nil {
		return w.gone(ctx, v, draft, err)
	}
	return a, nil
}

// shown is how a step is shown beside what is stored: what was wrong, and what was typed.
type shown struct {
	Problems []formpack.Problem
	Typed    url.Values
	More     string // the question that an answer brought; empty for none
}

func (w *Web) showStep(ctx context.Context, v *door.Visit, draft DraftID, step string, s shown) (door.Answer, error) {
	d, f, err := w.s.Draft(ctx, v.By, draft)
	if err != nil {
		return door.Answer{}, err
	}
	files, err := w.s.DraftFiles(ctx, v.By, draft)
	if err != nil {
		return door.Answer{}, err
	}
	a, err := page(ctx, v, ui.Form, "", func(ctx context.Context, frame ui.PageProps) (templ.Component, error) {
		p, err := stepOf(ctx, v, d, f, step, s)
		if err != nil {
			return nil, err
		}
		p.Files = files
		frame.Title, frame.Errors, frame.Back = T(ctx).StepTitle(p.Step.Title, p.Form), len(s.Problems) > 0, &p.Back
		frame.Scripts = append(frame.Scripts, ui.ScriptAutosave)
		if p.hasSlot() {
			frame.Scripts = append(frame.Scripts, ui.ScriptUpload)
		}
		return stepPage(frame, p), nil
	})
	if len(s.Problems) > 0 {
		a.Status = http.StatusUnprocessableEntity
	}
	return a, err
}

// stepShown is a step as its page shows it, opened.
type stepShown struct {
	shown
	Draft     DraftID
	Form      string
	Step      formpack.StepView
	Total     int // the reading through counts as the last
	Back      ui.Link
	Files     []Attachment
	CoSigners []string // names, "" for one who is not known
	SignDays  int
	Guarded   bool // the places that she wishes for are hers alone
	Saved     string
}

// stepOf opens a form and finds the step in it. NotFound for one that it does not ask now.
func stepOf(ctx context.Context, v *door.Visit, d *Draft, f *Form, step string, s shown) (stepShown, error) {
	t := T(ctx)
	chooses := asksRegister(f.Package, step)
	if !chooses {
		f = f.chosenOnly()
	}
	in, kept, err := f.Input(AtRender(ctx), t.Lang())
	if err != nil {
		return stepShown{}, err
	}
	for name, values := range s.Typed {
		if !strings.HasPrefix(name, "_") {
			kept[name] = shownAgain(strings.Join(values, "\n"))
		}
	}
	p := stepShown{shown: s, Draft: d.ID, Form: f.Package.Title(t.Lang()), Total: 1, Back: ui.Link{Text: t.MyPages(), Href: "/my"}, SignDays: rateDays(f.Package, f.Rates, "sign"), Guarded: f.Protected}
	for _, st := range f.Package.Steps(in, kept) {
		if !st.Visible {
			continue
		}
		p.Total++
		if st.Key == step {
			p.Step = st
		} else if p.Step.Key == "" {
			p.Back = ui.Link{Text: t.PreviousStep(), Href: stepPath(d.ID, st.Key)}
		}
	}
	if p.Step.Key == "" {
		return stepShown{}, fault.New(fault.NotFound, "eservice.stepOf", "")
	}
	if chooses {
		p.CoSigners = coSigners(ctx, f)
	}
	if d.Step == "" {
		p.Saved = t.NotSavedYet()
	} else {
		p.Saved = t.SavedUntil(text.At(t.Lang(), d.UpdatedAt, v.Zone), text.Date(t.Lang(), d.ExpiresAt, v.Zone))
	}
	return p, nil
}

// asksRegister reports whether a step lets one choose among what a register says.
func asksRegister(p *formpack.Package, step string) bool {
	return slices.ContainsFunc(p.Steps(formpack.Input{}, nil), func(st formpack.StepView) bool {
		return st.Key == step && slices.ContainsFunc(st.Fields, func(f formpack.FieldView) bool { return f.Kind == formpack.KindRegister })
	})
}

// coSigners opens the names of those who will be asked to sign. Those who are not known are
// one nameless one: how many they are is theirs.
func coSigners(ctx context.Context, f *Form) []string {
	if f.Package.Signers.Rule == "none" {
		return nil
	}
	var names []string
	for _, g := range f.Guardians {
		name, _ := nameOf(ctx, g)
		if strings.TrimSpace(name) == "" {
			name = ""
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (p stepShown) hasSlot() bool {
	return slices.ContainsFunc(p.Step.Fields, func(f formpack.FieldView) bool { return f.Visible && f.Slot != nil })
}

// asked lists the questions on the page, for the posted form.
func (p stepShown) asked() string {
	var keys []string
	for _, f := range p.Step.Fields {
		if f.Visible && f.Kind != formpack.KindComputed {
			keys = append(keys, f.Key)
		}
	}
	return strings.Join(keys, " ")
}

// more is the label of the question that an answer brought; empty for none.
func (p stepShown) more() string {
	for _, f := range p.Step.Fields {
		if f.Visible && f.Key == p.More {
			return f.Label
		}
	}
	return ""
}

func (p stepShown) problem(field string) formpack.Problem {
	i := slices.IndexFunc(p.Problems, func(pr formpack.Problem) bool { return pr.Field == field })
	if i < 0 {
		return formpack.Problem{}
	}
	return p.Problems[i]
}

func (p stepShown) summary() []ui.FieldError {
	var list []ui.FieldError
	for _, pr := range p.Problems {
		list = append(list, ui.FieldError{ID: pr.Field, Text: pr.Text})
	}
	return list
}

// dotted gives the parts of a date the names that the form reads: start-day is start.day.
func dotted(form url.Values) url.Values {
	out := make(url.Values, len(form))
	for name, values := range form {
		if base, part, ok := strings.Cut(name, "-"); ok && (part == "day" || part == "month" || part == "year") {
			name = base + "." + part
		}
		out[name] = values
	}
	return out
}

// postStep saves a step whatever is wrong with it, files and all, and goes on when nothing is.
func (w *Web) postStep(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	step, form := v.Request.PathValue("step"), dotted(v.Form)
	saved, err := w.s.SaveStep(ctx, v.By, draft, step, form, v.Lang)
	if err != nil {
		return w.gone(ctx, v, draft, err)
	}
	wrong, fresh := sift(saved, form)
	// A file for a slot that is not asked for any more is left where it is.
	sent := slices.DeleteFunc(slotsSent(v), func(slot string) bool { return !slices.Contains(saved.Asked, slot) })
	later := form.Get(fieldLater) != ""
	inSent := func(p formpack.Problem) bool { return slices.Contains(sent, p.Field) }
	if v.WantsJSON() && !later && slices.ContainsFunc(wrong, func(p formpack.Problem) bool { return !inSent(p) }) {
		// The page is asked for next, with the same file: it is taken then.
		return door.Answer{}, &fault.Fault{Kind: fault.Invalid, Op: "eservice.postStep"}
	}
	for _, slot := range sent {
		wrong = slices.DeleteFunc(wrong, func(p formpack.Problem) bool { return p.Field == slot })
		if p, err := w.attach(ctx, v, draft, slot); err != nil {
			return door.Answer{}, err
		} else if p.Text != "" {
			wrong = append(wrong, p)
		}
	}
	switch {
	case later && !slices.ContainsFunc(wrong, inSent):
		return answerNext(v, "/my"), nil
	case len(wrong) > 0 && v.WantsJSON():
		return door.Answer{}, &fault.Fault{Kind: fault.Invalid, Op: "eservice.postStep"}
	case len(wrong) > 0:
		return w.showStep(ctx, v, draft, step, shown{Problems: wrong, Typed: form})
	case fresh != "":
		return answerNext(v, stepPath(draft, step)+"?more="+fresh+"#"+fresh), nil
	}
	return answerNext(v, onward(draft, saved.Next)), nil
}

// sift leaves out what is missing in questions that the posted page did not ask, and tells
// the first of those.
func sift(saved Saved, form url.Values) (wrong []formpack.Problem, fresh string) {
	if !form.Has(fieldAsked) {
		return saved.Problems, ""
	}
	asked := strings.Fields(form.Get(fieldAsked))
	for _, key := range saved.Asked {
		if !slices.Contains(asked, key) {
			fresh = key
			break
		}
	}
	for _, p := range saved.Problems {
		if slices.Contains(asked, p.Field) {
			wrong = append(wrong, p)
		}
	}
	return wrong, fresh
}

// answerNext goes to a page of ours: by a redirect, or by saying so to the script that asks.
// The script is told of no place on the page: to one on its own page it would not go anew.
func answerNext(v *door.Visit, next string) door.Answer {
	if v.WantsJSON() {
		next, _, _ = strings.Cut(next, "#")
		return door.Answer{JSON: map[string]string{"next": next}}
	}
	return door.See(next)
}

// postKeep saves while the form rests. It answers with a line for the page.
func (w *Web) postKeep(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	saved, err := w.s.SaveStep(ctx, v.By, draft, v.Request.PathValue("step"), dotted(v.Form), v.Lang)
	if err != nil {
		return door.Answer{}, err
	}
	return door.Answer{Plain: T(ctx).Saved(text.At(v.Lang, saved.At, v.Zone))}, nil
}

func (w *Web) getDiscard(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	if _, _, err := w.s.Draft(ctx, v.By, draft); err != nil {
		return w.gone(ctx, v, draft, err)
	}
	t := T(ctx)
	return page(ctx, v, ui.Form, t.DiscardTitle(), plain(func(f ui.PageProps) templ.Component {
		return askPage(f, ask{Title: t.DiscardTitle(), Lead: t.DiscardLead(), Do: t.Discard(), Action: draftPath(draft) + "/discard", Keep: t.DiscardKeep(), Back: draftPath(draft) + "/review"})
	}))
}

func (w *Web) postDiscard(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	if err := w.s.Discard(ctx, v.By, draft); err != nil {
		return w.gone(ctx, v, draft, err)
	}
	return door.See("/my"), nil
}
