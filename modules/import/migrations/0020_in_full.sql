-- 批量导入 in full: a policy for who is there already, units below, organizations, undo.

create table import_anew (
  id integer primary key,
  organization_id integer not null references organization (id), -- who imports
  account_id integer references account (id), -- none: the command line
  job_id integer references job (id),         -- the check, on the server
  by_name text not null,                      -- as he was called that day
  file_name text not null,
  sha256 text not null,
  size integer not null,
  kind text not null default 'people'
    check (kind in ('people', 'history', 'departments', 'employers')),
  policy text not null default 'fill'         -- who is there already: 跳过 补空 更新 拒绝
    check (policy in ('skip', 'fill', 'update', 'reject')),
  whole integer not null default 0 check (whole in (0, 1)), -- 全部正确才导入
  below integer not null default 0 check (below in (0, 1)), -- rows may name units below (所在单位)
  create_departments integer not null default 0 check (create_departments in (0, 1)),
  batch_id integer,                           -- of a history: the batch sent back that it corrects
  state text not null check (state in ('checking', 'checked', 'imported', 'cancelled', 'failed')),
  message text not null default '',           -- why it failed
  sheet text not null default '',
  header text not null default '[]',          -- JSON: the file's own column names, in order
  total integer not null default 0,           -- rows to be expected while checking; 0: not known
  examples integer not null default 0,        -- example rows left out
  rows integer not null default 0,            -- while checking: so far
  valid integer not null default 0,           -- rows that create, with or without a warning
  warned integer not null default 0,          -- of these, with a warning
  failing integer not null default 0,
  skipped integer not null default 0,         -- there already and left as they are
  known integer not null default 0,           -- there already, of the importing unit (or one below)
  fills integer not null default 0,           -- of these, rows of which 补空 would change something
  updates integer not null default 0,         -- of these, rows of which 更新 would change something
  imported integer not null default 0,        -- created
  updated integer not null default 0,         -- changed at once
  requested integer not null default 0,       -- change requests opened in place of a change
  changed integer not null default 0,         -- not what the check had promised
  created_at text not null,
  seen_at text not null,                      -- last sign of life of the check
  ended_at text,                              -- imported, cancelled or failed
  -- 撤销导入
  undone_at text not null default '',
  undone_by text not null default '',
  undo_reason text not null default '',
  undone integer not null default 0,          -- of what it touched: taken back
  kept integer not null default 0             -- of what it touched: kept, because touched since
) strict;
insert into import_anew (id, organization_id, account_id, job_id, by_name, file_name, sha256, size,
    kind, policy, create_departments, batch_id, state, message, sheet, header, examples, rows, valid,
    warned, failing, skipped, known, imported, changed, created_at, seen_at, ended_at)
  select id, organization_id, account_id, job_id, by_name, file_name, sha256, size, kind, policy,
    create_departments, batch_id, state, message, sheet, header, examples, rows, valid, warned,
    failing, skipped, case kind when 'people' then skipped else 0 end, imported, changed, created_at,
    seen_at, ended_at from import;
drop table import;
alter table import_anew rename to import;
create index import_organization on import (organization_id, id);
create index import_sha256 on import (organization_id, sha256, id);
create index import_state on import (state, id);
create index import_ended on import (created_at);
create index import_kind on import (organization_id, kind, id);

create table import_row_anew (
  import_id integer not null references import (id),
  number integer not null,                    -- the spreadsheet's own
  -- skip: there already, nothing to do (history); known: there already, the policy decides
  verdict text not null check (verdict in ('ok', 'warn', 'error', 'skip', 'known')),
  fills integer not null default 0 check (fills in (0, 1)),     -- 补空 would change something
  updates integer not null default 0 check (updates in (0, 1)), -- 更新 would change something
  content text not null,                      -- JSON: cells in the header's order
  primary key (import_id, number)
) strict, without rowid;
insert into import_row_anew (import_id, number, verdict, content)
  select r.import_id, r.number,
         case when r.verdict = 'skip' and i.kind = 'people' then 'known' else r.verdict end, r.content
    from import_row r join import i on i.id = r.import_id;
drop table import_row;
alter table import_row_anew rename to import_row;
create index import_row_verdict on import_row (import_id, verdict, number);

-- What an import did, one line each: what an undo takes back.
create table import_touch (
  import_id integer not null references import (id),
  object text not null check (object in ('person', 'organization', 'internal-department')),
  object_id integer not null,
  what text not null
    check (what in ('created', 'updated', 'requested', 'approved')), -- approved: a pending registration
  number integer not null,                    -- the row
  before text not null default '',            -- JSON of what stood there; emptied after the undo period
  after text not null default '',             -- JSON of what was written
  case_id integer references review_case (id),
  state text not null default 'done' check (state in ('done', 'undone', 'kept')),
  note text not null default '',              -- why it was kept
  primary key (import_id, object, object_id, what)
) strict, without rowid;
create index import_touch_object on import_touch (object, object_id);
create index import_touch_state on import_touch (import_id, state, number);
create index import_touch_case on import_touch (case_id) where case_id is not null;
