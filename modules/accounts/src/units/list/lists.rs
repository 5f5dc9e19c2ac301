//! Columns, filters and orders of 管理主管部门, 管理用人单位 and 管理继续教育基地.

use kit::dictionary::{
    BASE_LEVELS, Entry, INDUSTRIES, ORGANIZATION_NATURES, SUBJECTS, TITLE_SERIES,
};
use kit::list::{Cell, Column, Filter, FilterKind, List, Order, Search};

use crate::bases::standing::REPORTS;
use crate::permissions::{BASES, DEPARTMENTS, EMPLOYERS};

const STATES: &[(&str, &str, &str)] = &[("active", "启用", "pass"), ("disabled", "停用", "off")];
const STATE_CHOICES: &[(&str, &str)] = &[("active", "启用"), ("disabled", "停用")];
const NATURES: &[(&str, &str)] =
    &choices::<{ ORGANIZATION_NATURES.entries.len() }>(ORGANIZATION_NATURES.entries);
const SECTIONS: &[(&str, &str)] = &choices::<{ INDUSTRIES.entries.len() }>(INDUSTRIES.entries);
const LEVELS: &[(&str, &str)] = &choices::<{ BASE_LEVELS.entries.len() }>(BASE_LEVELS.entries);

/// (stored, shown) of a dictionary.
const fn choices<const N: usize>(entries: &[Entry]) -> [(&'static str, &'static str); N] {
    let mut all = [("", ""); N];
    let mut n = 0;
    while n < N {
        all[n] = (entries[n].code, entries[n].label);
        n += 1;
    }
    all
}

const FROM: &str = "organization_listed o \
    left join organization s on s.id = o.parent_id \
    left join organization_profile f on f.organization_id = o.id";
const FROM_BASES: &str = "organization_listed o \
    left join organization s on s.id = o.parent_id \
    left join organization_profile f on f.organization_id = o.id \
    left join base_profile b on b.organization_id = o.id \
    left join base_standing y on y.organization_id = o.id";

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

const CODE: Column = column("credit_code", "信用代码", "coalesce(o.credit_code, '')", Cell::Text);
const CONTACT: Column = column("contact", "联系人", "coalesce(f.contact, '')", Cell::Text);
const PHONE: Column = column("phone", "联系电话", "coalesce(f.phone, '')", Cell::Text);
const SUPERIOR: Column = column("superior", "上级单位", "coalesce(s.name, '')", Cell::Long);
const NATURE: Column =
    column("nature", "单位性质", "coalesce(f.nature, '')", Cell::Labels(&ORGANIZATION_NATURES));
const INDUSTRY: Column =
    column("industry", "行业", "coalesce(f.industry, '')", Cell::Labels(&INDUSTRIES));
const ADMINISTRATORS: Column = column(
    "administrators",
    "管理员（账号）",
    "coalesce((select group_concat(a.name || '（' || coalesce(a.login, '身份证号') || '）', '、') \
       from grant g join account a on a.id = g.account_id \
      where g.organization_id = o.id and g.state = 'active'), '')",
    Cell::Long,
);
const BELOW: Column = column(
    "employers",
    "下属单位数",
    "(select count(*) from organization e where e.kind = 'employer' and e.department_id = o.id)",
    Cell::Number,
);
/// Of a department and everything below it.
const PEOPLE_BELOW: Column = column(
    "people",
    "专技人员数",
    "(select count(*) from person p where p.department_id = o.id)",
    Cell::Number,
);
const PEOPLE: Column = column(
    "people",
    "专技人员数",
    "(select count(*) from person p where p.organization_id = o.id)",
    Cell::Number,
);
const STATE: Column = column("state", "状态", "o.state", Cell::Tag(STATES));
/// Of a base, whose recognition may be over.
const BASE_STATE: Column =
    column("state", "状态", "o.state || ' ' || coalesce(b.valid_until, '')", Cell::Until(STATES));

/// When it was recorded; the lists' order.
const fn created(title: &'static str) -> Column {
    Column { key: "created", title, sql: "o.created_at", cell: Cell::Minute, order: "created" }
}

const BY_STATE: Filter = Filter {
    key: "state",
    label: "状态",
    kind: FilterKind::Choice(STATE_CHOICES),
    sql: "o.state = ?",
};
const BY_REPORT: Filter = Filter {
    key: "report",
    label: "年度报告",
    kind: FilterKind::Choice(&[
        ("overdue", "未交"),
        ("due", "待报送"),
        ("pending", "审核中"),
        ("rejected", "已驳回"),
        ("approved", "已通过"),
    ]),
    sql: "y.report = ?",
};
const BY_NATURE: Filter = Filter {
    key: "nature",
    label: "单位性质",
    kind: FilterKind::Choice(NATURES),
    sql: "f.nature = ?",
};
const BY_INDUSTRY: Filter = Filter {
    key: "industry",
    label: "行业",
    kind: FilterKind::Choice(SECTIONS),
    sql: "f.industry = ?",
};
const BY_SUPERIOR: Filter = Filter {
    key: "superior",
    label: "上级单位",
    kind: FilterKind::Query(
        "select cast(id as text), name from organization \
         where kind in ('bureau', 'department') order by kind = 'department', id",
    ),
    sql: "o.parent_id = ?",
};
const BY_TIME: Filter =
    Filter { key: "created", label: "登记时间", kind: FilterKind::Times, sql: "o.created_at" };
const BY_LEVEL: Filter =
    Filter { key: "level", label: "级别", kind: FilterKind::Choice(LEVELS), sql: "b.level = ?" };
const BY_CATEGORY: Filter = Filter {
    key: "category",
    label: "科目",
    kind: FilterKind::Query(crate::organizations::subjects::ALL),
    sql: "instr(',' || b.categories || ',', ',' || ? || ',') > 0",
};
const BY_VALIDITY: Filter =
    Filter { key: "valid", label: "有效期至", kind: FilterKind::Days, sql: "b.valid_until" };

const SEARCH: Search = Search {
    label: "名称或信用代码",
    placeholder: "名称、拼音首字母或 18 位信用代码",
    phrase: "o.id in (select rowid from organization_search where organization_search match ?)",
    number: "",
    number_end: "",
    phone: "",
    code: "o.credit_code = ?",
};

const ORDERS: &[Order] = &[
    Order { key: "created", label: "登记时间", by: "o.created_at", descending: true },
    Order {
        key: "oldest", label: "登记时间（早的在前）", by: "o.created_at", descending: false
    },
];

/// 3.1
pub static DEPARTMENT_LIST: List = List {
    key: "departments",
    title: "管理主管部门",
    href: "/accounts/departments",
    leaf: DEPARTMENTS,
    from: FROM,
    alias: "o",
    only: "o.kind = 'department'",
    columns: &[
        column("name", "部门名称", "o.name", Cell::Link),
        STATE,
        CODE,
        CONTACT,
        PHONE,
        ADMINISTRATORS,
        BELOW,
        PEOPLE_BELOW,
        created("注册时间"),
    ],
    filters: &[BY_STATE, BY_TIME],
    search: Some(SEARCH),
    orders: ORDERS,
    row: "/accounts/departments/{id}",
    ops: &[
        ("详情", "/accounts/departments/{id}"),
        ("管理员", "/accounts/departments/{id}#administrators"),
    ],
    empty: "还没有您能查看的主管部门。教育局、卫生健康委员会等同级主管部门由管理全县的管理员在这里新增。",
};

/// 3.2
pub static EMPLOYER_LIST: List = List {
    key: "employers",
    title: "管理用人单位",
    href: "/accounts/employers",
    leaf: EMPLOYERS,
    from: FROM,
    alias: "o",
    only: "o.kind = 'employer'",
    columns: &[
        column("name", "单位名称", "o.name", Cell::Link),
        STATE,
        CODE,
        SUPERIOR,
        NATURE,
        INDUSTRY,
        ADMINISTRATORS,
        PEOPLE,
        created("登记时间"),
    ],
    filters: &[BY_SUPERIOR, BY_NATURE, BY_INDUSTRY, BY_STATE, BY_TIME],
    search: Some(SEARCH),
    orders: ORDERS,
    row: "/accounts/employers/{id}",
    ops: &[
        ("详情", "/accounts/employers/{id}"),
        ("管理员", "/accounts/employers/{id}#administrators"),
    ],
    empty: "还没有用人单位。请点“新增用人单位”登记第一个，登记时一并设定它的管理员。",
};

/// 3.3
pub static BASE_LIST: List = List {
    key: "bases",
    title: "管理继续教育基地",
    href: "/accounts/bases",
    leaf: BASES,
    from: FROM_BASES,
    alias: "o",
    only: "o.kind = 'base'",
    columns: &[
        column("name", "基地名称", "o.name", Cell::Link),
        BASE_STATE,
        column("valid_until", "有效期至", "coalesce(b.valid_until, '')", Cell::Day),
        column("report", "年度报告状态", "coalesce(y.report, '')", Cell::Tag(REPORTS)),
        SUPERIOR,
        column("level", "级别", "coalesce(b.level, '')", Cell::Labels(&BASE_LEVELS)),
        column("categories", "科目", "coalesce(b.categories, '')", Cell::Labels(&SUBJECTS)),
        column("fields", "培训领域", "coalesce(b.fields, '')", Cell::Labels(&TITLE_SERIES)),
        column("recognized_by", "认定机构", "coalesce(b.recognized_by, '')", Cell::Long),
        column("document", "认定文号", "coalesce(b.document_number, '')", Cell::Text),
        column("recognized_on", "认定日期", "coalesce(b.recognized_on, '')", Cell::Day),
        column("head", "负责人", "coalesce(b.head, '')", Cell::Text),
        PHONE,
        column("plans", "年度计划数", "coalesce(y.plans, 0)", Cell::Number),
        column("trainees", "年度培训人数", "coalesce(y.people, 0)", Cell::Number),
        created("登记时间"),
    ],
    filters: &[BY_SUPERIOR, BY_LEVEL, BY_CATEGORY, BY_STATE, BY_REPORT, BY_VALIDITY],
    search: Some(SEARCH),
    orders: ORDERS,
    row: "/accounts/bases/{id}",
    ops: &[("详情", "/accounts/bases/{id}"), ("管理员", "/accounts/bases/{id}#administrators")],
    empty: "还没有继续教育基地。请点“新增继续教育基地”登记第一个，登记时一并设定它的管理员。",
};
