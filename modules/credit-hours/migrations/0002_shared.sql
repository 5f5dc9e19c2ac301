-- 5 in full: what the several ways into the ledger share.

-- of an entry: the certificate it shows, the training plan (module training), the case that
-- recognised it, the revoked entry it stands for (更正)
alter table entry add column certificate_number text not null default '';
alter table entry add column plan_id integer;
alter table entry add column case_id integer references review_case (id);
alter table entry add column corrects_id integer references entry (id);
drop trigger entry_no_update;
update entry set
  certificate_number = (select d.certificate_number from declaration d where d.id = entry.declaration_id),
  case_id = (select d.case_id from declaration d where d.id = entry.declaration_id)
 where declaration_id is not null;
create trigger entry_no_update before update of id, person_id, earned_organization_id,
    earned_department_id, year, category_id, kind, title, organizer, started_on, ended_on, hours,
    source, declaration_id, reverses_id, reason, recognised_by, recorded_at, certificate_number,
    plan_id, case_id, corrects_id on entry
  begin select raise(abort, 'the ledger is never changed'); end;
create index entry_case on entry (case_id) where case_id is not null;
create index entry_plan on entry (plan_id, person_id) where plan_id is not null;
create unique index entry_corrects on entry (corrects_id) where corrects_id is not null;

create table roster_row (                     -- 名单: one person's line in what others declare for him
  id integer primary key,
  subject text not null check (subject in (
    'staff',                                  -- 单位申报
    'proxy',                                  -- 继续教育基地代申报
    'history')),                              -- 历史学时
  parent_id integer not null,                 -- the subject's own row
  number integer not null,                    -- 序号, or the row of the spreadsheet
  identity_id integer not null references identity (id),
  person_id integer references person (id),   -- none: nobody here has this ID number
  name text not null,                         -- as given
  unit text not null default '',              -- 单位, as given
  year integer not null,
  category_id integer not null references category (id),
  kind text not null,                         -- 学习形式; '' if not known (history)
  title text not null,
  organizer text not null,
  started_on text not null,                   -- YYYY-MM-DD
  ended_on text not null,
  certificate_number text not null default '',
  hours integer not null check (hours >= 0 and hours % 5 = 0),
  plan_id integer,                            -- of module training
  detail text not null default '{}',          -- JSON, the subject's own: attendance, score, result …
  state text not null default 'draft' check (state in (
    'draft',                                  -- not submitted, or sent back
    'pending',                                -- at a desk
    'entered',                                -- in the ledger
    'left',                                   -- left out when the rest was entered: reason says why
    'abroad')),                               -- of another county: kept for handing over
  reason text not null default '',
  entry_id integer unique references entry (id),
  unique (subject, parent_id, number),
  check ((state = 'entered') = (entry_id is not null))
) strict;
create index roster_row_parent on roster_row (subject, parent_id, state, number);
create index roster_row_person on roster_row (person_id, state, id) where person_id is not null;
create index roster_row_identity on roster_row (identity_id);
create index roster_row_plan on roster_row (plan_id, identity_id) where plan_id is not null;

-- When a year may be declared. A year without a row: from its first to its last day.
create table year_window (
  year integer primary key,
  declare_from text not null,                 -- YYYY-MM-DD
  declare_to text not null,                   -- the last day
  audit_to text not null default '',          -- 审核截止: until when the desks should decide; empty: not set
  makeup_to text not null default '',         -- 补报截止: the last day of late declarations; empty: none
  check (declare_from <= declare_to and (makeup_to = '' or makeup_to > declare_to))
) strict;
-- years that the former setting opened stay open until the year's end
insert into year_window (year, declare_from, declare_to)
select j.value, j.value || '-01-01', max(j.value || '-12-31', strftime('%Y', 'now') || '-12-31')
  from setting s,
       json_each('["' || replace(replace(replace(replace(s.value, ' ', ','), '，', ','), '、', ','), ',', '","') || '"]') j
 where s.key = 'credit-hours.open-years' and j.value glob '2[0-9][0-9][0-9]'
on conflict do nothing;
delete from setting where key = 'credit-hours.open-years';
