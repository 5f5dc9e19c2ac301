-- 7.1 总数: how many people each organization has, kept with every change, so that the county's
-- head count adds up some thousand rows instead of reading every person.

create table person_count (
  organization_id integer primary key references organization (id),
  people integer not null
) strict;
insert into person_count (organization_id, people)
  select organization_id, count(*) from person group by organization_id;

create trigger person_count_insert after insert on person begin
  insert into person_count (organization_id, people) values (new.organization_id, 1)
    on conflict (organization_id) do update set people = people + 1;
end;
create trigger person_count_delete after delete on person begin
  update person_count set people = people - 1 where organization_id = old.organization_id;
end;
create trigger person_count_update after update of organization_id on person
  when new.organization_id <> old.organization_id begin
  update person_count set people = people - 1 where organization_id = old.organization_id;
  insert into person_count (organization_id, people) values (new.organization_id, 1)
    on conflict (organization_id) do update set people = people + 1;
end;
