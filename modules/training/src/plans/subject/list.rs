//! The desk's list of 4.9: versions of plans, waiting and decided.

use kit::dictionary::TITLE_SERIES;
use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

use crate::leaves::PLAN_REVIEWS;

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

/// 审核培训计划申报
pub static LIST: List = List {
    key: "training-plans",
    title: "审核培训计划申报",
    href: "/desk/training-plans",
    leaf: PLAN_REVIEWS,
    from: "plan_version v left join organization o on o.id = v.organization_id \
           left join category c on c.id = v.category",
    alias: "v",
    only: "v.state <> 'draft'",
    columns: &[
        column("number", "计划编号", "v.number", Cell::Link, ""),
        column("base", "基地", "o.name", Cell::Long, ""),
        column("title", "培训名称", "v.title", Cell::Long, ""),
        column(
            "version",
            "申报",
            "min(v.version, 2)",
            Cell::Tag(&[("1", "首次", ""), ("2", "变更", "info")]),
            "",
        ),
        column("waiting", "已等待", "v.waiting_since", Cell::Waiting, "waiting"),
        column("category", "科目类别", "coalesce(c.short, '')", Cell::Text, ""),
        column("fields", "专业领域", "v.fields", Cell::Labels(&TITLE_SERIES), ""),
        column(
            "form",
            "形式",
            "v.form",
            Cell::Tag(&[("onsite", "面授", ""), ("online", "网络", ""), ("mixed", "混合", "")]),
            "",
        ),
        column(
            "dates",
            "起止日期",
            "v.begins_on || case when v.ends_on = v.begins_on then '' \
             when substr(v.ends_on, 1, 4) = substr(v.begins_on, 1, 4) \
             then ' 至 ' || substr(v.ends_on, 6) else ' 至 ' || v.ends_on end",
            Cell::Text,
            "",
        ),
        column("hours", "申报学时", "v.hours", Cell::Hours, ""),
        column("recognised", "认定学时", "v.recognised", Cell::Hours, ""),
        column("capacity", "计划人数", "v.capacity", Cell::Number, ""),
        column(
            "fee",
            "收费",
            "case v.fee when 0 then '免费' else printf('%.2f 元', v.fee / 100.0) end",
            Cell::Text,
            "",
        ),
        column("state", "状态", "v.state", Cell::Tag(STATES), ""),
        column("submitted_at", "提交时间", "v.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "v.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "category",
            label: "科目类别",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort"),
            sql: "v.category = ?",
        },
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "v.department_id = ?",
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
            sql: "v.state = ?",
        },
        Filter {
            key: "submitted",
            label: "提交日期",
            kind: FilterKind::Times,
            sql: "v.submitted_at",
        },
    ],
    search: Some(Search {
        label: "培训名称、基地或计划编号",
        placeholder: "名称中的字词或拼音首字母、计划编号",
        phrase: "v.plan_id in (select rowid from plan_search where plan_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "v.plan_id in (select n.plan_id from plan_version n where n.number <> '' and n.number = ?)",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "v.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "v.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "v.acted_at", descending: true },
    ],
    row: "/desk/training-plans/{id}",
    ops: &[
        ("详情", "/desk/training-plans/{id}"),
        ("通过", "/desk/training-plans/{id}/approve"),
        ("驳回", "/desk/training-plans/{id}/reject"),
    ],
    empty: "没有培训计划。继续教育基地提交以后会出现在这里。",
};
