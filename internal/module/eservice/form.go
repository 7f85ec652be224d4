package eservice

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/module/eservice/formpack"
)

// The lists and slots that packages ask the platform for.
const (
	listChildren = "children"
	listUnits    = "units"
)

// Form is a filled-in form, sealed: a package and all that it is judged by. Its answers, and
// who the child is, open where the form is used: at render under the recorder, or for a rule.
type Form struct {
	Package *formpack.Package
	Answers disclosure.Sensitive
	Kept    disclosure.Sensitive // what was typed and not understood, as an object of texts

	Children  []person.Identity // of the applicant, to choose from
	Child     *person.Identity  // the one it is about
	Guardians []person.Identity // the child's other guardians, who will be asked to sign
	HasOpen   bool              // there is an open application for the child
	Protected bool              // the applicant is
	Today     time.Time
	Rates     map[string]formpack.Rate
	Units     []formpack.Option
	Files     map[string]int

	guardians int
}

// Opener opens a sealed value: for a page disclosure.Try with the rendering's context, for a
// rule disclosure.Use.
type Opener func(disclosure.Value) (string, error)

// AtRender opens under the recorder of a rendering.
func AtRender(ctx context.Context) Opener {
	return func(v disclosure.Value) (string, error) { return disclosure.Try(ctx, v) }
}

// Input opens the form: what the package judges, and what was typed and not understood.
func (f *Form) Input(open Opener, lang text.Lang) (formpack.Input, map[string]string, error) {
	in := formpack.Input{Rates: f.Rates, Files: f.Files, Lang: lang, Lists: map[string][]formpack.Option{listUnits: f.Units, listChildren: {}}}
	in.Facts = map[string]any{"today": f.Today, "protected": f.Protected, "open_application": f.HasOpen, "guardians": int64(f.guardians)}
	var err error
	if in.Answers, err = openAnswers(open, f.Answers); err != nil {
		return in, nil, err
	}
	kept := map[string]string{}
	if f.Kept.Bound() {
		s, err := open(f.Kept)
		if err != nil {
			return in, nil, fault.Wrap("eservice.Input", err)
		}
		if err := json.Unmarshal([]byte(s), &kept); err != nil {
			return in, nil, fault.As(fault.Internal, "eservice.Input", err)
		}
	}
	for _, c := range f.Children {
		name, born, err := childWords(open, c)
		if err != nil {
			return in, nil, err
		}
		in.Lists[listChildren] = append(in.Lists[listChildren], formpack.Option{Value: c.ID.String(), Label: name, Hint: In(lang).BornIn(text.MonthYear(lang, born, time.UTC))})
	}
	if f.Child != nil {
		given, err := open(f.Child.Given)
		if err != nil {
			return in, nil, fault.Wrap("eservice.Input", err)
		}
		_, born, err := childWords(open, *f.Child)
		if err != nil {
			return in, nil, err
		}
		in.Facts["child_name"], in.Facts["child_born"] = given, born
		if len(f.Children) == 0 {
			name, _, err := childWords(open, *f.Child)
			if err != nil {
				return in, nil, err
			}
			in.Lists[listChildren] = []formpack.Option{{Value: f.Child.ID.String(), Label: name}}
		}
	}
	return in, kept, nil
}

// parts cuts answers into what all parties see and what is the applicant's own. The places
// that a protected applicant wishes for are her own as well: they would tell where she lives.
func (f *Form) parts(answers map[string]any) (shared, own map[string]any) {
	shared, own = f.Package.SharedPart(answers), f.Package.ApplicantPart(answers)
	for key, a := range shared {
		if f.Protected && f.namesPlace(a) {
			own[key] = a
			delete(shared, key)
		}
	}
	return shared, own
}

// namesPlace reports whether an answer is one of the places that can be applied for, or some.
func (f *Form) namesPlace(answer any) bool {
	return slices.ContainsFunc(f.Units, func(u formpack.Option) bool {
		switch a := answer.(type) {
		case string:
			return a == u.Value
		case []string:
			return slices.Contains(a, u.Value)
		}
		return false
	})
}

// chosenOnly is the form without the children that were not chosen, for a page that does not
// show them: what is not shown is not opened.
func (f *Form) chosenOnly() *Form {
	alone := *f
	alone.Children = nil
	return &alone
}

// Place is the step where a draft goes on: the first that is not complete as far as its
// applicant has come, else the one that follows. Empty when what is left is to read it through.
func (f *Form) Place(was string) (string, error) {
	in, _, err := f.Input(disclosure.Use, text.SV)
	if err != nil {
		return "", err
	}
	passed := was == "" && f.Child == nil // one that was given back is filled in already
	for _, st := range f.Package.Evaluate(in).Steps {
		if passed || !st.Complete {
			return st.Key, nil
		}
		passed = st.Key == was
	}
	return "", nil
}

func childWords(open Opener, c person.Identity) (name string, born time.Time, err error) {
	var parts [3]string
	for i, v := range []disclosure.Value{c.Given, c.Surname, c.Born} {
		if v == nil {
			return "", time.Time{}, fault.Wrap("eservice.childWords", disclosure.ErrSealed)
		}
		if parts[i], err = open(v); err != nil {
			return "", time.Time{}, fault.Wrap("eservice.childWords", err)
		}
	}
	born, err = time.Parse(time.DateOnly, parts[2])
	if err != nil {
		return "", born, fault.As(fault.Internal, "eservice.childWords", errMalformed)
	}
	return parts[0] + " " + parts[1], born, nil
}

// openAnswers opens a body of answers into typed values.
func openAnswers(open Opener, sealed disclosure.Sensitive) (map[string]any, error) {
	body, err := open(sealed)
	if err != nil {
		return nil, fault.Wrap("eservice.openAnswers", err)
	}
	return readAnswers(body)
}

// readAnswers reads stored answers; whole numbers are whole numbers.
func readAnswers(body string) (map[string]any, error) {
	raw := map[string]any{}
	if body == "" {
		return raw, nil
	}
	if err := json.Unmarshal([]byte(body), &raw); err != nil {
		return nil, fault.As(fault.Internal, "eservice.readAnswers", errMalformed)
	}
	for k, v := range raw {
		switch v := v.(type) {
		case float64:
			raw[k] = int64(v)
		case []any:
			list := make([]string, 0, len(v))
			for _, item := range v {
				if s, ok := item.(string); ok {
					list = append(list, s)
				}
			}
			raw[k] = list
		}
	}
	return raw, nil
}

// formOf gathers what a draft is judged by, in the transaction of the visit.
func (s *Service) formOf(ctx context.Context, tx *db.Tx, by access.Actor, d *Draft) (*Form, error) {
	p, err := s.Package(ctx, tx, d.Package)
	if err != nil {
		return nil, err
	}
	f := &Form{Package: p, Answers: d.answers, Kept: d.kept, Today: today(tx.Now(), s.zone)}
	if f.Rates, err = s.rates(ctx, tx, p); err != nil {
		return nil, err
	}
	if f.Units, err = s.units(ctx, tx); err != nil {
		return nil, err
	}
	children, err := s.people.Children(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	seen, err := s.people.SeeAll(ctx, tx, by, children, Apply)
	if err != nil {
		return nil, err
	}
	for _, child := range children {
		who := seen[child]
		if !who.Known() {
			continue
		}
		f.Children = append(f.Children, who)
		if child == d.About {
			f.Child = &who
		}
	}
	self, err := s.people.Self(ctx, tx, by, Apply)
	if err != nil {
		return nil, err
	}
	f.Protected = self.Protected
	if f.Child != nil {
		if err := s.aboutChild(ctx, tx, by, d, f); err != nil {
			return nil, err
		}
	}
	f.Files, err = s.files(ctx, tx, d.ID)
	return f, err
}

// aboutChild adds what the register and other cases say of the child.
func (s *Service) aboutChild(ctx context.Context, tx *db.Tx, by access.Actor, d *Draft, f *Form) error {
	custody, err := s.people.Guardians(ctx, tx, d.About)
	if err != nil {
		return err
	}
	f.guardians = len(custody)
	for _, c := range custody {
		if c.Guardian == by.Person {
			continue
		}
		who, err := s.people.See(ctx, tx, by, c.Guardian, Apply)
		if err != nil {
			return err
		}
		f.Guardians = append(f.Guardians, who)
	}
	return access.AsService(ctx, tx, "eservice", func(ctx context.Context) error {
		n, err := New(tx).openFor(ctx, d.About, d.Family)
		f.HasOpen = n > 0
		return fault.Wrap("eservice.aboutChild", err)
	})
}

func (s *Service) units(ctx context.Context, tx *db.Tx) ([]formpack.Option, error) {
	rows, err := New(tx).facilities(ctx)
	if err != nil {
		return nil, fault.Wrap("eservice.units", err)
	}
	list := make([]formpack.Option, len(rows))
	for i, r := range rows {
		list[i] = formpack.Option{Value: r.Key, Label: r.Name, Hint: r.Area, Match: []string{r.Kind}}
	}
	return list, nil
}

// today is the day in the municipality's zone, at midnight UTC as rules reckon days.
func today(now time.Time, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
