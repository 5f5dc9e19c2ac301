-- 学时撤销记录 stands on the reversals alone, whatever is filtered: its indexes cover what it asks.
drop index entry_reversal;
drop index entry_department_reversal;
drop index entry_organization_reversal;
create index entry_reversal on entry (recorded_at, id, year, reverses_id) where reverses_id is not null;
create index entry_department_reversal on entry (department_id, recorded_at, id, year, reverses_id)
  where reverses_id is not null;
create index entry_organization_reversal on entry (organization_id, recorded_at, id, year, reverses_id)
  where reverses_id is not null;
