-- name: insertSession :exec
insert into session.session (hash, id, subject, kind, membership, method, strength, shared, generation, build, created_at, seen_at, idle_until, absolute_until)
select @hash, @id, @subject, @kind, @membership, @method, @strength, @shared, e.generation, @build, @now, @now, @idle_until, @absolute_until from session.epoch e;

-- name: live :one
select s.id, s.subject, s.kind, s.membership, s.method, s.strength, s.shared, s.build, s.created_at, s.seen_at, s.idle_until, s.absolute_until
from session.session s join session.epoch e on e.generation = s.generation
where s.hash = $1 and s.revoked_at is null and s.idle_until > @now and s.absolute_until > @now;

-- name: touch :exec
update session.session set seen_at = $2, idle_until = $3 where hash = $1 and revoked_at is null;

-- name: revoke :execrows
update session.session set revoked_at = @now, revoked_why = @why where hash = @hash and revoked_at is null;

-- name: revokePerson :execrows
update session.session set revoked_at = @now, revoked_why = @why where subject = @subject and revoked_at is null;

-- name: revokeBuild :execrows
update session.session set revoked_at = @now, revoked_why = @why where build = @build and revoked_at is null;

-- name: memberships :many
select m.id, m.unit, m.role, m.name, m.title, u.name as unit_name, u.board, u.shielded from access.membership m join access.unit u on u.id = m.unit
where m.person = $1 and m.valid_from <= @now and (m.valid_to is null or m.valid_to > @now) order by m.valid_from, m.id;

-- name: insertOrder :exec
insert into session.eid_order (id, provider, purpose, ref, auto_start, qr_token, qr_secret, nonce, subject, session, sign_ref, visible, payload, shared, return_to, state, hint, started_at, collect_after)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'pending', 'outstandingTransaction', $16, $16);

-- name: pendingOf :many
select id, ref from session.eid_order where nonce = $1 and state = 'pending' for update;

-- name: orderOf :one
select id, provider, purpose, ref, auto_start, qr_token, qr_secret, subject, session, sign_ref, visible, payload, shared, return_to, evidence, ocsp, state, hint, started_at, ended_at
from session.eid_order where id = $1 and nonce = $2;

-- name: lease :execrows
update session.eid_order set collect_after = @until where id = @id and state = 'pending' and collect_after <= @now;

-- name: setHint :exec
update session.eid_order set hint = $2 where id = $1 and state = 'pending';

-- name: endOrder :execrows
update session.eid_order set state = @state, hint = @hint, ended_at = @now, evidence = @evidence, ocsp = @ocsp, qr_secret = '', qr_token = '', auto_start = ''
where id = @id and state = 'pending';

-- name: takeEvidence :one
select o.id, o.subject, o.sign_ref, o.visible, o.payload, o.evidence, o.ocsp, o.ended_at from session.eid_order o
where o.id = @id and o.session = @session and o.subject = @subject and o.purpose = 'sign' and o.state = 'complete' and o.evidence is not null for update;

-- name: dropEvidence :exec
update session.eid_order set evidence = null, ocsp = null, visible = null where id = $1;

-- name: sweepOrders :execrows
delete from session.eid_order where started_at < $1;

-- name: insertChallenge :exec
insert into session.challenge (id, purpose, person, data, nonce, expires_at) values ($1, $2, $3, $4, $5, $6);

-- name: takeChallenge :one
update session.challenge set used_at = @now where id = @id and purpose = @purpose and nonce = @nonce and used_at is null and expires_at > @now
returning person, data;

-- name: invitedBy :one
select id, person from session.challenge where purpose = 'invite' and nonce = $1 and used_at is null and expires_at > $2;

-- name: insertPasskey :exec
insert into session.passkey (id, person, public_key, aaguid, transports, counter, backup_eligible, backup_state, user_present, user_verified, label, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: passkeysOf :many
select id, person, public_key, aaguid, transports, counter, backup_eligible, backup_state, user_present, user_verified, label, created_at, used_at from session.passkey
where person = $1 and withdrawn_at is null order by created_at;

-- name: usePasskey :execrows
update session.passkey set counter = @counter, backup_state = @backup_state, used_at = @now where id = @id and withdrawn_at is null;

-- name: sweepChallenges :exec
delete from session.challenge where expires_at < $1;
