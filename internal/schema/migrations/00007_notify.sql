-- +goose Up
-- Contact points and notices. A mail says that there is something to read, and nothing else.
create schema notify;
grant usage on schema notify to tillit_app;
create table notify.contact_point (
  id uuid primary key,
  person core.person_id not null references person.person,
  channel core.open_text not null check (channel in ('mail')),
  address core.personal_text not null,
  state core.open_text not null check (state in ('unproven', 'proven', 'withdrawn')),
  code core.internal_bytes,                   -- hash of the code that proves reach
  tries integer not null default 0,
  created_at timestamptz not null,
  proven_at timestamptz
);
create index contact_point_person on notify.contact_point (person);
create table notify.notice (
  id uuid primary key,
  person core.person_id not null references person.person,
  template core.open_text not null,
  case_id uuid,
  service core.open_text not null default '',
  at timestamptz not null,
  read_at timestamptz
);
create index notice_person on notify.notice (person, at desc);
create table notify.delivery (
  id uuid primary key,
  notice uuid references notify.notice,
  contact_point uuid not null references notify.contact_point,
  state core.open_text not null check (state in ('queued', 'accepted', 'refused', 'stopped')),
  why core.open_text not null default '',
  at timestamptz not null
);
alter table notify.contact_point enable row level security;
alter table notify.contact_point force row level security;
alter table notify.notice enable row level security;
alter table notify.notice force row level security;
alter table notify.delivery enable row level security;
alter table notify.delivery force row level security;
create policy own on notify.contact_point for all to tillit_app
  using ((select core.kind()) = 'resident' and person = (select core.actor()))
  with check ((select core.kind()) = 'resident' and person = (select core.actor()));
create policy services on notify.contact_point for all to tillit_app
  using ((select core.kind()) in ('service:notify', 'service:seed')) with check ((select core.kind()) in ('service:notify', 'service:seed'));
create policy own on notify.notice for all to tillit_app
  using ((select core.kind()) = 'resident' and person = (select core.actor()))
  with check ((select core.kind()) = 'resident' and person = (select core.actor()));
create policy services on notify.notice for all to tillit_app
  using ((select core.kind()) in ('service:notify', 'service:eservice')) with check ((select core.kind()) in ('service:notify', 'service:eservice'));
create policy services on notify.delivery for all to tillit_app
  using ((select core.kind()) in ('service:notify')) with check ((select core.kind()) in ('service:notify'));
grant select, insert, update on notify.contact_point, notify.notice, notify.delivery to tillit_app;
create trigger history after insert or update or delete on notify.contact_point for each row execute function history.note('id');
