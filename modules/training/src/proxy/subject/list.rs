//! Columns, filters and orders of 继续教育基地代申报审批 (domain.md §2.19).

use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

use crate::leaves::PROXY_REVIEWS;
use crate::proxy::list::STATES;

const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// 继续教育基地代申报审批
pub static LIST: List = List {
    key: "proxy-declarations",
    title: "继续教育基地代申报审批",
    href: "/desk/proxy-declarations",
    leaf: PROXY_REVIEWS,
    from: "proxy_declaration d left join organization o on o.id = d.organization_id \
           left join plan p on p.id = d.plan_id left join category c on c.id = d.category",
    alias: "d",
    only: "d.state <> 'draft'",
    columns: &[
        column("number", "批次号", "d.number", Cell::Link, ""),
        column("base", "基地", "o.name", Cell::Long, ""),
        column("plan", "关联计划", "p.number", Cell::Text, ""),
        column("title", "培训名称", "d.title", Cell::Long, ""),
        column("category", "科目", "coalesce(c.short, '')", Cell::Text, ""),
        column("year", "年度", "d.year", Cell::Text, ""),
        column("hours", "学时/人", "d.hours", Cell::Hours, ""),
        column("people", "人数", "d.people", Cell::Number, ""),
        column("total", "总学时", "d.total", Cell::Hours, ""),
        column(
            "supplement",
            "补报",
            "case d.supplement when 1 then '补报' else '' end",
            Cell::Text,
            "",
        ),
        column("waiting", "已等待", "d.waiting_since", Cell::Waiting, "waiting"),
        column("submitted_at", "提交时间", "d.submitted_at", Cell::Minute, "submitted"),
        column("state", "状态", "d.state", Cell::Tag(STATES), ""),
        column(
            "recognised",
            "计入人数",
            "case d.state when 'approved' then cast(d.entered as text) else '' end",
            Cell::Number,
            "",
        ),
        column("acted_at", "最近办理", "d.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "d.department_id = ?",
        },
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select distinct cast(year as text), year || ' 年' from proxy_declaration \
                  where state <> 'draft' order by 1 desc",
            ),
            sql: "d.year = cast(? as integer)",
        },
        Filter {
            key: "category",
            label: "科目类别",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort"),
            sql: "d.category = cast(? as integer)",
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
            sql: "d.state = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "d.submitted_at",
        },
    ],
    search: Some(Search {
        label: "培训名称、基地或批次号",
        placeholder: "培训名称、基地（可用拼音首字母）或批次号",
        phrase: "d.plan_id in (select rowid from plan_search where plan_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "d.number <> '' and d.number = ?",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "d.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "d.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "d.acted_at", descending: true },
    ],
    row: "/desk/proxy-declarations/{id}",
    ops: &[
        ("详情", "/desk/proxy-declarations/{id}"),
        ("通过", "/desk/proxy-declarations/{id}/approve"),
        ("驳回", "/desk/proxy-declarations/{id}/reject"),
    ],
    empty: "没有代申报。基地在培训班结业以后提交“代申报”，会出现在这里。",
};
