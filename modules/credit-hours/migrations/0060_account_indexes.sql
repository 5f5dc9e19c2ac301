-- An account that nothing refers to may be removed (撤销导入): its foreign keys stand on indexes, so
-- that a hundred thousand of them are looked up, not scanned for.

create index declaration_account on declaration (account_id);
create index exemption_account on exemption (account_id);
create index requirement_change_account on requirement_change (account_id);
create index revocation_account on revocation (account_id) where account_id is not null;
create index staff_declaration_account on staff_declaration (account_id);
create index staff_problem_account on staff_problem (account_id);
create index unfinished_reminder_account on unfinished_reminder (account_id);
