-- +goose Up
-- Boards, units, who works where, and the relations that are the only source of reach.
create schema access;
grant usage on schema access to tillit_app, tillit_audit;

create table access.board (
  id uuid primary key,
  key core.open_text not null unique,
  name core.open_text not null
);
create table access.unit (
  id uuid primary key,
  key core.open_text not null unique,
  board uuid not null references access.board,
  name core.open_text not null,
  shielded bool not null default false      -- the unit that handles protected persons' cases
);
grant select, insert, update on access.board, access.unit to tillit_app;
grant select on access.board, access.unit to tillit_audit;

-- Who works in which unit, in which role, from when to when. Ended rows stay.
create table access.membership (
  id uuid primary key,
  person core.person_id not null,
  unit uuid not null references access.unit,
  role core.internal_text not null check (role in ('officer', 'steward')),
  name core.internal_text not null,         -- the working name: an alias for a protected employee
  title core.open_text not null,            -- key of the title's text
  valid_from timestamptz not null,
  valid_to timestamptz,
  source core.internal_text not null,
  recorded_at timestamptz not null
);
create index membership_person on access.membership (person);
create index membership_unit on access.membership (unit);
alter table access.membership enable row level security;
alter table access.membership force row level security;
create policy own on access.membership for select to tillit_app
  using (person = (select core.actor()) and (select core.kind()) in ('officer', 'steward'));
create policy services on access.membership for all to tillit_app
  using ((select core.kind()) in ('service:session', 'service:population', 'service:seed', 'service:ledger'))
  with check ((select core.kind()) in ('service:population', 'service:seed'));
grant select, insert, update on access.membership to tillit_app;
grant select on access.membership to tillit_audit;
create policy audit on access.membership for select to tillit_audit using (true);

-- Dated facts that give reach. subject is a person or a unit, object a person or a case.
create table access.relation (
  id uuid primary key,
  subject uuid not null,
  kind core.internal_text not null check (kind in ('guardian_of', 'co_guardian_of', 'party_to', 'invited_to', 'serves')),
  object uuid not null,
  via uuid,                                 -- the case that made a unit serve a person
  source core.internal_text not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  recorded_at timestamptz not null
);
create index relation_subject on access.relation (subject, kind, object);
create index relation_object on access.relation (object, kind);
alter table access.relation enable row level security;
alter table access.relation force row level security;
create policy resident on access.relation for select to tillit_app
  using ((select core.kind()) = 'resident' and subject = (select core.actor()));
-- What her units serve, and what she has to do with herself: nobody handles her own case.
create policy officer on access.relation for select to tillit_app
  using ((select core.kind()) = 'officer' and (subject = (select core.actor()) or subject in (select unit from access.membership m
    where m.person = (select core.actor()) and m.valid_from <= (select core.instant()) and (m.valid_to is null or m.valid_to > (select core.instant())))));
create policy services on access.relation for all to tillit_app
  using ((select core.kind()) in ('service:population', 'service:eservice', 'service:seed'))
  with check ((select core.kind()) in ('service:population', 'service:eservice', 'service:seed'));
grant select, insert, update on access.relation to tillit_app;
grant select on access.relation to tillit_audit;
create policy audit on access.relation for select to tillit_audit using (true);
create trigger history after insert or update or delete on access.relation for each row execute function history.note('id');
create trigger history after insert or update or delete on access.membership for each row execute function history.note('id');

-- What the policies of other tables ask: what the actor reaches herself, where she works, and what
-- her units reach. Each says whose rows it wants, so that an index finds them however many there
-- are; and it reads as the owner, so that the policies above are not repeated inside every other.
create policy views on access.membership for select to tillit_owner using (true);
create policy views on access.relation for select to tillit_owner using (true);
create view access.mine as select object, kind, valid_from, valid_to from access.relation where subject = (select core.actor());
create view access.employment as select unit, role, valid_from, valid_to from access.membership where person = (select core.actor());
create view access.ours as select r.subject, r.object, r.kind, r.valid_from, r.valid_to from access.relation r where r.subject in (
  select m.unit from access.membership m where m.person = (select core.actor()) and m.role = 'officer'
    and m.valid_from <= (select core.instant()) and (m.valid_to is null or m.valid_to > (select core.instant())));
grant select on access.mine, access.employment, access.ours to tillit_app;
create trigger history after insert or update or delete on access.board for each row execute function history.note('id');
create trigger history after insert or update or delete on access.unit for each row execute function history.note('id');
