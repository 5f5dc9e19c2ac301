-- 单位申报: what a unit declares for its own people (domain.md §3.9). Its roster: roster_row.

create table staff_declaration (
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- DW20261123-0001, given at the first submission
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the unit
  department_id integer references organization (id),
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  account_id integer not null references account (id),           -- who began it
  form_key text not null default '',          -- of the form of a new one: sent twice, it leads to the same
  year integer not null,
  category_id integer references category (id),
  kind text not null default '',              -- 学习形式
  title text not null default '',
  organizer text not null default '',         -- 主办单位
  started_on text not null default '',        -- YYYY-MM-DD
  ended_on text not null default '',
  place text not null default '',
  level text not null default '',             -- 级别
  hours integer not null default 0 check (hours >= 0 and hours % 5 = 0), -- 申报学时 of each person, tenths
  recognised integer,                         -- 认定学时 of each person at most, given by the desks
  note text not null default '',              -- 内容摘要
  opinion text not null default '',           -- 单位意见
  people integer not null default 0,          -- rows of the roster
  total integer not null default 0,           -- their hours as declared, tenths
  entered integer not null default 0,         -- rows in the ledger
  left_out integer not null default 0,        -- rows left out when it was approved
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null)),
  check (recognised is null or recognised between 0 and hours)
) strict;
create unique index staff_number on staff_declaration (number) where number <> '';
create unique index staff_form_key on staff_declaration (organization_id, form_key) where form_key <> '';

create table staff_file (                     -- 证明材料 of the whole declaration
  staff_id integer not null references staff_declaration (id) on delete cascade,
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (staff_id, file_id)
) strict, without rowid;
create index staff_file_file on staff_file (file_id);

create table staff_problem (                  -- cells of the last upload that cannot be used: for the uploader only
  id integer primary key,
  staff_id integer not null references staff_declaration (id) on delete cascade,
  account_id integer not null references account (id),
  file_name text not null,                    -- ID numbers masked
  at text not null,
  number integer not null,                    -- the row, as the spreadsheet shows it
  title text not null,                        -- the column
  value text not null,                        -- as typed
  message text not null,
  remedy text not null
) strict;
create index staff_problem_of on staff_problem (staff_id, account_id, number);

-- One token per Han character of title and unit, and the initials; rowid is staff_declaration.id.
create virtual table staff_search using fts5 (tokens, content = '', contentless_delete = 1);

-- lists: what waits at a desk, in each scope and order
create index staff_desk_waiting on staff_declaration (desk_id, waiting_since) where state = 'pending';
create index staff_desk_department_waiting on staff_declaration (desk_id, department_id, waiting_since) where state = 'pending';
create index staff_desk_organization_waiting on staff_declaration (desk_id, organization_id, waiting_since) where state = 'pending';
create index staff_desk_submitted on staff_declaration (desk_id, submitted_at) where state = 'pending';
create index staff_desk_department_submitted on staff_declaration (desk_id, department_id, submitted_at) where state = 'pending';
create index staff_desk_organization_submitted on staff_declaration (desk_id, organization_id, submitted_at) where state = 'pending';
create index staff_desk_acted on staff_declaration (desk_id, acted_at) where state = 'pending';
create index staff_desk_department_acted on staff_declaration (desk_id, department_id, acted_at) where state = 'pending';
create index staff_desk_organization_acted on staff_declaration (desk_id, organization_id, acted_at) where state = 'pending';
-- whole lists: scope, order (ties by id), then what is filtered by
create index staff_waiting on staff_declaration (waiting_since, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index staff_submitted on staff_declaration (submitted_at, id, year, category_id, kind, state, desk_id)
  where state <> 'draft';
create index staff_acted on staff_declaration (acted_at, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index staff_department_waiting on staff_declaration (department_id, waiting_since, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index staff_department_submitted on staff_declaration (department_id, submitted_at, id, year, category_id, kind, state, desk_id)
  where state <> 'draft';
create index staff_department_acted on staff_declaration (department_id, acted_at, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index staff_organization_waiting on staff_declaration (organization_id, waiting_since, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index staff_organization_submitted on staff_declaration (organization_id, submitted_at, id, year, category_id, kind, state, desk_id)
  where state <> 'draft';
create index staff_organization_acted on staff_declaration (organization_id, acted_at, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
-- the unit's own list
create index staff_own on staff_declaration (organization_id, id, year, category_id, state);
create index staff_own_ended on staff_declaration (organization_id, ended_on, id, year, category_id, state);
create index staff_own_department on staff_declaration (department_id, id);
