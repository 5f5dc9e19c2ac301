-- 未激活账户: whose initial password (the last six) still is his only one. One row a person, kept by
-- the triggers below, so that the list of a county walks an index of its own.

create table initial_account (
  id integer primary key,                     -- person.id
  organization_id integer not null,           -- as in person, kept in step
  department_id integer,
  internal_department_id integer,
  origin text not null                        -- how he got it: as person.origin, or a reset
    check (origin in ('import', 'registration', 'form', 'demo', 'reset')),
  since text not null,
  until integer not null                      -- Unix seconds of account.initial_until; never: the year 9999
) strict;
insert into initial_account
  select p.id, p.organization_id, p.department_id, p.internal_department_id, p.origin, a.created_at,
         coalesce(unixepoch(a.initial_until), 253402300799)
    from account a join person p on p.id = a.person_id where a.state = 'initial';
create index initial_account_until on initial_account (until, id, origin);
create index initial_account_department on initial_account (department_id, until, id, origin);
create index initial_account_organization on initial_account (organization_id, until, id, origin);
create index initial_account_place on initial_account (internal_department_id, until)
  where internal_department_id is not null;

create trigger initial_account_opened after insert on account
  when new.state = 'initial' begin
  insert into initial_account
    select p.id, p.organization_id, p.department_id, p.internal_department_id, p.origin,
           new.created_at, coalesce(unixepoch(new.initial_until), 253402300799)
      from person p where p.id = new.person_id;
end;
-- from active it is a reset (which notes when); from disabled the account is as it was
create trigger initial_account_again after update of state on account
  when new.state = 'initial' and old.state <> 'initial' begin
  insert into initial_account
    select p.id, p.organization_id, p.department_id, p.internal_department_id,
           case old.state when 'active' then 'reset' else p.origin end,
           new.created_at, coalesce(unixepoch(new.initial_until), 253402300799)
      from person p where p.id = new.person_id;
end;
create trigger initial_account_longer after update of initial_until on account
  when new.state = 'initial' and old.state = 'initial' begin
  update initial_account set until = coalesce(unixepoch(new.initial_until), 253402300799)
   where id = new.person_id;
end;
create trigger initial_account_over after update of state on account
  when old.state = 'initial' and new.state <> 'initial' begin
  delete from initial_account where id = old.person_id;
end;
create trigger initial_account_closed after delete on account
  when old.state = 'initial' begin
  delete from initial_account where id = old.person_id;
end;
create trigger initial_account_moved
  after update of organization_id, department_id, internal_department_id on person begin
  update initial_account
     set organization_id = new.organization_id, department_id = new.department_id,
         internal_department_id = new.internal_department_id
   where id = new.id;
end;
create trigger initial_account_gone after delete on person begin
  delete from initial_account where id = old.id;
end;
