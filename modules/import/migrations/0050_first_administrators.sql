-- Of an import of organizations: whose slip (登录条) belongs to which.

create table import_administrator (
  import_id integer not null references import (id),
  number integer not null,                    -- the row
  organization_id integer not null references organization (id),
  account_id integer not null references account (id), -- its first administrator
  slip_at text not null default '',           -- when his last slip was made; empty: not yet
  slip_by text not null default '',
  primary key (import_id, number)
) strict, without rowid;
create index import_administrator_organization on import_administrator (organization_id);
create index import_administrator_account on import_administrator (account_id);
