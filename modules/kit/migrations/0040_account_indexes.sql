-- An account that nothing refers to may be removed (撤销导入): its foreign keys stand on indexes, so
-- that a hundred thousand of them are looked up, not scanned for.

create index account_created_by on account (created_by) where created_by is not null;
create index file_account on file (account_id) where account_id is not null;
create index job_account on job (account_id);
create index setting_changed_by on setting (changed_by) where changed_by is not null;

-- What works on one thing: the jobs of import:12.
create index job_object on job (object, id) where object <> '';
