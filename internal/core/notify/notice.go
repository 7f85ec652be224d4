package notify

import (
	"time"

	"tillit/internal/core/access"
	"tillit/internal/kit/id"
	"tillit/internal/kit/text"
)

// The keys of what is kept here.
type (
	PointID    = id.Of[pointKey]
	NoticeID   = id.Of[noticeKey]
	DeliveryID = id.Of[deliveryKey]

	pointKey    struct{}
	noticeKey   struct{}
	deliveryKey struct{}
)

// The actions, the kinds of record that they are on, and why they are done.
const (
	PointKind  = "contact_point"
	NoticeKind = "notice"

	ReadPoint   access.Action = "notify.ReadPoint"
	ChangePoint access.Action = "notify.ChangePoint"
	ReadNotice  access.Action = "notify.ReadNotice"
	MarkNotice  access.Action = "notify.MarkNotice"
	sendCode    access.Action = "notify.SendCode"
	sendNotice  access.Action = "notify.SendNotice"
	sendWarning access.Action = "notify.SendWarning"

	Contact access.Purpose = "contact" // a person looks after her own contact points and notices
	Telling access.Purpose = "notify"  // a mail says that there is something to read
)

// PointRef is a contact point as a record.
func PointRef(p PointID) access.Ref { return access.Ref{Kind: PointKind, ID: p} }

// NoticeRef is a notice as a record.
func NoticeRef(n NoticeID) access.Ref { return access.Ref{Kind: NoticeKind, ID: n} }

// Template says what has happened. Its text is a line without personal data.
type Template string

// The templates.
const (
	CaseReceived    Template = "case_received"
	CaseSubmitted   Template = "case_submitted"
	CaseWithdrawn   Template = "case_withdrawn"
	SignInvitation  Template = "sign_invitation"
	SignReminder    Template = "sign_reminder"
	SignerDeclined  Template = "signer_declined"
	SignExpired     Template = "sign_expired"
	CompletionAsked Template = "completion_asked"
	MessageNew      Template = "message_new"
	DecisionServed  Template = "decision_served"
	ContactChanged  Template = "contact_changed"
)

// Templates lists them all.
var Templates = []Template{CaseReceived, CaseSubmitted, CaseWithdrawn, SignInvitation, SignReminder, SignerDeclined, SignExpired,
	CompletionAsked, MessageNew, DecisionServed, ContactChanged}

// Notice is that something has happened. Case is zero and Service empty when it is about none.
type Notice struct {
	ID       NoticeID
	Template Template
	Case     id.Key
	Service  string // the service's key
	At       time.Time
	ReadAt   *time.Time
}

// Line is the notice's text in a language.
func (n Notice) Line(l text.Lang) string {
	line, _ := In(l).ByKey(string(n.Template)) // a test says that each template has its text
	return line
}
