package eservice

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"tillit/internal/core/door"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice/formpack"
)

// upload is a file as it was sent.
type upload struct {
	name string
	body []byte
}

// uploads reads the files that were sent under a name.
func uploads(v *door.Visit, name string) ([]upload, error) {
	if v.Request.MultipartForm == nil {
		return nil, nil
	}
	var list []upload
	for _, h := range v.Request.MultipartForm.File[name] {
		u, err := readUpload(h)
		if err != nil {
			return nil, err
		}
		if len(u.body) > 0 {
			list = append(list, u)
		}
	}
	return list, nil
}

func readUpload(h *multipart.FileHeader) (u upload, err error) {
	f, err := h.Open()
	if err != nil {
		return u, fault.As(fault.Internal, "eservice.readUpload", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	u.name = h.Filename
	u.body, err = io.ReadAll(f)
	return u, err
}

// slotsSent are the slots that files were sent for, in order.
func slotsSent(v *door.Visit) []string {
	if v.Request.MultipartForm == nil {
		return nil
	}
	var slots []string
	for name, files := range v.Request.MultipartForm.File {
		if slices.ContainsFunc(files, func(h *multipart.FileHeader) bool { return h.Size > 0 }) {
			slots = append(slots, name)
		}
	}
	slices.Sort(slots)
	return slots
}

// attach adds the files that were sent for a slot. What is wrong with one of them is a
// problem in words.
func (w *Web) attach(ctx context.Context, v *door.Visit, draft DraftID, slot string) (formpack.Problem, error) {
	files, err := uploads(v, slot)
	if err != nil {
		return formpack.Problem{}, err
	}
	for _, u := range files {
		if rule, err := ruleOf(w.s.Attach(ctx, v.By, draft, slot, u.name, u.body)); err != nil {
			return formpack.Problem{}, err
		} else if rule != "" {
			return formpack.Problem{Field: slot, Rule: rule, Text: fileWords(T(ctx), rule)}, nil
		}
	}
	if len(files) == 0 {
		return formpack.Problem{Field: slot, Rule: "file_none", Text: T(ctx).FileNone()}, nil
	}
	return formpack.Problem{}, nil
}

// ruleOf tells what a verb found wrong with what was sent; other errors stay errors.
func ruleOf(err error) (string, error) {
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Fields) > 0 {
		return f.Fields[0].Text, nil
	}
	return "", err
}

// fileWords says what is wrong with a file.
func fileWords(t Text, rule string) string {
	if rule == "file_too_large" {
		return t.FileTooLarge(text.Bytes(t.Lang(), slotLargest))
	}
	return wordsOf(t, rule)
}

// slotLargest is what a file may weigh, as it is said: the same everywhere.
const slotLargest = 10_000_000

// wordsOf is the text of a rule that was broken.
func wordsOf(t Text, rule string) string {
	if said, ok := t.ByKey(rule); ok {
		return said
	}
	return t.NotText()
}

// home is the step that a slot stands in; empty for none.
func home(p *formpack.Package, slot string) string {
	for _, st := range p.Steps(formpack.Input{}, nil) {
		for _, f := range st.Fields {
			if f.Key == slot && f.Slot != nil {
				return st.Key
			}
		}
	}
	return ""
}

// keepTyped saves the step around a file, when the whole of it was posted.
func (w *Web) keepTyped(ctx context.Context, v *door.Visit, draft DraftID, step string, form url.Values) error {
	if !form.Has(fieldAsked) {
		return nil
	}
	_, err := w.s.SaveStep(ctx, v.By, draft, step, form, v.Lang)
	return err
}

// postFile adds a file to its slot, and keeps what else was typed on the page.
func (w *Web) postFile(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	_, f, err := w.s.Draft(ctx, v.By, draft)
	if err != nil {
		return w.gone(ctx, v, draft, err)
	}
	slot, form := v.Request.PathValue("slot"), dotted(v.Form)
	step := home(f.Package, slot)
	if step == "" {
		return door.Answer{}, fault.New(fault.NotFound, "eservice.postFile", "")
	}
	if err := w.keepTyped(ctx, v, draft, step, form); err != nil {
		return door.Answer{}, err
	}
	wrong, err := w.attach(ctx, v, draft, slot)
	switch {
	case err != nil:
		return door.Answer{}, err
	case wrong.Text != "" && v.WantsJSON():
		return door.Answer{}, &fault.Fault{Kind: fault.Invalid, Op: "eservice.postFile", Text: wrong.Rule}
	case wrong.Text != "":
		return w.showStep(ctx, v, draft, step, shown{Problems: []formpack.Problem{wrong}, Typed: form})
	}
	return answerNext(v, stepPath(draft, step)+"#"+slot), nil
}

// postRemoveFile takes a file out, and keeps what else was typed on the page.
func (w *Web) postRemoveFile(ctx context.Context, v *door.Visit) (door.Answer, error) {
	draft, err := pathDraft(v)
	if err != nil {
		return door.Answer{}, err
	}
	file, err := door.Key[attachmentKey](v, "file")
	if err != nil {
		return door.Answer{}, err
	}
	_, f, err := w.s.Draft(ctx, v.By, draft)
	if err != nil {
		return w.gone(ctx, v, draft, err)
	}
	files, err := w.s.DraftFiles(ctx, v.By, draft)
	if err != nil {
		return door.Answer{}, err
	}
	i := slices.IndexFunc(files, func(a Attachment) bool { return a.ID == file })
	if i < 0 {
		return door.Answer{}, fault.New(fault.NotFound, "eservice.postRemoveFile", "")
	}
	slot := files[i].Slot
	step := home(f.Package, slot)
	if err := w.keepTyped(ctx, v, draft, step, dotted(v.Form)); err != nil {
		return door.Answer{}, err
	}
	if err := w.s.Detach(ctx, v.By, draft, file); err != nil {
		return door.Answer{}, err
	}
	return answerNext(v, stepPath(draft, step)+"#"+slot), nil
}

// getFile gives a file to whoever may read it. One that has not been looked at waits, for
// everybody.
func (w *Web) getFile(ctx context.Context, v *door.Visit) (door.Answer, error) {
	key, err := door.Key[attachmentKey](v, "file")
	if err != nil {
		return door.Answer{}, err
	}
	f, c, err := w.s.File(ctx, v.By, key)
	if fault.Is(err, fault.Conflict) && !v.WantsJSON() {
		a, perr := page(ctx, v, ui.Public, T(ctx).FileWaitsTitle(), plain(fileWaitsPage))
		a.Status = http.StatusConflict
		return a, perr
	}
	if err != nil {
		return door.Answer{}, err
	}
	if c != nil {
		v.Case, v.Controller = c.ID, c.Controller
	}
	return door.Answer{File: &f}, nil
}
