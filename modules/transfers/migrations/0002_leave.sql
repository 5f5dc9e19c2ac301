-- 调出本县: where to, the last certificate, and what an undo says.

create table leave (
  transfer_id integer primary key references transfer (id),
  person_id integer not null references person (id),
  organization_id integer not null references organization (id), -- the unit left
  area text not null,                         -- 调往地区
  receiver text not null,                     -- 接收单位
  left_on text not null,                      -- YYYY-MM-DD
  certificate_id integer not null references certificate (id),
  undone_at text not null default '',
  undone_by text not null default '',
  undone_reason text not null default ''
) strict;
create index leave_person on leave (person_id, transfer_id);
