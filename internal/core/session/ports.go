package session

import (
	"context"
	"time"
)

// EID is an electronic identity that works by orders, as BankID does. The app bridges an
// adapter to it. Errors are faults of kind Unavailable, Conflict or Internal with the key
// of a text.
type EID interface {
	// Auth starts an order to identify whoever holds the eID.
	Auth(ctx context.Context, endUserIP string) (Started, error)
	// Sign starts an order to sign: visible is the text shown, payload what it stands for,
	// number who must sign.
	Sign(ctx context.Context, endUserIP, number, visible string, payload []byte) (Started, error)
	// Collect asks how an order stands. It is never asked again after complete or failed.
	Collect(ctx context.Context, ref string) (Collected, error)
	// Cancel ends an order.
	Cancel(ctx context.Context, ref string) error
	// QR is the code to show after a while, and Autostart the address that opens the eID on
	// this device.
	QR(s Started, elapsed time.Duration) string
	Autostart(s Started) string
}

// Started is an order that has begun.
type Started struct{ Ref, AutoStart, QRToken, QRSecret string }

// Collected is how an order stands. Number is canonical digits; it, Signature and OCSP are
// set when the status is complete.
type Collected struct {
	Status, Hint, Number, Signature, OCSP string
}

// The statuses of an order.
const (
	Pending   = "pending"
	Complete  = "complete"
	Failed    = "failed"
	Cancelled = "cancelled"
)
