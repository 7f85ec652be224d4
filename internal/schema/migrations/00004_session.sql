-- +goose Up
-- Sign-in and sessions. One immutable subject per row; the cookie's secret is not here, only its hash.
create schema session;
grant usage on schema session to tillit_app;

create table session.session (
  hash core.internal_bytes primary key,       -- SHA-256 of the cookie's 32 bytes
  id uuid not null unique,
  subject core.person_id not null,
  kind core.internal_text not null check (kind in ('resident', 'officer', 'steward')),
  membership uuid references access.membership,
  method core.open_text not null,             -- bankid, passkey, demo
  strength core.open_text not null check (strength in ('substantial', 'high')),
  shared bool not null default false,         -- a computer that others use too
  generation bigint not null,                 -- the global epoch it was born in
  build core.internal_text not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  idle_until timestamptz not null,
  absolute_until timestamptz not null,
  revoked_at timestamptz,
  revoked_why core.internal_text
);
create index session_subject on session.session (subject) where revoked_at is null;
create index session_build on session.session (build) where revoked_at is null;
alter table session.session enable row level security;
alter table session.session force row level security;
create policy services on session.session for all to tillit_app
  using ((select core.kind()) = 'service:session') with check ((select core.kind()) = 'service:session');
grant select, insert, update on session.session to tillit_app;

-- A session has one subject for life (P3). Even the owner of the table is refused.
-- +goose StatementBegin
create function session.refuse_change() returns trigger language plpgsql as $$
begin
  if new.subject is distinct from old.subject or new.kind is distinct from old.kind or new.hash is distinct from old.hash
     or new.id is distinct from old.id or new.membership is distinct from old.membership or new.build is distinct from old.build
     or new.created_at is distinct from old.created_at or new.absolute_until > old.absolute_until
     or (old.revoked_at is not null and new.revoked_at is null) then
    raise exception 'a session never changes hands' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger one_subject before update on session.session for each row execute function session.refuse_change();

-- The epoch: raising it ends every session born before.
create table session.epoch (
  one bool primary key check (one),
  generation bigint not null
);
insert into session.epoch values (true, 1);
alter table session.epoch enable row level security;
alter table session.epoch force row level security;
create policy services on session.epoch for all to tillit_app
  using ((select core.kind()) = 'service:session') with check ((select core.kind()) = 'service:session');
grant select, update on session.epoch to tillit_app;

-- An order at an eID: bound to the browser that started it by a nonce, collected by one at a time.
create table session.eid_order (
  id uuid primary key,
  provider core.open_text not null,
  purpose core.open_text not null check (purpose in ('auth', 'sign')),
  ref core.internal_text not null unique,
  auto_start core.internal_text not null,
  qr_token core.internal_text not null,
  qr_secret core.internal_text not null,
  nonce core.internal_bytes not null,         -- SHA-256 of the browser's nonce
  subject core.person_id,                     -- sign: who must sign, and nobody else
  session uuid,                               -- sign: the session that started it
  sign_ref uuid,                              -- sign: what is signed
  visible core.sensitive_text,                -- sign: the text shown, byte for byte
  payload core.internal_bytes,                -- sign: hash of what is signed
  shared bool not null default false,
  return_to core.internal_text not null,
  state core.open_text not null check (state in ('pending', 'complete', 'failed', 'cancelled')),
  hint core.open_text not null default '',
  evidence core.sensitive_text,               -- sign: the eID's signature, until the module has taken it
  ocsp core.sensitive_text,
  started_at timestamptz not null,
  collect_after timestamptz not null,         -- the collector's lease
  ended_at timestamptz
);
create index eid_order_started on session.eid_order (started_at);
alter table session.eid_order enable row level security;
alter table session.eid_order force row level security;
create policy services on session.eid_order for all to tillit_app
  using ((select core.kind()) = 'service:session') with check ((select core.kind()) = 'service:session');
grant select, insert, update, delete on session.eid_order to tillit_app;

-- Passkeys of staff (WebAuthn). All flags are kept from day one, or old credentials break later.
create table session.passkey (
  id core.internal_bytes primary key,
  person core.person_id not null,
  public_key core.internal_bytes not null,
  aaguid core.internal_bytes not null,
  transports core.internal_text not null,
  counter bigint not null,
  backup_eligible bool not null,
  backup_state bool not null,
  user_present bool not null,
  user_verified bool not null,
  label core.internal_text not null,
  created_at timestamptz not null,
  used_at timestamptz,
  withdrawn_at timestamptz
);
create index passkey_person on session.passkey (person);
create table session.challenge (
  id uuid primary key,
  purpose core.open_text not null check (purpose in ('register', 'sign_in', 'invite')),
  person core.person_id,
  data core.internal_text not null,
  nonce core.internal_bytes not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
alter table session.passkey enable row level security;
alter table session.passkey force row level security;
alter table session.challenge enable row level security;
alter table session.challenge force row level security;
create policy services on session.passkey for all to tillit_app
  using ((select core.kind()) = 'service:session') with check ((select core.kind()) = 'service:session');
create policy services on session.challenge for all to tillit_app
  using ((select core.kind()) = 'service:session') with check ((select core.kind()) = 'service:session');
grant select, insert, update on session.passkey to tillit_app;
grant select, insert, update, delete on session.challenge to tillit_app;
create index challenge_expires on session.challenge (expires_at);
create trigger history after insert or update or delete on session.passkey for each row execute function history.note('id');
