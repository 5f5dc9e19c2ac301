-- Who exists and who may do what; what every module stands on.
-- Times are UTC text (2026-11-23T01:12:33.123Z); days are county days (2026-11-23).

create table organization (
  id integer primary key,
  kind text not null check (kind in ('bureau', 'department', 'employer', 'base')),
  name text not null,
  credit_code text unique,                    -- 统一社会信用代码
  parent_id integer references organization (id),
  department_id integer references organization (id), -- the department it lies under, or itself
  state text not null default 'active' check (state in ('active', 'disabled')),
  created_at text not null,
  check ((kind = 'bureau') = (parent_id is null))
) strict;
create unique index organization_one_bureau on organization (kind) where kind = 'bureau';
create unique index organization_name on organization (name);
create index organization_parent on organization (parent_id, id);
create index organization_department on organization (department_id, id);

-- The one place an ID number is stored. `reversed` serves the search by its end.
create table identity (
  id integer primary key,
  number text not null unique check (length(number) = 18),
  reversed text not null
) strict;
create index identity_reversed on identity (reversed);

create table account (
  id integer primary key,
  login text unique collate nocase,           -- chosen name; a person signs in with the ID number
  identity_id integer unique references identity (id),
  person_id integer unique,                   -- person (module accounts)
  name text not null,
  phone text not null default '',
  state text not null check (state in ('initial', 'active', 'disabled')),
  password_hash text,                         -- none while the last six characters still sign in
  code_hash text,                             -- one-time code of an administrator, argon2id
  initial_until text,                         -- none: never ends
  must_change integer not null default 0 check (must_change in (0, 1)),
  password_changed_at text,
  signed_in_at text,
  created_at text not null,
  created_by integer references account (id),
  check (login is not null or identity_id is not null),
  check (state <> 'initial' or (password_hash is null and person_id is not null))
) strict;
create index account_initial on account (state, id) where state = 'initial';

create table role (
  id integer primary key,
  organization_id integer references organization (id), -- none: built in
  key text unique,                            -- of a built-in role: 'super'
  name text not null,
  description text not null default '',
  created_at text not null,
  unique (organization_id, name)
) strict;
insert into role (id, key, name, description, created_at)
  values (1, 'super', '超级管理员', '本单位的全部权限', '2026-01-01T00:00:00.000Z');

create table role_permission (
  role_id integer not null references role (id) on delete cascade,
  leaf text not null,
  action text not null check (action in ('view', 'review', 'edit', 'export', 'print', 'reset')),
  primary key (role_id, leaf, action)
) strict, without rowid;

create table grant (
  id integer primary key,
  account_id integer not null references account (id),
  organization_id integer not null references organization (id),
  role_id integer not null references role (id),
  scope_id integer references organization (id), -- a department, for a bureau's clerk limited to it
  until text,                                 -- county day; none: no end
  state text not null default 'active' check (state in ('active', 'disabled', 'removed')),
  created_at text not null,
  created_by integer references account (id),
  unique (account_id, organization_id, role_id)
) strict;
create index grant_organization on grant (organization_id, state, account_id);

create table session (
  id integer primary key,
  token_hash blob not null unique,            -- SHA-256 of the cookie's token
  account_id integer not null references account (id),
  grant_id integer references grant (id),     -- the side in use; none: the personal side
  restricted integer not null default 0 check (restricted in (0, 1)), -- may only set a password
  address text not null,
  agent text not null,
  created_at text not null,
  seen_at text not null,
  ends_at text not null
) strict;
create index session_account on session (account_id);
create index session_ends on session (ends_at);

-- Typed queries of list pages (names, numbers), so that they stay out of addresses.
create table list_query (
  token text primary key,
  session_id integer not null references session (id) on delete cascade,
  list text not null,
  content text not null,                      -- JSON
  created_at text not null
) strict, without rowid;
create index list_query_session on list_query (session_id, created_at);

-- Failed sign-ins, kept across restarts. kind 'account' or 'address'; key is a SHA-256.
create table failure (
  kind text not null,
  key blob not null,
  failures integer not null,
  since text not null,
  locks integer not null default 0,
  locked_until text not null default '',
  primary key (kind, key)
) strict, without rowid;
create index failure_since on failure (since);
-- Which accounts an address has failed on: a school behind one address is not one attacker.
create table failure_pair (
  address_key blob not null,
  account_key blob not null,
  at text not null,
  primary key (address_key, account_key)
) strict, without rowid;
create index failure_pair_at on failure_pair (at);

create table setting (
  key text primary key,
  value text not null,
  changed_at text not null,
  changed_by integer references account (id)
) strict, without rowid;

-- The trail: who did what, chained by SHA-256, never changed.
create table trail (
  id integer primary key,
  at text not null,
  account_id integer,
  name text not null,                         -- as it was that day
  organization_id integer,
  address text not null,
  act text not null,                          -- dotted key: accounts.employer.create
  object text not null,                       -- employer:12, or ''
  text text not null,                         -- one Chinese sentence, ID numbers masked
  result text not null check (result in ('done', 'refused')),
  request text not null,
  previous blob not null,
  hash blob not null
) strict;
create index trail_at on trail (at, id);
create index trail_account on trail (account_id, id);
create index trail_organization on trail (organization_id, id);
create index trail_act on trail (act, id);
create index trail_object on trail (object, id);
create trigger trail_no_update before update on trail
  begin select raise(abort, 'the trail is never changed'); end;
create trigger trail_no_delete before delete on trail
  begin select raise(abort, 'the trail is never deleted'); end;

create table file (
  id integer primary key,
  sha256 text not null,                       -- its place: data/files/<sha256>
  name text not null,                         -- as the uploader called it
  mime text not null,
  size integer not null,
  account_id integer not null references account (id),
  created_at text not null
) strict;
create index file_sha256 on file (sha256);

create table job (
  id integer primary key,
  kind text not null,
  account_id integer not null references account (id),
  organization_id integer references organization (id),
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  done integer not null default 0,
  total integer not null default 0,
  message text not null default '',
  object text not null default '',            -- what it works on, import:12
  created_at text not null,
  ended_at text
) strict;
create index job_state on job (state);

-- Counters for numbers that people see: certificate, declaration.
create table serial (
  key text primary key,
  last integer not null
) strict, without rowid;

create table holiday (
  day text primary key,
  kind text not null check (kind in ('holiday', 'workday')),
  name text not null
) strict, without rowid;
