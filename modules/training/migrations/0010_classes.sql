-- 公示, 报名, 开班, 结业: what lists of classes and of those who take part stand on.

alter table trainee add column base_id integer references organization (id); -- of the plan: for the base's list
alter table trainee add column cancelled_by text not null default ''
  check (cancelled_by in ('', 'person', 'unit', 'base'));
alter table trainee add column reason text not null default '';  -- why the base removed him

-- published plans: those yet to come by their end, a month's by their beginning
create index plan_ending on plan (ends_on, id) where stage <> 'planned';
create index plan_beginning on plan (begins_on, id) where stage <> 'planned';

create index trainee_class on trainee (plan_id, state, id);
create index trainee_base on trainee (base_id, id);
create index trainee_of_unit on trainee (organization_id, id);

-- The base's list: scopes name the base there, not the trainee's unit.
create view trainee_of_base as
  select t.id, t.base_id as organization_id, t.plan_id, t.person_id, t.organization_id as unit_id,
         t.state, t.by, t.signed_at, t.cancelled_at, t.cancelled_by, t.reason, t.result, t.hours,
         t.certificate
    from trainee t;

-- the last serial number of a 结业证书: one once given is never given again
alter table plan add column certificates integer not null default 0;
