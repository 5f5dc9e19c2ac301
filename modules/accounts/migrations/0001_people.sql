-- Sections 1–3 of the manual: people, their history, internal departments.

create table internal_department (            -- 内设部门, up to three levels
  id integer primary key,
  organization_id integer not null references organization (id),
  parent_id integer references internal_department (id),
  name text not null,
  code text not null default '',
  sort integer not null default 0,
  head text not null default '',              -- 负责人
  state text not null default 'active' check (state in ('active', 'disabled'))
) strict;
create unique index internal_department_name
  on internal_department (organization_id, coalesce(parent_id, 0), name);

create table organization_profile (           -- what only accounts needs of an organization
  organization_id integer primary key references organization (id),
  certificate_name text not null default '',  -- name on the certificate (bureau)
  area_code text not null default '',         -- GB/T 2260, six digits
  nature text not null default '',            -- 单位性质, dictionary code
  industry text not null default '',          -- 行业, dictionary code
  legal_person text not null default '',
  contact text not null default '',
  phone text not null default '',
  address text not null default ''
) strict;

create table organization_version (           -- every reported field, as it was recorded
  id integer primary key,
  organization_id integer not null references organization (id),
  recorded_from text not null,
  recorded_to text,                           -- none: in force
  cause text not null,                        -- setup, form, demo, change:12
  kind text not null, name text not null, credit_code text, parent_id integer,
  department_id integer, state text not null, certificate_name text not null,
  area_code text not null, nature text not null, industry text not null,
  legal_person text not null, contact text not null, phone text not null, address text not null
) strict;
create index organization_version_of on organization_version (organization_id, recorded_from);

-- Lists of one kind of organization: in the county, and below a department.
create index organization_of_kind on organization (kind, created_at, id);
create index organization_of_kind_below on organization (kind, department_id, created_at, id);
-- What a list page stands on: the listed row with the columns that scopes name.
create view organization_listed as
  select o.id, o.id as organization_id, o.department_id, o.kind, o.name, o.credit_code,
         o.parent_id, o.state, o.created_at
    from organization o;

-- One token per Han character and the initials; rowid is organization.id.
create virtual table organization_search using fts5 (tokens, content = '', contentless_delete = 1);

create table person (                         -- 专业技术人员
  id integer primary key,
  identity_id integer not null unique references identity (id),
  name text not null,
  sex text not null check (sex in ('male', 'female')),
  born text not null,                         -- YYYY-MM-DD
  nation text not null default '',            -- dictionary codes from here …
  political text not null default '',
  education text not null default '',
  degree text not null default '',
  series text not null default '00',          -- 职称系列, dictionary title_series; '00' is 无职称
  level text not null default ''              -- 职称等级, dictionary title_level; none without a title
    check (level in ('', 'senior', 'deputy-senior', 'middle', 'assistant', 'junior')),
  title text not null default '',             -- 职称名称
  titled_on text not null default '',         -- YYYY-MM or YYYY-MM-DD
  title_certificate text not null default '',
  school text not null default '',
  major text not null default '',
  graduated_on text not null default '',
  started_work_on text not null default '',
  position text not null default '',          -- 从事专业 / 岗位
  phone text not null default '',
  email text not null default '',
  note text not null default '',
  organization_id integer not null references organization (id),
  department_id integer references organization (id), -- of the organization, kept in step
  internal_department_id integer references internal_department (id),
  state text not null default 'serving'       -- 在职 返聘 退休 离职 调出 去世
    check (state in ('serving', 'rehired', 'retired', 'left', 'moved', 'deceased')),
  state_on text not null default '',
  state_reason text not null default '',
  origin text not null check (origin in ('import', 'registration', 'form', 'demo')),
  import_id integer,
  created_at text not null,
  updated_at text not null,
  check (series <> '00' or level = '')
) strict;
create index person_organization on person (organization_id, id);
create index person_department on person (department_id, id);
create index person_phone on person (phone) where phone <> '';
create index person_internal_department on person (internal_department_id) where internal_department_id is not null;
create index person_import on person (import_id) where import_id is not null;

create table person_version (                 -- every reported field, as it was recorded
  id integer primary key,
  person_id integer not null references person (id),
  recorded_from text not null,
  recorded_to text,                           -- none: in force
  cause text not null,                        -- import:3, registration:9, form, demo
  name text not null, sex text not null, born text not null, nation text not null,
  political text not null, education text not null, degree text not null, series text not null,
  level text not null, title text not null, titled_on text not null,
  title_certificate text not null, school text not null, major text not null,
  graduated_on text not null, started_work_on text not null, position text not null,
  phone text not null, email text not null, note text not null,
  organization_id integer not null, department_id integer, internal_department_id integer,
  state text not null
) strict;
create index person_version_of on person_version (person_id, recorded_from);

-- One token per Han character and the initials; rowid is person.id.
create virtual table person_search using fts5 (tokens, content = '', contentless_delete = 1);
