-- 身份证号更正: only by the bureau, with evidence. The number itself stands in `identity`; what it
-- was is kept here in full and shown masked.

create table identity_correction (
  id integer primary key,
  person_id integer not null references person (id),
  organization_id integer not null references organization (id), -- the person's at that time
  department_id integer references organization (id),
  old_number text not null check (length(old_number) = 18),
  new_number text not null check (length(new_number) = 18),
  reason text not null,
  at text not null,
  account_id integer references account (id),
  by_name text not null,
  -- the old number turned out to be another's: he may be recorded with it
  released_at text not null default '',
  released_by text not null default '',
  released_reason text not null default '',
  check (old_number <> new_number)
) strict;
create index identity_correction_person on identity_correction (person_id, id);
create index identity_correction_old on identity_correction (old_number, id);
create index identity_correction_new on identity_correction (new_number, id);
create index identity_correction_at on identity_correction (at, id);
create index identity_correction_department on identity_correction (department_id, at, id);
create index identity_correction_organization on identity_correction (organization_id, at, id);
create trigger identity_correction_fixed before update of person_id, old_number, new_number, reason,
  at, account_id, by_name on identity_correction
  begin select raise(abort, 'a correction is never changed'); end;
create trigger identity_correction_kept before delete on identity_correction
  begin select raise(abort, 'a correction is never deleted'); end;

create table identity_correction_file (
  correction_id integer not null references identity_correction (id),
  file_id integer not null references file (id),
  sort integer not null,
  primary key (correction_id, file_id)
) strict, without rowid;
create index identity_correction_file_file on identity_correction_file (file_id);
