-- 年度报告: the figures of every subject in one column, however many a province has.

alter table annual_report add column subjects text not null default ''; -- 公需科目 320，专业科目 410
update annual_report set subjects =
  case when general > 0 then '公需科目 ' || general else '' end
  || case when general > 0 and professional > 0 then '，' else '' end
  || case when professional > 0 then '专业科目 ' || professional else '' end;
alter table annual_report drop column general;
alter table annual_report drop column professional;
