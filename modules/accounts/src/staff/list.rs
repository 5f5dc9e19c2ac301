//! The list of 本单位人员.

use kit::dictionary::{Dictionary, EDUCATIONS, Entry, TITLE_LEVELS, TITLE_SERIES};
use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{
    Action, Can, Clock, Db, Grantable, Group, Kinds, Leaf, OrganizationKind, Page, Permission,
    Result, Settings,
};
use rocket::{Route, State, get, routes};

use super::BASE;
use crate::people::STATE_TAGS;
use crate::permissions::{EditStaff, ResetStaff, STAFF, ViewStaff};

pub fn routes() -> Vec<Route> {
    routes![all]
}

/// (stored, shown, no tag) of a dictionary.
const fn labels<const N: usize>(
    dictionary: &Dictionary,
) -> [(&'static str, &'static str, &'static str); N] {
    let mut all = [("", "", ""); N];
    let mut n = 0;
    while n < N {
        all[n] = (dictionary.entries[n].code, dictionary.entries[n].label, "");
        n += 1;
    }
    all
}

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

const EDUCATION: &[(&str, &str, &str)] = &labels::<{ EDUCATIONS.entries.len() }>(&EDUCATIONS);
const SERIES: &[(&str, &str, &str)] = &labels::<{ TITLE_SERIES.entries.len() }>(&TITLE_SERIES);
const LEVELS: &[(&str, &str, &str)] = &labels::<{ TITLE_LEVELS.entries.len() }>(&TITLE_LEVELS);
const LEVEL_CHOICES: &[(&str, &str)] =
    &choices::<{ TITLE_LEVELS.entries.len() }>(TITLE_LEVELS.entries);
const STATE_CHOICES: &[(&str, &str)] = &[
    ("serving", "在职"),
    ("rehired", "返聘"),
    ("retired", "退休"),
    ("left", "离职"),
    ("moved", "调出"),
    ("deceased", "去世"),
];
const ACCOUNTS: &[(&str, &str, &str)] =
    &[("initial", "未激活", "wait"), ("active", "已激活", "pass"), ("disabled", "停用", "off")];
const ACCOUNT_CHOICES: &[(&str, &str)] =
    &[("initial", "未激活"), ("active", "已激活"), ("disabled", "停用")];

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// The organization's own people. Their phones stand in full: it is their unit that asks.
pub static LIST: List = List {
    key: "staff",
    title: "本单位人员",
    href: BASE,
    leaf: STAFF,
    from: "person p left join identity i on i.id = p.identity_id \
           left join internal_department n on n.id = p.internal_department_id \
           left join account a on a.person_id = p.id",
    alias: "p",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("sex", "性别", "p.sex", Cell::Tag(&[("male", "男", ""), ("female", "女", "")])),
        column("internal_department", "内设部门", "coalesce(n.name, '')", Cell::Long),
        column("education", "学历", "p.education", Cell::Tag(EDUCATION)),
        column("series", "职称系列", "p.series", Cell::Tag(SERIES)),
        column("level", "等级", "p.level", Cell::Tag(LEVELS)),
        column("title", "职称名称", "p.title", Cell::Text),
        column("phone", "手机", "p.phone", Cell::Text),
        column("state", "状态", "p.state", Cell::Tag(STATE_TAGS)),
        column("account", "账号", "coalesce(a.state, '')", Cell::Tag(ACCOUNTS)),
    ],
    filters: &[
        Filter {
            key: "place",
            label: "内设部门",
            kind: FilterKind::Own(
                "select cast(d.id as text), coalesce(p.name || ' / ', '') || d.name \
                   from internal_department d left join internal_department p on p.id = d.parent_id \
                  where d.organization_id = ? and d.removed_at is null \
                  order by coalesce(p.sort, d.sort), coalesce(p.id, d.id), \
                        d.parent_id is not null, d.sort, d.id",
            ),
            sql: "p.internal_department_id = cast(? as integer)",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(STATE_CHOICES),
            sql: "p.state = ?",
        },
        Filter {
            key: "level",
            label: "等级",
            kind: FilterKind::Choice(LEVEL_CHOICES),
            sql: "p.level = ?",
        },
        Filter {
            key: "account",
            label: "账号",
            kind: FilterKind::Choice(ACCOUNT_CHOICES),
            sql: "a.state = ?",
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位、手机号",
        phrase: "p.id in (select rowid from person_search where person_search match ?)",
        number: "i.number = ?",
        number_end: "p.identity_id in (select id from identity where reversed >= ? and reversed < ?)",
        phone: "p.phone <> '' and p.phone = ?",
        code: "",
    }),
    orders: &[
        Order { key: "new", label: "登记先后", by: "p.id", descending: true },
        Order { key: "old", label: "登记先后", by: "p.id", descending: false },
    ],
    row: "/accounts/people/{id}",
    ops: &[("详情", "/accounts/people/{id}")],
    empty: "没有符合条件的人员。新来的人员请点“新增人员”逐个登记，人多时用“批量导入”。",
};

/// 未激活账户, whose screen stands in a module beside this one: named here to link to it.
const INACTIVE: Grantable = Grantable {
    leaf: Leaf { key: "import.inactive", title: "", group: Group::Import, kinds: Kinds::STAFFED },
    action: Action::View,
};

#[get("/people")]
async fn all(
    user: Can<ViewStaff>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra = Extra {
        crumbs: vec![(super::group(&user.grant).to_owned(), String::new())],
        note: user.grant.organization_name.clone(),
        ..Extra::default()
    };
    let batch = |title: &str, act: &str| {
        (title.to_owned(), format!("{BASE}/{act}"), "btn-plain".to_owned())
    };
    if user.user.may(EditStaff::grantable()) {
        extra.actions.push(("新增人员".to_owned(), format!("{BASE}/new"), "add".to_owned(), true));
        extra.batch.push(batch("放入内设部门", "place"));
        extra.batch.push(batch("登记状态", "mark"));
    }
    if user.user.may(ResetStaff::grantable()) {
        extra.batch.push(batch("重新开放初始密码", "reopen"));
        let title = "全部重新开放".to_owned();
        extra.actions.push((title, format!("{BASE}/reopen"), "key".to_owned(), false));
    }
    if user.user.may(INACTIVE) {
        // the bureau sees the whole county there
        let own = match user.grant.kind {
            OrganizationKind::Employer => "/import/inactive".to_owned(),
            _ => format!("/import/inactive?unit={}", user.organization()),
        };
        extra.actions.push(("未激活账户".to_owned(), own, "print".to_owned(), false));
    }
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let mut db = db.read().await?;
    list::page(&LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await
}
