-- 撤销 and 更正 of approved entries: who did it, as which act, on what evidence. What and when stand
-- in the reversing entry itself.

create table revocation (
  entry_id integer primary key references entry (id),       -- the revoked one
  reversal_id integer not null unique references entry (id),
  kind text not null check (kind in (
    'revoked',                                              -- 撤销
    'corrected')),                                          -- 更正: another entry stands in its place
  declaration_id integer references declaration (id),
  account_id integer references account (id),               -- none: a command, or before this table
  by_name text not null,
  organization_name text not null
) strict;
create index revocation_declaration on revocation (declaration_id) where declaration_id is not null;
create index revocation_kind on revocation (kind, declaration_id);
insert into revocation (entry_id, reversal_id, kind, declaration_id, by_name, organization_name)
  select reverses_id, id, 'revoked', declaration_id, '', '' from entry where reverses_id is not null;

create table revocation_file (                -- 依据 of a correction
  entry_id integer not null references revocation (entry_id),
  file_id integer not null references file (id),
  sort integer not null,
  primary key (entry_id, file_id)
) strict, without rowid;
create index revocation_file_file on revocation_file (file_id);

-- 学时撤销记录, in each scope
create index entry_reversal on entry (recorded_at, id, year) where reverses_id is not null;
create index entry_department_reversal on entry (department_id, recorded_at, id, year)
  where reverses_id is not null;
create index entry_organization_reversal on entry (organization_id, recorded_at, id, year)
  where reverses_id is not null;
