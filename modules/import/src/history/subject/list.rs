//! Columns, filters and orders of 历史学时 at the desk.

use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
    ("undone", "已撤销", "off"),
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

/// 历史学时
pub static LIST: List = List {
    key: "history-hours",
    title: "学时审批：历史学时",
    href: "/desk/history-hours",
    leaf: credit_hours::LEAF,
    from: "history_batch b left join organization o on o.id = b.organization_id \
           left join person p on p.id = b.person_id left join import i on i.id = b.import_id",
    alias: "b",
    only: "b.case_id is not null",
    columns: &[
        column("number", "编号", "b.number", Cell::Link, ""),
        column("organization", "报送单位", "o.name", Cell::Long, ""),
        column("what", "内容", "coalesce(p.name || '，外县转入', i.file_name, '')", Cell::Long, ""),
        column("people", "人数", "b.people", Cell::Number, ""),
        column("rows", "条数", "b.rows", Cell::Number, ""),
        column("hours", "学时", "b.hours", Cell::Hours, ""),
        column(
            "years",
            "年度",
            "b.year_from || case when b.year_to <> b.year_from then '–' || b.year_to else '' end",
            Cell::Text,
            "",
        ),
        column(
            "state",
            "状态",
            "case when b.undone_at <> '' then 'undone' else b.state end",
            Cell::Tag(STATES),
            "",
        ),
        column("left", "未记入", "b.left_out", Cell::Number, ""),
        column("waiting", "已等待", "b.waiting_since", Cell::Waiting, "waiting"),
        column("submitted_at", "提交时间", "b.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "b.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "b.department_id = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("approved", "已通过"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
                ("pending", "待审核"),
            ]),
            sql: "b.state = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "b.submitted_at",
        },
    ],
    search: Some(Search {
        label: "报送单位或编号",
        placeholder: "单位名称（可用拼音首字母）或编号",
        phrase: "b.organization_id in (select rowid from organization_search where organization_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "b.number <> '' and b.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "b.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "b.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "b.acted_at", descending: true },
    ],
    row: "/desk/history-hours/{id}",
    ops: &[
        ("详情", "/desk/history-hours/{id}"),
        ("通过", "/desk/history-hours/{id}/approve"),
        ("驳回", "/desk/history-hours/{id}/reject"),
    ],
    empty: "没有送审的历史学时。用人单位和主管部门在“批量导入 › 历史学时”提交以后，会出现在这里。",
};
