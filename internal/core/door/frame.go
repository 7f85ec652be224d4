package door

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
)

// Frame is the frame of a page for whoever visits: her name with the way out beside it, the
// menu of her part of the house, and last the receipt of what the page opened.
func (v *Visit) Frame(ctx context.Context, kind ui.Kind, title string) (ui.PageProps, error) {
	t := T(ctx)
	p := ui.PageProps{Kind: kind, Site: v.door.Site, Title: title, Home: "/", SignIn: "/sign-in?" + url.Values{"to": {"/my"}}.Encode(), SignOut: "/sign-out", Langs: v.langs()}
	path := v.Request.URL.Path
	switch v.By.Kind {
	case access.Officer:
		p.Home, p.Small = "/work", t.Workplace()
		p.Menu = []ui.Link{{Text: t.Inbox(), Href: "/work", Current: strings.HasPrefix(path, "/work")}}
	case access.Steward:
		p.Home, p.Small = "/steward", t.Watch()
		p.Menu = []ui.Link{{Text: t.Switches(), Href: "/steward", Current: strings.HasPrefix(path, "/steward")}}
	default:
		p.Menu = []ui.Link{
			{Text: t.Services(), Href: "/services", Current: path == "/" || strings.HasPrefix(path, "/services")},
			{Text: t.MyPages(), Href: "/my", Current: strings.HasPrefix(path, "/my")},
			{Text: t.Contact(), Href: "/contact", Current: path == "/contact"},
		}
	}
	if v.By.IsNobody() {
		if strings.HasPrefix(path, "/sign-in") {
			p.SignIn = ""
		}
		return p, nil
	}
	p.Receipt = receipt()
	p.Session = &ui.SessionWarning{Idle: int(v.Session.IdleUntil.Sub(v.At).Seconds()), Extend: "/session/extend", Gone: "/sign-in"}
	if v.By.Kind != access.Resident {
		p.Who = ui.Str(v.By.At.Name + ", " + v.By.At.UnitName)
		return p, nil
	}
	err := v.door.DB.Tx(ctx, v.By.Local(v.route.Purpose), func(ctx context.Context, tx *db.Tx) error {
		var err error
		v.self, err = v.door.People.Self(ctx, tx, v.By, v.route.Purpose)
		return err
	})
	p.Who = who(v.self)
	return p, err
}

// langs are the ways to the other languages, from this page.
func (v *Visit) langs() []ui.Link {
	if v.Request.Method != http.MethodGet || !v.By.IsNobody() {
		return nil
	}
	var links []ui.Link
	for _, l := range []struct {
		lang text.Lang
		name string
	}{{text.SV, "Svenska"}, {text.DA, "Dansk"}, {text.EN, "English"}} {
		if l.lang != v.Lang {
			links = append(links, ui.Link{Text: l.name, Lang: string(l.lang), Href: "/language/" + string(l.lang) + "?" + url.Values{"to": {v.Request.URL.RequestURI()}}.Encode()})
		}
	}
	return links
}

// receiptText says what the page opened, from what the recorder noted and nothing else.
func receiptText(ctx context.Context) string {
	v, rec, t := of(ctx), disclosure.From(ctx), T(ctx)
	subjects := rec.Subjects()
	if len(subjects) == 0 {
		return t.ReceiptNothing()
	}
	if v.By.Kind != access.Resident {
		return t.ReceiptOfficer(len(subjects), text.Clock(t.Lang(), v.At, v.Zone))
	}
	own := false
	var names []string
	nameless := 0
	for _, s := range subjects {
		switch given := rec.Given(s); {
		case s == v.By.Person:
			own = true
		case given != "":
			names = append(names, given)
		default:
			nameless++
		}
	}
	if nameless > 0 {
		names = append(names, t.Someone(nameless))
	}
	list := text.List(t.Lang(), names)
	switch {
	case len(names) == 0:
		return t.ReceiptOwn()
	case own:
		return t.ReceiptOwnAnd(list)
	default:
		return t.ReceiptOthers(list)
	}
}

// report is the way to say that something is wrong, at the end of every page.
func report(ctx context.Context) ui.Link {
	t := T(ctx)
	if of(ctx).By.Kind == access.Resident {
		return ui.Link{Text: t.NotMe(), Href: "/not-me"}
	}
	return ui.Link{Text: t.WrongPerson(), Href: "/not-me"}
}

// fail answers an error: its kind gives the status, its page the next step.
func (d *Door) fail(w http.ResponseWriter, v *Visit, err error) written {
	kind := fault.KindOf(err)
	d.tries.missed(v, err)
	w.Header().Del("Content-Disposition") // of a file that does not leave: its name is somebody's
	if kind == fault.Internal || kind == fault.Unavailable {
		d.Log.Error("a visit failed", "route", v.route.name(), "error", err)
	}
	if v.WantsJSON() {
		return d.failJSON(w, err)
	}
	if kind == fault.SignIn {
		to := "/sign-in"
		if v.Request.Method == http.MethodGet {
			to += "?" + url.Values{"to": {v.Request.URL.Path}}.Encode()
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusSeeOther)
		return written{status: http.StatusSeeOther}
	}
	ctx := text.With(context.WithValue(v.Request.Context(), visitKey{}, v), v.Lang)
	v.Form = nil
	p := problemOf(ctx, v, err)
	frame, ferr := v.Frame(ctx, kindOfPage(v), p.Title)
	if ferr != nil {
		frame = ui.PageProps{Site: d.Site, Title: p.Title, Home: "/"}
	}
	out, serr := d.send(w, v, Answer{Status: kind.Status(), Page: problemPage(frame, p)})
	if serr == nil {
		return out
	}
	// Not even the page that says so could leave: the barest of answers, about nobody.
	frame = ui.PageProps{Site: d.Site, Title: p.Title, Home: "/"}
	v.By = access.Actor{}
	out, serr = d.send(w, v, Answer{Status: http.StatusServiceUnavailable, Page: problemPage(frame, p)})
	if serr != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	return out
}

func kindOfPage(v *Visit) ui.Kind {
	switch v.By.Kind {
	case access.Officer:
		return ui.Work
	case access.Steward:
		return ui.Steward
	}
	return ui.Public
}

func (d *Door) failJSON(w http.ResponseWriter, err error) written {
	kind := fault.KindOf(err)
	body, _ := json.Marshal(map[string]string{"error": kind.String()})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(kind.Status())
	n, _ := w.Write(body)
	return written{status: kind.Status(), bytes: int64(n)}
}

// problem is what an error page says.
type problem struct {
	Title, Lead, More string
	Closed            bool
	Phone             string
	Reference         string
}

func problemOf(ctx context.Context, v *Visit, err error) problem {
	t := T(ctx)
	var f *fault.Fault
	errors.As(err, &f)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.SignIn:
		return problem{Title: t.NotFoundTitle(), Lead: t.NotFoundLead()}
	case fault.Refused:
		p := problem{Title: t.RefusedTitle(), Lead: t.RefusedLead()}
		if more, ok := t.ByKey(f.Text); ok {
			p.More = more
		}
		return p
	case fault.Conflict:
		return problem{Title: t.ConflictTitle(), Lead: t.ConflictLead()}
	case fault.Closed:
		p := problem{Title: t.ClosedTitle(), Lead: t.ClosedLead(), Closed: true, Phone: v.door.Site.Phone}
		var c closedError
		if errors.As(err, &c) {
			p.More = t.ClosedSince(text.When(t.Lang(), c.At, v.At, v.Zone))
		}
		return p
	case fault.TooMany:
		return problem{Title: t.TooManyTitle(), Lead: t.TooManyLead()}
	case fault.TooLarge:
		return problem{Title: t.TooLargeTitle(), Lead: t.TooLargeLead()}
	case fault.Invalid:
		return problem{Title: t.MalformedTitle(), Lead: t.MalformedLead()}
	case fault.Unavailable:
		return problem{Title: t.UnavailableTitle(), Lead: t.UnavailableLead()}
	}
	return problem{Title: t.InternalTitle(), Lead: t.InternalLead(), Reference: v.By.Request.String()[24:]}
}

// Show opens a value at render, and draws the sealed sign where it may not be opened. It is
// how every template shows a personal value.
func Show(value disclosure.Value) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if value == nil {
			return ui.Sealed().Render(ctx, w)
		}
		s, err := disclosure.Try(ctx, value)
		if err != nil {
			return ui.Sealed().Render(ctx, w)
		}
		return ui.Str(s).Render(ctx, w)
	})
}
