//! The lists of 3.1 and 3.2.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search};
use kit::{Action, Clock, Page, Result, Settings};

use super::{Asking, Unit};
use crate::permissions::{DEPARTMENTS, EMPLOYERS};

const STATES: &[(&str, &str, &str)] = &[("active", "启用", "pass"), ("disabled", "停用", "off")];
const STATE_CHOICES: &[(&str, &str)] = &[("active", "启用"), ("disabled", "停用")];
const NATURES: &[(&str, &str, &str)] = &[
    ("agency", "机关", ""),
    ("institution", "事业单位", ""),
    ("state-enterprise", "国有企业", ""),
    ("private-enterprise", "民营企业", ""),
    ("foreign-enterprise", "外资企业", ""),
    ("social-organization", "社会组织", ""),
    ("other", "其他", ""),
];
const NATURE_CHOICES: &[(&str, &str)] = &[
    ("agency", "机关"),
    ("institution", "事业单位"),
    ("state-enterprise", "国有企业"),
    ("private-enterprise", "民营企业"),
    ("foreign-enterprise", "外资企业"),
    ("social-organization", "社会组织"),
    ("other", "其他"),
];

const FROM: &str = "organization_listed o \
    left join organization s on s.id = o.parent_id \
    left join organization_profile f on f.organization_id = o.id";

const NAME: Column =
    Column { key: "name", title: "单位名称", sql: "o.name", cell: Cell::Link, order: "" };
const CODE: Column = Column {
    key: "credit_code",
    title: "统一社会信用代码",
    sql: "coalesce(o.credit_code, '')",
    cell: Cell::Text,
    order: "",
};
const SUPERIOR: Column = Column {
    key: "superior",
    title: "上级单位",
    sql: "coalesce(s.name, '')",
    cell: Cell::Long,
    order: "",
};
const NATURE: Column = Column {
    key: "nature",
    title: "单位性质",
    sql: "coalesce(f.nature, '')",
    cell: Cell::Tag(NATURES),
    order: "",
};
const CONTACT: Column = Column {
    key: "contact",
    title: "联系人",
    sql: "coalesce(f.contact, '')",
    cell: Cell::Text,
    order: "",
};
const PHONE: Column = Column {
    key: "phone",
    title: "联系电话",
    sql: "coalesce(f.phone, '')",
    cell: Cell::Text,
    order: "",
};
const ADMINISTRATORS: Column = Column {
    key: "administrators",
    title: "管理员",
    sql: "coalesce((select group_concat(a.name, '、') from grant g \
          join account a on a.id = g.account_id \
          where g.organization_id = o.id and g.state = 'active'), '')",
    cell: Cell::Long,
    order: "",
};
const EMPLOYED: Column = Column {
    key: "employers",
    title: "下属单位数",
    sql: "(select count(*) from organization e \
          where e.kind = 'employer' and e.department_id = o.id)",
    cell: Cell::Number,
    order: "",
};
const PEOPLE: Column = Column {
    key: "people",
    title: "专技人员数",
    sql: "(select count(*) from person p where p.organization_id = o.id)",
    cell: Cell::Number,
    order: "",
};
const STATE: Column =
    Column { key: "state", title: "状态", sql: "o.state", cell: Cell::Tag(STATES), order: "" };
const CREATED: Column = Column {
    key: "created",
    title: "登记时间",
    sql: "o.created_at",
    cell: Cell::Minute,
    order: "created",
};

const BY_STATE: Filter = Filter {
    key: "state",
    label: "状态",
    kind: FilterKind::Choice(STATE_CHOICES),
    sql: "o.state = ?",
};
const BY_NATURE: Filter = Filter {
    key: "nature",
    label: "单位性质",
    kind: FilterKind::Choice(NATURE_CHOICES),
    sql: "f.nature = ?",
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

const SEARCH: Search = Search {
    label: "名称或信用代码",
    placeholder: "单位名称、拼音首字母或 18 位信用代码",
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

/// 3.2
pub static EMPLOYER_LIST: List = List {
    key: "employers",
    title: "管理用人单位",
    href: "/accounts/employers",
    leaf: EMPLOYERS,
    from: FROM,
    alias: "o",
    only: "o.kind = 'employer'",
    columns: &[NAME, CODE, SUPERIOR, NATURE, ADMINISTRATORS, PEOPLE, STATE, CREATED],
    filters: &[BY_SUPERIOR, BY_NATURE, BY_STATE, BY_TIME],
    search: Some(SEARCH),
    orders: ORDERS,
    row: "/accounts/employers/{id}",
    ops: &[("详情", "/accounts/employers/{id}")],
    empty: "还没有用人单位。请点“新增用人单位”登记第一个，登记时一并设定它的管理员。",
};

/// 3.1
pub static DEPARTMENT_LIST: List = List {
    key: "departments",
    title: "管理主管部门",
    href: "/accounts/departments",
    leaf: DEPARTMENTS,
    from: FROM,
    alias: "o",
    only: "o.kind = 'department'",
    columns: &[NAME, CODE, CONTACT, PHONE, ADMINISTRATORS, EMPLOYED, PEOPLE, STATE, CREATED],
    filters: &[BY_STATE, BY_TIME],
    search: Some(SEARCH),
    orders: ORDERS,
    row: "/accounts/departments/{id}",
    ops: &[("详情", "/accounts/departments/{id}")],
    empty: "还没有主管部门。请点“新增主管部门”登记教育局、卫生健康委员会等同级主管部门。",
};

/// The list page.
pub async fn page(
    unit: &'static Unit,
    asking: Asking<'_>,
    ask: &Ask,
    clock: &Clock,
    settings: &Settings,
) -> Result<Page> {
    let mut extra = Extra::default();
    if asking.may(unit, Action::Edit) {
        let title = format!("新增{}", unit.noun);
        extra.actions.push((title, format!("{}/new", unit.base), "add".to_owned(), true));
    }
    let mut db = asking.db.read().await?;
    list::page(unit.list, ask, &mut db, asking.user, asking.grant, clock, settings, extra).await
}
