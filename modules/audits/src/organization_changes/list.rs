//! The desk's list of 4.7.

use accounts::organization_changes::LEAF;
use kit::list::{Cell, Filter, FilterKind, List, Order, Search};

use crate::registrations::column;

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

const KINDS: &[(&str, &str, &str)] =
    &[("department", "主管部门", ""), ("employer", "用人单位", ""), ("base", "继续教育基地", "")];

/// 审核机构信息修改
pub static LIST: List = List {
    key: "organization-changes",
    title: "审核机构信息修改",
    href: "/desk/organization-changes",
    leaf: LEAF,
    from: "organization_change c left join organization o on o.id = c.organization_id \
           left join organization s on s.id = o.parent_id \
           left join organization d on d.id = c.desk_id",
    alias: "c",
    only: "c.state <> 'draft'",
    columns: &[
        column("number", "申请编号", "c.number", Cell::Link, ""),
        column("name", "单位名称", "o.name", Cell::Long, ""),
        column("credit_code", "信用代码", "o.credit_code", Cell::Text, ""),
        column("kind", "类型", "c.kind", Cell::Tag(KINDS), ""),
        column("above", "上级单位", "s.name", Cell::Long, ""),
        column("items", "修改项", "c.items", Cell::Long, ""),
        column("state", "状态", "c.state", Cell::Tag(STATES), ""),
        column(
            "reviewer",
            "审核单位",
            "coalesce(d.name, (select t.desk_name from review_step t where t.case_id = c.case_id \
             and t.act in ('approve', 'reject') order by t.id desc limit 1), '')",
            Cell::Long,
            "",
        ),
        column("waiting", "已等待", "c.waiting_since", Cell::Waiting, "waiting"),
        column("submitted_at", "提交时间", "c.submitted_at", Cell::Minute, "submitted"),
        column("acted_at", "最近办理", "c.acted_at", Cell::Minute, "acted"),
    ],
    filters: &[
        Filter {
            key: "kind",
            label: "类型",
            kind: FilterKind::Choice(&[
                ("department", "主管部门"),
                ("employer", "用人单位"),
                ("base", "继续教育基地"),
            ]),
            sql: "c.kind = ?",
        },
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "c.department_id = ?",
        },
        Filter {
            key: "moves",
            label: "上级变更",
            kind: FilterKind::Choice(&[("1", "申请变更上级"), ("0", "不变更上级")]),
            sql: "c.moves = ?",
        },
        Filter {
            key: "state",
            label: "结果",
            kind: FilterKind::Choice(&[
                ("approved", "已通过"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
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
        label: "单位名称、信用代码或申请编号",
        placeholder: "名称（可用拼音首字母）、18 位信用代码、申请编号",
        phrase: "c.organization_id in (select rowid from organization_search \
                 where organization_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "c.id in (with t (v) as (select ?) \
               select x.id from t join organization_change x on x.number = t.v and x.number <> '' \
               union select x.id from t join organization y on y.credit_code = t.v \
               join organization_change x on x.organization_id = y.id)",
    }),
    orders: &[
        Order { key: "waiting", label: "等待时间", by: "c.waiting_since", descending: false },
        Order { key: "submitted", label: "提交时间", by: "c.submitted_at", descending: true },
        Order { key: "acted", label: "办理时间", by: "c.acted_at", descending: true },
    ],
    row: "/desk/organization-changes/{id}",
    ops: &[
        ("详情", "/desk/organization-changes/{id}"),
        ("通过", "/desk/organization-changes/{id}/approve"),
        ("驳回", "/desk/organization-changes/{id}/reject"),
    ],
    empty: "没有机构信息修改申请。下属单位在“单位资料”中提出以后，会出现在这里。",
};
