package eservice

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tillit/internal/core/disclosure"
	"tillit/internal/core/door"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/text"
	"tillit/internal/kit/ui"
	"tillit/internal/module/eservice/formpack"
)

func pathCase(v *door.Visit) (CaseID, error) { return door.Key[caseKey](v, "case") }

// read reads the case of the path for one of its parties, and says to the ledger whose it is.
func (w *Web) read(ctx context.Context, v *door.Visit) (*View, error) {
	key, err := pathCase(v)
	if err != nil {
		return nil, err
	}
	c, err := w.s.CaseForParty(ctx, v.By, key)
	if err != nil {
		return nil, err
	}
	v.Case, v.Controller = c.ID, c.Controller
	return c, nil
}

// said is what came back with a posted form on the page of a case: what was wrong, and what
// was typed.
type said struct {
	Errors []ui.FieldError
	Typed  map[string]string
}

func (s said) wrong(field string) string {
	for _, e := range s.Errors {
		if e.ID == field {
			return e.Text
		}
	}
	return ""
}

func (w *Web) getCase(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return w.showCase(ctx, v, said{})
}

func (w *Web) showCase(ctx context.Context, v *door.Visit, s said) (door.Answer, error) {
	c, err := w.read(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	t := T(ctx)
	var a door.Answer
	switch {
	case c.Mine.State == Invited:
		a, err = page(ctx, v, ui.Public, t.InviteTitle(), func(ctx context.Context, frame ui.PageProps) (templ.Component, error) {
			frame.Crumbs = crumbs(t, c)
			return invitedPage(frame, w.people(ctx, v, c)), nil
		})
	case c.Mine.State == Identified:
		a, err = page(ctx, v, ui.Public, t.CosignTitle(), func(ctx context.Context, frame ui.PageProps) (templ.Component, error) {
			p, err := w.opened(ctx, v, c, s)
			if err != nil {
				return nil, err
			}
			frame.Crumbs = crumbs(t, c)
			p.Again = again(t, v.Request.URL.Query().Get("again"))
			return coSignPage(frame, p), nil
		})
	default:
		a, err = page(ctx, v, ui.Public, t.CaseTitle(c.Ref), func(ctx context.Context, frame ui.PageProps) (templ.Component, error) {
			p, err := w.opened(ctx, v, c, s)
			if err != nil {
				return nil, err
			}
			frame.Crumbs, frame.Errors = crumbs(t, c), len(s.Errors) > 0
			frame.Scripts = append(frame.Scripts, ui.ScriptUpload)
			p.Sent = v.Request.URL.Query().Get("sent") != ""
			return casePage(frame, p), nil
		})
	}
	if len(s.Errors) > 0 {
		a.Status = http.StatusUnprocessableEntity
	}
	return a, err
}

func crumbs(t Text, c *View) []ui.Link {
	return []ui.Link{{Text: t.MyPages(), Href: "/my"}, {Text: t.CaseTitle(c.Ref), Href: casePath(c.ID)}}
}

// people is who a case is between, opened as far as the reader may know them.
type people struct {
	*View
	Visit     *door.Visit
	Service   string
	Child     string
	Applicant string // as in a sentence; "the other guardian" when she is not known
}

func (w *Web) people(ctx context.Context, v *door.Visit, c *View) people {
	return people{View: c, Visit: v, Service: w.name(text.Of(ctx), c.Family, c.Form), Child: childName(ctx, c.People[c.About]), Applicant: guardianName(ctx, c.People[c.Applicant])}
}

// mine reports whether the reader applied herself.
func (p people) mine() bool { return p.Visit.By.Person == p.View.Applicant }

func (p people) day(at time.Time) string { return text.DayDate(p.Visit.Lang, at, p.Visit.Zone) }

func (p people) when(at time.Time) string {
	return text.When(p.Visit.Lang, at, p.Visit.At, p.Visit.Zone)
}

// caseShown is a case as the page shows it to one of its parties, opened.
type caseShown struct {
	people
	said
	Groups  []formpack.ReviewGroup
	Own     map[string]bool // answers that nobody but she and the officers see
	Labels  map[string]string
	Waits   string // the one whose signature is missing, as in a sentence
	Handler string // the officer's working name; empty before there is one
	Sent    bool   // she comes from signing
	Again   string
	Sealed  bool // the answers may not be opened just now
}

func (w *Web) opened(ctx context.Context, v *door.Visit, c *View, s said) (caseShown, error) {
	p := caseShown{people: w.people(ctx, v, c), said: s, Labels: map[string]string{}}
	for _, e := range c.Events {
		if e.What == "taken" {
			p.Handler = e.By
		}
	}
	for _, party := range c.Parties {
		if party.State == Invited || party.State == Identified {
			p.Waits = guardianName(ctx, c.People[party.Person])
		}
	}
	if c.Shared != nil {
		in, own, err := c.Input(AtRender(ctx), text.Of(ctx))
		if errors.Is(err, disclosure.ErrSealed) && c.Mine.State == Signed {
			p.Sealed = true // she can follow the case all the same
			return p, nil
		}
		if err != nil {
			return p, err
		}
		if len(c.Parties) > 1 {
			p.Own = own
		}
		role := roleCoSigner
		if p.mine() {
			role = roleApplicant
		}
		p.Groups = c.Form.Review(in, role)
		for _, st := range c.Form.Steps(in, nil) {
			for _, q := range st.Fields {
				p.Labels[q.Key] = q.Label
			}
		}
	}
	return p, nil
}

// steps are where a case is on its way.
func steps(t Text, c *Case, mine bool, zone *time.Location) []ui.PathStep {
	date := func(at *time.Time) templ.Component { return ui.Str(dayMonth(t, *at, zone)) }
	until := func(say func(string) string, at *time.Time) templ.Component {
		return ui.Str(say(dayMonth(t, *at, zone)))
	}
	var list []ui.PathStep
	if c.SignUntil != nil {
		st := ui.PathStep{Text: t.PathSign(), Done: c.SignedAt != nil, Now: c.State == WaitingForMultisign}
		if st.Done {
			st.Note = date(c.SignedAt)
		} else if st.Now {
			st.Note = until(t.NoteUntil, c.SignUntil)
		}
		list = append(list, st)
	}
	received := ui.PathStep{Text: t.PathReceived(), Done: c.SignedAt != nil}
	if received.Done {
		received.Note = date(c.SignedAt)
	}
	handled := ui.PathStep{Text: t.PathHandled(), Done: c.ClosedAt != nil, Now: c.State == Submitted || c.State == InProgress || c.State == WaitingForCompletion}
	switch c.State {
	case Submitted:
		handled.Note = ui.Str(t.NoteWaits())
	case WaitingForCompletion:
		handled.Text, handled.Note = t.PathCompletionOther(), ui.Str(t.NotePaused())
		if mine {
			handled.Text = t.PathCompletion()
		}
	}
	decided := ui.PathStep{Text: t.PathDecision(), Done: c.ClosedAt != nil}
	switch {
	case decided.Done:
		decided.Note = date(c.ClosedAt)
	case c.DueAt != nil && c.State != WaitingForCompletion:
		decided.Note = until(t.NoteLatest, c.DueAt)
	}
	list = append(list, received)
	if c.Outcome != Withdrawn || !c.Officer.IsZero() {
		list = append(list, handled)
	}
	if c.Outcome == Withdrawn {
		decided.Text = t.PathWithdrawn()
	}
	return append(list, decided)
}

// dayMonth is a day without its weekday.
func dayMonth(t Text, at time.Time, zone *time.Location) string {
	_, day, _ := strings.Cut(text.DayDate(t.Lang(), at, zone), " ")
	return day
}

// next says what happens now, who does it and by when.
func next(t Text, c *Case, mine bool, waits, handler string, zone *time.Location) string {
	day := func(at *time.Time) string { return text.DayDate(t.Lang(), *at, zone) }
	switch c.State {
	case WaitingForMultisign:
		switch {
		case c.SignUntil == nil:
			return ""
		case mine && waits != "":
			return t.NowSign(waits, day(c.SignUntil))
		}
		return t.NowSignYours(day(c.SignUntil))
	case WaitingForCompletion:
		return t.NowCompletionOther()
	case Submitted, InProgress:
		said := t.NowSubmitted()
		switch {
		case c.State == InProgress && handler != "":
			said = t.NowProgressBy(handler)
		case c.State == InProgress:
			said = t.NowProgress()
		}
		if c.DueAt != nil {
			said += " " + t.NowDue(day(c.DueAt))
		}
		return said
	case Archived:
		if c.Outcome == Withdrawn {
			return t.NowWithdrawn()
		}
		return t.NowDecided()
	}
	return ""
}

// now says what happens now on the page of a case.
func (p caseShown) now(t Text) string {
	if open := p.open(); open != nil && p.State == WaitingForCompletion {
		return t.NowCompletion(p.day(open.DueAt))
	}
	return next(t, &p.Case, p.mine(), p.Waits, p.Handler, p.Visit.Zone)
}

// open is what was asked for and is not answered; nil for nothing.
func (p caseShown) open() *CompletionRequest {
	for i := range p.Completions {
		if p.Completions[i].Answered == nil {
			return &p.Completions[i]
		}
	}
	return nil
}

// unread reports whether there is something from the officer that she has not said she read.
// To say so says it of the decision as well, which has a button of its own until then.
func (p caseShown) unread() bool {
	return (p.Decision == nil || p.readAt() != nil) && slices.ContainsFunc(p.Messages, func(m Message) bool { return !m.FromParty && !m.Read })
}

// readAt is when she said that she had read the decision; nil before.
func (p caseShown) readAt() *time.Time {
	for _, s := range p.Served {
		if s.Person == p.Visit.By.Person {
			return s.ReadAt
		}
	}
	return nil
}

// signedAt is when she signed; the zero time when it is not to be seen.
func (p caseShown) signedAt() time.Time {
	for _, s := range p.Signatures {
		if s.Person == p.Visit.By.Person {
			return s.At
		}
	}
	return time.Time{}
}

// live reports whether a case still goes on.
func (p caseShown) live() bool { return p.State != Archived && p.State != Returned }

// writable reports whether she may write to the officers: when the case is received.
func (p caseShown) writable() bool { return p.SignedAt != nil && p.live() || p.Decision != nil }

func (p caseShown) late() bool { return p.SignUntil != nil && !p.Visit.At.Before(*p.SignUntil) }

// outcomeWords is an outcome in a word, or with _text in a sentence.
func outcomeWords(t Text, o string) string {
	said, _ := t.ByKey("outcome_" + o)
	return said
}

// fileState is how a file that is not open yet stands; empty for one that opens.
func fileState(t Text, a Attachment) string {
	if a.Scan == Clean {
		return ""
	}
	return t.FileHeld()
}

// act runs a verb on the case of the path and goes to a page.
func (w *Web) act(v *door.Visit, verb func(c CaseID) (string, error)) (door.Answer, error) {
	c, err := pathCase(v)
	if err != nil {
		return door.Answer{}, err
	}
	v.Case = c
	to, err := verb(c)
	if err != nil {
		return door.Answer{}, err
	}
	return door.See(to), nil
}

func (w *Web) postIdentify(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return w.act(v, func(c CaseID) (string, error) { return casePath(c), w.s.Identify(ctx, v.By, c) })
}

func (w *Web) postRead(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return w.act(v, func(c CaseID) (string, error) { return casePath(c), w.s.MarkRead(ctx, v.By, c) })
}

func (w *Web) getDecline(ctx context.Context, v *door.Visit) (door.Answer, error) {
	c, err := w.read(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	if c.Mine.State != Invited && c.Mine.State != Identified {
		return door.See(casePath(c.ID)), nil
	}
	t := T(ctx)
	return page(ctx, v, ui.Form, t.DeclineTitle(), plain(func(f ui.PageProps) templ.Component {
		return askPage(f, ask{Title: t.DeclineTitle(), Lead: t.DeclineLead(), Do: t.DeclineButton(), Action: casePath(c.ID) + "/decline", Keep: t.DeclineBack(), Back: casePath(c.ID)})
	}))
}

func (w *Web) postDecline(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return w.act(v, func(c CaseID) (string, error) { return "/my/declined", w.s.Decline(ctx, v.By, c) })
}

// getDeclined is the same for whoever reads it: the case is not hers to see any more.
func (w *Web) getDeclined(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return page(ctx, v, ui.Public, T(ctx).DeclinedTitle(), plain(declinedPage))
}

func (w *Web) getWithdraw(ctx context.Context, v *door.Visit) (door.Answer, error) {
	c, err := w.read(ctx, v)
	if err != nil {
		return door.Answer{}, err
	}
	if c.MayWithdraw(v.By.Person) != nil {
		return door.See(casePath(c.ID)), nil
	}
	t := T(ctx)
	lead := t.WithdrawLead()
	if c.State == WaitingForMultisign {
		lead = t.WithdrawLeadSign()
	}
	return page(ctx, v, ui.Form, t.WithdrawTitle(), plain(func(f ui.PageProps) templ.Component {
		return askPage(f, ask{Title: t.WithdrawTitle(), Lead: lead, Do: t.Withdraw(), Action: casePath(c.ID) + "/withdraw", Keep: t.WithdrawKeep(), Back: casePath(c.ID)})
	}))
}

func (w *Web) postWithdraw(ctx context.Context, v *door.Visit) (door.Answer, error) {
	return w.act(v, func(c CaseID) (string, error) {
		if err := w.s.Withdraw(ctx, v.By, c); err != nil {
			return "", err
		}
		if _, err := w.s.CaseForParty(ctx, v.By, c); err != nil {
			return "/my", nil // it is a draft again, and waits there
		}
		return casePath(c), nil
	})
}

// wrote answers a posted form of a case's page: on to a page, or the page again with what was
// wrong and all that was typed.
func (w *Web) wrote(ctx context.Context, v *door.Visit, err error, to string) (door.Answer, error) {
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Invalid && len(f.Fields) > 0 && !v.WantsJSON() {
		s := said{Typed: map[string]string{}}
		for name, values := range v.Form {
			s.Typed[name] = shownAgain(strings.Join(values, "\n"))
		}
		for _, p := range f.Fields {
			s.Errors = append(s.Errors, ui.FieldError{ID: p.Name, Text: fileWords(T(ctx), p.Text)})
		}
		return w.showCase(ctx, v, s)
	}
	if err != nil {
		return door.Answer{}, err
	}
	return answerNext(v, to), nil
}

func (w *Web) postMessage(ctx context.Context, v *door.Visit) (door.Answer, error) {
	c, err := pathCase(v)
	if err != nil {
		return door.Answer{}, err
	}
	return w.wrote(ctx, v, w.s.Write(ctx, v.By, c, v.Form.Get("body")), casePath(c)+"#messages")
}

// postCompletion takes an answer and the files that came with it. The files are taken first:
// an answer ends the wait.
func (w *Web) postCompletion(ctx context.Context, v *door.Visit) (door.Answer, error) {
	c, err := pathCase(v)
	if err != nil {
		return door.Answer{}, err
	}
	key, err := door.Key[completionKey](v, "completion")
	if err != nil {
		return door.Answer{}, err
	}
	answer, err := prose("eservice.postCompletion", "answer", v.Form.Get("answer"))
	if err == nil {
		err = w.attachAll(ctx, v, c)
	}
	if err == nil {
		err = w.s.AnswerCompletion(ctx, v.By, c, CompletionID(key), answer)
	}
	if fault.Is(err, fault.Conflict) && !v.WantsJSON() {
		// Answered in another window: what she has written here goes on as a message.
		a, err := w.showCase(ctx, v, said{Errors: []ui.FieldError{{ID: "body", Text: T(ctx).AnsweredAlready()}}, Typed: map[string]string{"body": answer}})
		a.Status = http.StatusConflict
		return a, err
	}
	return w.wrote(ctx, v, err, casePath(c))
}

func (w *Web) postCaseFile(ctx context.Context, v *door.Visit) (door.Answer, error) {
	c, err := pathCase(v)
	if err != nil {
		return door.Answer{}, err
	}
	if len(slotsSent(v)) == 0 {
		err = refuse("file", "file_none")
	} else {
		err = w.attachAll(ctx, v, c)
	}
	return w.wrote(ctx, v, err, casePath(c)+"#files")
}

func (w *Web) attachAll(ctx context.Context, v *door.Visit, c CaseID) error {
	files, err := uploads(v, "file")
	for _, u := range files {
		if err == nil {
			err = w.s.AttachToCase(ctx, v.By, c, u.name, u.body)
		}
	}
	return err
}
