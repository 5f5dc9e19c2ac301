-- 历史学时: former years' recognised hours, from a file or typed for one person (外县转入).

alter table import add column kind text not null default 'people'
  check (kind in ('people', 'history'));
alter table import add column batch_id integer; -- of a history: the batch sent back that it corrects
create index import_kind on import (organization_id, kind, id);

create table history_batch (                  -- what was entered at once, or is one case at the bureau's desk
  id integer primary key,
  -- the review engine's; none where the bureau enters by itself
  case_id integer unique references review_case (id),
  number text not null default '',            -- LS20261124-0001
  state text not null default 'draft' check (state in (
    'draft',
    'entered',                                -- by the bureau itself, at once
    'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- who brings it
  department_id integer references organization (id),
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  import_id integer references import (id),   -- none: typed
  person_id integer references person (id),   -- of a typed one: whose hours
  account_id integer not null references account (id),
  by_name text not null,
  draft text not null default '{}',           -- JSON: as typed
  -- what is asked for, then what was entered
  rows integer not null default 0,
  people integer not null default 0,
  hours integer not null default 0,           -- tenths
  year_from integer not null default 0,
  year_to integer not null default 0,
  left_out integer not null default 0,
  entered_at text not null default '',
  -- 撤销这次导入
  undone_at text not null default '',
  undone_by text not null default '',
  undo_reason text not null default '',
  created_at text not null,
  updated_at text not null,
  check ((state in ('draft', 'entered')) = (case_id is null))
) strict;
create unique index history_batch_number on history_batch (number) where number <> '';
create index history_batch_own on history_batch (organization_id, id);
create index history_batch_person on history_batch (organization_id, person_id, id) where person_id is not null;
create index history_batch_import on history_batch (import_id) where import_id is not null;
create index history_batch_desk_waiting on history_batch (desk_id, waiting_since) where state = 'pending';
create index history_batch_desk_department_waiting on history_batch (desk_id, department_id, waiting_since) where state = 'pending';
create index history_batch_desk_organization_waiting on history_batch (desk_id, organization_id, waiting_since) where state = 'pending';
create index history_batch_desk_submitted on history_batch (desk_id, submitted_at) where state = 'pending';
create index history_batch_desk_department_submitted on history_batch (desk_id, department_id, submitted_at) where state = 'pending';
create index history_batch_desk_organization_submitted on history_batch (desk_id, organization_id, submitted_at) where state = 'pending';
create index history_batch_desk_acted on history_batch (desk_id, acted_at) where state = 'pending';
create index history_batch_desk_department_acted on history_batch (desk_id, department_id, acted_at) where state = 'pending';
create index history_batch_desk_organization_acted on history_batch (desk_id, organization_id, acted_at) where state = 'pending';
create index history_batch_waiting on history_batch (waiting_since, id, state, desk_id, submitted_at) where case_id is not null;
create index history_batch_submitted on history_batch (submitted_at, id, state, desk_id) where case_id is not null;
create index history_batch_acted on history_batch (acted_at, id, state, desk_id, submitted_at) where case_id is not null;
create index history_batch_department_waiting on history_batch (department_id, waiting_since, id, state, desk_id, submitted_at) where case_id is not null;
create index history_batch_department_submitted on history_batch (department_id, submitted_at, id, state, desk_id) where case_id is not null;
create index history_batch_department_acted on history_batch (department_id, acted_at, id, state, desk_id, submitted_at) where case_id is not null;
create index history_batch_organization_waiting on history_batch (organization_id, waiting_since, id, state, desk_id, submitted_at) where case_id is not null;
create index history_batch_organization_submitted on history_batch (organization_id, submitted_at, id, state, desk_id) where case_id is not null;
create index history_batch_organization_acted on history_batch (organization_id, acted_at, id, state, desk_id, submitted_at) where case_id is not null;

create table history_file (                   -- 证明材料
  batch_id integer not null references history_batch (id) on delete cascade,
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (batch_id, file_id)
) strict, without rowid;
create index history_file_file on history_file (file_id);

create table history_entry (                  -- which entries a batch made: what an undo reverses
  batch_id integer not null references history_batch (id),
  entry_id integer not null unique references entry (id),
  primary key (batch_id, entry_id)
) strict, without rowid;
