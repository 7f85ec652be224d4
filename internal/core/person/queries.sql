-- name: insertPerson :exec
insert into person.person (id, country, canary, recorded_at) values ($1, $2, $3, $4);

-- name: setDied :exec
update person.person set died_at = $2 where id = $1;

-- name: upsertName :exec
insert into person.name (person, given, surname) values ($1, $2, $3)
on conflict (person) do update set given = excluded.given, surname = excluded.surname;

-- name: upsertNumber :exec
insert into person.number (person, number, born, hash) values ($1, $2, $3, $4)
on conflict (person) do update set number = excluded.number, born = excluded.born, hash = excluded.hash;

-- name: upsertAddress :exec
insert into person.address (person, street, postcode, city, dwelling) values ($1, $2, $3, $4, $5)
on conflict (person) do update set street = excluded.street, postcode = excluded.postcode, city = excluded.city, dwelling = excluded.dwelling;

-- name: upsertProtected :exec
insert into person.protected (person, protection, number, hash, given, surname, born, since)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (person) do update set protection = excluded.protection, number = excluded.number, hash = excluded.hash, given = excluded.given,
  surname = excluded.surname, born = excluded.born;

-- name: upsertProtectedAddress :exec
insert into person.protected_address (person, street, postcode, city, dwelling) values ($1, $2, $3, $4, $5)
on conflict (person) do update set street = excluded.street, postcode = excluded.postcode, city = excluded.city, dwelling = excluded.dwelling;

-- name: deleteName :exec
delete from person.name where person = $1;

-- name: deleteNumber :exec
delete from person.number where person = $1;

-- name: deleteAddress :exec
delete from person.address where person = $1;

-- name: deleteProtected :exec
delete from person.protected where person = $1;

-- name: deleteProtectedAddress :exec
delete from person.protected_address where person = $1;

-- name: insertCustody :exec
insert into person.custody (id, child, guardian, kind, living, valid_from, valid_to, source, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: endCustody :exec
update person.custody set valid_to = $2 where id = $1;

-- name: custodyOf :many
select id, child, guardian, kind, living, valid_from, valid_to, source, recorded_at from person.custody
where child = $1 and valid_from <= $2 and (valid_to is null or valid_to > $2) order by valid_from, id;

-- name: personByHash :one
select p.id, p.died_at from person.person p
where p.id = (select n.person from person.number n where n.hash = $1 union all select x.person from person.protected x where x.hash = $1);

-- name: addressOf :one
select person, street, postcode, city, dwelling from person.address where person = $1;

-- name: protectedAddressOf :one
select person, street, postcode, city, dwelling from person.protected_address where person = $1;

-- name: reachOf :many
select r.object, r.kind, r.subject, coalesce(u.shielded, false)::bool as shielded from access.relation r left join access.unit u on u.id = r.subject
where r.object = any(@people::uuid[]) and r.kind in ('guardian_of', 'co_guardian_of', 'serves') and r.subject = any(@subjects::uuid[])
  and r.valid_from <= @now::timestamptz and (r.valid_to is null or r.valid_to > @now::timestamptz);

-- name: childrenOf :many
select r.object::uuid as child from access.relation r where r.subject = @guardian::uuid and r.kind = 'guardian_of'
  and r.valid_from <= @now::timestamptz and (r.valid_to is null or r.valid_to > @now::timestamptz) order by r.object;

-- name: protectedAmong :many
select person from person.protected where person = any(@people::uuid[]);

-- name: watchedNames :many
select person, given, surname, 'protected' as kind from person.protected
union all
select n.person, n.given::core.protected_text, n.surname::core.protected_text, 'canary' from person.name n join person.person p on p.id = n.person and p.canary;

-- name: insertRelation :exec
insert into access.relation (id, subject, kind, object, via, source, valid_from, valid_to, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: endRelation :exec
update access.relation set valid_to = @valid_to where subject = $1 and kind = $2 and object = $3 and (valid_to is null or valid_to > @valid_to);

-- name: feedCursor :one
select cursor from person.feed where country = $1;

-- name: saveCursor :exec
insert into person.feed (country, cursor, read_at) values ($1, $2, $3)
on conflict (country) do update set cursor = excluded.cursor, read_at = excluded.read_at;
