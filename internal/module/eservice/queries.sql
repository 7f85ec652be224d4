-- name: insertPackage :exec
insert into eservice.package (hash, family, number, body, published_at) values ($1, $2, $3, $4, $5) on conflict (hash) do nothing;

-- name: packageOf :one
select hash, family, number, body from eservice.package where hash = $1;

-- name: putFamily :exec
insert into eservice.family (key, unit, shielded_unit, live) values ($1, $2, $3, $4)
on conflict (key) do update set live = excluded.live, unit = excluded.unit, shielded_unit = excluded.shielded_unit;

-- name: families :many
select f.key, f.unit, f.shielded_unit, f.live, f.enabled, u.board, su.board as shielded_board, b.name as board_name, b.key as board_key, u.name as unit_name from eservice.family f
join access.unit u on u.id = f.unit join access.unit su on su.id = f.shielded_unit join access.board b on b.id = u.board order by f.key;

-- name: insertRate :exec
insert into eservice.rate (id, key, unit, value, valid_from, valid_to, municipality, source, confirmed, enabled)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (key, valid_from, municipality) do nothing;

-- name: rates :many
select id, key, unit, value, valid_from, valid_to, municipality, source, confirmed, enabled from eservice.rate;

-- name: insertFacility :exec
insert into eservice.facility (id, key, name, kind, area) values ($1, $2, $3, $4, $5) on conflict (key) do nothing;

-- name: facilities :many
select key, name, kind, area from eservice.facility order by name;

-- name: insertDraft :exec
insert into eservice.draft (id, family, package, applicant, answers, salt, step, version, created_at, updated_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9);

-- name: draftOf :one
select id, family, package, applicant, about, answers, salt, kept, step, version, created_at, updated_at, expires_at from eservice.draft where id = $1;

-- name: lockDraft :one
select id, family, package, applicant, about, answers, salt, kept, step, version, created_at, updated_at, expires_at from eservice.draft where id = $1 for update;

-- name: draftsOf :many
select id, family, package, applicant, about, answers, salt, kept, step, version, created_at, updated_at, expires_at from eservice.draft where applicant = $1 order by updated_at desc;

-- name: saveDraft :execrows
update eservice.draft set answers = @answers, kept = @kept, about = @about, step = @step, version = version + 1, updated_at = @now, expires_at = @expires_at
where id = @id and version = @version;

-- name: deleteDraft :execrows
delete from eservice.draft where id = $1;

-- name: staleDrafts :many
select id from eservice.draft where expires_at <= $1 limit 200;

-- name: insertAttachment :exec
insert into eservice.attachment (id, draft_id, case_id, slot, owner, shared, name, media, size, sha, scan, body, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: attachmentsOfDraft :many
select id, slot, owner, name, media, size, sha, scan, at from eservice.attachment where draft_id = $1 order by at, id;

-- name: attachmentsOfCase :many
select id, case_id, slot, owner, shared, name, media, size, sha, scan, at from eservice.attachment where case_id = $1 order by at, id;

-- name: attachmentOf :one
select id, draft_id, case_id, slot, owner, shared, name, media, size, sha, scan, at from eservice.attachment where id = $1;

-- name: attachmentBody :one
select name, media, body from eservice.attachment where id = $1;

-- name: pendingScans :many
select id from eservice.attachment where scan = 'pending' order by at limit 20;

-- name: setScan :exec
update eservice.attachment set scan = $2 where id = $1;

-- name: deleteAttachment :execrows
delete from eservice.attachment where id = $1 and draft_id = $2;

-- name: moveAttachments :exec
update eservice.attachment set case_id = @case_id, draft_id = null, shared = (slot = any(@shared_slots::text[])) where draft_id = @draft_id;

-- name: returnAttachments :exec
update eservice.attachment set draft_id = @draft_id, case_id = null, shared = false where case_id = @case_id;

-- name: insertCase :exec
insert into eservice.case (id, ref, family, package, unit, controller, about, applicant, shielded, state, salt, payload, created_at, sign_until, version)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1);

-- name: caseOf :one
select c.id, c.ref, c.family, c.package, c.unit, c.controller, c.about, c.applicant, c.shielded, c.state, c.outcome, c.officer, c.salt, c.payload, c.receipt,
  c.created_at, c.sign_until, c.signed_at, c.complete_at, c.due_at, c.paused_at, c.closed_at, c.version, u.name as unit_name, b.name as board_name, b.key as board_key
from eservice.case c join access.unit u on u.id = c.unit join access.board b on b.id = c.controller where c.id = $1;

-- name: lockCase :one
select id, state, version from eservice.case where id = $1 for update;

-- name: myCases :many
select c.id, c.ref, c.family, c.package, c.unit, c.controller, c.about, c.applicant, c.shielded, c.state, c.outcome, c.officer, c.salt, c.payload, c.receipt,
  c.created_at, c.sign_until, c.signed_at, c.complete_at, c.due_at, c.paused_at, c.closed_at, c.version, u.name as unit_name, b.name as board_name, b.key as board_key
from eservice.case c join access.unit u on u.id = c.unit join access.board b on b.id = c.controller
where c.id in (select r.object from access.relation r where r.subject = @person::uuid and r.kind in ('party_to', 'invited_to')
  and r.valid_from <= @now::timestamptz and (r.valid_to is null or r.valid_to > @now::timestamptz))
order by c.created_at desc, c.id desc limit 200;

-- name: inbox :many
select c.id, c.ref, c.family, c.package, c.unit, c.controller, c.about, c.applicant, c.shielded, c.state, c.outcome, c.officer, c.salt, c.payload, c.receipt,
  c.created_at, c.sign_until, c.signed_at, c.complete_at, c.due_at, c.paused_at, c.closed_at, c.version, u.name as unit_name, b.name as board_name, b.key as board_key
from eservice.case c join access.unit u on u.id = c.unit join access.board b on b.id = c.controller
where c.unit = any(@units::uuid[]) and c.state not in ('waiting_for_multisign', 'returned')
  and c.about <> @person::uuid and c.applicant <> @person::uuid
  and c.id not in (select r.object from access.relation r where r.subject = @person::uuid and r.kind in ('party_to', 'invited_to'))
  and case @list::text
    when 'mine' then c.officer = @person::uuid and c.state in ('submitted', 'in_progress')
    when 'unassigned' then c.officer is null and c.state in ('submitted', 'in_progress')
    when 'waiting' then c.state = 'waiting_for_completion'
    when 'closed' then c.state = 'archived' and c.closed_at > @closed_after::timestamptz
    else true end
  and (@ref::text = '' or c.ref = @ref::text) and (@state::text = '' or c.state = @state::text)
order by case when c.state = 'archived' then c.closed_at end desc nulls first, c.due_at nulls last, c.created_at, c.id limit @most::integer;

-- name: countInbox :one
select count(*) filter (where c.officer = @person::uuid and c.state in ('submitted', 'in_progress')) as mine,
  count(*) filter (where c.officer = @person::uuid and c.state in ('submitted', 'in_progress') and c.due_at < @today::timestamptz) as late,
  count(*) filter (where c.officer = @person::uuid and c.state in ('submitted', 'in_progress') and c.due_at >= @today::timestamptz and c.due_at < @tomorrow::timestamptz) as due_today,
  count(*) filter (where c.officer is null and c.state in ('submitted', 'in_progress')) as unassigned,
  count(*) filter (where c.state = 'waiting_for_completion') as waiting,
  count(*) filter (where c.state = 'archived' and c.closed_at > @closed_after::timestamptz) as closed
from eservice.case c where c.unit = any(@units::uuid[]) and c.about <> @person::uuid and c.applicant <> @person::uuid
  and c.id not in (select r.object from access.relation r where r.subject = @person::uuid and r.kind in ('party_to', 'invited_to'));

-- name: cameIn :many
select t.case_id, bool_or(t.message)::bool as message, bool_or(t.completion)::bool as completion from (
  (select distinct on (m.case_id, m.party) m.case_id, m.from_party as message, false as completion
    from eservice.message m where m.case_id = any(@cases::uuid[]) order by m.case_id, m.party, m.at desc, m.id desc)
  union all
  select k.case_id, false, true from eservice.completion k where k.case_id = any(@cases::uuid[]) and k.answered_at is not null) t
group by t.case_id;

-- name: openFor :one
select count(*) from eservice.case where about = $1 and family = $2 and state not in ('archived', 'returned');

-- name: setSubmitted :execrows
update eservice.case set state = 'submitted', signed_at = @now, complete_at = @complete_at, due_at = @due_at, receipt = @receipt, version = version + 1
where id = @id and state = 'waiting_for_multisign';

-- name: setReturned :execrows
update eservice.case set state = 'returned', closed_at = @now, version = version + 1 where id = @id and state = 'waiting_for_multisign';

-- name: setTaken :execrows
update eservice.case set state = 'in_progress', officer = @officer, version = version + 1
where id = @id and state in ('submitted', 'in_progress') and (officer is null or officer = @officer);

-- name: setWaiting :execrows
update eservice.case set state = 'waiting_for_completion', paused_at = @now, version = version + 1 where id = @id and state = 'in_progress';

-- name: setResumed :execrows
update eservice.case set state = 'in_progress', due_at = @due_at, complete_at = coalesce(complete_at, @complete_at), paused_at = null, version = version + 1
where id = @id and state = 'waiting_for_completion';

-- name: setArchived :execrows
update eservice.case set state = 'archived', outcome = @outcome, closed_at = @now, version = version + 1 where id = @id and state <> 'archived' and state <> 'returned';

-- name: signingFor :many
select c.id from eservice.case c join eservice.party p on p.case_id = c.id
where c.about = $1 and c.state = 'waiting_for_multisign' and p.person = $2 and p.role <> 'applicant' and p.state in ('invited', 'identified') for update of c;

-- name: signingLate :many
select id from eservice.case where state = 'waiting_for_multisign' and sign_until <= $1 limit 200;

-- name: completionLate :many
select k.id, k.case_id from eservice.completion k join eservice.case c on c.id = k.case_id
where c.state = 'waiting_for_completion' and k.answered_at is null and k.due_at <= $1 limit 200;

-- name: insertAnswers :exec
insert into eservice.answers (case_id, part, owner, body) values ($1, $2, $3, $4);

-- name: answersOf :many
select case_id, part, owner, body from eservice.answers where case_id = $1 order by part;

-- name: insertParty :exec
insert into eservice.party (id, case_id, person, role, state, invited_at, until, identified_at, answered_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: partiesOf :many
select id, case_id, person, role, state, invited_at, until, reminded_at, identified_at, answered_at from eservice.party where case_id = any(@cases::uuid[]) order by invited_at, id;

-- name: setParty :execrows
update eservice.party set state = @state, answered_at = coalesce(@answered_at, answered_at), identified_at = coalesce(@identified_at, identified_at)
where case_id = @case_id and person = @person and state = any(@was::text[]);

-- name: expireParties :exec
update eservice.party set state = 'expired', answered_at = @now where case_id = @case_id and state in ('invited', 'identified') and role <> 'applicant';

-- name: dueReminders :many
select p.id, p.case_id, p.person from eservice.party p join eservice.case c on c.id = p.case_id
where c.state = 'waiting_for_multisign' and p.state in ('invited', 'identified') and p.reminded_at is null and p.invited_at <= @invited_before limit 200;

-- name: setReminded :exec
update eservice.party set reminded_at = $2 where id = $1;

-- name: insertSignature :exec
insert into eservice.signature (id, case_id, person, payload, visible, evidence, ocsp, at) values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: signaturesOf :many
select id, case_id, person, payload, at from eservice.signature where case_id = $1 order by at;

-- name: insertMessage :exec
insert into eservice.message (id, case_id, party, from_party, author, author_name, body, at) values ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: messagesOf :many
select id, case_id, party, from_party, author, author_name, body, at, read_at from eservice.message where case_id = $1 order by at, id limit 500;

-- name: readMessages :exec
update eservice.message set read_at = @now where case_id = @case_id and party = @party and not from_party and read_at is null;

-- name: insertNote :exec
insert into eservice.note (id, case_id, author, author_name, body, at) values ($1, $2, $3, $4, $5, $6);

-- name: notesOf :many
select id, case_id, author, author_name, body, at from eservice.note where case_id = $1 order by at, id limit 500;

-- name: insertCompletion :exec
insert into eservice.completion (id, case_id, party, ask, asked_by, asked_at, due_at) values ($1, $2, $3, $4, $5, $6, $7);

-- name: completionsOf :many
select id, case_id, party, ask, asked_by, asked_at, due_at, answer, answered_at from eservice.completion where case_id = $1 order by asked_at, id;

-- name: answerCompletion :execrows
update eservice.completion set answer = $2, answered_at = $3 where id = $1 and answered_at is null;

-- name: insertDecision :exec
insert into eservice.decision (id, case_id, outcome, reasons, delegation, officer, officer_name, appeal_days, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: decisionOf :one
select id, case_id, outcome, reasons, delegation, officer, officer_name, appeal_days, at from eservice.decision where case_id = $1;

-- name: insertServed :exec
insert into eservice.served (case_id, person, at) values ($1, $2, $3);

-- name: servedOf :many
select case_id, person, at, read_at from eservice.served where case_id = $1 order by person;

-- name: setServedRead :exec
update eservice.served set read_at = $3 where case_id = $1 and person = $2 and read_at is null;

-- name: insertEvent :exec
insert into eservice.event (id, case_id, what, audience, by, at) values ($1, $2, $3, $4, $5, $6);

-- name: eventsOf :many
select id, case_id, what, audience, by, at from eservice.event where case_id = $1 order by at, id limit 500;

-- name: insertRelation :exec
insert into access.relation (id, subject, kind, object, via, source, valid_from, recorded_at) values ($1, $2, $3, $4, $5, 'eservice', $6, $6);

-- name: endRelation :exec
update access.relation set valid_to = @now where subject = @subject and kind = @kind and object = @object and (valid_to is null or valid_to > @now);

-- name: endServing :exec
update access.relation set valid_to = @now where via = @case_id and kind = 'serves' and (valid_to is null or valid_to > @now);

-- name: unshieldedOf :many
select c.id, f.shielded_unit, u.board as shielded_board from eservice.case c
join eservice.family f on f.key = c.family join access.unit u on u.id = f.shielded_unit
where not c.shielded and (c.about = @person::uuid or c.id in (select p.case_id from eservice.party p where p.person = @person::uuid));

-- name: setShielded :exec
update eservice.case set shielded = true, unit = @unit, controller = @board, officer = null,
  state = case when state = 'in_progress' then 'submitted' else state end, version = version + 1 where id = @id;

-- name: servedBy :many
select r.object::uuid as person from access.relation r where r.via = @case_id and r.kind = 'serves' and r.valid_to is null;

-- name: publishedAs :one
select hash from eservice.package where family = $1 and number = $2;
