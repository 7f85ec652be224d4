package notify

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/guard"
	"tillit/internal/core/person"
	"tillit/internal/core/person/number"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/job"
	"tillit/internal/kit/text"
)

func TestANoticeAndItsMailAreBothThereOrNeither(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	count := func() [3]int {
		return [3]int{one[int](s, "select count(*) from notify.notice"), one[int](s, "select count(*) from notify.delivery where notice is not null"),
			one[int](s, "select count(*) from river.river_job where args->>'delivery' in (select id::text from notify.delivery where notice is not null)")}
	}
	s.notify("maria", CaseReceived, errMind)
	if n := count(); n != [3]int{} {
		t.Errorf("notices, deliveries and jobs of a transaction that was rolled back: %v", n)
	}
	s.notify("maria", CaseReceived, nil)
	if n := count(); n != [3]int{1, 1, 1} {
		t.Errorf("notices, deliveries and jobs: %v", n)
	}
	if kind := one[string](s, "select distinct kind from river.river_job"); kind != "mail" {
		t.Error(kind)
	}
	err := s.db.Tx(t.Context(), s.as("johan").Local("apply"), func(ctx context.Context, tx *db.Tx) error {
		return s.Notify(ctx, tx, s.people["maria"], "no_such", [16]byte{}, "")
	})
	if !fault.Is(err, fault.Internal) {
		t.Errorf("a template that is not there: %v", err)
	}
}

// The queue does it all by itself: an address is given, proved, and told of a notice.
func TestFromAnAddressToAMail(t *testing.T) {
	s := newSite(t)
	must(t, s.queue.Start(t.Context()))
	t.Cleanup(func() { must(t, s.queue.Stop(context.Background())) })
	next := func() Letter {
		t.Helper()
		select {
		case l := <-s.post.delivered:
			return l
		case <-time.After(20 * time.Second):
			t.Fatal("no letter")
			panic("unreachable")
		}
	}
	point, err := s.AddPoint(t.Context(), s.as("maria"), "maria@brev.example")
	must(t, err)
	must(t, s.ProvePoint(t.Context(), s.as("maria"), point, codeIn.FindString(next().Text)))
	s.notify("maria", DecisionServed, nil)
	if l := next(); l.To.Mailbox() != "maria@brev.example" || l.Subject != "Du har ett nytt meddelande från Granviks kommun" {
		t.Errorf("the subject is %q", l.Subject)
	}
	// The other side does not answer once: the queue tries again when that falls due.
	failed := make(chan bool, 1)
	s.post.mu.Lock()
	s.post.answers = []error{errors.New("no answer")}
	s.post.look = func(context.Context, Letter) { failed <- true }
	s.post.mu.Unlock()
	s.notify("maria", MessageNew, nil)
	<-failed
	for again := false; !again; { // the try may still be on its way into the queue's rows
		s.clock.Advance(time.Minute)
		select {
		case again = <-failed:
		case <-time.After(50 * time.Millisecond):
		}
	}
	next()
}

// What a mail says is the same whatever has happened.
func TestAMailTellsNothing(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	for _, template := range Templates {
		if template != ContactChanged {
			s.notify("maria", template, nil)
		}
	}
	s.work()
	letters := s.post.take()
	if len(letters) != len(Templates)-1 {
		t.Fatalf("%d letters", len(letters))
	}
	first := letters[0]
	if first.Subject != "Du har ett nytt meddelande från Granviks kommun" || !strings.Contains(first.Text, "https://granvik.test/my/messages\n") || !strings.Contains(first.HTML, `href="https://granvik.test/my/messages"`) {
		t.Errorf("%s\n%s", first.Subject, first.Text)
	}
	if !strings.Contains(first.Text, "Logga in för att läsa") || !strings.Contains(first.Text, "Sign in to read") {
		t.Errorf("it is not in both languages: %s", first.Text)
	}
	ids := map[string]bool{}
	for _, l := range letters {
		if l.Text != first.Text || l.HTML != first.HTML || l.Subject != first.Subject {
			t.Error("two mails differ")
		}
		ids[l.MessageID] = true
	}
	if len(ids) != len(letters) || !strings.HasSuffix(first.MessageID, "@granvik.test") {
		t.Error("a Message-ID came twice, or is of another house")
	}
	all := strings.ToLower(first.Subject + first.Text + first.HTML)
	for _, word := range []string{"maria", "lindqvist", "johan", "näckros", "1988", "childcare", "ärende", "beslut", "underskrift", "case", "decision", "brev.example",
		one[string](s, "select case_id::text from notify.notice limit 1"), s.people["maria"].String()} {
		if strings.Contains(all, word) {
			t.Errorf("it says %q", word)
		}
	}
	if strings.Contains(all, "?") || strings.Count(all, "http") != 6 {
		t.Error("it has another link, or one that carries something")
	}
}

func TestTheLedgerHasItsLineBeforeTheMailGoes(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	s.notify("maria", DecisionServed, nil)
	looked := false
	s.post.look = func(context.Context, Letter) {
		looked = true
		n := one[int](s, `select count(*) from ledger.disclosure d join ledger.response r on r.id = d.response and r.at = d.at
			join ledger.word f on f.id = d.fields join ledger.word k on k.id = d.record join ledger.word w on w.id = r.route join ledger.word p on p.id = r.purpose
			where d.subject = $1 and f.text = 'address' and k.text = 'contact_point' and w.text = 'mail/notice' and p.text = 'notify'
			and r.channel = 4 and d.level = 4 and r.kind = 4 and r.case_id = (select case_id from notify.notice)`, s.people["maria"])
		if n != 1 {
			t.Errorf("%d lines", n)
		}
	}
	s.work()
	if !looked || len(s.post.take()) != 1 {
		t.Fatal("no mail")
	}

	// No ledger line, no mail.
	must(t, s.ledger.Close(t.Context()))
	s.post.look = nil
	s.notify("maria", DecisionServed, nil)
	err := s.deliver(t.Context(), job.Job[mail]{Args: mail{s.queued()[0]}})
	if !fault.Is(err, fault.Unavailable) || len(s.post.take()) != 0 || len(s.queued()) != 1 {
		t.Errorf("without a ledger: %v", err)
	}
}

func TestAClosureHoldsTheMailAndItGoesAfterwards(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	for _, target := range []string{closure.Egress, "class/personal"} {
		s.notify("maria", CaseReceived, nil)
		must(t, s.board.Close(t.Context(), "steward", target, "a look at what leaves"))
		before := one[int](s, "select count(*) from ledger.response")
		delivery := mail{s.queued()[0]}
		for range 20 { // longer than a job is tried
			var later *rivertype.JobSnoozeError
			if err := s.deliver(t.Context(), job.Job[mail]{Args: delivery, Last: true}); !errors.As(err, &later) {
				t.Fatal(err)
			}
		}
		if one[int](s, "select count(*) from ledger.response") != before || len(s.post.take()) != 0 {
			t.Errorf("%s: something left all the same", target)
		}
		must(t, s.board.ConsoleOpen(t.Context(), "console", target, "it was nothing"))
		s.work()
		if n := len(s.post.take()); n != 1 {
			t.Errorf("%s: %d letters afterwards", target, n)
		}
	}
}

func TestWhatTheGuardFindsStops(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	s.guard.Watch(guard.NewWatch([]guard.Name{{Given: "Granviks", Surname: "Kommun"}}))
	s.notify("maria", CaseReceived, nil)
	s.work()
	if n := len(s.post.take()); n != 0 {
		t.Error("it left")
	}
	if how := one[string](s, "select state || ' ' || why from notify.delivery where notice is not null"); how != "stopped guard" {
		t.Error(how)
	}
	if miss := one[string](s, "select route || ' ' || kind from ledger.near_miss"); miss != "mail/notice protected_name" {
		t.Error(miss)
	}
	if n := one[int](s, "select count(*) from ledger.response r join ledger.word w on w.id = r.route where w.text = 'mail/notice'"); n != 0 {
		t.Error("the ledger says that it left")
	}
	// Her own name in her own address is no finding.
	s.guard.Watch(guard.NewWatch([]guard.Name{{Given: "Maria", Surname: "Lindqvist"}}))
	s.proven("maria", "maria.lindqvist@brev.example")
}

func TestATryAfterATryThatFailed(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	unreachable := errors.New("no answer")
	for _, c := range []struct {
		name    string
		answers []error // to the tries
		last    bool    // whether the last of them is the last that there is
		letters int
		how     string
		err     error // of the last try
	}{
		{"accepted at once", []error{nil, nil}, false, 1, "accepted ", nil},
		{"not reached at first", []error{unreachable, unreachable, nil, nil}, false, 1, "accepted ", nil},
		{"refused for good", []error{ErrRefused, nil}, false, 0, "refused refused", nil},
		{"not reached", []error{unreachable}, false, 0, "queued unavailable", unreachable},
		{"given up", []error{unreachable, unreachable}, true, 0, "refused unreachable", unreachable},
	} {
		s.notify("maria", CaseReceived, nil)
		queue := s.queued()
		delivery := mail{queue[len(queue)-1]}
		s.post.answers = c.answers
		ids := map[string]bool{}
		s.post.look = func(_ context.Context, l Letter) { ids[l.MessageID] = true }
		var err error
		for i := range c.answers {
			err = s.deliver(t.Context(), job.Job[mail]{Args: delivery, Last: c.last && i == len(c.answers)-1})
		}
		if !errors.Is(err, c.err) || len(s.post.take()) != c.letters || len(ids) != 1 {
			t.Errorf("%s: ended with %v, and %d Message-IDs were used", c.name, err, len(ids))
		}
		if how := one[string](s, "select state || ' ' || why from notify.delivery where id = $1", delivery.Delivery); how != c.how {
			t.Errorf("%s: %s", c.name, how)
		}
	}
}

// What was accepted is noted even when the job's time is up by then.
func TestAnAcceptedMailIsNotedWhenTimeIsUp(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	s.notify("maria", CaseReceived, nil)
	ctx, cancel := context.WithCancel(t.Context())
	s.post.look = func(context.Context, Letter) { cancel() }
	must(t, s.deliver(ctx, job.Job[mail]{Args: mail{s.queued()[0]}}))
	if len(s.queued()) != 0 {
		t.Error("it would be sent again")
	}
}

// The address that counts is the one that is proven when the mail goes.
func TestTheAddressIsLookedUpWhenTheMailGoes(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	s.notify("maria", CaseReceived, nil)
	delivery := mail{s.queued()[0]}
	one[string](s, "update notify.delivery set state = 'stopped' where id = $1 returning state", delivery.Delivery) // held back meanwhile
	next := s.proven("maria", "m.lindqvist@post.example")
	s.work()
	s.post.take()
	one[string](s, "update notify.delivery set state = 'queued' where id = $1 returning state", delivery.Delivery)
	s.work()
	if letters := s.post.take(); len(letters) != 1 || letters[0].To.Mailbox() != "m.lindqvist@post.example" {
		t.Errorf("%d letters", len(letters))
	}
	if point := one[PointID](s, "select contact_point from notify.delivery where id = $1", delivery.Delivery); point != next {
		t.Error("the delivery names the former one")
	}
	s.notify("maria", CaseReceived, nil)
	must(t, s.WithdrawPoint(t.Context(), s.as("maria"), next))
	s.work()
	if letters := s.post.take(); len(letters) != 1 || !strings.Contains(letters[0].Subject, "inte längre") {
		t.Errorf("%d letters after the end", len(letters))
	}
	if n := one[int](s, "select count(*) from notify.delivery where state = 'stopped' and why = 'no_proven_address'"); n != 1 {
		t.Errorf("%d are stopped", n)
	}
}

// An address that she gave before she was protected is not written to afterwards.
func TestOneWhoHasBecomeProtectedGetsNoMail(t *testing.T) {
	s := newSite(t)
	s.proven("maria", "maria@brev.example")
	s.work()
	s.post.take()
	s.notify("maria", CaseReceived, nil)
	must(t, s.db.Tx(t.Context(), db.Local{Kind: "service:population", Purpose: "feed"}, func(ctx context.Context, tx *db.Tx) error {
		e := cast[0]
		var err error
		if e.Number, err = number.Parse("se", numbers[0], tx.Now()); err != nil {
			return err
		}
		e.Protection = person.Secrecy
		_, err = s.Service.people.Enter(ctx, tx, e)
		return err
	}))
	s.work()
	if n := len(s.post.take()); n != 0 {
		t.Errorf("%d letters went to one who is protected now", n)
	}
	if why := one[string](s, "select state || ' ' || why from notify.delivery where notice is not null"); why != "stopped protected" {
		t.Error(why)
	}
}

func TestPolicy(t *testing.T) {
	decider, err := access.NewDecider(map[string][]byte{"notify": Policy})
	must(t, err)
	me, other := access.PersonID{1}, access.PersonID{2}
	resident := access.Actor{Kind: access.Resident, Person: me}
	proved := time.Now()
	for _, c := range []struct {
		name   string
		by     access.Actor
		action access.Action
		facts  access.Facts
		want   bool
	}{
		{"her own point", resident, ReadPoint, factsOf(me, Proven, &proved), true},
		{"change her own", resident, ChangePoint, factsOf(me, Unproven, nil), true},
		{"another's", resident, ReadPoint, factsOf(other, Proven, &proved), false},
		{"change another's", resident, ChangePoint, factsOf(other, Proven, &proved), false},
		{"an officer's own", access.Actor{Kind: access.Officer, Person: me}, ReadPoint, factsOf(me, Proven, &proved), false},
		{"a steward", access.Actor{Kind: access.Steward, Person: me}, ReadPoint, factsOf(other, Proven, &proved), false},
		{"the sender reads no list", access.Service("notify"), ReadPoint, factsOf(me, Proven, &proved), false},
		{"a code to the unproven", access.Service("notify"), sendCode, factsOf(me, Unproven, nil), true},
		{"a code to the proven", access.Service("notify"), sendCode, factsOf(me, Proven, &proved), false},
		{"a code to the withdrawn", access.Service("notify"), sendCode, factsOf(me, Withdrawn, nil), false},
		{"a notice to the unproven", access.Service("notify"), sendNotice, factsOf(me, Unproven, nil), false},
		{"a notice to the proven", access.Service("notify"), sendNotice, factsOf(me, Proven, &proved), true},
		{"a notice to the withdrawn", access.Service("notify"), sendNotice, factsOf(me, Withdrawn, &proved), false},
		{"a warning to the unproven", access.Service("notify"), sendWarning, factsOf(me, Unproven, nil), false},
		{"a warning to the proven", access.Service("notify"), sendWarning, factsOf(me, Proven, &proved), false},
		{"a warning to the withdrawn", access.Service("notify"), sendWarning, factsOf(me, Withdrawn, &proved), true},
		{"a warning to the never proven", access.Service("notify"), sendWarning, factsOf(me, Withdrawn, nil), false},
		{"another service", access.Service("eservice"), sendNotice, factsOf(me, Proven, &proved), false},
		{"a resident sends", resident, sendNotice, factsOf(me, Proven, &proved), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			by, visit := c.by.Enter(access.RequestID{7})
			defer visit.End()
			p, err := decider.Decide(&db.Tx{}, by, c.action, PointRef(PointID{9}), Contact, c.facts)
			if (err == nil) != c.want || p.Opens(access.Personal) != c.want || p.Opens(access.Sensitive) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestEveryTemplateHasItsLine(t *testing.T) {
	seen := map[string]bool{}
	for _, template := range Templates {
		for _, l := range text.Langs {
			line := Notice{Template: template}.Line(l)
			if line == "" || seen[line] {
				t.Errorf("%s in %s: %q", template, l, line)
			}
			seen[line] = true
		}
	}
}
