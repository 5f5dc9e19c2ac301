-- Where a file's rows go when it names units below (所在单位): one line a unit, and one for the
-- rows whose unit nobody knows.
create table import_unit (
  import_id integer not null references import (id),
  place integer not null,                     -- in the order shown; 0: no unit found
  organization_id integer,                    -- no reference: the unit may be gone again
  name text not null,                         -- as it was called that day
  rows integer not null,
  valid integer not null,
  known integer not null,
  failing integer not null,
  imported integer not null default 0,
  updated integer not null default 0,
  requested integer not null default 0,
  primary key (import_id, place)
) strict, without rowid;
create unique index import_unit_organization on import_unit (import_id, organization_id);
