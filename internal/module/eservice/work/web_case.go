package work

import (
	"context"
	"errors"
	"slices"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice"
	"tillit/internal/module/eservice/formpack"
)

// casePage is a case as its unit's officers see it.
type casePage struct {
	Frame ui.PageProps
	Now   instant
	Me    access.PersonID
	View  *eservice.View
	Reads []ledger.Reads
	Typed typed
}

// Mine reports whether she may write: she handles the case and it is not ended.
func (p casePage) Mine() bool { return p.View.Officer == p.Me && p.View.State != eservice.Archived }

// Deciding reports whether it is hers to decide now, or to ask for more.
func (p casePage) Deciding() bool { return p.View.MayDecide(p.Me) == nil }

// Free reports whether she can take it.
func (p casePage) Free() bool {
	return p.View.Officer.IsZero() && (p.View.State == eservice.Submitted || p.View.State == eservice.InProgress)
}

func (p casePage) path(verb string) string { return casePath(p.View.ID) + "/" + verb }

// lead is the line under the title: reference, board and who handles it.
func (p casePage) lead(t Text) string {
	line := p.View.Ref + " · " + p.View.BoardName + " · "
	switch {
	case p.View.Officer.IsZero():
		return line + t.HandledByNone()
	case p.Mine():
		return line + t.HandledByYou()
	}
	return line + t.HandledBy(handler(t, p.View))
}

// adrift is what she wrote that no form of the page can hold any more.
func (p casePage) adrift() []string {
	switch {
	case p.Typed.Notice == "" || p.Deciding():
		return nil
	case p.Mine():
		return slices.DeleteFunc(p.Typed.texts(), func(s string) bool { return s == p.Typed.Note || s == p.Typed.Body })
	}
	return p.Typed.texts()
}

// service is what the case is about, in the reader's words.
func service(v *eservice.View, l text.Lang) string {
	if v.Shared == nil {
		return v.Family
	}
	return v.Shared.Package.Title(l)
}

func (w *Web) read(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[any](v, "case")
	if err != nil {
		return door.Answer{}, err
	}
	return w.show(ctx, v, eservice.CaseID(key), typed{}, 0)
}

// show answers with the case as it stands, and with what she had typed.
func (w *Web) show(ctx context.Context, v *door.Visit, key eservice.CaseID, wrote typed, status int) (door.Answer, error) {
	view, err := w.cases.CaseForOfficer(ctx, v.By, key)
	if err != nil {
		return door.Answer{}, err
	}
	frame, err := w.frame(ctx, v, view)
	if err != nil {
		return door.Answer{}, err
	}
	frame.Errors = len(wrote.Errors) > 0
	reads, err := w.reads.ReadsOf(ctx, v.By, view.ID)
	if err != nil {
		return door.Answer{}, err
	}
	return door.Answer{Status: status, Page: casePages(casePage{Frame: frame, Now: instant{v.At, v.Zone}, Me: v.By.Person, View: view, Reads: reads, Typed: wrote})}, nil
}

// frame is the frame of a page about one case, and what the ledger says of it. The title
// names nobody.
func (w *Web) frame(ctx context.Context, v *door.Visit, view *eservice.View, crumbs ...ui.Link) (ui.PageProps, error) {
	v.Controller, v.Case = view.Controller, view.ID
	t := T(ctx)
	frame, err := v.Frame(ctx, ui.Work, t.CaseTitle(view.Ref, service(view, t.Lang())))
	frame.Crumbs = append([]ui.Link{{Text: t.Inbox(), Href: "/work"}, {Text: view.Ref, Href: casePath(view.ID)}}, crumbs...)
	return frame, err
}

// verb runs a verb on a case and goes on to a part of its page. What the service refuses
// comes back on the page, when she may read it at all.
func (w *Web) verb(ctx context.Context, v *door.Visit, wrote typed, part string, do func(eservice.CaseID) error) (door.Answer, error) {
	key, err := door.Key[any](v, "case")
	if err != nil {
		return door.Answer{}, err
	}
	id := eservice.CaseID(key)
	if err := do(id); err != nil {
		return w.back(ctx, v, id, wrote, err)
	}
	return door.See(casePath(id) + part), nil
}

func (w *Web) back(ctx context.Context, v *door.Visit, key eservice.CaseID, wrote typed, refused error) (door.Answer, error) {
	var f *fault.Fault
	if !errors.As(refused, &f) {
		return door.Answer{}, refused
	}
	switch f.Kind {
	case fault.Invalid:
		wrote.Errors = f.Fields
	case fault.Conflict, fault.Refused:
		wrote.Notice = words(T(ctx), "notice_"+f.Text, T(ctx).NoticeMovedOn)
	default:
		return door.Answer{}, refused
	}
	answer, err := w.show(ctx, v, key, wrote, f.Kind.Status())
	if err != nil {
		return door.Answer{}, refused
	}
	return answer, nil
}

func (w *Web) take(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return w.verb(ctx, v, typed{}, "", func(key eservice.CaseID) error { return w.cases.Take(ctx, v.By, key) })
}

func (w *Web) ask(ctx context.Context, v *door.Visit) (door.Answer, error) {
	wrote := typed{Ask: v.Form.Get("ask")}
	return w.verb(ctx, v, wrote, "#completions", func(key eservice.CaseID) error { return w.cases.AskCompletion(ctx, v.By, key, wrote.Ask) })
}

func (w *Web) note(ctx context.Context, v *door.Visit) (door.Answer, error) {
	wrote := typed{Note: v.Form.Get("note")}
	return w.verb(ctx, v, wrote, "#notes", func(key eservice.CaseID) error { return w.cases.AddNote(ctx, v.By, key, wrote.Note) })
}

func (w *Web) write(ctx context.Context, v *door.Visit) (door.Answer, error) {
	wrote := typed{Body: v.Form.Get("body"), To: v.Form.Get("to")}
	to := access.PersonID{}
	if err := to.UnmarshalText([]byte(wrote.To)); err != nil {
		return door.Answer{}, fault.New(fault.NotFound, "work.write", "")
	}
	return w.verb(ctx, v, wrote, "#with-"+wrote.To, func(key eservice.CaseID) error { return w.cases.Tell(ctx, v.By, key, to, wrote.Body) })
}

func ruling(v *door.Visit) typed {
	return typed{Ruling: eservice.Ruling{Outcome: eservice.Outcome(v.Form.Get("outcome")), Reasons: v.Form.Get("reasons")}}
}

// previewPage is a decision as its parties will read it.
type previewPage struct {
	Frame ui.PageProps
	Now   instant
	View  *eservice.View
	Typed typed
}

func (p previewPage) hidden(more ...ui.Hidden) []ui.Hidden {
	return append([]ui.Hidden{{Name: "outcome", Value: string(p.Typed.Ruling.Outcome)}, {Name: "reasons", Value: p.Typed.Ruling.Reasons}}, more...)
}

// readers are the parties to whom the decision goes.
func (p previewPage) readers() []access.PersonID {
	var list []access.PersonID
	for _, party := range p.View.Parties {
		if party.State == eservice.Signed {
			list = append(list, party.Person)
		}
	}
	return list
}

func (w *Web) preview(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[any](v, "case")
	if err != nil {
		return door.Answer{}, err
	}
	wrote := ruling(v)
	if v.Form.Get("change") != "" {
		return w.show(ctx, v, eservice.CaseID(key), wrote, 0)
	}
	view, err := w.cases.Preview(ctx, v.By, eservice.CaseID(key), wrote.Ruling)
	if err != nil {
		return w.back(ctx, v, eservice.CaseID(key), wrote, err)
	}
	frame, err := w.frame(ctx, v, view, ui.Link{Text: T(ctx).PreviewTitle(), Href: casePath(view.ID)})
	return door.Answer{Page: previewPages(previewPage{Frame: frame, Now: instant{v.At, v.Zone}, View: view, Typed: wrote})}, err
}

func (w *Web) decide(ctx context.Context, v *door.Visit) (door.Answer, error) {
	wrote := ruling(v)
	return w.verb(ctx, v, wrote, "#decision", func(key eservice.CaseID) error {
		err := w.cases.Rule(ctx, v.By, key, wrote.Ruling)
		if fault.Is(err, fault.Refused) {
			if view, again := w.cases.CaseForOfficer(ctx, v.By, key); again == nil && view.Decided(v.By, wrote.Ruling) {
				return nil
			}
		}
		return err
	})
}

// file sends an attachment. One that is not checked is never linked to; who asks all the same
// is told.
func (w *Web) file(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[any](v, "file")
	if err != nil {
		return door.Answer{}, err
	}
	f, c, err := w.cases.File(ctx, v.By, eservice.AttachmentID(key))
	if fault.Is(err, fault.Conflict) {
		frame, err := v.Frame(ctx, ui.Work, T(ctx).FileHeldTitle())
		return door.Answer{Status: fault.Conflict.Status(), Page: heldPage(frame)}, err
	}
	if err != nil {
		return door.Answer{}, err
	}
	if c != nil {
		v.Controller, v.Case = c.Controller, c.ID
	}
	return door.Answer{File: &f}, nil
}

// officer is the role as packages name it.
const officer = "officer"

// answers are a case's answers in words, by who sees them.
type answers struct {
	Sealed  bool // they may not be opened just now
	Shared  []formpack.ReviewGroup
	Own     []formpack.ReviewGroup
	Slots   map[string]string // the words of the slots for files
	Missing []string          // slots that may be filled later and are not
}

// open opens the answers into the page that is being rendered.
func (p casePage) open(ctx context.Context) (answers, error) {
	v := p.View
	if v.Shared == nil {
		return answers{}, nil
	}
	in, applicants, err := v.Input(eservice.AtRender(ctx), text.Of(ctx))
	if errors.Is(err, disclosure.ErrSealed) {
		return answers{Sealed: true}, nil
	}
	if err != nil {
		return answers{}, err
	}
	in.Files = map[string]int{}
	for _, f := range v.Attachments {
		in.Files[f.Slot]++
	}
	pack := v.Shared.Package
	out := answers{Slots: map[string]string{}}
	for _, g := range pack.Review(in, officer) {
		shared, own := g, g
		shared.Rows, own.Rows = nil, nil
		for _, r := range g.Rows {
			if applicants[r.Key] {
				own.Rows = append(own.Rows, r)
			} else {
				shared.Rows = append(shared.Rows, r)
			}
		}
		if len(shared.Rows) > 0 {
			out.Shared = append(out.Shared, shared)
		}
		if len(own.Rows) > 0 {
			out.Own = append(out.Own, own)
		}
	}
	for _, st := range pack.Steps(in, nil) {
		for _, f := range st.Fields {
			if f.Slot != nil {
				out.Slots[f.Key] = f.Label
			}
		}
	}
	for _, key := range pack.Evaluate(in).SoftMissing {
		out.Missing = append(out.Missing, out.Slots[key])
	}
	return out, nil
}

// slot is what a file was sent for.
func (a answers) slot(t Text, f eservice.Attachment) string {
	if s := a.Slots[f.Slot]; s != "" {
		return s
	}
	return t.FileCompletion()
}

// rows are the answers of a group as facts.
func rows(g formpack.ReviewGroup) []ui.Fact {
	list := make([]ui.Fact, len(g.Rows))
	for i, r := range g.Rows {
		list[i] = ui.Fact{Term: r.Label, Value: lines(r.Value)}
	}
	return list
}
