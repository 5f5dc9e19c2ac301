-- 减免: a year's requirement lowered for one person, with reason, evidence and approval.

create table exemption_kind (                 -- 减免类别, as data
  key text primary key,
  name text not null unique,
  evidence text not null,                     -- what usually proves it
  sort integer not null,
  state text not null default 'active' check (state in ('active', 'disabled'))
) strict;
insert into exemption_kind (key, name, evidence, sort) values
  ('maternity', '产假（含护理假、育儿假）', '出生医学证明或准假单', 1),
  ('sick', '病假', '诊断证明和准假单', 2),
  ('new', '新入职', '录用文件或劳动合同', 3),
  ('retiring', '即将退休', '退休审批表或身份证明', 4),
  ('posted', '援派、驻村、挂职', '选派文件', 5),
  ('study', '脱产学习', '录取通知书和单位批准文件', 6),
  ('other', '其他', '能说明情况的材料', 9);

create table exemption (
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- JM2026-0001
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the person's current ones
  department_id integer references organization (id),
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  person_id integer not null references person (id),
  account_id integer not null references account (id),  -- who filled it in
  by_id integer references organization (id),           -- whose administrator applies; none: himself
  year integer not null,
  kind text not null default '',
  way text not null default 'full' check (way in (
    'full',                                   -- 全部减免
    'months',                                 -- 按月: a twelfth of the requirement each
    'hours')),
  months integer not null default 0 check (months between 0 and 12),
  hours integer not null default 0 check (hours >= 0 and hours % 5 = 0), -- asked for
  reason text not null default '',
  granted integer check (granted is null or (granted > 0 and granted % 5 = 0)), -- by the last desk
  whole integer not null default 0 check (whole in (0, 1)), -- approved as full: whatever the year asks
  in_force integer not null default 0 check (in_force in (0, 1)),
  counted_before integer,                     -- 应参加 without it, of a year gone by
  ended_at text not null default '',          -- 撤销减免, or another one took its place
  ended_by text not null default '',
  ended_reason text not null default '',
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null)),
  check (in_force = 0 or (state = 'approved' and granted is not null and ended_at = ''))
) strict;
create unique index exemption_number on exemption (number) where number <> '';
create unique index exemption_in_force on exemption (person_id, year) where in_force = 1;
create unique index exemption_open on exemption (person_id, year) where state = 'pending';
create index exemption_person on exemption (person_id, year, id);
create index exemption_own on exemption (organization_id, created_at, id);
create index exemption_desk_waiting on exemption (desk_id, waiting_since) where state = 'pending';
create index exemption_desk_department_waiting on exemption (desk_id, department_id, waiting_since) where state = 'pending';
create index exemption_desk_organization_waiting on exemption (desk_id, organization_id, waiting_since) where state = 'pending';
create index exemption_desk_submitted on exemption (desk_id, submitted_at) where state = 'pending';
create index exemption_desk_department_submitted on exemption (desk_id, department_id, submitted_at) where state = 'pending';
create index exemption_desk_organization_submitted on exemption (desk_id, organization_id, submitted_at) where state = 'pending';
create index exemption_desk_acted on exemption (desk_id, acted_at) where state = 'pending';
create index exemption_desk_department_acted on exemption (desk_id, department_id, acted_at) where state = 'pending';
create index exemption_desk_organization_acted on exemption (desk_id, organization_id, acted_at) where state = 'pending';
create index exemption_all_waiting on exemption (waiting_since, id, year, kind, state, desk_id, ended_at, submitted_at) where state <> 'draft';
create index exemption_all_submitted on exemption (submitted_at, id, year, kind, state, desk_id, ended_at) where state <> 'draft';
create index exemption_all_acted on exemption (acted_at, id, year, kind, state, desk_id, ended_at, submitted_at) where state <> 'draft';
create index exemption_department_waiting on exemption (department_id, waiting_since, id, year, kind, state, desk_id, ended_at, submitted_at) where state <> 'draft';
create index exemption_department_submitted on exemption (department_id, submitted_at, id, year, kind, state, desk_id, ended_at) where state <> 'draft';
create index exemption_department_acted on exemption (department_id, acted_at, id, year, kind, state, desk_id, ended_at, submitted_at) where state <> 'draft';
create index exemption_organization_waiting on exemption (organization_id, waiting_since, id, year, kind, state, desk_id, ended_at, submitted_at) where state <> 'draft';
create index exemption_organization_submitted on exemption (organization_id, submitted_at, id, year, kind, state, desk_id, ended_at) where state <> 'draft';
create index exemption_organization_acted on exemption (organization_id, acted_at, id, year, kind, state, desk_id, ended_at, submitted_at) where state <> 'draft';

create table exemption_file (                 -- 证明材料
  exemption_id integer not null references exemption (id) on delete cascade,
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (exemption_id, file_id)
) strict, without rowid;
create index exemption_file_file on exemption_file (file_id);
