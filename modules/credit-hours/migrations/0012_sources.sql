-- The samples name their source each by itself: “同上” says nothing on a rule's own page.
drop trigger conversion_rule_version_no_update;
update conversion_rule_version set content = replace(replace(content,
    '示例：同上参考标准：', '示例：《继续教育活动与学时折算参考标准》（未写明省份，待核实）：'),
    '示例：同上一览表（', '示例：《继续教育学时计算一览表》（未写明省份，')
 where number = 1 and by_name = '系统预置';
create trigger conversion_rule_version_no_update before update on conversion_rule_version
  begin select raise(abort, 'the history of rules is never changed'); end;
update conversion_rule set source = replace(replace(source,
    '示例：同上参考标准：', '示例：《继续教育活动与学时折算参考标准》（未写明省份，待核实）：'),
    '示例：同上一览表（', '示例：《继续教育学时计算一览表》（未写明省份，')
 where sample = 1;
