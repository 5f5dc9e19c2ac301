-- 5.1 学时审批: subjects, requirements, declarations, the ledger and its totals.
-- Hours are integers of tenths in steps of 0.5; times are UTC text; days are county days.

create table category (                       -- 科目类别: a province may add a third (选修)
  id integer primary key,
  key text not null unique,
  name text not null unique,
  short text not null,
  sort integer not null,
  state text not null default 'active' check (state in ('active', 'disabled'))
) strict;
insert into category (id, key, name, short, sort) values
  (1, 'general', '公需科目', '公需', 1),
  (2, 'professional', '专业科目', '专业', 2);

create table requirement (                    -- what a year asks for
  id integer primary key,
  year_from integer not null,
  year_to integer not null default 9999,
  category_id integer references category (id), -- none: the year's total
  hours integer not null check (hours >= 0 and hours % 5 = 0),
  check (year_to >= year_from)
) strict;
create index requirement_category on requirement (category_id, year_from);
create trigger requirement_once before insert on requirement
  when exists (select 1 from requirement r where r.category_id is new.category_id
                 and r.year_from <= new.year_to and r.year_to >= new.year_from)
  begin select raise(abort, 'two requirements for one year'); end;
create trigger requirement_still_once before update on requirement
  when exists (select 1 from requirement r where r.id <> new.id
                 and r.category_id is new.category_id
                 and r.year_from <= new.year_to and r.year_to >= new.year_from)
  begin select raise(abort, 'two requirements for one year'); end;
-- 人社部令第25号, 2015-10-01: 90 hours a year, two thirds of them professional
insert into requirement (year_from, category_id, hours) values
  (2016, null, 900), (2016, 1, 300), (2016, 2, 600);

create table declaration (                    -- 学时申报; a draft has no case yet
  id integer primary key,
  case_id integer unique references review_case (id),
  number text not null default '',            -- XS20261123-0001, given at the first submission
  state text not null default 'draft'
    check (state in ('draft', 'pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id),
  organization_id integer not null references organization (id), -- the person's current ones
  department_id integer references organization (id),
  submitted_at text not null default '',
  waiting_since text not null default '',
  acted_at text not null default '',
  person_id integer not null references person (id),
  account_id integer not null references account (id), -- who filled it in
  year integer not null,
  category_id integer references category (id), -- none: a draft that does not say yet
  kind text not null default '',              -- 学习形式, dictionary code
  title text not null default '',
  organizer text not null default '',
  started_on text not null default '',
  ended_on text not null default '',
  place text not null default '',
  level text not null default '',             -- 级别, dictionary code
  rank text not null default '',              -- 本人排名或角色
  certificate_number text not null default '',
  hours integer not null default 0 check (hours >= 0 and hours % 5 = 0),
  recognised integer,                         -- given by the last desk
  note text not null default '',              -- 内容摘要
  opinion text not null default '',           -- what the latest intermediate desk said
  created_at text not null,
  updated_at text not null,
  check ((state = 'draft') = (case_id is null)),
  check (recognised is null or recognised between 0 and hours)
) strict;
create unique index declaration_number on declaration (number) where number <> '';
create index declaration_person on declaration (person_id, year, id);
-- what waits at a desk, in each scope and order; few rows at any time
create index declaration_desk_waiting on declaration (desk_id, waiting_since) where state = 'pending';
create index declaration_desk_department_waiting on declaration (desk_id, department_id, waiting_since) where state = 'pending';
create index declaration_desk_organization_waiting on declaration (desk_id, organization_id, waiting_since) where state = 'pending';
create index declaration_desk_submitted on declaration (desk_id, submitted_at) where state = 'pending';
create index declaration_desk_department_submitted on declaration (desk_id, department_id, submitted_at) where state = 'pending';
create index declaration_desk_organization_submitted on declaration (desk_id, organization_id, submitted_at) where state = 'pending';
create index declaration_desk_acted on declaration (desk_id, acted_at) where state = 'pending';
create index declaration_desk_department_acted on declaration (desk_id, department_id, acted_at) where state = 'pending';
create index declaration_desk_organization_acted on declaration (desk_id, organization_id, acted_at) where state = 'pending';
-- whole lists: scope, order (ties by id), then what is filtered by
create index declaration_waiting on declaration (waiting_since, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index declaration_submitted on declaration (submitted_at, id, year, category_id, kind, state, desk_id)
  where state <> 'draft';
create index declaration_acted on declaration (acted_at, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index declaration_department_waiting on declaration (department_id, waiting_since, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index declaration_department_submitted on declaration (department_id, submitted_at, id, year, category_id, kind, state, desk_id)
  where state <> 'draft';
create index declaration_department_acted on declaration (department_id, acted_at, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index declaration_organization_waiting on declaration (organization_id, waiting_since, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';
create index declaration_organization_submitted on declaration (organization_id, submitted_at, id, year, category_id, kind, state, desk_id)
  where state <> 'draft';
create index declaration_organization_acted on declaration (organization_id, acted_at, id, year, category_id, kind, state, desk_id, submitted_at)
  where state <> 'draft';

create table declaration_file (               -- 证明材料
  declaration_id integer not null references declaration (id),
  file_id integer not null references file (id),
  sort integer not null,
  removed integer not null default 0 check (removed in (0, 1)), -- no longer part, but was submitted once
  primary key (declaration_id, file_id)
) strict, without rowid;
create index declaration_file_file on declaration_file (file_id);

create table entry (                          -- 学时台账: appended to, never changed
  id integer primary key,
  person_id integer not null references person (id),
  organization_id integer not null references organization (id), -- the person's current ones: who sees it
  department_id integer references organization (id),
  earned_organization_id integer not null references organization (id), -- where it was earned
  earned_department_id integer references organization (id),
  year integer not null,                      -- of the end date; a reversal has its original's
  category_id integer not null references category (id),
  kind text not null,                         -- 学习形式; '' if not known (import)
  title text not null,
  organizer text not null,
  started_on text not null,
  ended_on text not null,
  hours integer not null check (hours <> 0 and hours % 5 = 0),
  source text not null check (source in ('person', 'employer', 'base', 'online', 'import')),
  declaration_id integer references declaration (id),
  reverses_id integer unique references entry (id),
  reason text not null default '',            -- of a reversal
  recognised_by text not null,
  recorded_at text not null,
  check ((reverses_id is null) = (hours > 0))
) strict;
create index entry_person on entry (person_id, year, category_id, hours);
create index entry_declaration on entry (declaration_id) where declaration_id is not null;
create index entry_recorded on entry (recorded_at, id, year, category_id, kind, source);
create index entry_year on entry (year, recorded_at, id, category_id, kind, source);
create index entry_source on entry (source, recorded_at, id, year, category_id, kind);
create index entry_department on entry (department_id, recorded_at, id, year, category_id, kind, source);
create index entry_department_year on entry (department_id, year, recorded_at, id, category_id, kind, source);
create index entry_organization on entry (organization_id, recorded_at, id, year, category_id, kind, source);
create trigger entry_no_delete before delete on entry
  begin select raise(abort, 'the ledger is never deleted'); end;
create trigger entry_no_update before update of id, person_id, earned_organization_id,
    earned_department_id, year, category_id, kind, title, organizer, started_on, ended_on, hours,
    source, declaration_id, reverses_id, reason, recognised_by, recorded_at on entry
  begin select raise(abort, 'the ledger is never changed'); end;

create table ledger_year (                    -- years whose rows of person_year are opened
  year integer primary key,
  opened_to integer not null default 0,       -- person.id up to which the year task has come
  finished integer not null default 0 check (finished in (0, 1))
) strict;

create table person_year (                    -- one row per active person and year, at zero hours too
  id integer primary key,
  person_id integer not null references person (id),
  year integer not null,
  organization_id integer not null references organization (id), -- at the year's end; now, for this year
  department_id integer references organization (id),
  series text not null,
  level text not null,
  required integer not null,                  -- the year's total, before exemption
  exempt integer not null default 0,
  total integer not null default 0,
  complete integer not null default 0 check (complete in (0, 1)),
  counted integer not null check (counted in (0, 1)), -- 应参加
  unique (person_id, year)
) strict;
create index person_year_county on person_year (year, total, id, complete, counted, series, level);
create index person_year_department on person_year (department_id, year, total, id, complete, counted, series, level);
create index person_year_organization on person_year (organization_id, year, total, id, complete, counted, series, level);

create table person_year_category (
  person_id integer not null,
  year integer not null,
  category_id integer not null references category (id),
  hours integer not null,
  primary key (person_id, year, category_id)
) strict, without rowid;

create table unit_year (                      -- of those who count: group-by statistics stand on it
  year integer not null,
  organization_id integer not null references organization (id),
  series text not null,
  level text not null,
  department_id integer references organization (id), -- the organization's current one
  people integer not null,
  complete integer not null,
  zero integer not null,
  hours integer not null,
  primary key (year, organization_id, series, level)
) strict, without rowid;
create index unit_year_department on unit_year (year, department_id);
create index unit_year_organization on unit_year (organization_id);
