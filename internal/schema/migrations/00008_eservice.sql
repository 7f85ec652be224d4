-- +goose Up
-- Services, drafts and cases. A case is a frame, a part that its parties share and a part for each
-- party, so that row-level security too keeps the other guardian out of what is not hers.
create schema eservice;
grant usage on schema eservice to tillit_app, tillit_audit;

-- A published package is never changed: there is no update grant.
create table eservice.package (
  hash core.open_text primary key,
  family core.open_text not null,
  number integer not null,
  body core.open_text not null,
  published_at timestamptz not null,
  unique (family, number)
);
create table eservice.family (
  key core.open_text primary key,
  unit uuid not null references access.unit,
  shielded_unit uuid not null references access.unit,
  live core.open_text not null references eservice.package,
  enabled bool not null default true
);
create table eservice.rate (
  id uuid primary key,
  key core.open_text not null,
  unit core.open_text not null,
  value bigint not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  municipality core.open_text not null default '',
  source core.open_text not null,
  confirmed bool not null,
  enabled bool not null default false,
  unique (key, valid_from, municipality)
);
create index rate_key on eservice.rate (key, valid_from);
create table eservice.facility (
  id uuid primary key,
  key core.open_text not null unique,
  name core.open_text not null,
  kind core.open_text not null,
  area core.open_text not null
);
grant select, insert on eservice.package, eservice.rate, eservice.facility to tillit_app;
grant select, insert, update on eservice.family to tillit_app;

create table eservice.draft (
  id uuid primary key,
  family core.open_text not null references eservice.family,
  package core.open_text not null references eservice.package,
  applicant core.person_id not null,
  about core.person_id,
  answers core.sensitive_text not null,
  salt core.internal_bytes not null,             -- goes into what is signed, so that nobody can guess answers from the hash
  kept core.sensitive_text not null default '{}',   -- what was typed and could not be understood yet
  step core.open_text not null,
  version bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz not null
);
create index draft_applicant on eservice.draft (applicant);

create table eservice.case (
  id uuid primary key,
  ref core.internal_text not null unique,
  family core.open_text not null references eservice.family,
  package core.open_text not null references eservice.package,
  unit uuid not null references access.unit,
  controller uuid not null references access.board,
  about core.person_id not null,
  applicant core.person_id not null,
  shielded bool not null,
  state core.open_text not null check (state in ('waiting_for_multisign', 'returned', 'submitted', 'in_progress', 'waiting_for_completion', 'archived')),
  outcome core.open_text not null default '',
  officer core.person_id,
  salt core.internal_bytes not null,
  payload core.internal_bytes not null,          -- hash of package and canonical answers: what every signature covers
  receipt core.internal_text,
  created_at timestamptz not null,
  sign_until timestamptz,
  signed_at timestamptz,                         -- gate: the last signature
  complete_at timestamptz,                       -- gate: nothing is missing
  due_at timestamptz,
  paused_at timestamptz,                         -- waiting for a completion: the clock stands
  closed_at timestamptz,
  version bigint not null
);
create index case_unit_state on eservice.case (unit, state, due_at);
-- One open application for a child and a service, whoever applies, whatever races.
create unique index case_open on eservice.case (about, family) where state not in ('archived', 'returned');

create table eservice.answers (
  case_id uuid not null references eservice.case,
  part core.open_text not null check (part in ('shared', 'applicant')),
  owner core.person_id not null,
  body core.sensitive_text not null,
  primary key (case_id, part)
);
create table eservice.party (
  id uuid primary key,
  case_id uuid not null references eservice.case,
  person core.person_id not null,
  role core.open_text not null check (role in ('applicant', 'guardian')),
  state core.open_text not null check (state in ('invited', 'identified', 'signed', 'declined', 'removed', 'expired')),
  invited_at timestamptz not null,
  until timestamptz,
  reminded_at timestamptz,
  identified_at timestamptz,
  answered_at timestamptz,
  unique (case_id, person)
);
create table eservice.signature (
  id uuid primary key,
  case_id uuid not null references eservice.case,
  person core.person_id not null,
  payload core.internal_bytes not null,
  visible core.sensitive_text not null,          -- the text shown when signing, byte for byte
  evidence core.sensitive_text not null,         -- the eID's signature
  ocsp core.sensitive_text not null,
  at timestamptz not null,
  unique (case_id, person)
);
create table eservice.attachment (
  id uuid primary key,
  draft_id uuid references eservice.draft on delete set null,
  case_id uuid references eservice.case,
  slot core.open_text not null,
  owner core.person_id not null,
  shared bool not null default false,
  name core.personal_text not null,
  media core.open_text not null,
  size bigint not null,
  sha core.internal_bytes not null,
  scan core.open_text not null check (scan in ('pending', 'held', 'clean', 'infected', 'unscanned')),
  body core.sensitive_bytes not null,
  at timestamptz not null,
  check (draft_id is not null or case_id is not null)
);
create index attachment_draft on eservice.attachment (draft_id) where draft_id is not null;
create index attachment_case on eservice.attachment (case_id) where case_id is not null;
create table eservice.message (
  id uuid primary key,
  case_id uuid not null references eservice.case,
  party core.person_id not null,                 -- whose thread it is
  from_party bool not null,
  author core.person_id not null,
  author_name core.internal_text not null,       -- an officer's working name; empty for a party
  body core.sensitive_text not null,
  at timestamptz not null,
  read_at timestamptz
);
create index message_case on eservice.message (case_id, at);
create table eservice.note (
  id uuid primary key,
  case_id uuid not null references eservice.case,
  author core.person_id not null,
  author_name core.internal_text not null,
  body core.sensitive_text not null,
  at timestamptz not null
);
create index note_case on eservice.note (case_id, at);
create table eservice.completion (
  id uuid primary key,
  case_id uuid not null references eservice.case,
  party core.person_id not null,
  ask core.sensitive_text not null,
  asked_by core.internal_text not null,
  asked_at timestamptz not null,
  due_at timestamptz not null,
  answer core.sensitive_text,
  answered_at timestamptz
);
create index completion_case on eservice.completion (case_id);
create table eservice.decision (
  id uuid primary key,
  case_id uuid not null unique references eservice.case,
  outcome core.open_text not null,
  reasons core.sensitive_text not null,
  delegation core.open_text not null,
  officer core.person_id not null,
  officer_name core.internal_text not null,
  appeal_days integer not null,
  at timestamptz not null
);
create table eservice.served (
  case_id uuid not null references eservice.case,
  person core.person_id not null,
  at timestamptz not null,
  read_at timestamptz,
  primary key (case_id, person)
);
create table eservice.event (
  id uuid primary key,
  case_id uuid not null references eservice.case,
  what core.open_text not null,
  audience core.open_text not null check (audience in ('parties', 'officers')),
  by core.internal_text not null default '',     -- an officer's working name; empty for a party
  at timestamptz not null
);
create index event_case on eservice.event (case_id, at);
alter table eservice.draft enable row level security;
alter table eservice.draft force row level security;
alter table eservice.case enable row level security;
alter table eservice.case force row level security;
alter table eservice.answers enable row level security;
alter table eservice.answers force row level security;
alter table eservice.party enable row level security;
alter table eservice.party force row level security;
alter table eservice.signature enable row level security;
alter table eservice.signature force row level security;
alter table eservice.attachment enable row level security;
alter table eservice.attachment force row level security;
alter table eservice.message enable row level security;
alter table eservice.message force row level security;
alter table eservice.note enable row level security;
alter table eservice.note force row level security;
alter table eservice.completion enable row level security;
alter table eservice.completion force row level security;
alter table eservice.decision enable row level security;
alter table eservice.decision force row level security;
alter table eservice.served enable row level security;
alter table eservice.served force row level security;
alter table eservice.event enable row level security;
alter table eservice.event force row level security;

-- The resident: what she is a party to. Invited only: the frame, not the answers. Hers alone: drafts,
-- her part of the answers, her threads, what was served to her.
create policy resident on eservice.draft for all to tillit_app
  using ((select core.kind()) = 'resident' and applicant = (select core.actor()))
  with check ((select core.kind()) = 'resident' and applicant = (select core.actor()));
create policy resident on eservice.case for select to tillit_app
  using ((select core.kind()) = 'resident' and id in (select object from access.mine r where r.kind in ('party_to', 'invited_to') and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy apply on eservice.case for insert to tillit_app
  with check ((select core.kind()) = 'resident' and applicant = (select core.actor()));
create policy resident on eservice.answers for select to tillit_app
  using ((select core.kind()) = 'resident' and ((part = 'shared' and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant())))) or (owner = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))))));
create policy apply on eservice.answers for insert to tillit_app
  with check ((select core.kind()) = 'resident' and owner = (select core.actor()));
create policy resident on eservice.party for select to tillit_app
  using ((select core.kind()) = 'resident' and case_id in (select object from access.mine r where r.kind in ('party_to', 'invited_to') and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on eservice.signature for select to tillit_app
  using ((select core.kind()) = 'resident' and person = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on eservice.attachment for select to tillit_app
  using ((select core.kind()) = 'resident' and (owner = (select core.actor()) or (shared and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))))));
create policy own on eservice.attachment for insert to tillit_app
  with check ((select core.kind()) = 'resident' and owner = (select core.actor()) and (case_id is null and draft_id in (select d.id from eservice.draft d)
    or draft_id is null and case_id in (select c.id from eservice.case c where c.applicant = (select core.actor()))));
create policy own_removal on eservice.attachment for delete to tillit_app
  using ((select core.kind()) = 'resident' and owner = (select core.actor()) and case_id is null);
create policy resident on eservice.message for select to tillit_app
  using ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy own on eservice.message for insert to tillit_app
  with check ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))) and from_party and author = (select core.actor()));
create policy read on eservice.message for update to tillit_app
  using ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))))
  with check ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on eservice.completion for select to tillit_app
  using ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy answer on eservice.completion for update to tillit_app
  using ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))))
  with check ((select core.kind()) = 'resident' and party = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on eservice.served for select to tillit_app
  using ((select core.kind()) = 'resident' and person = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy read on eservice.served for update to tillit_app
  using ((select core.kind()) = 'resident' and person = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))))
  with check ((select core.kind()) = 'resident' and person = (select core.actor()) and case_id in (select object from access.mine r where r.kind = 'party_to' and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));
create policy resident on eservice.decision for select to tillit_app
  using ((select core.kind()) = 'resident' and case_id in (select s.case_id from eservice.served s where s.person = (select core.actor())));
create policy resident on eservice.event for select to tillit_app
  using ((select core.kind()) = 'resident' and audience = 'parties' and case_id in (select object from access.mine r where r.kind in ('party_to', 'invited_to') and r.valid_from <= (select core.instant()) and (r.valid_to is null or r.valid_to > (select core.instant()))));

-- The officer: received cases of her unit, but none that she has to do with herself (jäv, förvaltningslagen
-- 16 §). What the case's row lets through, its children follow; who handles the case writes.
create policy officer on eservice.case for select to tillit_app
  using ((select core.kind()) = 'officer' and state not in ('waiting_for_multisign', 'returned') and unit in (select m.unit from access.employment m where m.role = 'officer' and m.valid_from <= (select core.instant()) and (m.valid_to is null or m.valid_to > (select core.instant()))) and applicant <> (select core.actor()) and about <> (select core.actor()) and id not in (select object from access.mine r where r.kind in ('party_to', 'invited_to')));
create policy handle on eservice.case for update to tillit_app
  using ((select core.kind()) = 'officer' and state not in ('waiting_for_multisign', 'returned') and unit in (select m.unit from access.employment m where m.role = 'officer' and m.valid_from <= (select core.instant()) and (m.valid_to is null or m.valid_to > (select core.instant()))) and applicant <> (select core.actor()) and about <> (select core.actor()) and id not in (select object from access.mine r where r.kind in ('party_to', 'invited_to')))
  with check ((select core.kind()) = 'officer' and state not in ('waiting_for_multisign', 'returned') and unit in (select m.unit from access.employment m where m.role = 'officer' and m.valid_from <= (select core.instant()) and (m.valid_to is null or m.valid_to > (select core.instant()))) and applicant <> (select core.actor()) and about <> (select core.actor()) and id not in (select object from access.mine r where r.kind in ('party_to', 'invited_to')) and officer = (select core.actor()));
create policy officer on eservice.answers for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer on eservice.party for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer on eservice.signature for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer on eservice.attachment for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer on eservice.message for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer_write on eservice.message for insert to tillit_app
  with check ((select core.kind()) = 'officer' and case_id in (select c.id from eservice.case c where c.officer = (select core.actor())) and not from_party and author = (select core.actor()));
create policy officer on eservice.note for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer_write on eservice.note for insert to tillit_app
  with check ((select core.kind()) = 'officer' and case_id in (select c.id from eservice.case c where c.officer = (select core.actor())) and author = (select core.actor()));
create policy officer on eservice.completion for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer_write on eservice.completion for insert to tillit_app
  with check ((select core.kind()) = 'officer' and case_id in (select c.id from eservice.case c where c.officer = (select core.actor())));
create policy officer on eservice.decision for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer_write on eservice.decision for insert to tillit_app
  with check ((select core.kind()) = 'officer' and case_id in (select c.id from eservice.case c where c.officer = (select core.actor())) and officer = (select core.actor()));
create policy officer on eservice.served for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer_write on eservice.served for insert to tillit_app
  with check ((select core.kind()) = 'officer' and case_id in (select c.id from eservice.case c where c.officer = (select core.actor())));
create policy officer on eservice.event for select to tillit_app
  using ((select core.kind()) = 'officer' and exists (select from eservice.case c where c.id = case_id));
create policy officer_write on eservice.event for insert to tillit_app
  with check ((select core.kind()) = 'officer' and case_id in (select c.id from eservice.case c where c.officer = (select core.actor())));

-- The module itself, as a named service: states that follow from signatures and deadlines, and invitations.
create policy service on eservice.draft for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.case for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.answers for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.party for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.signature for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.attachment for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.message for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.note for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.completion for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.decision for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.served for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');
create policy service on eservice.event for all to tillit_app
  using ((select core.kind()) = 'service:eservice')
  with check ((select core.kind()) = 'service:eservice');

-- What was said, signed and decided stays as it was: there is no update grant for it.
grant select, insert on eservice.draft, eservice.case, eservice.answers, eservice.party, eservice.signature, eservice.attachment, eservice.message, eservice.note, eservice.completion, eservice.decision, eservice.served, eservice.event to tillit_app;
grant update on eservice.draft, eservice.case, eservice.party, eservice.attachment to tillit_app;
grant update (read_at) on eservice.message, eservice.served to tillit_app;
grant update (answer, answered_at) on eservice.completion to tillit_app;
grant delete on eservice.draft, eservice.attachment to tillit_app;
create trigger history after insert or update or delete on eservice.draft for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.case for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.answers for each row execute function history.note('case_id', 'part');
create trigger history after insert or update or delete on eservice.party for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.signature for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.attachment for each row execute function history.note('id', '-body');
create trigger history after insert or update or delete on eservice.message for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.note for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.completion for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.decision for each row execute function history.note('id');
create trigger history after insert or update or delete on eservice.served for each row execute function history.note('case_id', 'person');
create trigger history after insert or update or delete on eservice.family for each row execute function history.note('key');
