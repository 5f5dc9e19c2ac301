-- 通知公告: what the bureau tells everybody.

create table notice (
  id integer primary key,
  organization_id integer not null references organization (id), -- the bureau
  department_id integer check (department_id is null),           -- asked for by every list
  state text not null default 'draft' check (state in ('draft', 'published', 'withdrawn')),
  title text not null,
  body text not null,                         -- sanitized HTML, see rich.rs: nothing else gets in
  pinned integer not null default 0 check (pinned in (0, 1)),
  revision integer not null default 1,        -- of every save: the second of two clerks is told
  created_by text not null,                   -- names as of that day
  created_at text not null,
  updated_at text not null,
  published_by text not null default '',
  published_at text,                          -- the first time; stays when it is withdrawn or changed
  changed_at text,                            -- last change of what had been published
  listed_at text not null,                    -- published_at, of a draft updated_at
  check ((state = 'draft') = (published_at is null))
) strict;
create index notice_public on notice (pinned desc, published_at desc, id desc)
  where state = 'published';
create index notice_listed on notice (listed_at, id, state, pinned, published_at);
create index notice_listed_organization
  on notice (organization_id, listed_at, id, state, pinned, published_at);
create index notice_listed_department
  on notice (department_id, listed_at, id, state, pinned, published_at);

-- One token per Han character and the initials; rowid is notice.id.
create virtual table notice_search using fts5 (tokens, content = '', contentless_delete = 1);

create table notice_file (
  file_id integer primary key references file (id) on delete cascade,
  notice_id integer not null references notice (id) on delete cascade
) strict;
create index notice_file_notice on notice_file (notice_id, file_id);

-- What the public could read, from when on: written at publication and at each change after it.
create table notice_version (
  notice_id integer not null references notice (id) on delete cascade,
  number integer not null,
  at text not null,
  by_name text not null,
  what text not null,                         -- what was done, in words
  title text not null,
  body text not null,
  files text not null,                        -- names of the attachments, JSON
  primary key (notice_id, number)
) strict, without rowid;
