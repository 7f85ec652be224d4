package eservice

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

// errMalformed says that something we stored ourselves can't be read: a mistake of ours.
var errMalformed = errors.New("eservice: stored data is malformed")

// Draft is a form that is being filled in. It is the applicant's alone.
type Draft struct {
	ID        DraftID
	Family    string
	Package   string
	About     access.PersonID
	Step      string
	UpdatedAt time.Time
	ExpiresAt time.Time

	answers, kept disclosure.Sensitive
	salt          []byte
	version       int64
}

func (s *Service) draftFrom(p access.Permit, row EserviceDraft) *Draft {
	disclosure.Tie(p, row.Applicant, p.Ref(), row.Version, &row)
	return &Draft{ID: DraftID(row.ID), Family: row.Family, Package: row.Package, About: row.About, Step: row.Step, UpdatedAt: row.UpdatedAt, ExpiresAt: row.ExpiresAt,
		answers: row.Answers, kept: row.Kept, salt: row.Salt, version: row.Version}
}

// Start begins a draft of the live version of a service; the draft stays on that version.
// One that she has begun and not filled in yet is taken up again: a double click begins one.
// For residents. NotFound for a service that there isn't.
func (s *Service) Start(ctx context.Context, by access.Actor, family string) (DraftID, error) {
	draft := id.New[draftKey](s.ids)
	salt := make([]byte, 32)
	if _, err := io.ReadFull(s.chance, salt); err != nil {
		return DraftID{}, fault.As(fault.Internal, "eservice.Start", err)
	}
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.access.Decide(tx, by, WriteDraft, DraftRef(draft), Apply, access.Facts{"applicant": by.Person}); err != nil {
			return err
		}
		f, err := s.family(ctx, tx, family)
		if err != nil {
			return err
		}
		p, err := s.Package(ctx, tx, f.Live)
		if err != nil {
			return err
		}
		begun, err := New(tx).draftsOf(ctx, by.Person)
		if err != nil {
			return err
		}
		for _, d := range begun {
			if d.Package == f.Live && d.Step == "" && d.About.IsZero() {
				draft = DraftID(d.ID)
				return nil
			}
		}
		rates, err := s.rates(ctx, tx, p)
		if err != nil {
			return err
		}
		return New(tx).insertDraft(ctx, insertDraftParams{ID: id.Key(draft), Family: family, Package: f.Live, Applicant: by.Person,
			Answers: disclosure.NewSensitive("{}"), Salt: salt, Step: "", CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(draftLife(p, rates))})
	})
	return draft, fault.Wrap("eservice.Start", err)
}

// draftLife is how long a draft is kept after it was last touched.
func draftLife(p *formpack.Package, rates map[string]formpack.Rate) time.Duration {
	if d, ok := days(p, rates, "draft"); ok {
		return d
	}
	return 30 * 24 * time.Hour
}

// Drafts lists the signed-in resident's own drafts, the latest first.
func (s *Service) Drafts(ctx context.Context, tx *db.Tx, by access.Actor) ([]*Draft, error) {
	rows, err := New(tx).draftsOf(ctx, by.Person)
	if err != nil {
		return nil, fault.Wrap("eservice.Drafts", err)
	}
	list := make([]*Draft, 0, len(rows))
	for _, r := range rows {
		p, err := s.access.Decide(tx, by, ReadDraft, DraftRef(DraftID(r.ID)), Apply, access.Facts{"applicant": r.Applicant})
		if err != nil {
			return nil, err
		}
		list = append(list, s.draftFrom(p, r))
	}
	return list, nil
}

// Draft reads a draft and the form that it is, for its applicant.
func (s *Service) Draft(ctx context.Context, by access.Actor, draft DraftID) (*Draft, *Form, error) {
	var d *Draft
	var f *Form
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		var err error
		d, f, err = s.draft(ctx, tx, by, ReadDraft, draft)
		return err
	})
	return d, f, fault.Wrap("eservice.Draft", err)
}

func (s *Service) draft(ctx context.Context, tx *db.Tx, by access.Actor, action access.Action, draft DraftID) (*Draft, *Form, error) {
	p, err := s.access.Permit(ctx, tx, by, action, DraftRef(draft), Apply)
	if err != nil {
		return nil, nil, err
	}
	q := New(tx)
	get := q.draftOf
	if action == WriteDraft {
		get = q.lockDraft
	}
	row, err := get(ctx, id.Key(draft))
	if err != nil {
		return nil, nil, missing("eservice.draft", err)
	}
	d := s.draftFrom(p, row)
	f, err := s.formOf(ctx, tx, by, d)
	return d, f, err
}

// Saved is what came of saving a step.
type Saved struct {
	Problems []formpack.Problem // of this step, in the person's language
	Asked    []string           // what the step asks now that it is answered so: fields and slots
	Next     string             // the step that follows; empty: read through and sign
	At       time.Time
}

// SaveStep saves a posted step whatever is wrong with it: what was understood becomes
// answers, what was not is kept as typed. Hidden answers are dropped. For the applicant.
func (s *Service) SaveStep(ctx context.Context, by access.Actor, draft DraftID, step string, form url.Values, lang text.Lang) (Saved, error) {
	var out Saved
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		d, f, err := s.draft(ctx, tx, by, WriteDraft, draft)
		if err != nil {
			return err
		}
		out, err = s.saveStep(ctx, tx, by, d, f, step, form, lang)
		return err
	})
	return out, fault.Wrap("eservice.SaveStep", err)
}

func (s *Service) saveStep(ctx context.Context, tx *db.Tx, by access.Actor, d *Draft, f *Form, step string, form url.Values, lang text.Lang) (Saved, error) {
	in, _, err := f.Input(disclosure.Use, lang)
	if err != nil {
		return Saved{}, err
	}
	if !hasStep(f.Package, in, step) {
		return Saved{}, fault.New(fault.NotFound, "eservice.saveStep", "")
	}
	parsed, kept, problems := f.Package.Parse(step, form, lang)
	in.Answers, in.Unread = f.Package.Apply(in.Answers, step, parsed), problems
	// The child is chosen from the register: another is dropped, and asked for again.
	about := access.PersonID{}
	if chosen, ok := in.Answers["child"].(string); ok {
		about = f.childOf(chosen)
		if about.IsZero() {
			delete(in.Answers, "child")
		}
	}
	if about != d.About {
		d.About = about
		fresh, err := s.formOf(ctx, tx, by, d)
		if err != nil {
			return Saved{}, err
		}
		answers, unread := in.Answers, in.Unread
		if in, _, err = fresh.Input(disclosure.Use, lang); err != nil {
			return Saved{}, err
		}
		in.Answers, in.Unread = answers, unread
	}
	result := f.Package.Evaluate(in)
	if len(result.Faults) > 0 {
		s.log.Error("a form's rule failed", "package", d.Package, "rules", result.Faults)
	}
	if err := s.storeDraft(ctx, tx, d, f, result, kept, problems, step); err != nil {
		return Saved{}, err
	}
	out := Saved{At: tx.Now()}
	out.Next, out.Problems = after(result.Steps, step)
	in.Answers = result.Answers
	for _, st := range f.Package.Steps(in, nil) {
		for _, q := range st.Fields {
			if st.Key == step && q.Visible && q.Kind != formpack.KindComputed {
				out.Asked = append(out.Asked, q.Key)
			}
		}
	}
	return out, nil
}

func (s *Service) storeDraft(ctx context.Context, tx *db.Tx, d *Draft, f *Form, result formpack.Result, kept map[string]string, problems []formpack.Problem, step string) error {
	body, err := formpack.Canonical(result.Answers)
	if err != nil {
		return fault.As(fault.Internal, "eservice.storeDraft", errMalformed)
	}
	if len(problems) == 0 {
		kept = map[string]string{}
	}
	typed, err := json.Marshal(kept)
	if err != nil {
		return fault.As(fault.Internal, "eservice.storeDraft", errMalformed)
	}
	n, err := New(tx).saveDraft(ctx, saveDraftParams{Answers: disclosure.NewSensitive(string(body)), Kept: disclosure.NewSensitive(string(typed)), About: d.About,
		Step: step, Now: tx.Now(), ExpiresAt: tx.Now().Add(draftLife(f.Package, f.Rates)), ID: id.Key(d.ID), Version: d.version})
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "eservice.storeDraft", "")
	}
	return fault.Wrap("eservice.storeDraft", err)
}

func hasStep(p *formpack.Package, in formpack.Input, step string) bool {
	for _, st := range p.Steps(in, nil) {
		if st.Key == step && st.Visible {
			return true
		}
	}
	return false
}

// after finds the step that follows and what is wrong in this one.
func after(steps []formpack.StepState, step string) (next string, problems []formpack.Problem) {
	for i, st := range steps {
		if st.Key != step {
			continue
		}
		if i+1 < len(steps) {
			next = steps[i+1].Key
		}
		return next, st.Problems
	}
	return "", nil
}

func (f *Form) childOf(chosen string) access.PersonID {
	for _, c := range f.Children {
		if c.ID.String() == chosen {
			return c.ID
		}
	}
	return access.PersonID{}
}

// Discard takes a draft away for good. For its applicant.
func (s *Service) Discard(ctx context.Context, by access.Actor, draft DraftID) error {
	err := s.db.Tx(ctx, by.Local(Apply), func(ctx context.Context, tx *db.Tx) error {
		if _, _, err := s.draft(ctx, tx, by, WriteDraft, draft); err != nil { // locked: it may be on its way in
			return err
		}
		return s.removeDraft(ctx, tx, draft)
	})
	return fault.Wrap("eservice.Discard", err)
}

func (s *Service) removeDraft(ctx context.Context, tx *db.Tx, draft DraftID) error {
	if _, err := tx.Exec(ctx, "delete from eservice.attachment where draft_id = $1", id.Key(draft)); err != nil {
		return err
	}
	_, err := New(tx).deleteDraft(ctx, id.Key(draft))
	return err
}
