-- The desk's and the bases' lists of plans stand on indexes for every scope and order.

create index plan_version_desk_waiting on plan_version (desk_id, waiting_since) where state = 'pending';
create index plan_version_desk_department_waiting on plan_version (desk_id, department_id, waiting_since) where state = 'pending';
create index plan_version_desk_organization_waiting on plan_version (desk_id, organization_id, waiting_since) where state = 'pending';
create index plan_version_desk_submitted on plan_version (desk_id, submitted_at) where state = 'pending';
create index plan_version_desk_department_submitted on plan_version (desk_id, department_id, submitted_at) where state = 'pending';
create index plan_version_desk_organization_submitted on plan_version (desk_id, organization_id, submitted_at) where state = 'pending';
create index plan_version_desk_acted on plan_version (desk_id, acted_at) where state = 'pending';
create index plan_version_desk_department_acted on plan_version (desk_id, department_id, acted_at) where state = 'pending';
create index plan_version_desk_organization_acted on plan_version (desk_id, organization_id, acted_at) where state = 'pending';
create index plan_version_waiting on plan_version (waiting_since, id, state, desk_id, category, submitted_at) where state <> 'draft';
create index plan_version_submitted on plan_version (submitted_at, id, state, desk_id, category) where state <> 'draft';
create index plan_version_acted on plan_version (acted_at, id, state, desk_id, category, submitted_at) where state <> 'draft';
create index plan_version_department_waiting on plan_version (department_id, waiting_since, id, state, desk_id, category, submitted_at) where state <> 'draft';
create index plan_version_department_submitted on plan_version (department_id, submitted_at, id, state, desk_id, category) where state <> 'draft';
create index plan_version_department_acted on plan_version (department_id, acted_at, id, state, desk_id, category, submitted_at) where state <> 'draft';
create index plan_version_organization_waiting on plan_version (organization_id, waiting_since, id, state, desk_id, category, submitted_at) where state <> 'draft';
create index plan_version_organization_submitted on plan_version (organization_id, submitted_at, id, state, desk_id, category) where state <> 'draft';
create index plan_version_organization_acted on plan_version (organization_id, acted_at, id, state, desk_id, category, submitted_at) where state <> 'draft';
create index plan_version_of on plan_version (plan_id, version);
create index plan_version_alike on plan_version (organization_id, title) where state <> 'draft';
create index plan_department on plan (department_id, year, id);
create index plan_year on plan (year, id);
create index plan_base_begins on plan (organization_id, begins_on, id);
create index plan_base_id on plan (organization_id, id);

-- One token per Han character of title and base, and the initials; rowid is plan.id.
create virtual table plan_search using fts5 (tokens, content = '', contentless_delete = 1);
