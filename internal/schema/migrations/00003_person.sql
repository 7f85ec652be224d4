-- +goose Up
-- People. What may be shown of a person to whom differs, so it lives in rows of its own:
-- name, number, address. A protected person is in none of them: her row stands apart.
create schema person;
grant usage on schema person to tillit_app, tillit_audit;

create table person.person (
  id core.person_id primary key,
  country core.open_text not null check (country in ('se', 'dk')),
  canary bool not null default false,
  died_at timestamptz,
  recorded_at timestamptz not null
);
create table person.name (
  person core.person_id primary key references person.person,
  given core.personal_text not null,
  surname core.personal_text not null
);
create table person.number (
  person core.person_id primary key references person.person,
  number core.personal_text not null,
  born core.personal_text not null,          -- YYYY-MM-DD; half of the number, so it stands beside it and not beside the name
  hash core.internal_bytes not null unique   -- keyed hash: found by number without storing it twice
);
create table person.address (
  person core.person_id primary key references person.person,
  street core.personal_text not null,
  postcode core.personal_text not null,
  city core.personal_text not null,
  dwelling core.personal_text not null       -- the register's address id: "same address" compares this, never the text
);
-- Everything of a protected person. No list, search, export or projection reads this table.
create table person.protected (
  person core.person_id primary key references person.person,
  protection core.internal_text not null check (protection in ('secrecy', 'protected_registration', 'fictitious', 'name_and_address')),
  number core.protected_text not null,
  hash core.internal_bytes not null unique,
  given core.protected_text not null,
  surname core.protected_text not null,
  born core.protected_text not null,
  since timestamptz not null
);
-- Where a protected person lives: not even her child's other guardian reaches this.
create table person.protected_address (
  person core.person_id primary key references person.protected,
  street core.protected_text not null,
  postcode core.protected_text not null,
  city core.protected_text not null,
  dwelling core.protected_text not null
);
-- Custody, as the population register says it. Ended rows stay.
create table person.custody (
  id uuid primary key,
  child core.person_id not null references person.person,
  guardian core.person_id not null references person.person,
  kind core.internal_text not null check (kind in ('joint', 'sole')),
  living core.internal_text not null check (living in ('main', 'alternate', 'visits', 'unknown')),
  valid_from timestamptz not null,
  valid_to timestamptz,
  source core.internal_text not null,
  recorded_at timestamptz not null
);
create index custody_child on person.custody (child);
create index custody_guardian on person.custody (guardian);

alter table person.person enable row level security;
alter table person.person force row level security;
alter table person.name enable row level security;
alter table person.name force row level security;
alter table person.number enable row level security;
alter table person.number force row level security;
alter table person.address enable row level security;
alter table person.address force row level security;
alter table person.protected enable row level security;
alter table person.protected force row level security;
alter table person.protected_address enable row level security;
alter table person.protected_address force row level security;
alter table person.custody enable row level security;
alter table person.custody force row level security;

-- A resident: herself, her children, and of her children's other guardians the name alone.
-- An officer: the people whom her unit serves. A protected person: herself, and the shielded unit.
create policy resident on person.person for select to tillit_app using ((select core.kind()) = 'resident' and (
  id = (select core.actor()) or id in (select object from access.mine r where r.kind in ('guardian_of', 'co_guardian_of')
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant())))));
create policy officer on person.person for select to tillit_app using ((select core.kind()) = 'officer' and
  id in (select object from access.ours r where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on person.name for select to tillit_app using ((select core.kind()) = 'resident' and (
  person = (select core.actor()) or person in (select object from access.mine r where r.kind in ('guardian_of', 'co_guardian_of')
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant())))));
create policy officer on person.name for select to tillit_app using ((select core.kind()) = 'officer' and
  person in (select object from access.ours r where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy self on person.name for select to tillit_app using ((select core.kind()) in ('officer', 'steward') and person = (select core.actor()));
create policy resident on person.number for select to tillit_app using ((select core.kind()) = 'resident' and (
  person = (select core.actor()) or person in (select object from access.mine r where r.kind = 'guardian_of'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant())))));
create policy officer on person.number for select to tillit_app using ((select core.kind()) = 'officer' and
  person in (select object from access.ours r where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on person.address for select to tillit_app using ((select core.kind()) = 'resident' and person = (select core.actor()));
create policy officer on person.address for select to tillit_app using ((select core.kind()) = 'officer' and
  person in (select object from access.ours r where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on person.protected for select to tillit_app using ((select core.kind()) = 'resident' and (
  person = (select core.actor()) or person in (select object from access.mine r where r.kind = 'guardian_of'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant())))));
create policy officer on person.protected for select to tillit_app using ((select core.kind()) = 'officer' and
  person in (select r.object from access.ours r join access.unit u on u.id = r.subject and u.shielded where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on person.protected_address for select to tillit_app using ((select core.kind()) = 'resident' and person = (select core.actor()));
create policy officer on person.protected_address for select to tillit_app using ((select core.kind()) = 'officer' and
  person in (select r.object from access.ours r join access.unit u on u.id = r.subject and u.shielded where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on person.custody for select to tillit_app using ((select core.kind()) = 'resident' and (
  guardian = (select core.actor()) or child in (select object from access.mine r where r.kind = 'guardian_of'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant())))));
create policy officer on person.custody for select to tillit_app using ((select core.kind()) = 'officer' and
  child in (select object from access.ours r where r.kind = 'serves'
    and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));

-- The named services that need people: sign-in finds by hash, the register feed keeps them, notices ask who is protected.
create policy services on person.person for all to tillit_app
  using ((select core.kind()) in ('service:session', 'service:population', 'service:eservice', 'service:notify', 'service:guard', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
create policy services on person.name for all to tillit_app
  using ((select core.kind()) in ('service:population', 'service:seed', 'service:guard'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
create policy services on person.number for all to tillit_app
  using ((select core.kind()) in ('service:session', 'service:population', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
create policy services on person.address for all to tillit_app
  using ((select core.kind()) in ('service:population', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
create policy services on person.protected for all to tillit_app
  using ((select core.kind()) in ('service:session', 'service:population', 'service:eservice', 'service:notify', 'service:guard', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
create policy services on person.protected_address for all to tillit_app
  using ((select core.kind()) in ('service:population', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
create policy services on person.custody for all to tillit_app
  using ((select core.kind()) in ('service:population', 'service:eservice', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));

grant select, insert, update on person.person, person.custody to tillit_app;
grant select, insert, update, delete on person.name, person.number, person.address, person.protected, person.protected_address to tillit_app;
create trigger history after insert or update or delete on person.person for each row execute function history.note('id');
create trigger history after insert or update or delete on person.name for each row execute function history.note('person');
create trigger history after insert or update or delete on person.number for each row execute function history.note('person');
create trigger history after insert or update or delete on person.address for each row execute function history.note('person');
create trigger history after insert or update or delete on person.protected for each row execute function history.note('person');
create trigger history after insert or update or delete on person.protected_address for each row execute function history.note('person');
create trigger history after insert or update or delete on person.custody for each row execute function history.note('id');

-- Where the change feed of the population register has been read to.
create table person.feed (
  country core.open_text primary key,
  cursor core.internal_text not null,
  read_at timestamptz not null
);
grant select, insert, update on person.feed to tillit_app;
