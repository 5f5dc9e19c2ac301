-- 4.6 人员调转: who asks to go where, one case for one person or for many (a merger of schools),
-- and 调出本县, which nobody reviews.

create table transfer (
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- DZ20261123-0001
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- whose record it is: the target (调入); of a leave the unit left
  department_id integer references organization (id),            -- its department, kept in step
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  kind text not null check (kind in ('person', 'batch', 'leave')),
  account_id integer not null references account (id),
  from_id integer not null references organization (id), -- the unit that is left
  by_id integer references organization (id),            -- of a batch: whose administrator submits it
  to_id integer references organization (id),            -- null: out of the county, or not written yet
  people integer not null,                    -- how many
  names text not null,                        -- 周晓梅; 周晓梅等 12 人
  destination text not null default '',       -- of a leave: 接收单位, in another county
  reason text not null default '',
  effective_on text not null default '',      -- 生效日期, YYYY-MM-DD, as the papers say
  draft text not null default '{}',           -- JSON: the form as typed
  created_at text not null,
  updated_at text not null,
  check (state = 'draft' or (kind = 'leave') = (to_id is null)),
  check (case_id is not null or state = 'draft' or kind = 'leave')
) strict;
create unique index transfer_number on transfer (number) where number <> '';
create index transfer_from on transfer (from_id) where state <> 'draft';
create index transfer_batch on transfer (by_id, id) where kind = 'batch';
create index transfer_desk_waiting on transfer (desk_id, waiting_since) where state = 'pending';
create index transfer_desk_department_waiting on transfer (desk_id, department_id, waiting_since) where state = 'pending';
create index transfer_desk_organization_waiting on transfer (desk_id, organization_id, waiting_since) where state = 'pending';
create index transfer_desk_submitted on transfer (desk_id, submitted_at) where state = 'pending';
create index transfer_desk_department_submitted on transfer (desk_id, department_id, submitted_at) where state = 'pending';
create index transfer_desk_organization_submitted on transfer (desk_id, organization_id, submitted_at) where state = 'pending';
create index transfer_desk_acted on transfer (desk_id, acted_at) where state = 'pending';
create index transfer_desk_department_acted on transfer (desk_id, department_id, acted_at) where state = 'pending';
create index transfer_desk_organization_acted on transfer (desk_id, organization_id, acted_at) where state = 'pending';
create index transfer_waiting on transfer (waiting_since, id, state, kind, from_id, desk_id, submitted_at) where state <> 'draft';
create index transfer_submitted on transfer (submitted_at, id, state, kind, from_id, desk_id) where state <> 'draft';
create index transfer_acted on transfer (acted_at, id, state, kind, from_id, desk_id, submitted_at) where state <> 'draft';
create index transfer_department_waiting on transfer (department_id, waiting_since, id, state, kind, from_id, desk_id, submitted_at) where state <> 'draft';
create index transfer_department_submitted on transfer (department_id, submitted_at, id, state, kind, from_id, desk_id) where state <> 'draft';
create index transfer_department_acted on transfer (department_id, acted_at, id, state, kind, from_id, desk_id, submitted_at) where state <> 'draft';
create index transfer_organization_waiting on transfer (organization_id, waiting_since, id, state, kind, from_id, desk_id, submitted_at) where state <> 'draft';
create index transfer_organization_submitted on transfer (organization_id, submitted_at, id, state, kind, from_id, desk_id) where state <> 'draft';
create index transfer_organization_acted on transfer (organization_id, acted_at, id, state, kind, from_id, desk_id, submitted_at) where state <> 'draft';

create table transfer_person (                -- 调出记录 of the unit left, kept for good
  id integer primary key,
  transfer_id integer not null references transfer (id) on delete cascade,
  person_id integer not null references person (id),
  organization_id integer not null references organization (id), -- the unit left, as it was then
  department_id integer references organization (id),            -- its department, kept in step
  to_id integer references organization (id),
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')), -- the transfer's, kept in step; of one left out withdrawn
  submitted_at text not null default '',
  acted_at text not null default '',
  note text not null default '',              -- why this one was left out of a batch
  unique (transfer_id, person_id)
) strict;
-- one open transfer of a person, whoever asked for it
create unique index transfer_person_open on transfer_person (person_id) where state = 'pending';
create index transfer_person_of on transfer_person (person_id, id);
create index transfer_person_submitted on transfer_person (submitted_at, id, state) where state <> 'draft';
create index transfer_person_acted on transfer_person (acted_at, id, state, submitted_at) where state <> 'draft';
create index transfer_person_department_submitted on transfer_person (department_id, submitted_at, id, state) where state <> 'draft';
create index transfer_person_department_acted on transfer_person (department_id, acted_at, id, state, submitted_at) where state <> 'draft';
create index transfer_person_organization_submitted on transfer_person (organization_id, submitted_at, id, state) where state <> 'draft';
create index transfer_person_organization_acted on transfer_person (organization_id, acted_at, id, state, submitted_at) where state <> 'draft';

create table transfer_file (
  transfer_id integer not null references transfer (id) on delete cascade,
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (transfer_id, file_id)
) strict, without rowid;
create index transfer_file_file on transfer_file (file_id);
