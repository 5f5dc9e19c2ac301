-- What 用人单位, 主管部门 and 继续教育基地 register beside what all have (domain.md 3.2-3.4).

alter table organization_profile add column postcode text not null default '';
alter table organization_profile add column staff integer;              -- 职工总数; none: unknown
alter table organization_profile add column professionals integer;      -- 专技人员数 as reported
alter table organization_profile add column series text not null default ''; -- 主管系列: codes, comma

create table base_profile (                   -- 继续教育基地
  organization_id integer primary key references organization (id),
  host text not null default '',              -- 依托单位
  level text not null default '',             -- 级别: national, provincial, city, county
  recognized_by text not null default '',     -- 认定机构
  document_number text not null default '',   -- 认定文号
  recognized_on text not null default '',     -- YYYY-MM-DD
  valid_until text not null default '',       -- YYYY-MM-DD; empty: no end
  fields text not null default '',            -- 培训领域: codes of title series, comma
  categories text not null default '',        -- 科目: codes of SUBJECTS, comma
  forms text not null default '',             -- 培训形式: onsite, online, mixed, comma
  area integer,                               -- 场地面积, square metres
  seats integer,                              -- 座位数
  full_time integer,                          -- 专职教师数
  part_time integer,                          -- 兼职教师数
  managers integer,                           -- 管理人员数
  website text not null default '',           -- 网络平台网址
  fee text not null default '',               -- 收费标准
  head text not null default ''               -- 负责人
) strict;
create index base_profile_valid on base_profile (valid_until) where valid_until <> '';
insert into base_profile (organization_id) select id from organization where kind = 'base';

-- The further reported fields, as JSON: an object by column name, base fields included.
alter table organization_version add column more text not null default '{}';

create table organization_file (              -- 证照 and other attachments
  organization_id integer not null references organization (id),
  file_id integer not null references file (id),
  kind text not null,                         -- licence, authorization, recognition, qualification, rules
  primary key (organization_id, file_id)
) strict, without rowid;
create index organization_file_file on organization_file (file_id);
