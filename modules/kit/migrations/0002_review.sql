-- The review desk: cases and the steps they took.

create table review_case (
  id integer primary key,
  subject text not null,                      -- Subject::KEY
  number text not null unique,                -- what people call it: XS20261123-0001
  state text not null check (state in ('pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id), -- who decides now; none when ended
  route text not null,                        -- JSON list of desks, in order
  stage integer not null,                     -- index into route
  round integer not null default 1,           -- a resubmission keeps its number
  unattended integer not null default 0,      -- 单位无人审核: a desk was passed over
  account_id integer not null references account (id), -- who submitted
  person_id integer,                          -- whom it is about
  organization_id integer not null references organization (id),
  department_id integer references organization (id),
  title text not null,                        -- one line, as the desk lists it
  content text not null,                      -- JSON, as submitted
  decision text not null default 'null',      -- JSON of the desk's latest decision
  submitted_at text not null,                 -- of this round
  waiting_since text not null,                -- at this desk
  reminded_at text,
  decided_at text,
  check ((state = 'pending') = (desk_id is not null))
) strict;
create index review_case_desk on review_case (desk_id, subject, waiting_since, id) where state = 'pending';
create index review_case_submitter on review_case (account_id, subject, id);
create index review_case_person on review_case (person_id, subject, id);

create table review_step (
  id integer primary key,
  case_id integer not null references review_case (id),
  round integer not null,
  at text not null,
  act text not null check (act in ('submit', 'pass', 'approve', 'reject', 'withdraw', 'skip', 'remind', 'take', 'reroute', 'reveal')),
  account_id integer,
  name text not null,
  desk_id integer references organization (id),
  desk_name text not null,
  opinion text not null default '',
  decision text not null default 'null'
) strict;
create index review_step_case on review_step (case_id, id);
create trigger review_step_no_update before update on review_step
  begin select raise(abort, 'review steps are never changed'); end;
create trigger review_step_no_delete before delete on review_step
  begin select raise(abort, 'review steps are never deleted'); end;
