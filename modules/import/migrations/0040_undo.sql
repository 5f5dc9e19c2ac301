-- 导入记录 and 撤销导入: who above sees an import.

alter table import add column department_id integer references organization (id); -- of the organization, kept in step
update import set department_id =
  (select o.department_id from organization o where o.id = import.organization_id);

-- the list, in each scope; the first takes the place of import_ended
drop index import_ended;
create index import_records on import (created_at, id, kind, state, undone_at);
create index import_records_department on import (department_id, created_at, id, kind, state, undone_at);
create index import_records_organization on import (organization_id, created_at, id, kind, state, undone_at);

-- what a removed account or person might be referred to by
create index import_account on import (account_id) where account_id is not null;
create index history_batch_account on history_batch (account_id);
create index history_batch_of_person on history_batch (person_id) where person_id is not null;

-- what is emptied once an import cannot be undone any more
create index import_touch_after on import_touch (import_id) where after <> '';
