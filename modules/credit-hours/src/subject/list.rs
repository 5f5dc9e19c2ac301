//! The list of 5.1 学时审批: waiting ones and decided ones, shown and exported.

use kit::dictionary::LEARNING_KINDS;
use kit::list::{Cell, Column, Filter, FilterKind, List, MASKED_ID, Order, Search};

use super::LEAF;

/// (stored, shown) of the kinds of learning.
pub const KINDS: [(&str, &str); LEARNING_KINDS.len()] = {
    let mut kinds = [("", ""); LEARNING_KINDS.len()];
    let mut at = 0;
    while at < kinds.len() {
        kinds[at] = (LEARNING_KINDS[at].code, LEARNING_KINDS[at].label);
        at += 1;
    }
    kinds
};

/// The same as a cell: plain text.
pub const KIND_CELLS: [(&str, &str, &str); LEARNING_KINDS.len()] = {
    let mut kinds = [("", "", ""); LEARNING_KINDS.len()];
    let mut at = 0;
    while at < kinds.len() {
        kinds[at] = (KINDS[at].0, KINDS[at].1, "");
        at += 1;
    }
    kinds
};

/// The label of `d.kind`, in SQL: some are long and must be able to wrap. A test compares them.
pub(crate) const KIND_LABEL: &str = "case d.kind when '01' then '继续教育基地培训班' \
    when '02' then '培训、研修活动' when '03' then '学历、学位教育（课程进修）' \
    when '04' then '学术会议' when '05' then '课题研究与项目开发' \
    when '06' then '著作、译作、论文' when '07' then '专利（发明、实用新型、外观设计）' \
    when '08' then '科技进步、自然科学、技术发明、社会科学奖' \
    when '09' then '职称、执业资格、职业水平考试' when '10' then '专题调研报告获批示' \
    when '11' then '援藏援疆援外、支教支农支医、扶贫、挂职' when '12' then '服务基层活动' \
    when '13' then '行业主管部门组织的专业科目培训' when '14' then '岗位培训' \
    when '15' then '网络培训' else d.kind end";

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("revoked", "已撤销", "back"),
    ("corrected", "已更正", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// 学时审批
pub static LIST: List = List {
    key: "declarations",
    title: "学时审批：个人申报",
    href: "/desk/declarations",
    leaf: LEAF,
    // left joins: with statistics the planner would begin with the few organizations
    from: "declaration d left join person p on p.id = d.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization o on o.id = d.organization_id \
           left join organization u on u.id = d.department_id \
           left join organization w on w.id = d.desk_id \
           left join category c on c.id = d.category_id",
    alias: "d",
    only: "d.state <> 'draft'",
    columns: &[
        column("number", "申报编号", "d.number", Cell::Link, ""),
        column("name", "姓名", "p.name", Cell::Text, ""),
        column("id_card", "身份证号", MASKED_ID, Cell::Text, ""),
        column("organization", "单位", "o.name", Cell::Long, ""),
        column("department", "主管部门", "u.name", Cell::Long, ""),
        column("desk", "等待单位", "w.name", Cell::Long, ""),
        column("category", "科目", "c.short", Cell::Text, ""),
        column("title", "学习项目", "d.title", Cell::Long, ""),
        column("state", "状态", crate::revocation::SHOWN_STATE, Cell::Tag(STATES), ""),
        column("hours", "申报学时", "d.hours", Cell::Hours, ""),
        column("suggested", "建议学时", "d.suggested", Cell::Hours, ""),
        column("recognised", "认定学时", "d.recognised", Cell::Hours, ""),
        column("waiting", "已等待", "d.waiting_since", Cell::Waiting, "waiting"),
        column("year", "年度", "d.year", Cell::Text, ""),
        column("kind", "学习形式", KIND_LABEL, Cell::Long, ""),
        column("dates", "起止时间", DATES, Cell::Long, ""),
        column("opinion", "单位意见", "d.opinion", Cell::Text, ""),
        column("submitted_at", "提交时间", "d.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "d.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select cast(year as text), cast(year as text) from ledger_year order by year desc",
            ),
            sql: "d.year = ?",
        },
        Filter {
            key: "category",
            label: "科目类别",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort"),
            sql: "d.category_id = ?",
        },
        Filter {
            key: "kind",
            label: "学习形式",
            kind: FilterKind::Choice(&KINDS),
            sql: "d.kind = ?",
        },
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "d.department_id = ?",
        },
        Filter {
            key: "unit",
            label: "单位（有待审核的）",
            kind: FilterKind::Own(
                "select cast(o.id as text), o.name
                   from organization me join organization o
                     on me.kind = 'bureau' or o.department_id = me.id or o.id = me.id
                  where me.id = ?
                    and o.id in (select organization_id from declaration where state = 'pending')
                  order by o.name",
            ),
            sql: "d.organization_id = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("approved", "已通过（含已撤销）"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
            ]),
            sql: "d.state = ?",
        },
        Filter {
            key: "ended",
            label: "撤销更正",
            kind: FilterKind::Choice(&[("revoked", "已撤销"), ("corrected", "已更正")]),
            sql: "d.id in (select v.declaration_id from revocation v where v.kind = ?)",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "d.submitted_at",
        },
    ],
    search: Some(Search {
        label: "姓名、身份证号或申报编号",
        placeholder: "姓名（可用拼音首字母）、身份证号或后四位、申报编号",
        phrase: "d.person_id in (select rowid from person_search where person_search match ?)",
        number: "d.person_id = (select sp.id from identity si join person sp on sp.identity_id = si.id where si.number = ?)",
        number_end: "d.person_id in (select sp.id from identity si join person sp on sp.identity_id = si.id where si.reversed >= ? and si.reversed < ?)",
        phone: "d.person_id in (select sp.id from person sp where sp.phone <> '' and sp.phone = ?)",
        code: "d.number <> '' and d.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "d.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "d.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "d.acted_at", descending: true },
    ],
    row: "/desk/declarations/{id}",
    ops: &[
        ("详情", "/desk/declarations/{id}"),
        ("通过", "/desk/declarations/{id}/approve"),
        ("驳回", "/desk/declarations/{id}/reject"),
    ],
    empty: "没有学时申报。申报人提交以后会出现在这里。",
};

/// From day to day; one day once.
const DATES: &str =
    "d.started_on || case when d.ended_on <> d.started_on then ' 至 ' || d.ended_on else '' end";

#[cfg(test)]
mod tests {
    #[test]
    fn the_labels_in_sql_are_those_of_the_dictionary() {
        for (code, label) in super::KINDS {
            assert!(super::KIND_LABEL.contains(&format!("when '{code}' then '{label}'")), "{code}");
        }
    }
}
