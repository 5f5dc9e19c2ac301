-- The form of a new plan as it was opened: sent twice, it leads to the same plan.

alter table plan add column form_key text not null default '';
create unique index plan_form_key on plan (organization_id, form_key) where form_key <> '';
