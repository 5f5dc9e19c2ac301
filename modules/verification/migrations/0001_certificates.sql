-- 学时证明: what was issued, as it was issued, and whether it still holds.

create table certificate (
  id integer primary key,
  number text not null unique,                -- area6-yyyy-seq7
  code text not null,                         -- 校验码: eight letters, beside the QR code
  token text not null unique,                 -- 128 random bits, in the QR code
  person_id integer not null references person (id),
  organization_id integer not null references organization (id), -- the holder's now
  department_id integer references organization (id),
  year_from integer not null,
  year_to integer not null check (year_to >= year_from),
  state text not null default 'valid' check (state in ('valid', 'revoked', 'updated')),
  state_reason text not null default '',
  state_at text not null default '',
  snapshot text not null,                     -- JSON; holds identity_id, never the number
  hash blob not null,                         -- SHA-256 of number, code, token and snapshot
  issued_at text not null,
  issued_by integer not null references account (id)
) strict;
create index certificate_person on certificate (person_id, id);
create index certificate_organization on certificate (organization_id, id);
create index certificate_department on certificate (department_id, id);

-- Which ledger entries it counted: a revoked one ends the certificate.
create table certificate_entry (
  certificate_id integer not null references certificate (id),
  entry_id integer not null references entry (id),
  primary key (certificate_id, entry_id)
) strict, without rowid;
create index certificate_entry_entry on certificate_entry (entry_id);

-- What was issued never changes; only its state and whom its holder belongs to do.
create trigger certificate_fixed before update of number, code, token, person_id, year_from,
  year_to, snapshot, hash, issued_at, issued_by on certificate
  begin select raise(abort, 'an issued certificate is never changed'); end;
create trigger certificate_kept before delete on certificate
  begin select raise(abort, 'an issued certificate is never deleted'); end;
