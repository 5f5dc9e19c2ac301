-- 其他单位审核中: what waits at any desk, in each scope and order, without walking what is decided.
create index declaration_pending_waiting on declaration (waiting_since, id, desk_id, year, category_id, kind, organization_id)
  where state = 'pending';
create index declaration_pending_submitted on declaration (submitted_at, id, desk_id, year, category_id, kind, organization_id)
  where state = 'pending';
create index declaration_pending_acted on declaration (acted_at, id, desk_id, year, category_id, kind, organization_id)
  where state = 'pending';
create index declaration_pending_department_waiting on declaration (department_id, waiting_since, id, desk_id, year, category_id, kind)
  where state = 'pending';
create index declaration_pending_department_submitted on declaration (department_id, submitted_at, id, desk_id, year, category_id, kind)
  where state = 'pending';
create index declaration_pending_department_acted on declaration (department_id, acted_at, id, desk_id, year, category_id, kind)
  where state = 'pending';
create index declaration_pending_organization_waiting on declaration (organization_id, waiting_since, id, desk_id, year, category_id, kind)
  where state = 'pending';
create index declaration_pending_organization_submitted on declaration (organization_id, submitted_at, id, desk_id, year, category_id, kind)
  where state = 'pending';
create index declaration_pending_organization_acted on declaration (organization_id, acted_at, id, desk_id, year, category_id, kind)
  where state = 'pending';
