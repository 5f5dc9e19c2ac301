//! What the four desks of registrations share: columns, filters, search, orders.

use kit::dictionary::{BASE_LEVELS, Dictionary};
use kit::list::{Cell, Column, Filter, FilterKind, Order, Search};
use serde::{Deserialize, Serialize};

/// A desk that gives nothing of its own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Nothing {}

pub const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// `o` is the unit or superior chosen.
pub const FROM: &str = "registration r left join organization o on o.id = r.organization_id";
/// With the identity number `i`.
pub const PERSON_FROM: &str = "registration r left join organization o on o.id = r.organization_id \
    left join identity i on i.id = r.identity_id";

const STATES: &[(&str, &str, &str)] = &[
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

/// Where it stands.
pub const STATE: Column = column("state", "状态", "r.state", Cell::Tag(STATES), "");
/// Who decided; of one that waits elsewhere, the desk.
pub const REVIEWER: Column = column(
    "reviewer",
    "审核人",
    "case when r.state = 'pending' \
     then '由' || (select d.name from organization d where d.id = r.desk_id) || '审核' \
     else coalesce((select s.name from review_step s where s.case_id = r.case_id \
       and s.act in ('approve', 'reject') order by s.id desc limit 1), '') end",
    Cell::Long,
    "",
);

/// When it was decided; of one that waits elsewhere nothing.
pub const DECIDED: Column = column(
    "acted_at",
    "审核时间",
    "case r.state when 'pending' then '' else r.acted_at end",
    Cell::Minute,
    "acted",
);

/// The labels of a dictionary of `N` entries, as plain cells.
const fn labels<const N: usize>(
    dictionary: &'static Dictionary,
) -> [(&'static str, &'static str, &'static str); N] {
    let mut cells = [("", "", ""); N];
    let mut at = 0;
    while at < N {
        let entry = &dictionary.entries[at];
        cells[at] = (entry.code, entry.label, "");
        at += 1;
    }
    cells
}

const NATURES: [(&str, &str, &str); kit::dictionary::ORGANIZATION_NATURES.entries.len()] =
    labels(&kit::dictionary::ORGANIZATION_NATURES);
const INDUSTRIES: [(&str, &str, &str); kit::dictionary::INDUSTRIES.entries.len()] =
    labels(&kit::dictionary::INDUSTRIES);
const SERIES_LABELS: [(&str, &str, &str); kit::dictionary::TITLE_SERIES.entries.len()] =
    labels(&kit::dictionary::TITLE_SERIES);
const LEVELS: [(&str, &str, &str); kit::dictionary::TITLE_LEVELS.entries.len()] =
    labels(&kit::dictionary::TITLE_LEVELS);
const BASES: [(&str, &str, &str); BASE_LEVELS.entries.len()] = labels(&BASE_LEVELS);

pub const NATURE: Column = column("nature", "单位性质", "r.nature", Cell::Tag(&NATURES), "");
pub const INDUSTRY: Column = column("industry", "行业", "r.industry", Cell::Tag(&INDUSTRIES), "");
pub const SERIES: Column = column("series", "职称系列", "r.series", Cell::Tag(&SERIES_LABELS), "");
pub const LEVEL: Column = column("level", "等级", "r.level", Cell::Tag(&LEVELS), "");
pub const BASE_LEVEL: Column =
    column("base_level", "申报级别", "r.base_level", Cell::Tag(&BASES), "");

const BY_STATE: Filter = Filter {
    key: "state",
    label: "结果",
    kind: FilterKind::Choice(&[
        ("approved", "已通过"),
        ("rejected", "已驳回"),
        ("withdrawn", "已撤回"),
    ]),
    sql: "r.state = ?",
};
const BY_TIME: Filter =
    Filter {
        key: "submitted", label: "提交日期", kind: FilterKind::Times, sql: "r.submitted_at"
    };

pub const FILTERS: &[Filter] = &[BY_STATE, BY_TIME];
pub const PERSON_FILTERS: &[Filter] = FILTERS;

pub const SEARCH: Search = Search {
    label: "名称、信用代码或注册编号",
    placeholder: "名称（可用拼音首字母）、18 位信用代码、注册编号",
    phrase: "r.id in (select rowid from registration_search where registration_search match ?)",
    number: "",
    number_end: "",
    phone: "",
    code: "r.id in (with t (v) as (select ?) \
           select c.id from t join registration c on c.number = t.v and c.number <> '' \
           union select c.id from t join registration c \
           on c.credit_code = t.v and c.credit_code <> '')",
};

pub const PERSON_SEARCH: Search = Search {
    label: "姓名、身份证号或注册编号",
    placeholder: "姓名（可用拼音首字母）、身份证号或后四位、注册编号",
    phrase: "r.id in (select rowid from registration_search where registration_search match ?)",
    number: "r.identity_id = (select si.id from identity si where si.number = ?)",
    number_end: "r.identity_id in (select si.id from identity si \
                 where si.reversed >= ? and si.reversed < ?)",
    phone: "",
    code: "r.number <> '' and r.number = ?",
};

pub const ORDERS: &[Order] = &[
    Order { key: "waiting", label: "等待时间", by: "r.waiting_since", descending: false },
    Order { key: "submitted", label: "提交时间", by: "r.submitted_at", descending: true },
    Order { key: "acted", label: "审核时间", by: "r.acted_at", descending: true },
];
