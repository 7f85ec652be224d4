package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
)

const (
	challengeLife = 5 * time.Minute  // a ceremony, from question to answer
	inviteLife    = 30 * time.Minute // from the colleague's desk to the new key
)

// ChallengeID is the key of a passkey ceremony.
type ChallengeID = id.Of[challengeKey]

type challengeKey struct{}

// passkeys is the relying party, when the address that people type can have one: a host name,
// not a number.
func passkeys(public, name string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return nil, nil
	}
	required := true
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: name, RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired},
	})
}

// employee is one of the staff, as the library knows her. Her key is the handle: no name, no
// number is kept in anybody's key ring.
type employee struct {
	person access.PersonID
	name   string
	keys   []webauthn.Credential
}

func (e employee) WebAuthnID() []byte                         { return e.person[:] }
func (e employee) WebAuthnName() string                       { return e.name }
func (e employee) WebAuthnDisplayName() string                { return e.name }
func (e employee) WebAuthnCredentials() []webauthn.Credential { return e.keys }

func (s *Service) employee(ctx context.Context, tx *db.Tx, who access.PersonID) (employee, error) {
	q := New(tx)
	jobs, err := q.memberships(ctx, who, tx.Now())
	if err != nil {
		return employee{}, err
	}
	if len(jobs) == 0 {
		return employee{}, fault.New(fault.NotFound, "session.employee", "")
	}
	rows, err := q.passkeysOf(ctx, who)
	if err != nil {
		return employee{}, err
	}
	e := employee{person: who, name: jobs[0].Name}
	for _, r := range rows {
		var transports []protocol.AuthenticatorTransport
		for t := range strings.FieldsSeq(r.Transports) {
			transports = append(transports, protocol.AuthenticatorTransport(t))
		}
		e.keys = append(e.keys, webauthn.Credential{ID: r.ID, PublicKey: r.PublicKey, Transport: transports,
			Flags:         webauthn.CredentialFlags{UserPresent: r.UserPresent, UserVerified: r.UserVerified, BackupEligible: r.BackupEligible, BackupState: r.BackupState},
			Authenticator: webauthn.Authenticator{AAGUID: r.Aaguid, SignCount: uint32(r.Counter)}})
	}
	return e, nil
}

// HasPasskeys reports whether this installation's address can have passkeys.
func (s *Service) HasPasskeys() bool { return s.passkeys != nil }

// Invite lets an employee register a passkey within half an hour, by a secret that a colleague
// hands her. For the console; NotFound when she works here no more.
func (s *Service) Invite(ctx context.Context, who access.PersonID) (Secret, error) {
	var code Secret
	if _, err := io.ReadFull(s.chance, code[:]); err != nil {
		return code, fault.As(fault.Internal, "session.Invite", err)
	}
	err := s.db.Tx(ctx, as(who), func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.employee(ctx, tx, who); err != nil {
			return err
		}
		return New(tx).insertChallenge(ctx, insertChallengeParams{id.New[any](s.ids), "invite", who, "{}", code.Hash(), tx.Now().Add(inviteLife)})
	})
	return code, fault.Wrap("session.Invite", err)
}

// Ceremony is what a browser needs to ask an authenticator.
type Ceremony struct {
	ID      ChallengeID
	Options any // as JSON for navigator.credentials
}

func (s *Service) keepChallenge(ctx context.Context, tx *db.Tx, purpose string, who access.PersonID, data *webauthn.SessionData, b Browser) (ChallengeID, error) {
	if err := b.check(); err != nil {
		return ChallengeID{}, err
	}
	text, err := json.Marshal(data)
	if err != nil {
		return ChallengeID{}, err
	}
	if err := New(tx).sweepChallenges(ctx, tx.Now()); err != nil {
		return ChallengeID{}, err
	}
	challenge := id.New[challengeKey](s.ids)
	return challenge, New(tx).insertChallenge(ctx, insertChallengeParams{id.Key(challenge), purpose, who, string(text), b.Nonce.Hash(), tx.Now().Add(challengeLife)})
}

// BeginRegister begins the registration of a passkey for whoever holds an invitation.
func (s *Service) BeginRegister(ctx context.Context, b Browser, invite Secret) (Ceremony, error) {
	var c Ceremony
	if s.passkeys == nil {
		return c, fault.New(fault.NotFound, "session.BeginRegister", "")
	}
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		row, err := New(tx).invitedBy(ctx, invite.Hash(), tx.Now())
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "session.BeginRegister", "")
		}
		if err != nil {
			return err
		}
		e, err := s.employee(ctx, tx, row.Person)
		if err != nil {
			return err
		}
		exclude := make([]protocol.CredentialDescriptor, len(e.keys))
		for i, k := range e.keys {
			exclude[i] = k.Descriptor()
		}
		options, data, err := s.passkeys.BeginRegistration(e, webauthn.WithExclusions(exclude))
		if err != nil {
			return fault.As(fault.Internal, "session.BeginRegister", err)
		}
		c.Options = options
		c.ID, err = s.keepChallenge(ctx, tx, "register", row.Person, data, b)
		return err
	})
	return c, fault.Wrap("session.BeginRegister", err)
}

// take uses a challenge up, whatever comes of it: one question, one answer.
func (s *Service) take(ctx context.Context, b Browser, challenge ChallengeID, purpose string) (access.PersonID, webauthn.SessionData, error) {
	var who access.PersonID
	var data webauthn.SessionData
	err := s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		row, err := New(tx).takeChallenge(ctx, &now, id.Key(challenge), purpose, b.Nonce.Hash())
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "session.take", "")
		}
		if err != nil {
			return err
		}
		who, data = row.Person, webauthn.SessionData{}
		return json.Unmarshal([]byte(row.Data), &data)
	})
	return who, data, fault.Wrap("session.take", err)
}

// FinishRegister keeps a new passkey and uses the invitation up. Invalid when the answer is
// not one to the question, or did not verify the user.
func (s *Service) FinishRegister(ctx context.Context, b Browser, invite Secret, challenge ChallengeID, label string, response []byte) error {
	who, data, err := s.take(ctx, b, challenge, "register")
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBody(bytes.NewReader(response))
	if err != nil {
		return fault.As(fault.Invalid, "session.FinishRegister", errAnswer)
	}
	err = s.db.Tx(ctx, as(who), func(ctx context.Context, tx *db.Tx) error {
		q := New(tx)
		row, err := q.invitedBy(ctx, invite.Hash(), tx.Now())
		if errors.Is(err, pgx.ErrNoRows) || err == nil && row.Person != who {
			return fault.New(fault.NotFound, "session.FinishRegister", "")
		}
		if err != nil {
			return err
		}
		e, err := s.employee(ctx, tx, who)
		if err != nil {
			return err
		}
		k, err := s.passkeys.CreateCredential(e, data, parsed)
		if err != nil {
			return fault.As(fault.Invalid, "session.FinishRegister", errAnswer)
		}
		var transports []string
		for _, t := range k.Transport {
			transports = append(transports, string(t))
		}
		if err := q.insertPasskey(ctx, insertPasskeyParams{ID: k.ID, Person: who, PublicKey: k.PublicKey, Aaguid: k.Authenticator.AAGUID, Transports: strings.Join(transports, " "),
			Counter: int64(k.Authenticator.SignCount), BackupEligible: k.Flags.BackupEligible, BackupState: k.Flags.BackupState, UserPresent: k.Flags.UserPresent,
			UserVerified: k.Flags.UserVerified, Label: label, CreatedAt: tx.Now()}); err != nil {
			return err
		}
		now := tx.Now()
		_, err = q.takeChallenge(ctx, &now, row.ID, "invite", invite.Hash())
		return err
	})
	return fault.Wrap("session.FinishRegister", err)
}

// errAnswer says that an authenticator's answer does not hold; the library's own text may
// quote it, so it is not kept.
var errAnswer = errors.New("session: the authenticator's answer does not hold")

// BeginStaff begins the sign-in of an employee by passkey. Which one, her authenticator says.
func (s *Service) BeginStaff(ctx context.Context, b Browser) (Ceremony, error) {
	var c Ceremony
	if s.passkeys == nil {
		return c, fault.New(fault.NotFound, "session.BeginStaff", "")
	}
	options, data, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return c, fault.As(fault.Internal, "session.BeginStaff", err)
	}
	c.Options = options
	err = s.db.Tx(ctx, as(access.PersonID{}), func(ctx context.Context, tx *db.Tx) error {
		var err error
		c.ID, err = s.keepChallenge(ctx, tx, "sign_in", access.PersonID{}, data, b)
		return err
	})
	return c, fault.Wrap("session.BeginStaff", err)
}

// FinishStaff signs an employee in by her authenticator's answer. Refused (Invalid): an answer
// to another question, from another origin, without verification of the user, by a key whose
// counter went back (it may be a copy) or whose kind has changed. Staff who have both kinds of
// employment come in as officer.
func (s *Service) FinishStaff(ctx context.Context, b Browser, challenge ChallengeID, response []byte) (Secret, access.Kind, error) {
	_, data, err := s.take(ctx, b, challenge, "sign_in")
	if err != nil {
		return Secret{}, "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBody(bytes.NewReader(response))
	if err != nil || len(parsed.Response.UserHandle) != len(access.PersonID{}) {
		return Secret{}, "", fault.As(fault.Invalid, "session.FinishStaff", errAnswer)
	}
	who := access.PersonID(parsed.Response.UserHandle)
	kind := access.Officer
	err = s.db.Tx(ctx, as(who), func(ctx context.Context, tx *db.Tx) error {
		e, err := s.employee(ctx, tx, who)
		if err != nil {
			return err
		}
		k, err := s.passkeys.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return e, nil }, data, parsed)
		if err != nil || k.Authenticator.CloneWarning {
			if err == nil {
				s.log.Error("a passkey's counter went back: it may have been copied")
			} else {
				s.log.Warn("a passkey was refused")
			}
			return fault.As(fault.Invalid, "session.FinishStaff", errAnswer)
		}
		jobs, err := New(tx).memberships(ctx, who, tx.Now())
		if err != nil {
			return err
		}
		kind = access.Kind(jobs[0].Role)
		for _, j := range jobs {
			if access.Kind(j.Role) == access.Officer {
				kind = access.Officer
			}
		}
		now := tx.Now()
		n, err := New(tx).usePasskey(ctx, int64(k.Authenticator.SignCount), k.Flags.BackupState, &now, k.ID)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "session.FinishStaff", "")
		}
		return err
	})
	if err != nil {
		return Secret{}, "", fault.Wrap("session.FinishStaff", err)
	}
	secret, err := s.SignInStaff(ctx, who, kind, "passkey", b.Old)
	return secret, kind, err
}
