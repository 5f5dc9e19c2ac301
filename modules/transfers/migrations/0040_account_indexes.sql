-- An account that nothing refers to may be removed (撤销导入): its foreign keys stand on indexes, so
-- that a hundred thousand of them are looked up, not scanned for.

create index transfer_account on transfer (account_id);
