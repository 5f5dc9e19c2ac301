-- 4.9 培训计划: a class as the base plans it, the versions it submits, and who takes part.

create table plan (
  id integer primary key,
  organization_id integer not null references organization (id), -- the base
  department_id integer references organization (id),            -- its department, kept in step
  number text not null default '',            -- JH2026-0001, given at the first submission
  stage text not null default 'planned' check (stage in (
    'planned',                                -- no version approved yet
    'approved', 'running', 'ended', 'declared', 'cancelled')), -- 已通过 已开班 已结业 已代申报 已取消
  -- of the version in force; while none is (stage planned), of the version being written: for lists
  version_id integer references plan_version (id),
  year integer not null default 0,
  title text not null default '',
  category integer references category (id),  -- 科目
  form text not null default '',              -- TRAINING_FORMS
  fields text not null default '',            -- TITLE_SERIES codes, joined by commas
  audience text not null default '',
  place text not null default '',
  begins_on text not null default '',         -- YYYY-MM-DD
  ends_on text not null default '',
  signup_until text not null default '',      -- 报名截止, the last day
  hours integer not null default 0,           -- 认定学时, tenths of an hour
  capacity integer not null default 0,        -- 计划人数
  fee integer not null default 0,             -- 收费 per person, fen
  signed integer not null default 0,          -- 报名人数, kept in step with trainee
  passed integer not null default 0,          -- 结业人数, likewise
  opened_at text not null default '',
  ended_at text not null default '',
  declared_at text not null default '',
  cancelled_at text not null default '',
  cancelled_reason text not null default '',
  created_at text not null,
  updated_at text not null
) strict;
create unique index plan_number on plan (number) where number <> '';
create index plan_base on plan (organization_id, year, id);

create table plan_version (                   -- the review engine's table: one row a version
  id integer primary key,
  plan_id integer not null references plan (id) on delete cascade,
  version integer not null,                   -- 1, 2 …
  case_id integer unique references review_case (id),
  number text not null default '',            -- JH2026-0001, of later versions JH2026-0001-2
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the base
  department_id integer references organization (id),
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  account_id integer not null references account (id),
  -- for the desk's list
  year integer not null default 0,
  title text not null default '',
  category integer references category (id),
  form text not null default '',
  fields text not null default '',            -- TITLE_SERIES codes, joined by commas
  begins_on text not null default '',
  ends_on text not null default '',
  hours integer not null default 0,           -- asked for, tenths
  recognised integer,                         -- 认定学时, given by the desk
  capacity integer not null default 0,
  fee integer not null default 0,             -- fen
  content text not null default '{}',         -- JSON: plans::Content as last submitted
  typed text not null default '{}',           -- JSON: plans::Typed, the form as it was left
  created_at text not null,
  updated_at text not null,
  unique (plan_id, version),
  check ((state = 'draft') = (case_id is null))
) strict;
create unique index plan_version_number on plan_version (number) where number <> '';
-- one version of a plan is being written or reviewed at a time
create unique index plan_version_open on plan_version (plan_id) where state in ('draft', 'pending');

create table plan_file (                      -- 培训方案, 通知: of the plan, whichever version
  version_id integer not null references plan_version (id) on delete cascade,
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (version_id, file_id)
) strict, without rowid;
create index plan_file_file on plan_file (file_id);

create table trainee (                        -- 报名, 签到, 结业名册
  id integer primary key,
  plan_id integer not null references plan (id),
  person_id integer not null references person (id),
  organization_id integer not null references organization (id), -- the person's unit when he signed up
  department_id integer references organization (id),
  state text not null default 'signed' check (state in ('signed', 'cancelled')),
  by text not null check (by in ('person', 'unit', 'base')),     -- who signed him up
  account_id integer not null references account (id),
  signed_at text not null,
  cancelled_at text not null default '',
  -- 结业名册 (domain.md §3.11)
  attended integer,                           -- 出勤学时, tenths
  score text not null default '',             -- 考核成绩, as the base writes it
  result text not null default '' check (result in ('', 'pass', 'fail')), -- 达到要求, 未达到要求
  hours integer not null default 0,           -- tenths, at most the plan's recognised hours
  certificate text not null default '',       -- 结业证书编号
  unique (plan_id, person_id)
) strict;
create index trainee_person on trainee (person_id, id);
create index trainee_unit on trainee (organization_id, plan_id);
