-- An account that nothing refers to may be removed (撤销导入): its foreign keys stand on indexes, so
-- that a hundred thousand of them are looked up, not scanned for.

create index plan_version_account on plan_version (account_id);
create index trainee_account on trainee (account_id);
create index annual_report_account on annual_report (account_id);
create index proxy_declaration_account on proxy_declaration (account_id);
