-- +goose Up
-- The switches. What is closed stands here; every process keeps a copy and looks again at once.
create schema closure;
grant usage on schema closure to tillit_app;
create table closure.closure (
  target core.open_text primary key,          -- service/..., route/..., class/..., controller/..., egress, sign-in
  why core.internal_text not null,
  closed_by core.internal_text not null,
  closed_at timestamptz not null,
  opening_by core.internal_text,              -- the first of the two who open
  opening_at timestamptz
);
create table closure.event (
  id uuid primary key,
  target core.open_text not null,
  what core.open_text not null check (what in ('closed', 'opening', 'opened')),
  why core.internal_text not null,
  by core.internal_text not null,
  at timestamptz not null
);
create index event_at on closure.event (at);
-- Only the board itself turns switches: nobody's own transaction opens what is closed.
alter table closure.closure enable row level security;
alter table closure.closure force row level security;
create policy board on closure.closure for all to tillit_app
  using ((select core.kind()) = 'service:closure') with check ((select core.kind()) = 'service:closure');
alter table closure.event enable row level security;
alter table closure.event force row level security;
create policy board on closure.event for all to tillit_app
  using ((select core.kind()) = 'service:closure') with check ((select core.kind()) = 'service:closure');
grant select, insert, update, delete on closure.closure to tillit_app;
grant select, insert on closure.event to tillit_app;
