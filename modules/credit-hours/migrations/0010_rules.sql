-- 学时规则: how a result of learning is converted to hours (domain.md §5.4).

create table conversion_rule (                -- 折算规则, as in force now
  id integer primary key,
  organization_id integer check (organization_id is null), -- asked for by every list; rules are the county's
  department_id integer check (department_id is null),
  version integer not null default 1,         -- counts saves; the earlier ones are in conversion_rule_version
  kind text not null,                         -- 学习形式, dictionary code
  item text not null default '',              -- 种类 within the kind (主课题, 发明专利); '': any
  level text not null default '',             -- 级别, dictionary code; '': any
  rank integer not null default 0,            -- 排名 that `hours` are of; 0: whatever the rank
  max_rank integer not null default 0,        -- the last rank that counts
  step integer not null default 0,            -- tenths less for each rank behind `rank`
  unit text not null check (unit in (
    'item',                                   -- 每项
    'year',                                   -- 每项每年
    'day', 'half_day',                        -- 每天, 每半天
    'course', 'module',                       -- 每门课程, 每模块
    'hundred',                                -- 每百字
    'stated')),                               -- as the certificate or approval states
  hours integer not null check (hours >= 0 and hours % 5 = 0), -- tenths per unit; 0 where stated or completing
  cap_item integer check (cap_item > 0 and cap_item % 5 = 0),  -- tenths of one item at most; none: no cap
  cap_year integer check (cap_year > 0 and cap_year % 5 = 0),  -- tenths of the kind in one year at most
  category_id integer references category (id), -- 科目; none: any
  effect text not null default 'hours' check (effect in ('hours', 'completes_professional')),
  valid_from text not null,                   -- YYYY-MM-DD, compared with the end date of the learning
  valid_to text not null default '',          -- the last day; '': no end
  source text not null,                       -- 依据
  sample integer not null default 0 check (sample in (0, 1)), -- 示例: nobody has confirmed it for this county
  place text not null generated always as (   -- the table's order
    kind || ' ' || item || ' ' || case level when '' then '0' when 'national' then '1'
      when 'provincial' then '2' when 'municipal' then '3' when 'county' then '4' else '5' end
      || printf(' %02d', rank)) stored,
  updated_at text not null,
  updated_by text not null,
  check (step >= 0 and step % 5 = 0),
  check (case when rank = 0 then max_rank = 0 and step = 0 else max_rank >= rank end),
  check ((hours = 0) = (unit = 'stated' or effect = 'completes_professional')),
  check (valid_to = '' or valid_to >= valid_from)
) strict;
create index conversion_rule_place on conversion_rule (place, id, kind, sample, valid_to);
create index conversion_rule_place_organization
  on conversion_rule (organization_id, place, id, kind, sample, valid_to);
create index conversion_rule_place_department
  on conversion_rule (department_id, place, id, kind, sample, valid_to);
create index conversion_rule_category on conversion_rule (category_id);

-- one answer for one question: no two rules for the same on one day
create trigger conversion_rule_once before insert on conversion_rule
  when exists (select 1 from conversion_rule r
                where r.kind = new.kind and r.item = new.item and r.level = new.level
                  and r.category_id is new.category_id
                  and (r.rank = 0) = (new.rank = 0)
                  and r.rank <= new.max_rank and r.max_rank >= new.rank
                  and (new.valid_to = '' or r.valid_from <= new.valid_to)
                  and (r.valid_to = '' or r.valid_to >= new.valid_from))
  begin select raise(abort, 'two conversion rules for one thing'); end;
create trigger conversion_rule_still_once before update on conversion_rule
  when exists (select 1 from conversion_rule r
                where r.id <> new.id
                  and r.kind = new.kind and r.item = new.item and r.level = new.level
                  and r.category_id is new.category_id
                  and (r.rank = 0) = (new.rank = 0)
                  and r.rank <= new.max_rank and r.max_rank >= new.rank
                  and (new.valid_to = '' or r.valid_from <= new.valid_to)
                  and (r.valid_to = '' or r.valid_to >= new.valid_from))
  begin select raise(abort, 'two conversion rules for one thing'); end;
create trigger conversion_rule_no_delete before delete on conversion_rule
  begin select raise(abort, 'a conversion rule is ended, not deleted'); end;

create table conversion_rule_version (        -- every state a rule was in: who, when, what
  rule_id integer not null references conversion_rule (id),
  number integer not null,
  at text not null,
  by_name text not null,
  what text not null,                         -- what was done, in words
  content text not null,                      -- JSON of the rule
  primary key (rule_id, number)
) strict, without rowid;
create trigger conversion_rule_version_no_update before update on conversion_rule_version
  begin select raise(abort, 'the history of rules is never changed'); end;
create trigger conversion_rule_version_no_delete before delete on conversion_rule_version
  begin select raise(abort, 'the history of rules is never deleted'); end;

-- The sample table of domain.md §5.4. None of it is this province's law: every row is marked.
insert into conversion_rule (kind, item, level, rank, max_rank, step, unit, hours, category_id, effect,
  valid_from, source, sample, updated_at, updated_by)
select column1, column2, column3, column4, column5, column6, column7, column8, column9, column10,
       '2016-01-01', column11, 1, '2026-11-01T00:00:00.000Z', '系统预置'
  from (values
  ('01', '', '', 0, 0, 0, 'stated', 0, null, 'hours',
   '示例：《继续教育活动与学时折算参考标准》（网上摘录，未写明省份，与河南 2012 年标准相近，待核实）：基地培训班按批准该基地的同级主管部门认定的学时。'),
  ('02', '', '', 0, 0, 0, 'stated', 0, null, 'hours',
   '示例：同上参考标准：国家部委、国（境）外培训由派出单位的主管部门或行业主管部门认定，省、市部门举办的由举办单位认定。'),
  ('03', '', '', 0, 0, 0, 'course', 150, null, 'hours',
   '示例：同上参考标准：每门考试合格的课程 15 学时。他省不同：宿迁单科课程 10 学时。'),
  ('03', '自学考试', '', 0, 0, 0, 'course', 150, null, 'hours',
   '示例：江苏宿迁：自学考试每门 15 学时（他省规定，仅供对照）。'),
  ('04', '参加', 'national', 0, 0, 0, 'item', 120, 2, 'hours',
   '示例：同上参考标准：国家级学术会议 12 学时。'),
  ('04', '参加并宣读论文（2000字以内）', 'national', 0, 0, 0, 'item', 180, 2, 'hours',
   '示例：同上参考标准：国家级学术会议 12 学时，宣读论文 2000 字以内另加 6 学时，合计 18 学时。'),
  ('04', '参加并宣读论文（2000字以上）', 'national', 0, 0, 0, 'item', 200, 2, 'hours',
   '示例：同上参考标准：国家级学术会议 12 学时，宣读论文 2000 字以上另加 8 学时，合计 20 学时。'),
  ('04', '参加', 'provincial', 0, 0, 0, 'item', 80, 2, 'hours',
   '示例：同上参考标准：省级学术会议 8 学时。'),
  ('04', '参加并宣读论文（2000字以内）', 'provincial', 0, 0, 0, 'item', 120, 2, 'hours',
   '示例：同上参考标准：省级学术会议 8 学时，宣读论文 2000 字以内另加 4 学时，合计 12 学时。'),
  ('04', '参加并宣读论文（2000字以上）', 'provincial', 0, 0, 0, 'item', 140, 2, 'hours',
   '示例：同上参考标准：省级学术会议 8 学时，宣读论文 2000 字以上另加 6 学时，合计 14 学时。'),
  ('05', '主课题', 'national', 1, 5, 80, 'year', 640, 2, 'hours',
   '示例：同上参考标准：国家级课题主课题组第 1 至 5 名每年 64、56、48、40、32 学时。'),
  ('05', '子课题', 'national', 1, 3, 80, 'year', 480, 2, 'hours',
   '示例：同上参考标准：国家级课题子课题第 1 至 3 名 48、40、32 学时。'),
  ('05', '主课题', 'provincial', 1, 3, 80, 'year', 560, 2, 'hours',
   '示例：同上参考标准：省级课题主课题组第 1 至 3 名 56、48、40 学时。'),
  ('05', '子课题', 'provincial', 1, 3, 80, 'year', 400, 2, 'hours',
   '示例：同上参考标准：省级课题子课题第 1 至 3 名 40、32、24 学时。'),
  ('06', '', '', 1, 3, 0, 'stated', 0, 2, 'hours',
   '示例：同上参考标准：公开出版物（不含增刊、副刊）的前三名作者；同一成果被多处收录的取最高。具体分值摘录中看不到，请按本省文件填写；现在按批准或认定的学时。'),
  ('07', '发明专利', '', 1, 9, 60, 'item', 480, 2, 'hours',
   '示例：《继续教育学时计算一览表》（未写明省份，文字识别所得，待核实）：发明专利第 1 名 48 学时，每后一名减 6 学时。'),
  ('07', '实用新型', '', 1, 6, 60, 'item', 360, 2, 'hours',
   '示例：同上一览表（待核实）：实用新型第 1 名 36 学时，每后一名减 6 学时。'),
  ('07', '外观设计', '', 1, 6, 60, 'item', 360, 2, 'hours',
   '示例：同上一览表（待核实）：外观设计第 1 名 36 学时，每后一名减 6 学时。'),
  ('08', '一等奖', 'national', 0, 0, 0, 'item', 0, 2, 'completes_professional',
   '示例：同上一览表（数值次序不清，待核实）：国家级一等奖获奖人员，视为完成当年专业科目。'),
  ('08', '二等奖', 'national', 1, 9, 30, 'item', 460, 2, 'hours',
   '示例：同上一览表（数值次序不清，待核实）：一等奖以下随级别、等次由约 46 学时降到 30 学时，每后一名减 3 学时；这里取最高的 46 学时。'),
  ('08', '', 'municipal', 1, 9, 30, 'item', 300, 2, 'hours',
   '示例：同上一览表（数值次序不清，待核实）：一等奖以下随级别、等次由约 46 学时降到 30 学时，每后一名减 3 学时；这里取最低的 30 学时。省部级的数值摘录中看不到，请按本省文件补充。'),
  ('09', '计算机能力考试', '', 0, 0, 0, 'module', 120, null, 'hours',
   '示例：同上一览表（待核实）：计算机应用能力考试每模块 12 学时。'),
  ('09', '职称、执业资格考试', '', 0, 0, 0, 'item', 400, null, 'hours',
   '示例：江苏宿迁：职称、执业资格考试合格每项 40 学时（他省规定，仅供对照）。'),
  ('12', '', '', 0, 0, 0, 'half_day', 40, null, 'hours',
   '示例：广西学时管理办法（试行）：培训进修类半天 4 学时；另有平台按每半天 4 学时自动计算（他省规定，仅供对照）。'),
  ('13', '', '', 0, 0, 0, 'stated', 0, 2, 'hours',
   '示例：同上参考标准：省、市部门举办的培训由举办单位认定。'),
  ('14', '', '', 0, 0, 0, 'day', 60, null, 'hours',
   '示例：江苏宿迁：脱产每天 6 学时，半脱产每天 3 学时（他省规定，仅供对照）。'),
  ('15', '', '', 0, 0, 0, 'stated', 0, null, 'hours',
   '示例：网络平台记录的学时，自动认定（海南等地平台说明）。')
  );
insert into conversion_rule_version (rule_id, number, at, by_name, what, content)
select id, 1, updated_at, updated_by, '预置示例',
       json_object('kind', kind, 'item', item, 'level', level, 'rank', rank, 'max_rank', max_rank,
         'step', step, 'unit', unit, 'hours', hours, 'cap_item', cap_item, 'cap_year', cap_year,
         'category', category_id, 'effect', effect, 'valid_from', valid_from, 'valid_to', valid_to,
         'source', source, 'sample', json(iif(sample, 'true', 'false')))
  from conversion_rule;
