-- 4.7 审核机构信息修改: requests of a department, employer or base to change what only its superior
-- may change; a licence that was replaced stays in the history.

create table organization_change (
  id integer primary key,
  case_id integer unique references review_case (id), -- a draft has no case yet
  number text not null default '',            -- JG20261123-0001
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- whose data it is about
  department_id integer references organization (id),   -- of that organization, kept in step
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  account_id integer not null references account (id),  -- who submitted; of a draft: who began it
  kind text not null check (kind in ('department', 'employer', 'base')),
  moves integer not null default 0 check (moves in (0, 1)), -- another superior is asked for
  items text not null default '',             -- what is to change, in words: 单位名称、法定代表人
  draft text not null default '{}',           -- JSON: as typed
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null))
) strict;
create unique index organization_change_number on organization_change (number) where number <> '';
create unique index organization_change_open on organization_change (organization_id) where state = 'pending';
create unique index organization_change_draft on organization_change (organization_id) where state = 'draft';
create index organization_change_of on organization_change (organization_id, id);
create index organization_change_desk_waiting on organization_change (desk_id, waiting_since) where state = 'pending';
create index organization_change_desk_submitted on organization_change (desk_id, submitted_at) where state = 'pending';
create index organization_change_desk_acted on organization_change (desk_id, acted_at) where state = 'pending';
create index organization_change_desk_department_waiting on organization_change (desk_id, department_id, waiting_since) where state = 'pending';
create index organization_change_desk_department_submitted on organization_change (desk_id, department_id, submitted_at) where state = 'pending';
create index organization_change_desk_department_acted on organization_change (desk_id, department_id, acted_at) where state = 'pending';
create index organization_change_desk_organization_waiting on organization_change (desk_id, organization_id, waiting_since) where state = 'pending';
create index organization_change_desk_organization_submitted on organization_change (desk_id, organization_id, submitted_at) where state = 'pending';
create index organization_change_desk_organization_acted on organization_change (desk_id, organization_id, acted_at) where state = 'pending';
create index organization_change_waiting on organization_change (waiting_since, id, state, kind, moves, desk_id, department_id, submitted_at) where state <> 'draft';
create index organization_change_submitted on organization_change (submitted_at, id, state, kind, moves, desk_id, department_id) where state <> 'draft';
create index organization_change_acted on organization_change (acted_at, id, state, kind, moves, desk_id, department_id, submitted_at) where state <> 'draft';
create index organization_change_department_waiting on organization_change (department_id, waiting_since, id, state, kind, moves, desk_id, submitted_at) where state <> 'draft';
create index organization_change_department_submitted on organization_change (department_id, submitted_at, id, state, kind, moves, desk_id) where state <> 'draft';
create index organization_change_department_acted on organization_change (department_id, acted_at, id, state, kind, moves, desk_id, submitted_at) where state <> 'draft';
create index organization_change_organization_waiting on organization_change (organization_id, waiting_since, id, state, kind, moves, desk_id, department_id, submitted_at) where state <> 'draft';
create index organization_change_organization_submitted on organization_change (organization_id, submitted_at, id, state, kind, moves, desk_id, department_id) where state <> 'draft';
create index organization_change_organization_acted on organization_change (organization_id, acted_at, id, state, kind, moves, desk_id, department_id, submitted_at) where state <> 'draft';

create table organization_change_file (
  change_id integer not null references organization_change (id) on delete cascade,
  file_id integer not null references file (id),
  kind text not null,                         -- evidence, or as in organization_file: it is to replace those
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (change_id, file_id)
) strict, without rowid;
create index organization_change_file_file on organization_change_file (file_id);

alter table organization_file add column replaced_at text; -- none: in force
