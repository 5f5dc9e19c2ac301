//! The list of 4.6 人员调转: who wants to come in.

use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

use crate::LEAF;

/// (stored, shown, class of its tag) of a transfer's states.
const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已同意", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

pub const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// Of one person masked; a batch has no number.
const NUMBER: &str = "case t.kind when 'batch' then '' else (select substr(i.number, 1, 4) \
     || '************' || substr(i.number, 17) from transfer_person tp \
     join person p on p.id = tp.person_id join identity i on i.id = p.identity_id \
     where tp.transfer_id = t.id limit 1) end";

/// Who decided; of one that waits, the desk.
const REVIEWER: &str = "case when t.state = 'pending' \
     then '由' || (select d.name from organization d where d.id = t.desk_id) || '审核' \
     else coalesce((select s.name from review_step s where s.case_id = t.case_id \
       and s.act in ('approve', 'reject') order by s.id desc limit 1), '') end";

/// 人员调转
pub static LIST: List = List {
    key: "transfers",
    title: "人员调转",
    href: "/desk/transfers",
    leaf: LEAF,
    from: "transfer t left join organization o on o.id = t.from_id \
           left join organization n on n.id = t.to_id",
    alias: "t",
    only: "t.state <> 'draft' and t.kind <> 'leave'",
    columns: &[
        column("number", "申请编号", "t.number", Cell::Link, ""),
        column("name", "姓名", "t.names", Cell::Text, ""),
        column("id_card", "身份证号", NUMBER, Cell::Text, ""),
        column("from", "原单位", "o.name", Cell::Long, ""),
        column("to", "目标单位", "n.name", Cell::Long, ""),
        column("reason", "原因", "t.reason", Cell::Long, ""),
        column("state", "状态", "t.state", Cell::Tag(STATES), ""),
        column("waiting", "已等待", "t.waiting_since", Cell::Waiting, "waiting"),
        column("submitted_at", "申请时间", "t.submitted_at", Cell::Minute, "submitted"),
        column("reviewer", "处理人", REVIEWER, Cell::Long, ""),
        column(
            "acted_at",
            "处理时间",
            "case t.state when 'pending' then '' else t.acted_at end",
            Cell::Minute,
            "acted",
        ),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "t.department_id = ?",
        },
        Filter {
            key: "from",
            label: "原单位",
            kind: FilterKind::Query(
                "select cast(o.id as text), o.name from organization o where o.id in \
                   (select from_id from transfer where state <> 'draft') order by o.name limit 500",
            ),
            sql: "t.from_id = cast(? as integer)",
        },
        Filter {
            key: "kind",
            label: "类别",
            kind: FilterKind::Choice(&[("person", "个人申请"), ("batch", "批量调转")]),
            sql: "t.kind = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("approved", "已同意"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
                ("pending", "待审核"),
            ]),
            sql: "t.state = ?",
        },
        Filter {
            key: "submitted",
            label: "申请日期",
            kind: FilterKind::Times,
            sql: "t.submitted_at",
        },
    ],
    search: Some(Search {
        label: "姓名、身份证号或申请编号",
        placeholder: "姓名（可用拼音首字母）、身份证号或后四位、申请编号",
        phrase: "t.id in (select sp.transfer_id from transfer_person sp where sp.person_id in (select rowid from person_search where person_search match ?))",
        number: "t.id in (select st.transfer_id from identity si join person sp on sp.identity_id = si.id join transfer_person st on st.person_id = sp.id where si.number = ?)",
        number_end: "t.id in (select st.transfer_id from identity si join person sp on sp.identity_id = si.id join transfer_person st on st.person_id = sp.id where si.reversed >= ? and si.reversed < ?)",
        phone: "t.id in (select st.transfer_id from person sp join transfer_person st on st.person_id = sp.id where sp.phone <> '' and sp.phone = ?)",
        code: "t.number <> '' and t.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "t.waiting_since", descending: false },
        Order { key: "submitted", label: "申请时间", by: "t.submitted_at", descending: true },
        Order { key: "acted", label: "处理时间", by: "t.acted_at", descending: true },
    ],
    row: "/desk/transfers/{id}",
    ops: &[
        ("详情", "/desk/transfers/{id}"),
        ("同意", "/desk/transfers/{id}/approve"),
        ("驳回", "/desk/transfers/{id}/reject"),
    ],
    empty: "没有调转申请。要调入本单位的人员在“个人 › 人员调转”中提出以后，会出现在这里。",
};
