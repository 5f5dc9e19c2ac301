-- 操作日志 as a list page reads it: with the department its unit lies under now.

create view trail_row as
  select t.id, t.at, t.account_id, t.name, t.organization_id, t.address, t.act, t.object, t.text,
         t.result, t.request,
         (select o.department_id from organization o where o.id = t.organization_id) as department_id
    from trail t;

create index trail_scope on trail (organization_id, at, id);
create index trail_name on trail (name collate nocase, at, id);
create index trail_result on trail (result, at, id);
