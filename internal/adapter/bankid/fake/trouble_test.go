package fake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tillit/internal/adapter/bankid"
	"tillit/internal/adapter/bankid/fake"
	"tillit/internal/kit/fault"
)

func TestErrorCodesInAnyCase(t *testing.T) {
	codes := map[bankid.ErrorCode]struct {
		status int
		kind   fault.Kind // at auth
		passes bool       // a second collect may succeed
	}{
		bankid.AlreadyInProgress:    {400, fault.Conflict, false},
		bankid.InvalidParameters:    {400, fault.Internal, false},
		bankid.Unauthorized:         {401, fault.Internal, false},
		bankid.NotFound:             {404, fault.Internal, false},
		bankid.MethodNotAllowed:     {405, fault.Internal, false},
		bankid.RequestTimeout:       {408, fault.Unavailable, true},
		bankid.UnsupportedMediaType: {415, fault.Internal, false},
		bankid.InternalError:        {500, fault.Unavailable, true},
		bankid.Maintenance:          {503, fault.Unavailable, true},
		bankid.UnknownRequest:       {418, fault.Internal, false},
		bankid.UnknownService:       {599, fault.Unavailable, true},
	}
	if len(codes) != len(bankid.ErrorCodes)+2 {
		t.Fatalf("%d codes in the table", len(codes))
	}
	s := open(t)
	for code, want := range codes {
		said := string(code)
		for _, spelled := range []string{said, strings.ToLower(said), strings.ToUpper(said)} {
			if code == bankid.UnknownRequest || code == bankid.UnknownService {
				spelled = "neverHeardOf"
			}
			t.Run(fmt.Sprintf("%s %d", spelled, want.status), func(t *testing.T) {
				trouble := fake.Trouble{Status: want.status, Code: spelled, Details: "Order already in progress for 197802029806"}
				for call, do := range map[string]func() error{
					"auth": func() error { _, err := s.client.Auth(t.Context(), ask); return err },
					"sign": func() error {
						_, err := s.client.Sign(t.Context(), bankid.Request{EndUserIP: ask.EndUserIP, Visible: "x"})
						return err
					},
				} {
					s.Next(trouble)
					before := s.calls.Load()
					err := do()
					if !errors.Is(err, code) || !fault.Is(err, want.kind) {
						t.Errorf("%s: %v is not %s of kind %s", call, err, code, want.kind)
					}
					if strings.Contains(err.Error(), "1978") {
						t.Errorf("%s: the error holds what the details said of a person", call)
					}
					if n := s.calls.Load() - before; n != 1 {
						t.Errorf("%s was tried %d times", call, n)
					}
				}
				o := s.start(t)
				s.Next(fake.Trouble{Call: "collect", Status: want.status, Code: spelled})
				s.Next(fake.Trouble{Call: "cancel", Status: want.status, Code: spelled})
				before := s.calls.Load()
				got, err := s.client.Collect(t.Context(), o.Ref)
				n := s.calls.Load() - before
				switch {
				case want.passes && (err != nil || n != 2 || got.Status != bankid.Pending):
					t.Errorf("collect did not pass over it: %v, %d tries", err, n)
				case !want.passes && (!errors.Is(err, code) || n != 1):
					t.Errorf("collect: %v, %d tries", err, n)
				}
				if err := s.client.Cancel(t.Context(), o.Ref); !errors.Is(err, code) {
					t.Errorf("cancel: %v", err)
				}
			})
		}
	}
}

func TestCollectGivesUp(t *testing.T) {
	s := open(t)
	o := s.start(t)
	for range 3 {
		s.Next(fake.Trouble{Call: "collect", Status: 503, Code: "Maintenance"})
	}
	before := s.calls.Load()
	_, err := s.client.Collect(t.Context(), o.Ref)
	if !errors.Is(err, bankid.Maintenance) || !fault.Is(err, fault.Unavailable) || s.calls.Load()-before != 3 {
		t.Errorf("%v after %d tries", err, s.calls.Load()-before)
	}
	s.wants(t, o, bankid.Pending, bankid.OutstandingTransaction)
}

func TestCollectPausesBetweenTries(t *testing.T) {
	s := open(t)
	o := s.start(t)
	patient, err := bankid.New(bankid.Config{URL: s.http.URL + "/bankid/rp/v6.0", Pause: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	s.Next(fake.Trouble{Call: "collect", Status: 503, Code: "Maintenance"})
	ctx, leave := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer leave()
	if _, err = patient.Collect(ctx, o.Ref); !errors.Is(err, bankid.Maintenance) {
		t.Errorf("the caller left during the pause: %v", err)
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	s := open(t)
	o := s.start(t)
	user := `"user":{"personalNumber":"197802029806","name":"A B","givenName":"A","surname":"B"}`
	whole := `{"orderRef":"` + o.Ref + `","status":"complete","hintCode":"odd","newField":[1],"completionData":{` + user + `,"device":{"ipAddress":"nowhere"},"signature":"c2ln","ocspResponse":"b2Nz","risk":"low"}}`
	for name, body := range map[string]string{
		"no JSON":             "<html>Service</html>",
		"cut short":           whole[:len(whole)/2],
		"another order":       strings.Replace(whole, o.Ref, "00000000-0000-4000-8000-000000000000", 1),
		"no order":            `{"status":"pending"}`,
		"unknown status":      strings.Replace(whole, "complete", "finished", 1),
		"no person":           strings.Replace(whole, user+",", "", 1),
		"short number":        strings.Replace(whole, "197802029806", "7802029802", 1),
		"letters for number":  strings.Replace(whole, "197802029806", "19780202980X", 1),
		"no signature":        strings.Replace(whole, "c2ln", "", 1),
		"no OCSP answer":      strings.Replace(whole, "b2Nz", "", 1),
		"nothing at complete": `{"orderRef":"` + o.Ref + `","status":"complete"}`,
		"too much":            `{"pad":"` + strings.Repeat("x", 1<<20) + `",` + whole[1:],
	} {
		t.Run(name, func(t *testing.T) {
			s.Next(fake.Trouble{Call: "collect", Body: body})
			before := s.calls.Load()
			got, err := s.client.Collect(t.Context(), o.Ref)
			if !errors.Is(err, bankid.Garbled) || !fault.Is(err, fault.Unavailable) || got != (bankid.Collected{}) {
				t.Errorf("%s %v", got.Status, err)
			}
			if s.calls.Load()-before != 1 {
				t.Error("tried again")
			}
			if err != nil && strings.Contains(err.Error(), "1978") {
				t.Error("the error holds the answer")
			}
		})
	}
	s.Next(fake.Trouble{Call: "collect", Body: whole})
	got, err := s.client.Collect(t.Context(), o.Ref)
	if err != nil || got.User.Number != alva.Number || got.Hint != "" || got.DeviceIP.IsValid() {
		t.Errorf("unknown fields and an odd address should not matter: %s %v", got.Status, err)
	}
	s.Next(fake.Trouble{Call: "auth", Body: `{"orderRef":"x","autoStartToken":"y","qrStartToken":"z"}`})
	if _, err := s.client.Auth(t.Context(), ask); !errors.Is(err, bankid.Garbled) {
		t.Errorf("an order without a secret: %v", err)
	}
	s.Next(fake.Trouble{Call: "collect", Status: 502, Body: "<h1>Bad gateway</h1>"})
	s.wants(t, o, bankid.Pending, bankid.OutstandingTransaction)
}

func TestOddHintsAreDropped(t *testing.T) {
	s := open(t)
	o := s.start(t)
	for _, hint := range []string{"<script>", "197802029806 ", strings.Repeat("a", 65)} {
		s.Next(fake.Trouble{Call: "collect", Body: fmt.Sprintf(`{"orderRef":%q,"status":"failed","hintCode":%q}`, o.Ref, hint)})
		s.wants(t, o, bankid.Failed, "")
	}
}

func TestSlow(t *testing.T) {
	s := open(t)
	gate, done := make(chan struct{}), make(chan error, 1)
	s.Next(fake.Trouble{Call: "auth", Until: gate})
	go func() {
		_, err := s.client.Auth(context.Background(), ask)
		done <- err
	}()
	<-s.arrived
	close(gate)
	if err := <-done; err != nil {
		t.Errorf("slow, but in time: %v", err)
	}
}

func TestHanging(t *testing.T) {
	s := open(t)
	hasty := s.dial(t, 50*time.Millisecond)
	never := make(chan struct{})
	o := s.start(t)
	s.Next(fake.Trouble{Call: "auth", Until: never})
	before := s.calls.Load()
	_, err := hasty.Auth(t.Context(), ask)
	if !errors.Is(err, bankid.Unreachable) || !fault.Is(err, fault.Unavailable) || s.calls.Load()-before != 1 {
		t.Errorf("auth: %v after %d tries", err, s.calls.Load()-before)
	}
	s.Next(fake.Trouble{Call: "collect", Until: never})
	if got, err := hasty.Collect(t.Context(), o.Ref); err != nil || got.Status != bankid.Pending {
		t.Errorf("collect should have been tried again: %v", err)
	}
	// A caller who leaves is not kept, and does not try again.
	s.Next(fake.Trouble{Call: "collect", Until: never})
	ctx, leave := context.WithCancel(t.Context())
	for len(s.arrived) > 0 {
		<-s.arrived
	}
	go func() { <-s.arrived; leave() }()
	before = s.calls.Load()
	_, err = s.client.Collect(ctx, o.Ref)
	if !errors.Is(err, context.Canceled) || s.calls.Load()-before != 1 {
		t.Errorf("%v after %d tries", err, s.calls.Load()-before)
	}
}

func TestDown(t *testing.T) {
	s := open(t)
	o := s.start(t)
	s.http.Close()
	for call, do := range map[string]func() error{
		"auth":    func() error { _, err := s.client.Auth(t.Context(), ask); return err },
		"collect": func() error { _, err := s.client.Collect(t.Context(), o.Ref); return err },
		"cancel":  func() error { return s.client.Cancel(t.Context(), o.Ref) },
	} {
		err := do()
		if !errors.Is(err, bankid.Unreachable) || !fault.Is(err, fault.Unavailable) || bankid.ErrorKey(err) != "error_unreachable" {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestLosingTheLastAnswerIsAFailedSignIn(t *testing.T) {
	s := open(t)
	o := s.start(t)
	if n := s.approve(t, map[string]any{"qr": o.QR(0), "personalNumber": alva.Number}); n != 200 {
		t.Fatal(n)
	}
	s.Next(fake.Trouble{Call: "collect", Lost: true})
	got, err := s.client.Collect(t.Context(), o.Ref)
	if !errors.Is(err, bankid.InvalidParameters) || !fault.Is(err, fault.NotFound) || got != (bankid.Collected{}) {
		t.Errorf("%s %v", got.Status, err)
	}
}

func TestLateCollectsAreCounted(t *testing.T) {
	s := open(t)
	o := s.start(t)
	s.wants(t, o, bankid.Pending, bankid.OutstandingTransaction)
	s.approve(t, map[string]any{"orderRef": o.Ref, "personalNumber": alva.Number})
	s.wants(t, o, bankid.Complete, "")
	if s.Late() != 0 {
		t.Errorf("%d late before any was", s.Late())
	}
	if _, err := s.client.Collect(t.Context(), o.Ref); err == nil {
		t.Error("the end was told twice")
	}
	if s.Late() != 1 {
		t.Errorf("%d late, want 1", s.Late())
	}
}
