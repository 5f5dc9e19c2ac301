-- Section 6 of the manual: what was uploaded, what was found in it, what became of it.

create table import (
  id integer primary key,
  organization_id integer not null references organization (id), -- whose people they become
  account_id integer references account (id), -- none: the command line
  job_id integer references job (id),         -- the check, on the server
  by_name text not null,                      -- as he was called that day
  file_name text not null,
  sha256 text not null,
  size integer not null,
  policy text not null default 'skip'         -- people who are already there
    check (policy in ('skip')),
  create_departments integer not null default 0 check (create_departments in (0, 1)),
  state text not null check (state in ('checking', 'checked', 'imported', 'cancelled', 'failed')),
  message text not null default '',           -- why it failed
  sheet text not null default '',
  header text not null default '[]',          -- JSON: the file's own column names, in order
  examples integer not null default 0,        -- example rows left out
  rows integer not null default 0,            -- while checking: so far
  valid integer not null default 0,           -- rows that can go in, with or without a warning
  warned integer not null default 0,          -- of these, with a warning
  failing integer not null default 0,
  skipped integer not null default 0,
  imported integer not null default 0,
  changed integer not null default 0,         -- valid when checked, left out when written
  created_at text not null,
  seen_at text not null,                      -- last sign of life of the check
  ended_at text                               -- imported, cancelled or failed
) strict;
create index import_organization on import (organization_id, id);
create index import_sha256 on import (organization_id, sha256, id);
create index import_state on import (state, id);
create index import_ended on import (created_at);

-- The rows as typed: those that go in until they are in, the failing ones for the keeping period.
create table import_row (
  import_id integer not null references import (id),
  number integer not null,                    -- the spreadsheet's own
  verdict text not null check (verdict in ('ok', 'warn', 'error', 'skip')),
  content text not null,                      -- JSON: cells in the header's order
  primary key (import_id, number)
) strict, without rowid;
create index import_row_verdict on import_row (import_id, verdict, number);

create table import_problem (
  import_id integer not null references import (id),
  level text not null check (level in ('error', 'warn', 'skip')),
  number integer not null,
  place integer not null,                     -- several of one row
  "column" text not null,                     -- our own title
  value text not null,                        -- as typed
  message text not null,
  remedy text not null,
  primary key (import_id, level, number, place)
) strict, without rowid;
