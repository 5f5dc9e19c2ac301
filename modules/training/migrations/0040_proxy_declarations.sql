-- 5.2 代申报: a base declares its trainees' hours. The rows are roster_row with subject 'proxy'.

create table proxy_declaration (              -- the review engine's table: one batch of a plan
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- DS20261123-0001, given at the first submission
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the base
  department_id integer references organization (id),            -- its department, kept in step
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  account_id integer not null references account (id),
  plan_id integer not null references plan (id),
  supplement integer not null default 0 check (supplement in (0, 1)), -- 补报 after an approved one
  -- for the lists
  year integer not null,
  title text not null,
  category integer not null references category (id),
  hours integer not null,                     -- 学时/人: the plan's recognised hours, tenths
  people integer not null default 0,          -- rows of the roster
  total integer not null default 0,           -- hours of all rows, tenths
  entered integer not null default 0,         -- after approval: in the ledger
  left_out integer not null default 0,
  abroad integer not null default 0,          -- kept for handing over
  -- the form as it was left, JSON: session, begins_on, ends_on, reason
  draft text not null default '{}',
  -- where the roster came from: '' none yet, 'class', or the name of the workbook
  roster text not null default '',
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null))
) strict;
create unique index proxy_declaration_number on proxy_declaration (number) where number <> '';
-- one batch of a plan is open at a time
create unique index proxy_declaration_open on proxy_declaration (plan_id) where state <> 'approved';
create index proxy_declaration_plan on proxy_declaration (plan_id, id);
create index proxy_declaration_base on proxy_declaration (organization_id, id);
create index proxy_declaration_desk_waiting on proxy_declaration (desk_id, waiting_since) where state = 'pending';
create index proxy_declaration_desk_department_waiting on proxy_declaration (desk_id, department_id, waiting_since) where state = 'pending';
create index proxy_declaration_desk_organization_waiting on proxy_declaration (desk_id, organization_id, waiting_since) where state = 'pending';
create index proxy_declaration_desk_submitted on proxy_declaration (desk_id, submitted_at) where state = 'pending';
create index proxy_declaration_desk_department_submitted on proxy_declaration (desk_id, department_id, submitted_at) where state = 'pending';
create index proxy_declaration_desk_organization_submitted on proxy_declaration (desk_id, organization_id, submitted_at) where state = 'pending';
create index proxy_declaration_desk_acted on proxy_declaration (desk_id, acted_at) where state = 'pending';
create index proxy_declaration_desk_department_acted on proxy_declaration (desk_id, department_id, acted_at) where state = 'pending';
create index proxy_declaration_desk_organization_acted on proxy_declaration (desk_id, organization_id, acted_at) where state = 'pending';
create index proxy_declaration_waiting on proxy_declaration (waiting_since, id, state, year, category, desk_id, submitted_at) where state <> 'draft';
create index proxy_declaration_department_waiting on proxy_declaration (department_id, waiting_since, id, state, year, category, desk_id, submitted_at) where state <> 'draft';
create index proxy_declaration_organization_waiting on proxy_declaration (organization_id, waiting_since, id, state, year, category, desk_id, submitted_at) where state <> 'draft';
create index proxy_declaration_submitted on proxy_declaration (submitted_at, id, state, year, category, desk_id) where state <> 'draft';
create index proxy_declaration_department_submitted on proxy_declaration (department_id, submitted_at, id, state, year, category, desk_id) where state <> 'draft';
create index proxy_declaration_organization_submitted on proxy_declaration (organization_id, submitted_at, id, state, year, category, desk_id) where state <> 'draft';
create index proxy_declaration_acted on proxy_declaration (acted_at, id, state, year, category, desk_id, submitted_at) where state <> 'draft';
create index proxy_declaration_department_acted on proxy_declaration (department_id, acted_at, id, state, year, category, desk_id, submitted_at) where state <> 'draft';
create index proxy_declaration_organization_acted on proxy_declaration (organization_id, acted_at, id, state, year, category, desk_id, submitted_at) where state <> 'draft';

create table proxy_file (
  proxy_id integer not null references proxy_declaration (id) on delete cascade,
  file_id integer not null references file (id),
  kind text not null check (kind in ('attendance', 'scores', 'graduates')), -- 签到表 考核成绩 结业名册
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (proxy_id, file_id)
) strict, without rowid;
create index proxy_file_file on proxy_file (file_id);

create table handover (                       -- 外县学员移交: approved rows of nobody's here
  id integer primary key,
  row_id integer not null unique references roster_row (id),
  plan_id integer not null references plan (id),
  organization_id integer not null references organization (id), -- the base
  department_id integer references organization (id),            -- its department, kept in step
  identity_id integer not null references identity (id),
  number text not null,                       -- of the batch
  year integer not null,
  recorded_at text not null,
  handed_on text not null default '',         -- YYYY-MM-DD: 已移交; empty: not yet
  handed_to text not null default '',
  handed_by text not null default ''
) strict;
create index handover_recorded on handover (recorded_at, id, handed_on, year);
create index handover_department on handover (department_id, recorded_at, id, handed_on, year);
create index handover_organization on handover (organization_id, recorded_at, id, handed_on, year);
create index handover_identity on handover (identity_id);
create index handover_plan on handover (plan_id, identity_id);
