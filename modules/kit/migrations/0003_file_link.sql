-- What an upload hangs on: who may see it besides its uploader.

create table file_link (
  file_id integer primary key references file (id) on delete cascade,
  leaf text not null,                         -- View on this leaf is asked of an administrator
  person_id integer,                          -- whom it is about
  organization_id integer not null references organization (id), -- of the person, kept in step
  department_id integer references organization (id)
) strict;
create index file_link_person on file_link (person_id) where person_id is not null;
