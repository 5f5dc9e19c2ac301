-- One right of an account in an organization, with as many roles as wanted and its own scope;
-- submissions by people who have no account yet; messages. Tables that change a constraint are
-- made anew: migrations run with foreign keys off and are checked before their commit.

create table grant_anew (
  id integer primary key,
  account_id integer not null references account (id),
  organization_id integer not null references organization (id),
  -- 全县 (or the whole of the own subtree), 指定主管部门 (grant_department), 本单位
  scope text not null default 'whole' check (scope in ('whole', 'departments', 'own')),
  position text not null default '',          -- 职务
  internal_department_id integer,             -- of the organization (module accounts)
  until text,                                 -- county day; none: no end
  state text not null default 'active' check (state in ('active', 'disabled', 'removed')),
  created_at text not null,
  created_by integer references account (id), -- who may edit, disable and remove it
  ended_at text,                              -- of a disabled or removed right: when and why
  ended_reason text not null default '',
  unique (account_id, organization_id)
) strict;
create table grant_role (
  grant_id integer not null references grant (id) on delete cascade,
  role_id integer not null references role (id),
  primary key (grant_id, role_id)
) strict, without rowid;
create index grant_role_of on grant_role (role_id, grant_id);
create table grant_department (               -- 指定主管部门: each is a side of its own
  grant_id integer not null references grant (id) on delete cascade,
  department_id integer not null references organization (id),
  primary key (grant_id, department_id)
) strict, without rowid;

insert into grant_anew (id, account_id, organization_id, scope, until, state, created_at, created_by)
  select min(g.id), g.account_id, g.organization_id,
         case when max(g.scope_id is null) then 'whole'
              when min(g.scope_id = g.organization_id) then 'own' else 'departments' end,
         case when max(g.until is null) then null else max(g.until) end,
         case when max(g.state = 'active') then 'active'
              when max(g.state = 'disabled') then 'disabled' else 'removed' end,
         min(g.created_at), min(g.created_by)
    from grant g group by g.account_id, g.organization_id;
insert into grant_role (grant_id, role_id)
  select distinct n.id, g.role_id from grant g
    join grant_anew n on n.account_id = g.account_id and n.organization_id = g.organization_id;
insert into grant_department (grant_id, department_id)
  select distinct n.id, g.scope_id from grant g
    join grant_anew n on n.account_id = g.account_id and n.organization_id = g.organization_id
   where n.scope = 'departments' and g.scope_id <> g.organization_id;
update session set grant_id = (
  select n.id from grant g join grant_anew n
      on n.account_id = g.account_id and n.organization_id = g.organization_id
   where g.id = session.grant_id) where grant_id is not null;
drop table grant;
alter table grant_anew rename to grant;
create index grant_organization on grant (organization_id, state, account_id);
create index grant_created_by on grant (created_by) where created_by is not null;

-- The department in use, on a side whose scope is 指定主管部门.
alter table session add column department_id integer references organization (id);

-- account_id may be none: a registration comes from somebody who has no account yet.
create table review_case_anew (
  id integer primary key,
  subject text not null,                      -- Subject::KEY
  number text not null unique,                -- what people call it: XS20261123-0001
  state text not null check (state in ('pending', 'approved', 'rejected', 'withdrawn')),
  desk_id integer references organization (id), -- who decides now; none when ended
  route text not null,                        -- JSON list of desks, in order
  stage integer not null,                     -- index into route
  round integer not null default 1,           -- a resubmission keeps its number
  unattended integer not null default 0,      -- 单位无人审核: a desk was passed over
  account_id integer references account (id), -- who submitted; none: a visitor
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
insert into review_case_anew
  select id, subject, number, state, desk_id, route, stage, round, unattended, account_id, person_id,
         organization_id, department_id, title, content, decision, submitted_at, waiting_since,
         reminded_at, decided_at from review_case;
drop table review_case;
alter table review_case_anew rename to review_case;
create index review_case_desk on review_case (desk_id, subject, waiting_since, id) where state = 'pending';
create index review_case_submitter on review_case (account_id, subject, id);
create index review_case_person on review_case (person_id, subject, id);

-- account_id may be none: a visitor's upload, until his registration is approved.
create table file_anew (
  id integer primary key,
  sha256 text not null,                       -- its place: data/files/<sha256>
  name text not null,                         -- as the uploader called it
  mime text not null,
  size integer not null,
  account_id integer references account (id), -- who sees it before it hangs on anything
  created_at text not null
) strict;
insert into file_anew select id, sha256, name, mime, size, account_id, created_at from file;
drop table file;
alter table file_anew rename to file;
create index file_sha256 on file (sha256);

-- 消息: what an account is to know; a red dot until read.
create table message (
  id integer primary key,
  account_id integer not null references account (id),
  at text not null,
  title text not null,
  text text not null,
  href text not null default '',              -- where to look at it, or ''
  read_at text
) strict;
create index message_of on message (account_id, id);
create index message_unread on message (account_id) where read_at is null;
