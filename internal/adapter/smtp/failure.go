package smtp

import (
	"errors"
	"fmt"
	"net/textproto"

	"github.com/wneessen/go-mail"

	"tillit/internal/kit/fault"
)

// Stage is how far a mail came.
type Stage string

// The stages.
const (
	Reaching   Stage = "reaching" // no connection, no greeting, no agreement on TLS, or not let in
	AtSender   Stage = "sender"   // the return path was refused
	AtReceiver Stage = "receiver" // the receiver's address was refused
	AtContent  Stage = "content"  // the mail itself was refused
	AtEnd      Stage = "end"      // it was sent whole, and no answer came
)

// Failure is a mail that was not taken. It holds no address and nothing that the relay said
// in words, since relays repeat addresses. It unwraps to a fault: Unavailable when it is
// worth trying again, else Refused.
type Failure struct {
	Stage     Stage
	Code      int    // the relay's answer, 0 without one
	Enhanced  string // its enhanced status code (5.1.1), empty without one
	Temporary bool   // trying again later may end better
	Uncertain bool   // the relay may have taken it: try again under the same Message-ID only
}

// Error says the stage and the codes.
func (f *Failure) Error() string {
	s := "smtp: not taken at " + string(f.Stage)
	if f.Code != 0 {
		s += fmt.Sprintf(", %d", f.Code)
	}
	if f.Enhanced != "" {
		s += " " + f.Enhanced
	}
	return s
}

// Unwrap gives the fault.
func (f *Failure) Unwrap() error {
	kind := fault.Refused
	if f.Temporary {
		kind = fault.Unavailable
	}
	return fault.New(kind, "smtp.Send", "")
}

// unreached is the failure of a connection that came to nothing. A password or a certificate
// that is wrong today may be right tomorrow, and it says nothing of the mail: try again.
func unreached(err error) *Failure {
	f := &Failure{Stage: Reaching, Temporary: true}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		f.Code = answer.Code
	}
	return f
}

var stages = map[mail.SendErrReason]Stage{
	mail.ErrSMTPMailFrom:  AtSender,
	mail.ErrSMTPRcptTo:    AtReceiver,
	mail.ErrSMTPData:      AtContent,
	mail.ErrWriteContent:  AtContent,
	mail.ErrSMTPDataClose: AtContent,
}

// untaken is the failure of a mail on a connection that stood.
func untaken(err error) *Failure {
	var e *mail.SendError
	if !errors.As(err, &e) {
		return &Failure{Stage: Reaching, Temporary: true}
	}
	f := &Failure{Stage: stages[e.Reason], Code: e.ErrorCode(), Enhanced: e.EnhancedStatusCode()}
	if f.Stage == "" {
		f.Stage = Reaching
	}
	f.Temporary = f.Code < 500
	if e.Reason == mail.ErrSMTPDataClose && f.Code == 0 {
		f.Stage, f.Uncertain = AtEnd, true
	}
	return f
}
