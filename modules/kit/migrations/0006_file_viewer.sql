-- Further organizations at whose desks a file is seen: a transfer's other unit, a new superior.

create table file_viewer (
  file_id integer not null references file (id) on delete cascade,
  organization_id integer not null references organization (id),
  primary key (file_id, organization_id)
) strict, without rowid;
create index file_viewer_organization on file_viewer (organization_id);
