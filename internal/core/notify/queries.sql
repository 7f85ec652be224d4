-- name: insertPoint :exec
insert into notify.contact_point (id, person, channel, address, state, created_at, proven_at) values ($1, $2, 'mail', $3, $4, $5, $6);

-- name: point :one
select id, person, address, state, proven_at from notify.contact_point where id = $1;

-- name: lockPoint :one
select id, person, state, code, tries, created_at from notify.contact_point where id = $1 for update;

-- name: pointsOf :many
select id, person, address, state, created_at, proven_at from notify.contact_point where person = $1 and state <> 'withdrawn' order by created_at, id;

-- name: provenOf :one
select id, person, address, state, proven_at from notify.contact_point where person = $1 and state = 'proven' order by proven_at desc, id desc limit 1;

-- name: givenSince :one
select count(*) from notify.contact_point where person = @person and created_at > @since;

-- name: isProven :one
select exists (select from notify.contact_point where person = @person and address = @address and state = 'proven')::bool;

-- name: withdrawUnproven :exec
update notify.contact_point set state = 'withdrawn', code = null where person = @person and state = 'unproven';

-- name: withdrawOverdue :exec
update notify.contact_point set state = 'withdrawn', code = null where state = 'unproven' and created_at <= @given_before::timestamptz;

-- name: setCode :execrows
update notify.contact_point set code = @code where id = @id and state = 'unproven';

-- name: countTry :exec
update notify.contact_point set tries = tries + 1 where id = $1;

-- name: prove :exec
update notify.contact_point set state = 'proven', code = null, proven_at = @now where id = @id;

-- name: withdraw :exec
update notify.contact_point set state = 'withdrawn', code = null where id = $1;

-- name: withdrawOthers :many
update notify.contact_point set state = 'withdrawn' where person = @person and state = 'proven' and id <> @id returning id;

-- name: insertNotice :exec
insert into notify.notice (id, person, template, case_id, service, at) values ($1, $2, $3, $4, $5, $6);

-- name: notice :one
select id, person from notify.notice where id = $1;

-- name: noticesOf :many
select id, person, template, case_id, service, at, read_at from notify.notice where person = $1 order by at desc, id desc limit $2;

-- name: markRead :exec
update notify.notice set read_at = @now where id = @id and read_at is null;

-- name: insertDelivery :exec
insert into notify.delivery (id, notice, contact_point, state, at) values ($1, $2, $3, 'queued', $4);

-- name: queuedDelivery :one
select d.id, d.notice, d.contact_point, coalesce(n.template, '')::core.open_text as template, n.case_id, c.person, c.created_at
from notify.delivery d join notify.contact_point c on c.id = d.contact_point left join notify.notice n on n.id = d.notice
where d.id = $1 and d.state = 'queued';

-- name: noteDelivery :exec
update notify.delivery set state = @state, why = @why, contact_point = @contact_point, at = @now where id = @id and state = 'queued';

-- name: noteNearMiss :exec
insert into ledger.near_miss (id, at, route, build, kind, count) values ($1, $2, $3, $4, $5, $6);
