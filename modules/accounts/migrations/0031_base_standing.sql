-- 3.3 管理继续教育基地: how busy a base is this year, and how its 年度报告 stands. Written by the
-- module that knows (bases::standing); a row per base, so that the list joins by primary key.

create table base_standing (
  organization_id integer primary key references organization (id),
  year integer not null default 0,            -- the calendar year counted below; 0: not counted yet
  plans integer not null default 0,           -- 年度计划数: approved, not cancelled
  people integer not null default 0,          -- 年度培训人数: each class counts its trainees
  report_year integer not null default 0,     -- the year the report is about
  report text not null default ''             -- none asked for, or
    check (report in ('', 'due', 'overdue', 'pending', 'rejected', 'approved')),
  report_row integer                          -- its row at the desk, once submitted
) strict;
insert into base_standing (organization_id) select id from organization where kind = 'base';
