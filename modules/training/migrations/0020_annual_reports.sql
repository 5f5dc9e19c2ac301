-- 4.5 年度报告: one per base and year (domain.md §3.12).

create table annual_report (                  -- the review engine's table
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- NB2025-0001, given at the first submission
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the base
  department_id integer references organization (id),            -- its department, kept in step
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  account_id integer not null references account (id),
  year integer not null,
  -- as reported, for the desk's list
  sessions integer not null default 0,        -- 办班期数
  trips integer not null default 0,           -- 培训人次
  general integer not null default 0,         -- 公需人次
  professional integer not null default 0,    -- 专业人次
  hours integer not null default 0,           -- 总学时, tenths
  income integer,                             -- 收入, yuan
  expense integer,                            -- 支出, yuan
  differences integer not null default 0,     -- figures that are not the computed ones
  draft text not null default '{}',           -- JSON: as typed
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null))
) strict;
create unique index annual_report_number on annual_report (number) where number <> '';
create unique index annual_report_once on annual_report (organization_id, year);
create index annual_report_desk_waiting on annual_report (desk_id, waiting_since) where state = 'pending';
create index annual_report_desk_department_waiting on annual_report (desk_id, department_id, waiting_since) where state = 'pending';
create index annual_report_desk_organization_waiting on annual_report (desk_id, organization_id, waiting_since) where state = 'pending';
create index annual_report_desk_submitted on annual_report (desk_id, submitted_at) where state = 'pending';
create index annual_report_desk_department_submitted on annual_report (desk_id, department_id, submitted_at) where state = 'pending';
create index annual_report_desk_organization_submitted on annual_report (desk_id, organization_id, submitted_at) where state = 'pending';
create index annual_report_desk_acted on annual_report (desk_id, acted_at) where state = 'pending';
create index annual_report_desk_department_acted on annual_report (desk_id, department_id, acted_at) where state = 'pending';
create index annual_report_desk_organization_acted on annual_report (desk_id, organization_id, acted_at) where state = 'pending';
create index annual_report_waiting on annual_report (waiting_since, id, state, year, desk_id, submitted_at) where state <> 'draft';
create index annual_report_submitted on annual_report (submitted_at, id, state, year, desk_id) where state <> 'draft';
create index annual_report_acted on annual_report (acted_at, id, state, year, desk_id, submitted_at) where state <> 'draft';
create index annual_report_department_waiting on annual_report (department_id, waiting_since, id, state, year, desk_id, submitted_at) where state <> 'draft';
create index annual_report_department_submitted on annual_report (department_id, submitted_at, id, state, year, desk_id) where state <> 'draft';
create index annual_report_department_acted on annual_report (department_id, acted_at, id, state, year, desk_id, submitted_at) where state <> 'draft';
create index annual_report_organization_waiting on annual_report (organization_id, waiting_since, id, state, year, desk_id, submitted_at) where state <> 'draft';
create index annual_report_organization_submitted on annual_report (organization_id, submitted_at, id, state, year, desk_id) where state <> 'draft';
create index annual_report_organization_acted on annual_report (organization_id, acted_at, id, state, year, desk_id, submitted_at) where state <> 'draft';

create table annual_report_file (
  report_id integer not null references annual_report (id) on delete cascade,
  file_id integer not null references file (id),
  kind text not null check (kind in ('sealed', 'finance', 'photo')), -- 盖章版报告 财务表 照片
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (report_id, file_id)
) strict, without rowid;
create index annual_report_file_file on annual_report_file (file_id);

create table annual_report_reminder (         -- who was reminded of which year
  organization_id integer not null references organization (id),
  year integer not null,
  sent_at text not null,
  primary key (organization_id, year)
) strict, without rowid;

-- 年度计划数 and 年度培训人数 of the bases' list are right whichever act changed a plan.
create trigger plan_standing_insert after insert on plan when new.version_id is not null begin
  update base_standing set
    plans = (select count(*) from plan p where p.organization_id = new.organization_id
      and p.year = base_standing.year and p.version_id is not null and p.stage not in ('planned', 'cancelled')),
    people = (select coalesce(sum(p.signed), 0) from plan p
      where p.organization_id = new.organization_id
        and p.year = base_standing.year and p.version_id is not null and p.stage not in ('planned', 'cancelled'))
   where organization_id = new.organization_id;
end;
create trigger plan_standing_update
  after update of version_id, stage, year, signed on plan when new.version_id is not null begin
  update base_standing set
    plans = (select count(*) from plan p where p.organization_id = new.organization_id
      and p.year = base_standing.year and p.version_id is not null and p.stage not in ('planned', 'cancelled')),
    people = (select coalesce(sum(p.signed), 0) from plan p
      where p.organization_id = new.organization_id
        and p.year = base_standing.year and p.version_id is not null and p.stage not in ('planned', 'cancelled'))
   where organization_id = new.organization_id;
end;
