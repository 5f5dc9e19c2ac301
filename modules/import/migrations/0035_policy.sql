-- What the check promises of people who are there already, so that the import does that or says so.

-- What stood there at the check: of a known person his latest version and the change request that
-- waits (`17:XG20261124-0001`), of a pending registration its case (`case:9`); else empty.
alter table import_row add column seen text not null default '';
-- What 补空 and 更新 would do: 1 written at once, 2 asked for by a change request, 3 both, 0 nothing.
alter table import_row add column fill integer not null default 0 check (fill between 0 and 3);
alter table import_row add column renew integer not null default 0 check (renew between 0 and 3);

-- Of the known rows, as counted by the check.
alter table import add column fills_now integer not null default 0;
alter table import add column fills_asked integer not null default 0;
alter table import add column updates_now integer not null default 0;
alter table import add column updates_asked integer not null default 0;
alter table import add column approvals integer not null default 0; -- of valid: pending registrations
alter table import add column approved integer not null default 0;  -- registrations passed
