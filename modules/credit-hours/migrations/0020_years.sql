-- 年度要求 by title level, 科目 as data, and the years that are being computed anew.

-- none: everybody; a row of a level stands before the general one of the same subject
alter table requirement add column level text not null default ''
  check (level in ('', 'senior', 'deputy-senior', 'middle', 'assistant', 'junior'));
drop trigger requirement_once;
drop trigger requirement_still_once;
create trigger requirement_once before insert on requirement
  when exists (select 1 from requirement r where r.category_id is new.category_id
                 and r.level = new.level
                 and r.year_from <= new.year_to and r.year_to >= new.year_from)
  begin select raise(abort, 'two requirements for one year'); end;
create trigger requirement_still_once before update on requirement
  when exists (select 1 from requirement r where r.id <> new.id
                 and r.category_id is new.category_id and r.level = new.level
                 and r.year_from <= new.year_to and r.year_to >= new.year_from)
  begin select raise(abort, 'two requirements for one year'); end;

create table requirement_change (             -- what was asked before and after, newest last
  id integer primary key,
  year_from integer not null,
  year_to integer not null,
  level text not null,
  at text not null,
  account_id integer not null references account (id),
  name text not null,                         -- who, as he was called then
  before text not null,                       -- one Chinese phrase each
  after text not null,
  reason text not null,
  effect text not null                        -- how many people's results the preview counted
) strict;

create table year_rebuild (                   -- years whose rows follow a changed requirement
  year integer primary key,
  done_to integer not null default 0          -- person.id up to which they do
) strict;

create unique index category_short on category (short);
