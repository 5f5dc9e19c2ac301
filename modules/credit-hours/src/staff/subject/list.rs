//! The desk's list of 单位申报: waiting ones and decided ones.

use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

use crate::staff::list::DATES;
use crate::subject::{KINDS, LEAF};

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

/// 单位申报审批
pub static LIST: List = List {
    key: "staff-declarations",
    title: "学时审批：单位申报",
    href: "/desk/staff-declarations",
    leaf: LEAF,
    from: "staff_declaration s left join organization o on o.id = s.organization_id \
           left join category c on c.id = s.category_id",
    alias: "s",
    only: "s.state <> 'draft'",
    columns: &[
        column("number", "申报编号", "s.number", Cell::Link, ""),
        column("organization", "申报单位", "o.name", Cell::Long, ""),
        column("title", "学习项目", "s.title", Cell::Long, ""),
        column("state", "状态", "s.state", Cell::Tag(STATES), ""),
        column("people", "人数", "s.people", Cell::Number, ""),
        column("hours", "每人学时", "s.hours", Cell::Hours, ""),
        column("total", "合计学时", "s.total", Cell::Hours, ""),
        column("waiting", "已等待", "s.waiting_since", Cell::Waiting, "waiting"),
        column("year", "年度", "s.year", Cell::Text, ""),
        column("category", "科目", "coalesce(c.short, '')", Cell::Text, ""),
        column("dates", "起止时间", DATES, Cell::Long, ""),
        column("recognised", "每人认定", "s.recognised", Cell::Hours, ""),
        column("submitted_at", "提交时间", "s.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "s.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select cast(year as text), cast(year as text) from ledger_year order by year desc",
            ),
            sql: "s.year = ?",
        },
        Filter {
            key: "category",
            label: "科目类别",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort"),
            sql: "s.category_id = ?",
        },
        Filter {
            key: "kind",
            label: "学习形式",
            kind: FilterKind::Choice(&KINDS),
            sql: "s.kind = ?",
        },
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "s.department_id = ?",
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
            sql: "s.state = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "s.submitted_at",
        },
    ],
    search: Some(Search {
        label: "学习项目、申报单位或申报编号",
        placeholder: "名称中的字词或拼音首字母、申报编号",
        phrase: "s.id in (select rowid from staff_search where staff_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "s.id in (select n.id from staff_declaration n where n.number <> '' and n.number = ?)",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "s.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "s.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "s.acted_at", descending: true },
    ],
    row: "/desk/staff-declarations/{id}",
    ops: &[
        ("详情", "/desk/staff-declarations/{id}"),
        ("通过", "/desk/staff-declarations/{id}/approve"),
        ("驳回", "/desk/staff-declarations/{id}/reject"),
    ],
    empty: "没有单位申报。单位为本单位人员申报以后会出现在这里。",
};
