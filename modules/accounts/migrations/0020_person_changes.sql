-- 本单位人员 and 4.4 审核人员信息修改: marks of state that can be undone, repeating records,
-- requests to change reviewed fields.

create table person_state_change (            -- 返聘 退休 离职 去世, with date and reason
  id integer primary key,
  person_id integer not null references person (id),
  state text not null,
  state_on text not null,                     -- YYYY-MM-DD
  reason text not null,
  former_state text not null,                 -- what an undo goes back to
  former_on text not null,
  former_reason text not null,
  former_account text not null default '',    -- state of the account that 去世 disabled
  at text not null,
  by_name text not null,
  undone_at text,
  undone_by text not null default '',
  undone_reason text not null default ''
) strict;
create index person_state_change_of on person_state_change (person_id, id);

-- Further 学历学位 and 职称 beside the main ones, which stand in person itself, and
-- 执(职)业资格 and 学术技术称号.
create table person_record (
  id integer primary key,
  person_id integer not null references person (id),
  kind text not null check (kind in ('education', 'title', 'qualification', 'honour')),
  class text not null default '',             -- 学历 or 职称系列, dictionary codes
  level text not null default '',             -- 学位 or 职称等级, dictionary codes; else as typed
  name text not null default '',              -- 毕业院校, 职称名称, 资格名称, 称号名称
  major text not null default '',             -- 专业
  issuer text not null default '',            -- 发证机构, 授予机构
  number text not null default '',            -- 证书编号
  begun_on text not null default '',          -- 入学时间
  got_on text not null default '',            -- 毕业时间, 取得时间, 授予时间
  way text not null default '',               -- 取得方式: review, exam, assessment, confirmation
  appointed_on text not null default '',      -- 聘任时间
  valid_until text not null default '',       -- 注册有效期
  created_at text not null,
  updated_at text not null
) strict;
create index person_record_of on person_record (person_id, kind, id);
create table person_record_file (
  record_id integer not null references person_record (id) on delete cascade,
  file_id integer not null references file (id),
  primary key (record_id, file_id)
) strict, without rowid;
create index person_record_file_file on person_record_file (file_id);

create table person_change (                  -- 4.4: a request; a draft has no case yet
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- XG20261123-0001
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the person's current ones
  department_id integer references organization (id),
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  person_id integer not null references person (id),
  account_id integer not null references account (id),
  by_unit integer not null default 0 check (by_unit in (0, 1)), -- his unit's administrator asks
  items text not null default '',             -- what is to change, in words: 职称等级、职称名称
  draft text not null default '{}',           -- JSON: as typed
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null))
) strict;
create unique index person_change_number on person_change (number) where number <> '';
create unique index person_change_open on person_change (person_id) where state = 'pending';
create unique index person_change_draft on person_change (person_id) where state = 'draft';
create index person_change_person on person_change (person_id, id);
create index person_change_desk_waiting on person_change (desk_id, waiting_since) where state = 'pending';
create index person_change_desk_department_waiting on person_change (desk_id, department_id, waiting_since) where state = 'pending';
create index person_change_desk_organization_waiting on person_change (desk_id, organization_id, waiting_since) where state = 'pending';
create index person_change_desk_submitted on person_change (desk_id, submitted_at) where state = 'pending';
create index person_change_desk_department_submitted on person_change (desk_id, department_id, submitted_at) where state = 'pending';
create index person_change_desk_organization_submitted on person_change (desk_id, organization_id, submitted_at) where state = 'pending';
create index person_change_desk_acted on person_change (desk_id, acted_at) where state = 'pending';
create index person_change_desk_department_acted on person_change (desk_id, department_id, acted_at) where state = 'pending';
create index person_change_desk_organization_acted on person_change (desk_id, organization_id, acted_at) where state = 'pending';
create index person_change_waiting on person_change (waiting_since, id, state, by_unit, desk_id, submitted_at) where state <> 'draft';
create index person_change_submitted on person_change (submitted_at, id, state, by_unit, desk_id) where state <> 'draft';
create index person_change_acted on person_change (acted_at, id, state, by_unit, desk_id, submitted_at) where state <> 'draft';
create index person_change_department_waiting on person_change (department_id, waiting_since, id, state, by_unit, desk_id, submitted_at) where state <> 'draft';
create index person_change_department_submitted on person_change (department_id, submitted_at, id, state, by_unit, desk_id) where state <> 'draft';
create index person_change_department_acted on person_change (department_id, acted_at, id, state, by_unit, desk_id, submitted_at) where state <> 'draft';
create index person_change_organization_waiting on person_change (organization_id, waiting_since, id, state, by_unit, desk_id, submitted_at) where state <> 'draft';
create index person_change_organization_submitted on person_change (organization_id, submitted_at, id, state, by_unit, desk_id) where state <> 'draft';
create index person_change_organization_acted on person_change (organization_id, acted_at, id, state, by_unit, desk_id, submitted_at) where state <> 'draft';

create table person_change_file (
  change_id integer not null references person_change (id) on delete cascade,
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (change_id, file_id)
) strict, without rowid;
create index person_change_file_file on person_change_file (file_id);
