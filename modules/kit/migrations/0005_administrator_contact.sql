-- 3.5: how an administrator who is no recorded professional is reached.

alter table account add column email text not null default '';
