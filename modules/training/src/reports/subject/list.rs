//! Columns, filters and orders of 审核继续教育基地年度报告 (domain.md §2.13).

use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

use crate::leaves::REPORT_REVIEWS;

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
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

/// 审核继续教育基地年度报告
pub static LIST: List = List {
    key: "annual-reports",
    title: "审核继续教育基地年度报告",
    href: "/desk/annual-reports",
    leaf: REPORT_REVIEWS,
    from: "annual_report c left join organization o on o.id = c.organization_id",
    alias: "c",
    only: "c.state <> 'draft'",
    columns: &[
        column("name", "基地名称", "o.name", Cell::LongLink, ""),
        column("year", "年度", "c.year", Cell::Text, ""),
        column("number", "报告编号", "c.number", Cell::Text, ""),
        column("sessions", "办班期数", "c.sessions", Cell::Number, ""),
        column("trips", "培训人次", "c.trips", Cell::Number, ""),
        column("subjects", "各科目人次", "c.subjects", Cell::Text, ""),
        column("hours", "总学时", "c.hours", Cell::Hours, ""),
        column("income", "收入（元）", "coalesce(cast(c.income as text), '')", Cell::Number, ""),
        column("expense", "支出（元）", "coalesce(cast(c.expense as text), '')", Cell::Number, ""),
        column("differences", "差异项", "c.differences", Cell::Number, ""),
        column("state", "状态", "c.state", Cell::Tag(STATES), ""),
        column("waiting", "已等待", "c.waiting_since", Cell::Waiting, "waiting"),
        column("submitted_at", "提交时间", "c.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "c.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "c.department_id = ?",
        },
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select distinct cast(year as text), year || ' 年' from annual_report \
                  where state <> 'draft' order by 1 desc",
            ),
            sql: "c.year = cast(? as integer)",
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
            sql: "c.state = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "c.submitted_at",
        },
    ],
    search: Some(Search {
        label: "基地名称或报告编号",
        placeholder: "基地名称（可用拼音首字母）或报告编号",
        phrase: "c.organization_id in (select rowid from organization_search where organization_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "c.number <> '' and c.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "c.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "c.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "c.acted_at", descending: true },
    ],
    row: "/desk/annual-reports/{id}",
    ops: &[
        ("详情", "/desk/annual-reports/{id}"),
        ("通过", "/desk/annual-reports/{id}/approve"),
        ("驳回", "/desk/annual-reports/{id}/reject"),
    ],
    empty: "没有年度报告。基地在“年度报告”中提交以后，会出现在这里。",
};
