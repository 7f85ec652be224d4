package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
)

// says reports whether err is Invalid and says text of a field.
func says(err error, field, key string) bool {
	var f *fault.Fault
	_, there := In(text.SV).ByKey(key)
	return there && errors.As(err, &f) && f.Kind == fault.Invalid && slices.Equal(f.Fields, []fault.Field{{Name: field, Text: key}})
}

func (s *site) points(name string) []Point {
	s.t.Helper()
	by := s.as(name)
	var list []Point
	must(s.t, s.db.Tx(s.t.Context(), by.Local(Contact), func(ctx context.Context, tx *db.Tx) error {
		var err error
		list, err = s.Points(ctx, tx, by)
		rec := disclosure.NewRecorder(by, ledger.Opened, access.Personal)
		for _, p := range list {
			address, err := rec.Open(p.Address)
			must(s.t, err)
			if !strings.Contains(address, "@") {
				s.t.Errorf("an address without @")
			}
		}
		if len(list) > 0 && (len(rec.Lines()) != len(list) || rec.Lines()[0].Subject != by.Person || rec.Lines()[0].Fields[0] != "address") {
			s.t.Errorf("the lines would be %v", rec.Lines())
		}
		return err
	}))
	return list
}

func TestAnUnprovenAddressGetsItsCodeAndNothingElse(t *testing.T) {
	s := newSite(t)
	point, _ := s.add("maria", "maria@brev.example")
	s.notify("maria", CaseReceived, nil)
	s.work()
	if n := len(s.post.take()); n != 0 {
		t.Errorf("%d letters went to an address that nobody has proved", n)
	}
	if n := one[int](s, "select count(*) from notify.notice"); n != 1 {
		t.Errorf("%d notices wait in her messages", n)
	}

	// Nor with the rows planted past all code of ours.
	notice := one[id.Key](s, "select id from notify.notice")
	for _, template := range []Template{CaseReceived, ContactChanged} {
		one[string](s, "update notify.notice set template = $1 returning template", string(template))
		planted := one[id.Key](s, "insert into notify.delivery (id, notice, contact_point, state, at) values ($1, $2, $3, 'queued', $4) returning id", id.New[any](s.ids), notice, id.Key(point), s.clock.Now())
		s.work()
		if n := len(s.post.take()); n != 0 {
			t.Errorf("%d letters of %s went to an address that nobody has proved", n, template)
		}
		if state := one[string](s, "select state from notify.delivery where id = $1", planted); state != stopped {
			t.Errorf("the planted delivery of %s is %s", template, state)
		}
	}
	if list := s.points("maria"); len(list) != 1 || list[0].State != Unproven || list[0].ID != point || !list[0].Until.Equal(s.clock.Now().Add(24*time.Hour)) {
		t.Errorf("%v", list)
	}
}

func TestTheCodeProvesInAnySpelling(t *testing.T) {
	s := newSite(t)
	point, code := s.add("maria", "maria@brev.example")
	must(t, s.ProvePoint(t.Context(), s.as("maria"), point, " "+strings.ToLower(strings.ReplaceAll(code, "-", " "))+" "))
	if list := s.points("maria"); len(list) != 1 || list[0].State != Proven || !list[0].ProvenAt.Equal(s.clock.Now()) {
		t.Errorf("%v", list)
	}
	must(t, s.ProvePoint(t.Context(), s.as("maria"), point, "again"))
	if s.work(); len(s.post.take()) != 0 {
		t.Error("a first address replaces none, so nobody is to be told")
	}
	if kept := one[bool](s, "select code is not null from notify.contact_point"); kept {
		t.Error("the code outlives its use")
	}
}

func TestTheCodesTriesAreBounded(t *testing.T) {
	s := newSite(t)
	point, code := s.add("maria", "maria@brev.example")
	by := s.as("maria")
	var wait sync.WaitGroup // guesses at once count one by one
	var mu sync.Mutex
	answers := map[string]int{}
	for range 12 {
		wait.Go(func() {
			err := s.ProvePoint(t.Context(), by, point, "2222-2222")
			mu.Lock()
			defer mu.Unlock()
			for _, key := range []string{"code_wrong", "code_spent"} {
				if says(err, "code", key) {
					answers[key]++
				}
			}
		})
	}
	wait.Wait()
	if answers["code_wrong"] != codeTries || answers["code_spent"] != 12-codeTries {
		t.Errorf("%v", answers)
	}
	if err := s.ProvePoint(t.Context(), by, point, code); !says(err, "code", "code_spent") {
		t.Errorf("the right code after them: %v", err)
	}
}

func TestTheCodeExpires(t *testing.T) {
	s := newSite(t)
	point, code := s.add("maria", "maria@brev.example")
	s.clock.Advance(codeLife - time.Microsecond)
	must(t, s.Sweep(t.Context()))
	if err := s.ProvePoint(t.Context(), s.as("maria"), point, "2222-2222"); !says(err, "code", "code_wrong") {
		t.Errorf("just in time: %v", err)
	}
	s.clock.Advance(time.Microsecond)
	if err := s.ProvePoint(t.Context(), s.as("maria"), point, code); !says(err, "code", "code_expired") {
		t.Errorf("too late: %v", err)
	}
	must(t, s.Sweep(t.Context()))
	if err := s.ProvePoint(t.Context(), s.as("maria"), point, code); !fault.Is(err, fault.NotFound) || len(s.points("maria")) != 0 {
		t.Errorf("swept: %v", err)
	}
}

func TestACodeThatWaitedTooLongIsNotSent(t *testing.T) {
	s := newSite(t)
	_, err := s.AddPoint(t.Context(), s.as("maria"), "maria@brev.example")
	must(t, err)
	s.clock.Advance(codeLife)
	s.work()
	if n := len(s.post.take()); n != 0 {
		t.Error("sent")
	}
	if why := one[string](s, "select state || ' ' || why from notify.delivery"); why != "stopped expired" {
		t.Error(why)
	}
}

func TestAChangeIsToldToTheFormerAddress(t *testing.T) {
	s := newSite(t)
	former := s.proven("maria", "maria@brev.example")
	next := s.proven("maria", "m.lindqvist@post.example")
	s.work()
	letters := s.post.take()
	if len(letters) != 1 || letters[0].To.Mailbox() != "maria@brev.example" || !strings.Contains(letters[0].Subject, "mejlar dig inte längre") {
		t.Fatalf("%d letters", len(letters))
	}
	if strings.Contains(letters[0].Text+letters[0].HTML, "post.example") {
		t.Error("it tells the new address")
	}
	s.notify("maria", MessageNew, nil)
	s.work()
	if letters := s.post.take(); len(letters) != 1 || letters[0].To.Mailbox() != "m.lindqvist@post.example" {
		t.Errorf("%d letters to the new address", len(letters))
	}
	if list := s.points("maria"); len(list) != 1 || list[0].ID != next {
		t.Errorf("%v", list)
	}

	must(t, s.WithdrawPoint(t.Context(), s.as("maria"), next))
	must(t, s.WithdrawPoint(t.Context(), s.as("maria"), next))
	must(t, s.WithdrawPoint(t.Context(), s.as("maria"), former))
	s.work()
	if letters := s.post.take(); len(letters) != 1 || letters[0].To.Mailbox() != "m.lindqvist@post.example" {
		t.Errorf("%d letters about the end", len(letters))
	}
	s.notify("maria", MessageNew, nil)
	s.work()
	if n := len(s.post.take()); n != 0 {
		t.Errorf("%d letters to an address that was withdrawn", n)
	}
}

func TestAddressesThatAreNotTaken(t *testing.T) {
	s := newSite(t)
	add := func(name, address string) error {
		_, err := s.AddPoint(t.Context(), s.as(name), address)
		return err
	}
	if err := add("maria", "maria@brev.example\r\nBcc: x@y.example"); !says(err, "address", "address_malformed") {
		t.Errorf("malformed: %v", err)
	}
	if err := add("agnes", "a@brev.example"); !says(err, "address", "address_protected") {
		t.Errorf("of a protected person: %v", err)
	}
	s.proven("maria", "maria@brev.example")
	if err := add("maria", "maria@BREV.example"); !says(err, "address", "address_known") {
		t.Errorf("known: %v", err)
	}
	for i := 1; i < givenADay; i++ {
		must(t, add("maria", fmt.Sprintf("m%d@brev.example", i)))
	}
	if n := one[int](s, "select count(*) from notify.contact_point where state = 'unproven'"); n != 1 {
		t.Errorf("%d addresses wait for proof, not the latest alone", n)
	}
	if err := add("maria", "m9@brev.example"); !says(err, "address", "address_too_many") {
		t.Errorf("one too many: %v", err)
	}
	must(t, add("johan", "maria@brev.example")) // two may share one
	s.clock.Advance(24 * time.Hour)
	must(t, add("maria", "m9@brev.example"))

	officer, visit := access.Actor{Kind: access.Officer, Person: s.people["johan"]}.Enter(access.RequestID(id.New[any](s.ids)))
	defer visit.End()
	if _, err := s.AddPoint(t.Context(), officer, "o@brev.example"); !fault.Is(err, fault.Refused) {
		t.Errorf("of an officer: %v", err)
	}
	if _, err := s.AddPoint(t.Context(), access.Actor{}, "o@brev.example"); !fault.Is(err, fault.SignIn) {
		t.Errorf("of nobody: %v", err)
	}
}

func TestAnotherPersonsPointsAndNoticesAreNotFound(t *testing.T) {
	s := newSite(t)
	point, code := s.add("maria", "maria@brev.example")
	s.notify("maria", CaseReceived, nil)
	notice := NoticeID(one[id.Key](s, "select id from notify.notice"))
	johan := s.as("johan")
	for what, err := range map[string]error{
		"prove": s.ProvePoint(t.Context(), johan, point, code), "withdraw": s.WithdrawPoint(t.Context(), johan, point), "mark": s.MarkRead(t.Context(), johan, notice),
		"nothing": s.ProvePoint(t.Context(), johan, PointID(notice), code),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := one[int](s, "select (select count(*) from notify.contact_point where state = 'unproven' and tries = 0) + (select count(*) from notify.notice where read_at is null)"); n != 2 {
		t.Error("a stranger changed something")
	}
	if len(s.points("johan")) != 0 || len(s.points("maria")) != 1 {
		t.Error("points are shown to a stranger, or not to their owner")
	}
	notices := func(by access.Actor) (list []Notice) {
		must(t, s.db.Tx(t.Context(), by.Local(Contact), func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = s.Notices(ctx, tx, by, 10)
			return err
		}))
		return list
	}
	if list := notices(johan); len(list) != 0 {
		t.Errorf("a stranger reads %v", list)
	}
	maria := s.as("maria")
	must(t, s.MarkRead(t.Context(), maria, notice))
	first := s.clock.Now()
	s.clock.Advance(time.Hour)
	must(t, s.MarkRead(t.Context(), maria, notice))
	s.notify("maria", MessageNew, nil)
	list := notices(maria)
	if len(list) != 2 || list[0].Template != MessageNew || list[0].ReadAt != nil || !list[1].ReadAt.Equal(first) || list[1].Service != "childcare" || list[1].Case.IsZero() {
		t.Errorf("%v", list)
	}
}

func TestTheSeedKeepsProvenAddresses(t *testing.T) {
	s := newSite(t)
	must(t, s.db.Tx(t.Context(), db.Local{Kind: "service:seed", Purpose: "seed"}, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Enter(ctx, tx, s.people["maria"], "maria<brev.example"); !says(err, "address", "address_malformed") {
			t.Errorf("malformed: %v", err)
		}
		for _, name := range []string{"maria", "agnes"} {
			if err := s.Enter(ctx, tx, s.people[name], name+"@brev.example"); err != nil {
				return err
			}
		}
		return nil
	}))
	s.notify("maria", SignInvitation, nil)
	s.notify("agnes", SignInvitation, nil)
	s.work()
	if letters := s.post.take(); len(letters) != 1 || letters[0].To.Mailbox() != "maria@brev.example" {
		t.Errorf("%d letters", len(letters))
	}
}

func TestCodes(t *testing.T) {
	seen := map[rune]int{}
	for range 2000 {
		code, err := newCode(rand.Reader)
		must(t, err)
		for _, r := range code {
			seen[r]++
		}
	}
	for _, r := range codeLetters {
		if n := seen[r]; n < 600 || n > 1000 { // 800 expected, six deviations either way
			t.Errorf("%c came %d times", r, n)
		}
	}
	if len(seen) != len(codeLetters) {
		t.Errorf("%d letters", len(seen))
	}
	if _, err := newCode(bytes.NewReader([]byte{255, 255, 1, 2})); err == nil {
		t.Error("a code without chance")
	}
	a, b := PointID{1}, PointID{2}
	for _, c := range []struct {
		point PointID
		typed string
		kept  []byte
		want  bool
	}{
		{a, "2345-6789", hashCode(a, "23456789"), true},
		{b, "2345-6789", hashCode(a, "23456789"), false},
		{a, "2345-678", hashCode(a, "23456789"), false},
		{a, "", hashCode(a, "23456789"), false},
		{a, "", nil, false},
		{a, "", []byte{}, false},
	} {
		if got := matches(c.point, c.typed, c.kept); got != c.want {
			t.Errorf("%q: %v", c.typed, got)
		}
	}
}
