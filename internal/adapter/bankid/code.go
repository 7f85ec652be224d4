package bankid

import (
	"errors"
	"strings"
)

// Status is how an order stands.
type Status string

// The three states.
const (
	Pending  Status = "pending"
	Complete Status = "complete"
	Failed   Status = "failed"
)

// Hint says what a pending order waits for, or why one failed. BankID may send hints
// that are not listed here; they are handled by the status.
type Hint string

// Hints of a pending order.
const (
	OutstandingTransaction Hint = "outstandingTransaction" // waits for the app to be opened
	NoClient               Hint = "noClient"               // the app has not fetched the order yet
	Started                Hint = "started"                // the app is open and looks for a usable ID
	UserMRTD               Hint = "userMrtd"               // the holder reads a passport or an ID card
	UserCallConfirm        Hint = "userCallConfirm"        // the holder confirms the phone call
	UserSign               Hint = "userSign"               // the holder types the code
	Processing             Hint = "processing"             // BankID is finishing
)

// Hints of a failed order.
const (
	ExpiredTransaction     Hint = "expiredTransaction"     // not finished in time
	CertificateErr         Hint = "certificateErr"         // the ID is blocked or too old
	UserCancel             Hint = "userCancel"             // stopped in the app
	Cancelled              Hint = "cancelled"              // stopped by another order for the same person: a sign of fraud
	StartFailed            Hint = "startFailed"            // the app was not opened in time
	UserDeclinedCall       Hint = "userDeclinedCall"       // the holder says that it was not this call
	NotSupportedByUserApp  Hint = "notSupportedByUserApp"  // the app is too old
	TransactionRiskBlocked Hint = "transactionRiskBlocked" // stopped because of risk: offer no immediate retry
)

// PendingHints and FailedHints list the hints that BankID documents, in the order of its pages.
var (
	PendingHints = []Hint{OutstandingTransaction, NoClient, Started, UserMRTD, UserCallConfirm, UserSign, Processing}
	FailedHints  = []Hint{ExpiredTransaction, CertificateErr, UserCancel, Cancelled, StartFailed, UserDeclinedCall, NotSupportedByUserApp, TransactionRiskBlocked}
)

// ErrorCode is why a call gave no result. It is an error, so that a caller can ask
// errors.Is(err, bankid.Maintenance).
type ErrorCode string

// What BankID answers. Its letter case differs between clients and is not compared.
const (
	AlreadyInProgress    ErrorCode = "alreadyInProgress" // another order for the person ran; both are ended
	InvalidParameters    ErrorCode = "invalidParameters" // at Collect and Cancel: there is no such order, or its end was told
	Unauthorized         ErrorCode = "unauthorized"
	NotFound             ErrorCode = "notFound" // a wrong path, not a missing order
	MethodNotAllowed     ErrorCode = "methodNotAllowed"
	RequestTimeout       ErrorCode = "requestTimeout"
	UnsupportedMediaType ErrorCode = "unsupportedMediaType"
	InternalError        ErrorCode = "internalError"
	Maintenance          ErrorCode = "Maintenance"
)

// What we say ourselves when BankID gave no code that we know.
const (
	Unreachable    ErrorCode = "unreachable"    // no answer: the network, the time limit, or a certificate that is not BankID's
	Garbled        ErrorCode = "garbled"        // an answer that makes no sense, or is about another order
	UnknownRequest ErrorCode = "unknownRequest" // another status than 200 and below 500, without a code that we know
	UnknownService ErrorCode = "unknownService" // status 500 or above, without a code that we know
)

// ErrorCodes lists the codes that BankID documents.
var ErrorCodes = []ErrorCode{AlreadyInProgress, InvalidParameters, Unauthorized, NotFound, MethodNotAllowed, RequestTimeout, UnsupportedMediaType, InternalError, Maintenance}

// Error names the code.
func (c ErrorCode) Error() string { return "bankid " + string(c) }

// readCode finds the code that BankID meant, or the one that stands for the HTTP status.
func readCode(said string, status int) ErrorCode {
	for _, c := range ErrorCodes {
		if strings.EqualFold(said, string(c)) {
			return c
		}
	}
	if status >= 500 {
		return UnknownService
	}
	return UnknownRequest
}

// HintKey is the key of the text that tells the holder how the order stands and what to
// do next. It is empty for a complete order. A hint that is not documented, or that does
// not belong to the status, gets the text of the status.
func HintKey(status, hint string) string {
	var known []Hint
	switch Status(status) {
	case Complete:
		return ""
	case Pending:
		known = PendingHints
	default:
		status, known = string(Failed), FailedHints
	}
	for _, h := range known {
		if string(h) == hint {
			return "hint_" + snake(hint)
		}
	}
	return "hint_unknown_" + status
}

// ErrorKey is the key of the text for a failed call, and empty when err is nil. An error
// that did not come from this package gets the text of an unknown failure of the service.
func ErrorKey(err error) string {
	if err == nil {
		return ""
	}
	var c ErrorCode
	if !errors.As(err, &c) {
		c = UnknownService
	}
	return "error_" + snake(string(c))
}

// snake turns outstandingTransaction into outstanding_transaction.
func snake(camel string) string {
	var b strings.Builder
	for i, r := range camel {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
