package eservice

import (
	"context"
	"crypto/sha256"
	"errors"

	"tillit/internal/core/access"
	"tillit/internal/core/disclosure"
	"tillit/internal/core/ledger"
	"tillit/internal/kit/fault"
)

// toEID records what a text to be signed is made of: it leaves the house, to the signer's eID.
// A closed class leaves that way as little as by a page.
func (s *Service) toEID(by access.Actor) *disclosure.Recorder {
	passes := access.Personal | access.Sensitive | access.Protected
	for _, c := range []access.Class{access.Personal, access.Sensitive, access.Protected} {
		if _, closed := s.board.Closed("class/" + c.String()); closed {
			passes &^= c
		}
	}
	return disclosure.NewRecorder(by, ledger.Sent, passes)
}

// sent writes the lines of a text that is about to leave for the signer's eID. No ledger line, no
// byte: on any error nothing is sent.
func (s *Service) sent(ctx context.Context, by access.Actor, rec *disclosure.Recorder, c CaseID, purpose access.Purpose, text ToSign) error {
	err := s.ledger.Write(ctx, &ledger.Response{ID: by.Request, By: by, Case: c, Route: "eid/sign", Policy: s.access.ID(), Purpose: purpose, Channel: ledger.API,
		Digest: sha256.Sum256([]byte(text.Visible)), Lines: rec.Lines()})
	if err != nil {
		return fault.As(fault.Unavailable, "eservice.sent", err)
	}
	return nil
}

// sealed says of a value that may not leave now that its class is closed.
func sealed(err error) error {
	if errors.Is(err, disclosure.ErrSealed) {
		return fault.New(fault.Closed, "eservice.sealed", "")
	}
	return err
}
