-- 注册: who asks to exist, before and until a desk says yes. Nothing in it is unique but its number:
-- a rejection or a withdrawal frees name, credit code, login and ID number by itself.

create table registration (
  id integer primary key,
  kind text not null check (kind in ('department', 'employer', 'base', 'person')),
  case_id integer unique references review_case (id),
  number text not null default '',            -- ZC20261124-0001
  state text not null default 'draft'         -- draft: files of a form that was refused
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer references organization (id), -- the unit or superior chosen; none: a draft
  department_id integer references organization (id),   -- of that organization, kept in step
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  name text not null default '',              -- of the person or organization
  identity_id integer references identity (id), -- of the person, or of the first administrator
  credit_code text not null default '',
  applicant text not null default '',         -- who registers: the person, the first administrator
  phone text not null default '',
  sex text not null default '',
  series text not null default '',
  level text not null default '',
  internal_department text not null default '', -- as typed
  nature text not null default '',
  industry text not null default '',
  area_code text not null default '',
  staff integer,
  professionals integer,
  base_level text not null default '',        -- as applied for
  login text collate nocase,                  -- of the first administrator
  password_hash text,                         -- chosen at registration; gone when approved
  code_hash text not null default '',         -- SHA-256 of number and query code
  form_key text unique,                       -- of the form as it was opened: sent twice, kept once
  privacy_version text not null default '',   -- of the notice accepted
  privacy_at text not null default '',
  viewer_key blob,                            -- the visitor's cookie that may see it …
  viewer_until text not null default '',      -- … until then
  created_at text not null,
  check ((state = 'draft') = (case_id is null)),
  check (state = 'draft' or organization_id is not null),
  check ((state = 'pending') = (desk_id is not null))
) strict;
create unique index registration_number on registration (number) where number <> '';
create index registration_identity on registration (identity_id, id) where identity_id is not null;
create index registration_credit_code on registration (credit_code, id) where credit_code <> '';
create index registration_login on registration (login, id) where login is not null;
create index registration_name on registration (name, id) where name <> '';
create index registration_viewer on registration (viewer_key) where viewer_key is not null;
create index registration_draft on registration (created_at) where state = 'draft';
create index registration_organization on registration (organization_id, id) where organization_id is not null;
-- what waits at a desk, and the whole lists, of each kind in each scope and order
create index registration_desk_waiting on registration (kind, desk_id, waiting_since) where state = 'pending';
create index registration_waiting on registration (kind, waiting_since, id, state, desk_id) where state <> 'draft';
create index registration_desk_submitted on registration (kind, desk_id, submitted_at) where state = 'pending';
create index registration_submitted on registration (kind, submitted_at, id, state, desk_id) where state <> 'draft';
create index registration_desk_acted on registration (kind, desk_id, acted_at) where state = 'pending';
create index registration_acted on registration (kind, acted_at, id, state, desk_id) where state <> 'draft';
create index registration_desk_department_waiting on registration (kind, desk_id, department_id, waiting_since) where state = 'pending';
create index registration_department_waiting on registration (kind, department_id, waiting_since, id, state, desk_id) where state <> 'draft';
create index registration_desk_department_submitted on registration (kind, desk_id, department_id, submitted_at) where state = 'pending';
create index registration_department_submitted on registration (kind, department_id, submitted_at, id, state, desk_id) where state <> 'draft';
create index registration_desk_department_acted on registration (kind, desk_id, department_id, acted_at) where state = 'pending';
create index registration_department_acted on registration (kind, department_id, acted_at, id, state, desk_id) where state <> 'draft';
create index registration_desk_organization_waiting on registration (kind, desk_id, organization_id, waiting_since) where state = 'pending';
create index registration_organization_waiting on registration (kind, organization_id, waiting_since, id, state, desk_id) where state <> 'draft';
create index registration_desk_organization_submitted on registration (kind, desk_id, organization_id, submitted_at) where state = 'pending';
create index registration_organization_submitted on registration (kind, organization_id, submitted_at, id, state, desk_id) where state <> 'draft';
create index registration_desk_organization_acted on registration (kind, desk_id, organization_id, acted_at) where state = 'pending';
create index registration_organization_acted on registration (kind, organization_id, acted_at, id, state, desk_id) where state <> 'draft';

-- One token per Han character and the initials of the name; rowid is registration.id.
create virtual table registration_search using fts5 (tokens, content = '', contentless_delete = 1);

create table registration_file (              -- 附件
  registration_id integer not null references registration (id) on delete cascade,
  file_id integer not null references file (id),
  kind text not null,                         -- as in organization_file; evidence: of a person
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (registration_id, file_id)
) strict, without rowid;
create index registration_file_file on registration_file (file_id);
