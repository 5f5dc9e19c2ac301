-- 为什么没完成: a row of a roster that waits says at which desk and since when.

alter table roster_row add column case_id integer references review_case (id);
update roster_row set case_id = c.id
  from review_case c
 where roster_row.state = 'pending' and c.state = 'pending'
   and c.subject = case roster_row.subject when 'staff' then 'staff-declarations'
         when 'proxy' then 'proxy-declarations' else 'history-hours' end
   and roster_row.parent_id = c.content ->> case roster_row.subject when 'staff' then '$.staff'
         when 'proxy' then '$.proxy' else '$.batch' end;

-- the sample of 发明专利 reached down to a ninth rank without hours, which the editor refuses
update conversion_rule
   set max_rank = 8, version = 2, updated_at = '2026-11-24T00:00:00.000Z', updated_by = '系统预置'
 where sample = 1 and version = 1 and kind = '07' and item = '发明专利' and rank = 1
   and max_rank = 9 and step = 60 and hours = 480;
insert into conversion_rule_version (rule_id, number, at, by_name, what, content)
select v.rule_id, 2, r.updated_at, r.updated_by, '更正示例：计算到第 8 名',
       json_set(v.content, '$.max_rank', 8)
  from conversion_rule r join conversion_rule_version v on v.rule_id = r.id and v.number = 1
 where r.sample = 1 and r.version = 2 and r.kind = '07' and r.item = '发明专利' and r.max_rank = 8
   and not exists (select 1 from conversion_rule_version o where o.rule_id = r.id and o.number = 2);

-- 申报时间: who waits at a desk, year by year
create index declaration_year_pending on declaration (year) where state = 'pending';
