package disclosure

import (
	"context"
	"slices"

	"tillit/internal/core/access"
	"tillit/internal/core/ledger"
)

// Recorder notes what is opened into one artefact. It belongs to one visit and is used by
// one goroutine, the one that renders.
type Recorder struct {
	by     access.Actor
	level  ledger.Level
	passes access.Class
	lines  []ledger.Line
	opened []string
	names  map[access.PersonID]*[2]string // given name, surname
}

// NewRecorder makes the recorder of one artefact for one actor. Passes are the classes that
// the artefact may carry at all, whatever a permit opens.
func NewRecorder(by access.Actor, level ledger.Level, passes access.Class) *Recorder {
	return &Recorder{by: by, level: level, passes: passes}
}

type recorderKey struct{}

// With carries the recorder to the templates.
func With(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// Lines are the disclosures so far, one per subject and record.
func (r *Recorder) Lines() []ledger.Line { return r.lines }

// Opened are the texts that were opened, for the guard: what may stand in the artefact.
func (r *Recorder) Opened() []string { return r.opened }

// Subjects lists whom something was opened about, each once, in order of first showing.
func (r *Recorder) Subjects() []access.PersonID {
	var people []access.PersonID
	for _, l := range r.lines {
		if !slices.Contains(people, l.Subject) {
			people = append(people, l.Subject)
		}
	}
	return people
}

// Open opens a value into the artefact and notes it. ErrSealed without a live permit of
// this visit's actor that opens the value's class, and for a value that no store has tied.
func (r *Recorder) Open(v Value) (string, error) {
	o := v.reveal()
	if err := r.may(o); err != nil {
		return "", err
	}
	if o.text == "" {
		return "", nil
	}
	r.note(o)
	r.opened = append(r.opened, o.text)
	r.name(o)
	return o.text, nil
}

// OpenFile opens a file's bytes into the artefact and notes it, as Open does.
func (r *Recorder) OpenFile(v Value) ([]byte, error) {
	o := v.reveal()
	if err := r.may(o); err != nil {
		return nil, err
	}
	r.note(o)
	return []byte(o.text), nil
}

func (r *Recorder) may(o revealed) error {
	if o.bond == nil || r.passes&o.class == 0 || !o.bond.permit.Opens(o.class) || o.bond.permit.By().Request != r.by.Request {
		return ErrSealed
	}
	return nil
}

// Given is the given name of a subject, when it was opened into this artefact: the receipt
// may say it again. Empty otherwise.
func (r *Recorder) Given(who access.PersonID) string {
	if n := r.names[who]; n != nil {
		return n[0]
	}
	return ""
}

// Names are the names of which both parts were opened, given name first: the guard must know
// that the two belong together.
func (r *Recorder) Names() [][2]string {
	var list [][2]string
	for _, n := range r.names {
		if n[0] != "" && n[1] != "" {
			list = append(list, *n)
		}
	}
	return list
}

// name keeps a part of a subject's name.
func (r *Recorder) name(o revealed) {
	part := slices.Index([]string{"given", "surname"}, o.field)
	if part < 0 {
		return
	}
	if r.names == nil {
		r.names = map[access.PersonID]*[2]string{}
	}
	if r.names[o.bond.subject] == nil {
		r.names[o.bond.subject] = &[2]string{}
	}
	r.names[o.bond.subject][part] = o.text
}

func (r *Recorder) note(o revealed) {
	for i := range r.lines {
		l := &r.lines[i]
		if l.Subject == o.bond.subject && l.Record == o.bond.record && l.Version == o.bond.version {
			if !slices.Contains(l.Fields, o.field) {
				l.Fields = append(l.Fields, o.field)
			}
			l.Classes |= o.class
			return
		}
	}
	r.lines = append(r.lines, ledger.Line{
		Subject: o.bond.subject, Record: o.bond.record, Version: o.bond.version,
		Fields: []string{o.field}, Classes: o.class, Level: r.level, Purpose: o.bond.permit.Purpose(),
	})
}

// From finds the recorder that a rendering runs under; nil outside one.
func From(ctx context.Context) *Recorder {
	r, _ := ctx.Value(recorderKey{}).(*Recorder)
	return r
}

// Show opens a value where a template renders it, and gives the placeholder where it may
// not be opened. Outside a rendering nothing opens.
func Show(ctx context.Context, v Value) string {
	text, err := Try(ctx, v)
	if err != nil {
		return Placeholder
	}
	return text
}

// Try is Show for templates that draw a sealed value in a way of its own.
func Try(ctx context.Context, v Value) (string, error) {
	r := From(ctx)
	if r == nil || v == nil {
		return "", ErrSealed
	}
	return r.Open(v)
}
