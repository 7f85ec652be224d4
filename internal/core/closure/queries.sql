-- name: all :many
select target, why, closed_by, closed_at, opening_by, opening_at from closure.closure order by closed_at, target;

-- name: get :one
select target, why, closed_by, closed_at, opening_by, opening_at from closure.closure where target = $1 for update;

-- name: put :execrows
insert into closure.closure (target, why, closed_by, closed_at) values ($1, $2, $3, $4) on conflict (target) do nothing;

-- name: askOpen :exec
update closure.closure set opening_by = $2, opening_at = $3 where target = $1;

-- name: remove :exec
delete from closure.closure where target = $1;

-- name: note :exec
insert into closure.event (id, target, what, why, by, at) values ($1, $2, $3, $4, $5, $6);

-- name: events :many
select id, target, what, why, by, at from closure.event order by at desc, id desc limit $1;
