-- +goose Up
-- The classes of data as domains, and what a transaction has told about itself.
-- Keys, instants, counts and flags are internal by rule; every text and every byte says its class.
create schema core;
grant usage on schema core to tillit_app, tillit_ledger, tillit_projection, tillit_audit;

create domain core.open_text as text;
create domain core.internal_text as text;
create domain core.internal_bytes as bytea;
create domain core.personal_text as text;
create domain core.sensitive_text as text;
create domain core.sensitive_bytes as bytea;
create domain core.protected_text as text;
create domain core.person_id as uuid;

-- Read back what db.Tx set for this transaction alone. A setting that was once set on a
-- connection reads '' afterwards, not NULL: hence nullif. The planner inlines all three.
-- +goose StatementBegin
create function core.actor() returns uuid language sql stable as
  $$ select nullif(current_setting('tillit.actor', true), '')::uuid $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function core.kind() returns text language sql stable as
  $$ select coalesce(current_setting('tillit.kind', true), '') $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function core.instant() returns timestamptz language sql stable as
  $$ select nullif(current_setting('tillit.now', true), '')::timestamptz $$;
-- +goose StatementEnd

-- Every write, with its before-image: by trigger, so that no code can forget it.
create schema history;
grant usage on schema history to tillit_audit;
create table history.change (
  id bigint not null,                       -- rises within a transaction id; not a sequence
  tx text not null,
  at timestamptz not null,
  place text not null,                      -- schema.table
  op text not null check (op in ('insert', 'update', 'delete')),
  before core.protected_text,               -- the whole row as it was; NULL for an insert
  after_key core.internal_text not null,    -- the row's key columns as JSON
  actor uuid, kind text not null, session text, request text, purpose text
);
comment on column history.change.tx is 'class: internal';
comment on column history.change.place is 'class: open';
comment on column history.change.op is 'class: open';
comment on column history.change.kind is 'class: internal';
comment on column history.change.session is 'class: internal';
comment on column history.change.request is 'class: internal';
comment on column history.change.purpose is 'class: internal';
create index change_place_key on history.change (place, after_key);
create index change_session on history.change (session) where session <> '';
grant select on history.change to tillit_audit;

-- The function runs as the owner of history: the app role itself can neither read nor write it.
-- +goose StatementBegin
create function history.note() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
declare
  was jsonb; key jsonb; col text;
begin
  if core.instant() is null then
    raise exception 'a write outside db.Tx: it has no actor and no time' using errcode = 'insufficient_privilege';
  end if;
  was := case when tg_op = 'INSERT' then null else to_jsonb(old) end;
  key := '{}';
  foreach col in array tg_argv loop
    if left(col, 1) = '-' then                -- a column too heavy to keep, and never changed
      was := was - substr(col, 2);
      continue;
    end if;
    key := key || jsonb_build_object(col, coalesce(to_jsonb(new), to_jsonb(old)) -> col);
  end loop;
  insert into history.change (id, tx, at, place, op, before, after_key, actor, kind, session, request, purpose)
  values (
    coalesce(nullif(current_setting('tillit.change', true), ''), '0')::bigint + 1, pg_current_xact_id()::text,
    core.instant(), tg_table_schema || '.' || tg_table_name, lower(tg_op), was::text, key::text,
    core.actor(), core.kind(), current_setting('tillit.session', true), current_setting('tillit.request', true), current_setting('tillit.purpose', true));
  perform set_config('tillit.change', (coalesce(nullif(current_setting('tillit.change', true), ''), '0')::bigint + 1)::text, true);
  return null;
end $$;
-- +goose StatementEnd
