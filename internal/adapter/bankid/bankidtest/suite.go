// Package bankidtest holds a played BankID, with its controls, to what the client and
// everything behind it rely on. Tests import it, and nothing else does.
package bankidtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"testing"

	"tillit/internal/adapter/bankid"
	"tillit/internal/kit/fault"
)

// World is a played BankID that answers at URL/bankid, and two people who live there.
type World struct {
	URL  string
	A, B bankid.User // all four fields
}

// Run tells the client's side of every course that an order can take.
func Run(t *testing.T, w World) {
	t.Helper()
	s := suite{World: w, ip: netip.MustParseAddr("203.0.113.7")}
	var err error
	s.client, err = bankid.New(bankid.Config{URL: w.URL + "/bankid/rp/v6.0"})
	if err != nil {
		t.Fatalf("no client: %v", err)
	}
	t.Run("approved by code", s.byCode)
	t.Run("approved by link", s.byLink)
	t.Run("signed", s.signed)
	t.Run("pending hints", s.pendingHints)
	t.Run("failed hints", s.failedHints)
	t.Run("left", s.left)
	t.Run("one order at a time", s.oneAtATime)
	t.Run("a named person", s.namedPerson)
	t.Run("no such order", s.noSuchOrder)
}

type suite struct {
	World
	client *bankid.Client
	ip     netip.Addr
}

func (s suite) auth(t *testing.T, number string) bankid.Order {
	t.Helper()
	o, err := s.client.Auth(t.Context(), bankid.Request{EndUserIP: s.ip, Visible: "Logga in i Granvik", Number: number})
	if err != nil {
		t.Fatalf("auth: %v", err)
	}
	return o
}

func (s suite) collect(t *testing.T, o bankid.Order) bankid.Collected {
	t.Helper()
	got, err := s.client.Collect(t.Context(), o.Ref)
	if err != nil {
		t.Fatalf("collect: %v", err)
	}
	return got
}

// wants collects and compares status and hint.
func (s suite) wants(t *testing.T, o bankid.Order, status bankid.Status, hint bankid.Hint) bankid.Collected {
	t.Helper()
	got := s.collect(t, o)
	if got.Status != status || got.Hint != hint {
		t.Fatalf("collected %s %q, want %s %q", got.Status, got.Hint, status, hint)
	}
	return got
}

// ended checks that the end, once told, is not told again.
func (s suite) ended(t *testing.T, o bankid.Order) {
	t.Helper()
	_, err := s.client.Collect(t.Context(), o.Ref)
	if !errors.Is(err, bankid.InvalidParameters) || !fault.Is(err, fault.NotFound) {
		t.Fatalf("collecting after the end: %v", err)
	}
}

// control uses a control and checks the status of its answer.
func (s suite) control(t *testing.T, verb string, want int, fields map[string]any) {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.URL+"/bankid/"+verb, "application/json", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); res.StatusCode != want {
		t.Fatalf("%s answered %d, want %d: %s", verb, res.StatusCode, want, body)
	}
}

func (s suite) byCode(t *testing.T) {
	o := s.auth(t, "")
	s.wants(t, o, bankid.Pending, bankid.OutstandingTransaction)
	s.control(t, "approve", http.StatusOK, map[string]any{"qr": o.QR(0), "personalNumber": s.A.Number, "deviceIp": "2001:db8::9"})
	got := s.wants(t, o, bankid.Complete, "")
	if got.User != s.A {
		t.Error("another person, or another name, than the one who approved")
	}
	if got.DeviceIP != netip.MustParseAddr("2001:db8::9") || got.Signature == "" || got.OCSP == "" {
		t.Error("device or evidence is missing")
	}
	s.ended(t, o)
}

func (s suite) byLink(t *testing.T) {
	o := s.auth(t, "")
	s.control(t, "approve", http.StatusOK, map[string]any{"autoStartToken": o.AutoStartToken, "personalNumber": s.B.Number})
	if got := s.wants(t, o, bankid.Complete, ""); got.User != s.B || got.DeviceIP != s.ip {
		t.Error("another person or device than the one who approved")
	}
	s.control(t, "approve", http.StatusConflict, map[string]any{"autoStartToken": o.AutoStartToken, "personalNumber": s.A.Number})
}

func (s suite) signed(t *testing.T) {
	o, err := s.client.Sign(t.Context(), bankid.Request{EndUserIP: s.ip, Visible: "# Jag säger upp platsen", Markdown: true, NonVisible: []byte{0, 1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	s.control(t, "approve", http.StatusOK, map[string]any{"orderRef": o.Ref, "personalNumber": s.A.Number})
	if got := s.wants(t, o, bankid.Complete, ""); got.User != s.A || got.Signature == "" || got.OCSP == "" {
		t.Error("person or evidence is missing")
	}
}

func (s suite) pendingHints(t *testing.T) {
	hints := append([]bankid.Hint{"somethingNew"}, bankid.PendingHints...)
	o := s.auth(t, "")
	s.control(t, "approve", http.StatusOK, map[string]any{"qr": o.QR(0), "personalNumber": s.A.Number, "via": hints})
	for _, h := range hints {
		s.wants(t, o, bankid.Pending, h)
	}
	s.wants(t, o, bankid.Complete, "")
}

func (s suite) failedHints(t *testing.T) {
	for _, h := range append([]bankid.Hint{"somethingNew"}, bankid.FailedHints...) {
		o := s.auth(t, "")
		s.control(t, "fail", http.StatusOK, map[string]any{"orderRef": o.Ref, "hintCode": h})
		s.wants(t, o, bankid.Failed, h)
		s.ended(t, o)
	}
}

func (s suite) left(t *testing.T) {
	o := s.auth(t, "")
	if err := s.client.Cancel(t.Context(), o.Ref); err != nil {
		t.Fatalf("cancel: %v", err)
	}
	s.ended(t, o)
	if err := s.client.Cancel(t.Context(), o.Ref); !fault.Is(err, fault.NotFound) {
		t.Errorf("cancelled twice: %v", err)
	}
	s.control(t, "approve", http.StatusNotFound, map[string]any{"qr": o.QR(0), "personalNumber": s.A.Number})
}

func (s suite) oneAtATime(t *testing.T) {
	first, second, other := s.auth(t, ""), s.auth(t, ""), s.auth(t, "")
	slow := []bankid.Hint{bankid.UserSign}
	s.control(t, "approve", http.StatusOK, map[string]any{"qr": first.QR(0), "personalNumber": s.A.Number, "via": slow})
	s.control(t, "approve", http.StatusOK, map[string]any{"qr": other.QR(0), "personalNumber": s.B.Number, "via": slow})
	s.wants(t, first, bankid.Pending, bankid.UserSign)
	s.control(t, "approve", http.StatusConflict, map[string]any{"qr": first.QR(0), "personalNumber": s.B.Number})
	s.control(t, "approve", http.StatusOK, map[string]any{"qr": second.QR(0), "personalNumber": s.A.Number})
	s.wants(t, first, bankid.Failed, bankid.Cancelled)
	s.wants(t, second, bankid.Complete, "")
	s.wants(t, other, bankid.Pending, bankid.UserSign) // another person's order goes on
	s.wants(t, other, bankid.Complete, "")
}

func (s suite) namedPerson(t *testing.T) {
	o := s.auth(t, s.A.Number)
	s.wants(t, o, bankid.Pending, bankid.NoClient)
	s.control(t, "approve", http.StatusUnprocessableEntity, map[string]any{"qr": o.QR(0), "personalNumber": s.B.Number})
	_, err := s.client.Auth(t.Context(), bankid.Request{EndUserIP: s.ip, Number: s.A.Number})
	if !errors.Is(err, bankid.AlreadyInProgress) || !fault.Is(err, fault.Conflict) {
		t.Fatalf("a second order for the same person: %v", err)
	}
	s.wants(t, o, bankid.Failed, bankid.Cancelled)
	o = s.auth(t, s.A.Number) // both were ended, so the next one may start
	s.control(t, "approve", http.StatusOK, map[string]any{"qr": o.QR(0), "personalNumber": s.A.Number})
	s.wants(t, o, bankid.Complete, "")
}

func (s suite) noSuchOrder(t *testing.T) {
	nowhere := bankid.Order{Ref: "00000000-0000-4000-8000-000000000000"}
	s.ended(t, nowhere)
	s.control(t, "approve", http.StatusNotFound, map[string]any{"orderRef": nowhere.Ref, "personalNumber": s.A.Number})
	s.control(t, "fail", http.StatusNotFound, map[string]any{"orderRef": nowhere.Ref, "hintCode": bankid.UserCancel})
	o := s.auth(t, "")
	s.control(t, "approve", http.StatusUnprocessableEntity, map[string]any{"orderRef": o.Ref, "personalNumber": "190001010000"})
	s.control(t, "fail", http.StatusUnprocessableEntity, map[string]any{"orderRef": o.Ref, "hintCode": "<b>"})
	s.wants(t, o, bankid.Pending, bankid.OutstandingTransaction)
	if err := s.client.Cancel(t.Context(), o.Ref); err != nil {
		t.Fatal(err)
	}
}
