-- 未完成人员名单: what each person's year still lacks, the list's indexes, reminders.

-- tenths of an hour: of the year's total, or of the subjects together if that is more
alter table person_year add column missing integer not null default 0;
update person_year set missing = max(0, max(required - exempt, 0) - total,
  coalesce((
    select sum(max(0, case when person_year.required <= 0 then r.hours
         else r.hours * max(person_year.required - person_year.exempt, 0) / person_year.required end
       - coalesce(c.hours, 0)))
      from requirement r
      left join person_year_category c on c.person_id = person_year.person_id
        and c.year = person_year.year and c.category_id = r.category_id
     where r.category_id is not null
       and r.year_from <= person_year.year and r.year_to >= person_year.year
       and (r.level = person_year.level or (r.level = '' and not exists (
         select 1 from requirement o where o.category_id = r.category_id
            and o.level = person_year.level
            and o.year_from <= person_year.year and o.year_to >= person_year.year)))), 0));

create index person_year_unfinished on person_year (year, missing, id, person_id, total, department_id)
  where complete = 0 and counted = 1;
create index person_year_unfinished_department on person_year (department_id, year, missing, id, person_id, total)
  where complete = 0 and counted = 1;
create index person_year_unfinished_organization on person_year (organization_id, year, missing, id, person_id, total)
  where complete = 0 and counted = 1;
-- all years together
create index person_year_unfinished_ever on person_year (missing, id, year, person_id, total, department_id)
  where complete = 0 and counted = 1;
create index person_year_unfinished_ever_department on person_year (department_id, missing, id, year, person_id, total)
  where complete = 0 and counted = 1;
create index person_year_unfinished_ever_organization on person_year (organization_id, missing, id, year, person_id, total)
  where complete = 0 and counted = 1;

create table unfinished_reminder (            -- 提醒: at most one a day for a person and year
  person_id integer not null references person (id),
  year integer not null,
  day text not null,                          -- county day
  account_id integer not null references account (id), -- who reminded
  organization_id integer not null references organization (id),
  at text not null,
  primary key (person_id, year, day)
) strict, without rowid;
