package ledger

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tillit/internal/core/access"
	"tillit/internal/kit/fault"
)

// Reader reads the ledger under the audit role.
type Reader struct{ pool *pgxpool.Pool }

// NewReader makes a reader on a pool of the audit role.
func NewReader(pool *pgxpool.Pool) *Reader { return &Reader{pool} }

// Seen is one occasion on which something about a person was shown.
type Seen struct {
	Response  access.RequestID
	At        time.Time
	Kind      access.Kind // of the one who saw
	Self      bool        // it was the person herself
	Title     string      // key of the title, for officers and stewards
	Name      string      // the working name, for officers and stewards
	Unit      string
	Board     string
	Shielded  bool // the unit is one that handles protected persons' cases
	Purpose   string
	Case      [16]byte
	Fields    []string // "kind.field", sorted
	Level     Level
	Principal access.PersonID
}

const seenQuery = `
select r.id, r.at, r.kind, coalesce(r.principal = $1, false), coalesce(role.text, ''), coalesce(m.name, ''), coalesce(u.name, ''), coalesce(b.name, ''),
  coalesce(u.shielded, false), purpose.text, r.case_id, string_agg(distinct rec.text || ':' || f.text, '|' order by rec.text || ':' || f.text), max(d.level), r.principal
from ledger.disclosure d
join ledger.response r on r.id = d.response and r.at = d.at
join ledger.word purpose on purpose.id = r.purpose
join ledger.word role on role.id = r.role
join ledger.word f on f.id = d.fields
join ledger.word rec on rec.id = d.record
left join access.unit u on u.id = r.unit
left join access.board b on b.id = coalesce(r.controller, u.board)
left join lateral (select name from access.membership m where m.person = r.principal and m.unit = r.unit and r.kind in (2, 3) order by m.valid_from desc limit 1) m on true
where d.subject = $1 and d.at < $2 and ($4 or r.principal is distinct from $1)
group by r.id, r.at, r.kind, r.principal, role.text, m.name, u.name, u.shielded, b.name, purpose.text, r.case_id
order by r.at desc, r.id desc limit $3`

// SeenBy is a person's own log, newest first: every occasion before an instant on which
// something about her was shown, at most limit of them; those on which she herself looked
// only with own. For the person herself, asked with her own actor: anybody else is refused
// as if there were nothing.
func (l *Reader) SeenBy(ctx context.Context, by access.Actor, before time.Time, limit int, own bool) ([]Seen, error) {
	if by.Kind != access.Resident {
		return nil, fault.New(fault.NotFound, "ledger.SeenBy", "")
	}
	rows, err := l.pool.Query(ctx, seenQuery, by.Person, before, limit, own)
	if err != nil {
		return nil, fault.Wrap("ledger.SeenBy", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Seen, error) {
		var s Seen
		var kind, level int16
		var fields string
		var caseID access.RequestID
		err := row.Scan(&s.Response, &s.At, &kind, &s.Self, &s.Title, &s.Name, &s.Unit, &s.Board, &s.Shielded, &s.Purpose, &caseID, &fields, &level, &s.Principal)
		s.Kind, s.Level, s.Case = kindOf(kind), Level(level), caseID
		for part := range strings.SplitSeq(fields, "|") {
			record, names, _ := strings.Cut(part, ":")
			for name := range strings.FieldsSeq(names) {
				s.Fields = append(s.Fields, record+"."+name)
			}
		}
		return s, err
	})
	return list, fault.Wrap("ledger.SeenBy", err)
}

func kindOf(n int16) access.Kind {
	switch n {
	case 1:
		return access.Resident
	case 2:
		return access.Officer
	case 3:
		return access.Steward
	default:
		return "service:"
	}
}

// Month is how many occasions a month had, by purpose; her own looks are not counted.
type Month struct {
	First   time.Time
	Purpose string
	Count   int
}

// Months counts a person's occasions per month since an instant, by purpose. For the
// person herself, as SeenBy.
func (l *Reader) Months(ctx context.Context, by access.Actor, since time.Time, zone string) ([]Month, error) {
	if by.Kind != access.Resident {
		return nil, fault.New(fault.NotFound, "ledger.Months", "")
	}
	rows, err := l.pool.Query(ctx, `
select date_trunc('month', r.at at time zone $3), w.text, count(distinct r.id)
from ledger.disclosure d join ledger.response r on r.id = d.response and r.at = d.at join ledger.word w on w.id = r.purpose
where d.subject = $1 and d.at >= $2 and r.principal is distinct from $1
group by 1, 2 order by 1, 2`, by.Person, since, zone)
	if err != nil {
		return nil, fault.Wrap("ledger.Months", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Month, error) {
		var m Month
		err := row.Scan(&m.First, &m.Purpose, &m.Count)
		return m, err
	})
	return list, fault.Wrap("ledger.Months", err)
}

// Reads is how many times a case was shown, to one kind of reader.
type Reads struct {
	Kind  access.Kind
	Own   bool // it was the one who asks
	Count int
}

// ReadsOf counts how many times something of a case was shown, by kind of reader, the asker's
// own apart. It names nobody. For officers and stewards; whoever calls it has let them read
// the case.
func (l *Reader) ReadsOf(ctx context.Context, by access.Actor, caseID [16]byte) ([]Reads, error) {
	if by.Kind != access.Officer && by.Kind != access.Steward {
		return nil, fault.New(fault.NotFound, "ledger.ReadsOf", "")
	}
	rows, err := l.pool.Query(ctx, `
select r.kind, coalesce(r.principal = $2, false), count(*) from ledger.response r
where r.case_id = $1 and exists (select 1 from ledger.disclosure d where d.response = r.id)
group by 1, 2 order by 2 desc, 1 desc`, access.RequestID(caseID), by.Person)
	if err != nil {
		return nil, fault.Wrap("ledger.ReadsOf", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Reads, error) {
		var r Reads
		var kind int16
		err := row.Scan(&kind, &r.Own, &r.Count)
		r.Kind = kindOf(kind)
		return r, err
	})
	return list, fault.Wrap("ledger.ReadsOf", err)
}

// Broken says where a lane's chain does not hold.
type Broken struct {
	Lane int32
	Seq  int64
	Why  string
}

// Error names the lane and the sequence number.
func (b *Broken) Error() string {
	return fmt.Sprintf("ledger: lane %d, row %d: %s", b.Lane, b.Seq, b.Why)
}

// VerifyChains walks every lane: the sequence has no gap, and each head follows from the
// one before and the row's commitment. Returns how many rows hold, and a *Broken at the
// first that does not.
func (l *Reader) VerifyChains(ctx context.Context) (int64, error) {
	rows, err := l.pool.Query(ctx, `select lane, seq, commitment, head from ledger.disclosure order by lane, seq`)
	if err != nil {
		return 0, fault.Wrap("ledger.VerifyChains", err)
	}
	defer rows.Close()
	var held, expect int64
	lane := int32(-1)
	var head [32]byte
	for rows.Next() {
		var ln int32
		var seq int64
		var c, h []byte
		if err := rows.Scan(&ln, &seq, &c, &h); err != nil {
			return held, fault.Wrap("ledger.VerifyChains", err)
		}
		if ln != lane {
			lane, expect, head = ln, 1, [32]byte{}
		}
		if seq != expect {
			return held, &Broken{ln, expect, "missing"}
		}
		if len(c) != 32 || len(h) != 32 {
			return held, &Broken{ln, seq, "malformed"}
		}
		head = chain(head, [32]byte(c))
		if subtle.ConstantTimeCompare(head[:], h) != 1 {
			return held, &Broken{ln, seq, "does not follow from the row before"}
		}
		held++
		expect++
	}
	if err := rows.Err(); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return held, fault.Wrap("ledger.VerifyChains", err)
	}
	return held, l.verifyEnds(ctx)
}

// verifyEnds sees that no closed lane has lost rows from its end, which a chain can't tell.
func (l *Reader) verifyEnds(ctx context.Context) error {
	b := Broken{Why: "the lane's end is missing"}
	err := l.pool.QueryRow(ctx, `
select l.id, coalesce(max(d.seq), 0) + 1 from ledger.lane l left join ledger.disclosure d on d.lane = l.id
where l.last_seq is not null group by l.id, l.last_seq having l.last_seq <> coalesce(max(d.seq), 0) order by l.id limit 1`).Scan(&b.Lane, &b.Seq)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fault.Wrap("ledger.verifyEnds", err)
	}
	return &b
}
