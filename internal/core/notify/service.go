package notify

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"tillit/internal/core/access"
	"tillit/internal/core/closure"
	"tillit/internal/core/guard"
	"tillit/internal/core/ledger"
	"tillit/internal/core/person"
	"tillit/internal/kit/db"
	"tillit/internal/kit/fault"
	"tillit/internal/kit/id"
	"tillit/internal/kit/job"
	"tillit/internal/kit/text"
)

// Policy is who may see and change what here, in Cedar.
//
//go:embed policy.cedar
var Policy []byte

// Config is what the service is made of.
type Config struct {
	DB     *db.DB
	IDs    *id.Source
	Chance io.Reader // makes the codes
	Access *access.Decider
	People *person.Service
	Board  *closure.Board
	Ledger *ledger.Writer
	Guard  *guard.Guard
	Queue  *job.Queue // not started yet
	Mailer Mailer
	Town   string    // how the municipality calls itself, "Granviks kommun"
	Base   string    // where people sign in, "https://granvik.example", without a slash
	Lang   text.Lang // of the municipality
	Build  string
	Log    *slog.Logger
}

// Service keeps contact points and notices and sends the mail about them.
type Service struct {
	db     *db.DB
	ids    *id.Source
	chance io.Reader
	access *access.Decider
	people *person.Service
	board  *closure.Board
	ledger *ledger.Writer
	guard  *guard.Guard
	queue  *job.Queue
	mailer Mailer
	town   string
	base   string
	host   string // what a Message-ID ends with
	lang   text.Lang
	build  string
	log    *slog.Logger
}

// NewService makes the service and adds its worker to the queue.
func NewService(c Config) *Service {
	_, host, _ := strings.Cut(c.Base, "://")
	host, _, _ = strings.Cut(host, ":")
	s := &Service{db: c.DB, ids: c.IDs, chance: c.Chance, access: c.Access, people: c.People, board: c.Board, ledger: c.Ledger, guard: c.Guard,
		queue: c.Queue, mailer: c.Mailer, town: c.Town, base: c.Base, host: host, lang: c.Lang, build: c.Build, log: c.Log}
	c.Access.Resource(PointKind, s.pointFacts)
	c.Access.Resource(NoticeKind, s.noticeFacts)
	job.Work(c.Queue, mailers, s.deliver)
	return s
}

func (s *Service) noticeFacts(ctx context.Context, tx *db.Tx, _ access.Actor, ref access.Ref) (access.Facts, error) {
	n, err := New(tx).notice(ctx, id.Key(ref.ID))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "notify.noticeFacts", "")
	}
	if err != nil {
		return nil, fault.Wrap("notify.noticeFacts", err)
	}
	return access.Facts{"owner": n.Person}, nil
}

// Notify leaves a notice for a person, and has a mail sent when she has a proven contact
// point, in the transaction of whatever made it so. For the modules: who acts may be
// anybody, since the notice is written as the service notify. The template is one of
// Templates; the case may be zero and the service empty.
func (s *Service) Notify(ctx context.Context, tx *db.Tx, who access.PersonID, template string, about [16]byte, service string) error {
	err := access.AsService(ctx, tx, "notify", func(ctx context.Context) error {
		notice, err := s.leave(ctx, tx, who, Template(template), about, service)
		if err != nil {
			return err
		}
		to, err := New(tx).provenOf(ctx, who)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.send(ctx, tx, notice, PointID(to.ID))
	})
	return fault.Wrap("notify.Notify", err)
}

// leave writes a notice, as the service notify.
func (s *Service) leave(ctx context.Context, tx *db.Tx, who access.PersonID, t Template, about id.Key, service string) (NoticeID, error) {
	if !slices.Contains(Templates, t) {
		return NoticeID{}, fault.As(fault.Internal, "notify.leave", errors.New("there is no such template"))
	}
	notice := id.New[noticeKey](s.ids)
	return notice, New(tx).insertNotice(ctx, insertNoticeParams{ID: id.Key(notice), Person: who, Template: string(t), CaseID: about, Service: service, At: tx.Now()})
}

// send queues a mail to a contact point, as the service notify: about a notice, or with a
// code when that is zero.
func (s *Service) send(ctx context.Context, tx *db.Tx, notice NoticeID, to PointID) error {
	delivery := id.New[deliveryKey](s.ids)
	if err := New(tx).insertDelivery(ctx, id.Key(delivery), id.Key(notice), id.Key(to), tx.Now()); err != nil {
		return err
	}
	return s.queue.Insert(ctx, tx, mail{delivery})
}

// Notices lists the signed-in resident's own notices, newest first, at most limit.
func (s *Service) Notices(ctx context.Context, tx *db.Tx, by access.Actor, limit int32) ([]Notice, error) {
	rows, err := New(tx).noticesOf(ctx, by.Person, limit)
	if err != nil {
		return nil, fault.Wrap("notify.Notices", err)
	}
	list := make([]Notice, len(rows))
	for i, r := range rows {
		if _, err := s.access.Decide(tx, by, ReadNotice, NoticeRef(NoticeID(r.ID)), Contact, access.Facts{"owner": r.Person}); err != nil {
			return nil, fault.Wrap("notify.Notices", err)
		}
		list[i] = Notice{ID: NoticeID(r.ID), Template: Template(r.Template), Case: r.CaseID, Service: r.Service, At: r.At, ReadAt: r.ReadAt}
	}
	return list, nil
}

// MarkRead notes that the signed-in resident has read notices of hers; the first time
// counts. One that is not hers is NotFound, and nothing is noted.
func (s *Service) MarkRead(ctx context.Context, by access.Actor, notices ...NoticeID) error {
	err := s.db.Tx(ctx, by.Local(Contact), func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		for _, n := range notices {
			if _, err := s.access.Permit(ctx, tx, by, MarkNotice, NoticeRef(n), Contact); err != nil {
				return err
			}
			if err := New(tx).markRead(ctx, &now, id.Key(n)); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.Wrap("notify.MarkRead", err)
}
