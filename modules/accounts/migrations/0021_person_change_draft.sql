-- A unit's request is a draft only within its own submission: one beside the person's own.

drop index person_change_draft;
create unique index person_change_draft on person_change (person_id, by_unit) where state = 'draft';
