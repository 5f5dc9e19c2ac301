-- Evidence of what two units decided (a transfer) stays with them when the person goes on to a third.

alter table file_link add column stays integer not null default 0 check (stays in (0, 1));
