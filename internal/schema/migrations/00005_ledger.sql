-- +goose Up
-- The ledger: one response, and one row for each person whose data it carried. Append-only by
-- grant: the ledger role inserts, the audit role reads, the app role does neither.
create schema ledger;
grant usage on schema ledger to tillit_ledger, tillit_audit, tillit_app;

-- Words are kept once and named by number.
create table ledger.word (
  id integer primary key,
  kind core.open_text not null check (kind in ('route', 'build', 'policy', 'purpose', 'fields', 'role', 'record')),
  text core.open_text not null,
  unique (kind, text)
);
create table ledger.lane (
  id integer primary key,
  writer uuid not null unique,
  opened_at timestamptz not null,
  closed_at timestamptz,
  last_seq bigint
);
-- What is the same for every person in one response.
create table ledger.response (
  id uuid not null,
  at timestamptz not null,
  session uuid,
  principal uuid,
  unit uuid,
  controller uuid,
  case_id uuid,
  route integer not null,
  build integer not null,
  policy integer not null,
  purpose integer not null,
  role integer not null,
  kind smallint not null,                     -- 1 resident 2 officer 3 steward 4 service 5 client
  channel smallint not null,                  -- 1 html 2 api 3 pdf 4 mail 5 file 6 error
  digest core.internal_bytes not null,
  primary key (id, at)
) partition by range (at);
create table ledger.disclosure (
  at timestamptz not null,
  seq bigint not null,
  lane integer not null,
  record integer not null,                    -- kind of record
  version integer not null,
  fields integer not null,
  classes smallint not null,                  -- bit 0 open 1 internal 2 personal 3 sensitive 4 protected
  level smallint not null,                    -- 1 listed 2 opened 3 exported 4 sent 5 printed
  response uuid not null,
  subject uuid not null,
  object uuid not null,
  commitment core.internal_bytes not null,
  head core.internal_bytes not null,          -- the chain up to and with this row
  primary key (lane, seq, at)
) partition by range (at);
create index disclosure_subject on ledger.disclosure (subject, at desc);
create index disclosure_response on ledger.disclosure (response);
create index response_route on ledger.response (route, at);
create index response_session on ledger.response (session) where session is not null;
create index response_case on ledger.response (case_id) where case_id is not null;
-- Salts stand apart: deleting one erases what its row said, and the chain stays whole.
create table ledger.salt (
  seq bigint not null,
  lane integer not null,
  salt core.internal_bytes not null,
  primary key (lane, seq)
);
grant select, insert on ledger.word, ledger.lane, ledger.response, ledger.disclosure, ledger.salt to tillit_ledger;
grant update (closed_at, last_seq) on ledger.lane to tillit_ledger;
grant select on all tables in schema ledger to tillit_audit;
revoke select on ledger.salt from tillit_audit;

-- Partitions by month, as far ahead as is asked for; run at start and each day, by the ledger role.
-- +goose StatementBegin
create function ledger.ensure_month(month date) returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  first date := date_trunc('month', month)::date;
  next date := (date_trunc('month', month) + interval '1 month')::date;
  name text;
  parent text;
begin
  foreach parent in array array['response', 'disclosure'] loop
    name := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
    if to_regclass('ledger.' || name) is null then
      execute format('create table ledger.%I partition of ledger.%I for values from (%L) to (%L)', name, parent, first, next);
    end if;
  end loop;
end $$;
-- +goose StatementEnd
revoke all on function ledger.ensure_month(date) from public;
grant execute on function ledger.ensure_month(date) to tillit_ledger;

-- Near misses: what the guard stopped. Never the data itself.
create table ledger.near_miss (
  id uuid primary key,
  at timestamptz not null,
  route core.open_text not null,
  build core.internal_text not null,
  kind core.open_text not null,
  count integer not null,
  principal uuid,
  session uuid
);
alter table ledger.near_miss enable row level security;
alter table ledger.near_miss force row level security;
create policy keep on ledger.near_miss for insert to tillit_app, tillit_ledger with check (true);
create policy steward on ledger.near_miss for select to tillit_app using ((select core.kind()) = 'steward');
create policy audit on ledger.near_miss for select to tillit_audit using (true);
grant insert on ledger.near_miss to tillit_app, tillit_ledger;
grant select on ledger.near_miss to tillit_app, tillit_audit;

-- What a person says about a line in her own log.
create table ledger.objection (
  id uuid primary key,
  person core.person_id not null,
  response uuid not null,
  at timestamptz not null,
  seen_at timestamptz,
  unique (person, response)
);
alter table ledger.objection enable row level security;
alter table ledger.objection force row level security;
create policy own on ledger.objection for all to tillit_app
  using ((select core.kind()) = 'resident' and person = (select core.actor()))
  with check ((select core.kind()) = 'resident' and person = (select core.actor()));
create policy steward on ledger.objection for select to tillit_app using ((select core.kind()) = 'steward');
grant select, insert on ledger.objection to tillit_app;
