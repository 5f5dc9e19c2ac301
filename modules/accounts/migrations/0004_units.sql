-- 3.3: which last day a base was reminded of. 3.4: a department that is gone keeps its row, for
-- people's history names it.

create table base_reminder (
  organization_id integer not null references organization (id),
  valid_until text not null,                  -- the last day it was about
  sent_at text not null,
  primary key (organization_id, valid_until)
) strict, without rowid;

alter table internal_department add column removed_at text; -- none: there
drop index internal_department_name;
create unique index internal_department_name
  on internal_department (organization_id, coalesce(parent_id, 0), name) where removed_at is null;
