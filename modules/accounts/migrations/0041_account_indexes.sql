-- An account that nothing refers to may be removed (撤销导入): its foreign keys stand on indexes, so
-- that a hundred thousand of them are looked up, not scanned for.

create index identity_correction_account on identity_correction (account_id) where account_id is not null;
create index organization_change_account on organization_change (account_id);
create index person_change_account on person_change (account_id);
