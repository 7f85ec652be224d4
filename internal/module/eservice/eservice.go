package eservice

import (
	"slices"
	"strings"
	"time"

	"tillit/internal/core/access"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

// The keys of the module's records.
type (
	CaseID       = id.Of[caseKey]
	DraftID      = id.Of[draftKey]
	AttachmentID = id.Of[attachmentKey]
	CompletionID = id.Of[completionKey]

	caseKey       struct{}
	draftKey      struct{}
	attachmentKey struct{}
	completionKey struct{}
)

// CaseRef and DraftRef name records to the decision point.
func CaseRef(id CaseID) access.Ref   { return access.Ref{Kind: "case", ID: id} }
func DraftRef(id DraftID) access.Ref { return access.Ref{Kind: "draft", ID: id} }

// The actions.
const (
	ReadDraft        access.Action = "eservice.ReadDraft"
	WriteDraft       access.Action = "eservice.WriteDraft"
	ReadFrame        access.Action = "eservice.ReadFrame"  // that there is a case, its state and its parties' states
	ReadShared       access.Action = "eservice.ReadShared" // the answers that all parties see
	ReadOwn          access.Action = "eservice.ReadOwn"    // the applicant's own part
	Identify         access.Action = "eservice.Identify"   // an invited guardian says that it is she
	Sign             access.Action = "eservice.Sign"
	Decline          access.Action = "eservice.Decline"
	Withdraw         access.Action = "eservice.Withdraw"
	AnswerCompletion access.Action = "eservice.AnswerCompletion"
	WriteMessage     access.Action = "eservice.WriteMessage"
	ReadDecision     access.Action = "eservice.ReadDecision"
	ListCase         access.Action = "eservice.ListCase"
	ReadCase         access.Action = "eservice.ReadCase" // an officer: the whole case
	TakeCase         access.Action = "eservice.TakeCase"
	HandleCase       access.Action = "eservice.HandleCase" // ask, note, message
	Decide           access.Action = "eservice.Decide"
)

// The purposes.
const (
	Apply   access.Purpose = "apply"       // a resident applies for herself or her child
	CoSign  access.Purpose = "co_sign"     // a guardian takes part in what another applied for
	Follow  access.Purpose = "follow_case" // a party follows her case
	Handle  access.Purpose = "handle_case" // an officer handles the case
	Overall access.Purpose = "inbox"       // an officer sees what there is to do
)

// State is where a case is.
type State string

// The states.
const (
	WaitingForMultisign  State = "waiting_for_multisign"
	Returned             State = "returned"
	Submitted            State = "submitted"
	InProgress           State = "in_progress"
	WaitingForCompletion State = "waiting_for_completion"
	Archived             State = "archived"
)

// PartyState is where a party is with her signature.
type PartyState string

// The states of a party. Declined, removed and expired see nothing of the case any more.
const (
	Invited    PartyState = "invited"
	Identified PartyState = "identified"
	Signed     PartyState = "signed"
	Declined   PartyState = "declined"
	Removed    PartyState = "removed"
	Expired    PartyState = "expired"
)

// Role is what a party is in the case.
type Role string

// The roles. Their names in packages are applicant and co_signer.
const (
	Applicant Role = "applicant"
	Guardian  Role = "guardian"
)

// Outcome is how a case ended.
type Outcome string

// The outcomes. Queued is the decision on an application for childcare: a place in the queue.
const (
	Granted   Outcome = "granted"
	Queued    Outcome = "queued"
	Refused   Outcome = "refused"
	Dismissed Outcome = "dismissed"
	Withdrawn Outcome = "withdrawn"
)

// Outcomes are those that an officer may decide.
var Outcomes = []Outcome{Queued, Granted, Refused, Dismissed}

// Party is one of those whom a case is between.
type Party struct {
	Person    access.PersonID
	Role      Role
	State     PartyState
	InvitedAt time.Time
	Until     *time.Time
	Answered  *time.Time
}

// Case is the frame of a case: what every party and its officers may know of it.
type Case struct {
	ID         CaseID
	Ref        string
	Family     string
	Package    string
	Unit       access.UnitID
	UnitName   string
	Controller access.BoardID
	BoardName  string
	About      access.PersonID
	Applicant  access.PersonID
	Shielded   bool
	State      State
	Outcome    Outcome
	Officer    access.PersonID
	Receipt    string
	Created    time.Time
	SignUntil  *time.Time
	SignedAt   *time.Time
	CompleteAt *time.Time
	DueAt      *time.Time
	PausedAt   *time.Time
	ClosedAt   *time.Time
	Parties    []Party

	salt, payload []byte
	boardKey      string
}

// Party finds a person among the parties.
func (c *Case) Party(who access.PersonID) (Party, bool) {
	i := slices.IndexFunc(c.Parties, func(p Party) bool { return p.Person == who })
	if i < 0 {
		return Party{}, false
	}
	return c.Parties[i], true
}

// AllSigned reports whether nobody's signature is missing.
func (c *Case) AllSigned() bool {
	return !slices.ContainsFunc(c.Parties, func(p Party) bool { return p.State == Invited || p.State == Identified })
}

// MaySign refuses a signature that does not count: by one who is no party, who has signed
// already (the applicant included: nobody co-signs her own), or when it is too late.
func (c *Case) MaySign(who access.PersonID, now time.Time) error {
	p, ok := c.Party(who)
	switch {
	case !ok || p.State != Identified:
		return fault.New(fault.Conflict, "eservice.MaySign", "not_yours_to_sign")
	case c.State != WaitingForMultisign:
		return fault.New(fault.Conflict, "eservice.MaySign", "not_waiting_for_signatures")
	case c.SignUntil != nil && !now.Before(*c.SignUntil):
		return fault.New(fault.Conflict, "eservice.MaySign", "too_late_to_sign")
	}
	return nil
}

// MayWithdraw refuses when there is nothing left to take back.
func (c *Case) MayWithdraw(who access.PersonID) error {
	if who != c.Applicant || c.State == Archived || c.State == Returned {
		return fault.New(fault.Conflict, "eservice.MayWithdraw", "nothing_to_withdraw")
	}
	return nil
}

// MayDecide refuses a decision on a case that is not in progress with this officer.
func (c *Case) MayDecide(officer access.PersonID) error {
	if c.State != InProgress || c.Officer != officer {
		return fault.New(fault.Conflict, "eservice.MayDecide", "not_in_progress")
	}
	return nil
}

// Resume is the new deadline after a pause: the time stood still meanwhile.
func (c *Case) Resume(now time.Time) *time.Time {
	if c.DueAt == nil || c.PausedAt == nil {
		return c.DueAt
	}
	due := c.DueAt.Add(now.Sub(*c.PausedAt))
	return &due
}

// newRef makes a case's reference out of chance: two groups of three signs that can't be
// mistaken for each other (Crockford's base 32), such as K7M-4QX. It says nothing and opens
// nothing.
func newRef(chance [6]byte) string {
	const signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b strings.Builder
	for i, c := range chance {
		if i == 3 {
			b.WriteByte('-')
		}
		b.WriteByte(signs[c&31])
	}
	return b.String()
}
