package formpack

import "slices"

// What one party may not see lives in its own row. These functions cut answers along the
// visibility of their fields; a field that the package doesn't have goes to nobody.

// Part gives the answers that a role may see.
func (p *Package) Part(answers map[string]any, role string) map[string]any {
	return p.cut(answers, func(f *field) bool { return slices.Contains(f.visibleTo, role) })
}

// SharedPart gives the answers that both the applicant and a co-signer may see.
func (p *Package) SharedPart(answers map[string]any) map[string]any {
	return p.cut(answers, shared)
}

// ApplicantPart gives all other answers: together the two are the whole, and no answer is
// in both.
func (p *Package) ApplicantPart(answers map[string]any) map[string]any {
	return p.cut(answers, func(f *field) bool { return !shared(f) })
}

func shared(f *field) bool {
	return slices.Contains(f.visibleTo, "applicant") && slices.Contains(f.visibleTo, "co_signer")
}

func (p *Package) cut(answers map[string]any, in func(*field) bool) map[string]any {
	part := map[string]any{}
	for k, v := range answers {
		if f := p.fields[k]; f != nil && in(f) {
			part[k] = v
		}
	}
	return part
}

// FieldLabel is what a field carries for whoever stores or shows it.
type FieldLabel struct {
	Class     string
	VisibleTo []string
	Retention string
	Source    string
}

// LabelOf tells the class, visibility, retention and source of a field or slot; false when
// there is none of that key.
func (p *Package) LabelOf(key string) (FieldLabel, bool) {
	if f := p.fields[key]; f != nil {
		return FieldLabel{Class: f.class, VisibleTo: slices.Clone(f.visibleTo), Retention: f.retention, Source: f.source}, true
	}
	if s := p.slots[key]; s != nil {
		return FieldLabel{Class: s.Class, VisibleTo: slices.Clone(s.VisibleTo), Retention: s.Retention, Source: "typed"}, true
	}
	return FieldLabel{}, false
}
