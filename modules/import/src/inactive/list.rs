//! The list of 未激活账户: people of the caller's scope, soonest end first.

use kit::access::Grant;
use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search, Tab,
};
use kit::{
    Action, Can, Clock, Db, Download, Grantable, Group, Kinds, Leaf, Page, Permission, Result,
    Scope, Settings,
};
use rocket::{Route, State, get, routes};
use sqlx::SqliteConnection;

use super::chosen::{BANDS, Chosen};
use super::{BASE, ExportInactive, INACTIVE, PrintSlips, ReopenInactive, ViewInactive, reach};

pub fn routes() -> Vec<Route> {
    routes![all, export]
}

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// (stored, shown, no tag) of `initial_account.origin`.
const ORIGINS: &[(&str, &str, &str)] = &[
    ("import", "导入", ""),
    ("registration", "注册", ""),
    ("form", "录入", ""),
    ("demo", "示例", ""),
    ("reset", "重置", ""),
];
const ORIGIN_CHOICES: &[(&str, &str)] =
    &[("import", "导入"), ("registration", "注册"), ("form", "录入"), ("reset", "重置")];

/// One row a person whose initial password is his only one.
pub static LIST: List = List {
    key: "inactive",
    title: "未激活账户",
    href: BASE,
    leaf: INACTIVE,
    // left joins: with statistics the planner would begin with the few organizations
    from: "initial_account x left join person p on p.id = x.id \
           left join identity i on i.id = p.identity_id \
           left join organization o on o.id = x.organization_id \
           left join organization d on d.id = x.department_id \
           left join internal_department n on n.id = x.internal_department_id \
           left join account a on a.person_id = x.id \
           left join import m on m.id = p.import_id",
    alias: "x",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Text),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("organization", "单位", "o.name", Cell::Long),
        column("department", "主管部门", "coalesce(d.name, '')", Cell::Long),
        column("place", "内设部门", "coalesce(n.name, '')", Cell::Long),
        column("origin", "来源", "x.origin", Cell::Tag(ORIGINS)),
        column("since", "开通时间", "x.since", Cell::Minute),
        column("until", "初始密码有效期至", "coalesce(a.initial_until, '')", Cell::Minute),
        Column {
            key: "left",
            title: "剩余天数",
            sql: "coalesce(a.initial_until, '')",
            cell: Cell::Left,
            order: "until",
        },
        column("import", "最近一次导入", "coalesce(m.file_name, '')", Cell::Long),
    ],
    filters: &[
        Filter {
            key: "department",
            label: "主管部门",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'department' order by name",
            ),
            sql: "x.department_id = ?",
        },
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
            sql: "x.internal_department_id = cast(? as integer)",
        },
        Filter {
            key: "origin",
            label: "来源",
            kind: FilterKind::Choice(ORIGIN_CHOICES),
            sql: "x.origin = ?",
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "x.id in (select rowid from person_search where person_search match ?)",
        number: "x.id = (select s.id from identity i join person s on s.identity_id = i.id where i.number = ?)",
        number_end: "x.id in (select s.id from identity i join person s on s.identity_id = i.id where i.reversed >= ? and i.reversed < ?)",
        phone: "",
        code: "",
    }),
    orders: &[Order {
        key: "until", label: "初始密码有效期", by: "x.until", descending: false
    }],
    row: "",
    ops: &[],
    empty: "没有未激活的账户：人员都已登录并设置了自己的密码。新来的人员请用“批量导入”。",
};

const PRINT_OP: (&str, &str) = ("登录条", "/import/inactive/slips?ids={id}");
const REOPEN_OP: (&str, &str) = ("重新开放", "/import/inactive/{id}/reopen");
const STAFF_OP: (&str, &str) = ("详情", "/accounts/people/{id}");

/// 本单位人员, whose screen stands in a module beside this one: named here to link to it.
const STAFF: Grantable = Grantable {
    leaf: Leaf {
        key: "accounts.people",
        title: "",
        group: Group::Profile,
        kinds: Kinds::ALL.own_unit(),
    },
    action: Action::View,
};

/// The acts on a row: all that is allowed for every row shown, nothing else.
fn ops(print: bool, reopen: bool, own: bool) -> &'static [(&'static str, &'static str)] {
    match (print, reopen, own) {
        (true, true, true) => &[PRINT_OP, REOPEN_OP, STAFF_OP],
        (true, true, false) => &[PRINT_OP, REOPEN_OP],
        (true, false, true) => &[PRINT_OP, STAFF_OP],
        (true, false, false) => &[PRINT_OP],
        (false, true, true) => &[REOPEN_OP, STAFF_OP],
        (false, true, false) => &[REOPEN_OP],
        (false, false, true) => &[STAFF_OP],
        (false, false, false) => &[],
    }
}

/// Columns and filters that say nothing here.
fn hidden(grant: &Grant, chosen: &Chosen) -> &'static [&'static str] {
    match (grant.scope, &chosen.unit) {
        (Scope::Organization(_), _) => &["organization", "department"],
        (_, Some(_)) => &["organization", "department", "place"],
        (Scope::County, None) => &["place"],
        (Scope::Department(_), None) => &["department", "place"],
    }
}

/// Whether all rows shown may be opened anew by the caller.
async fn reopens(
    db: &mut SqliteConnection,
    user: &Can<ViewInactive>,
    chosen: &Chosen,
    clock: &Clock,
) -> Result<bool> {
    if !user.user.may(ReopenInactive::grantable()) {
        return Ok(false);
    }
    match &chosen.unit {
        Some(unit) => reach::may(db, &user.grant, unit.id, clock).await,
        None => reach::everywhere(db, &user.grant).await,
    }
}

#[get("/inactive")]
async fn all(
    user: Can<ViewInactive>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let chosen = Chosen::read(&mut db, &ask, &user.grant).await?;
    let (count, expired, soon) = chosen.count(&mut db, user.scope(), clock).await?;
    let print = user.user.may(PrintSlips::grantable());
    let reopen = reopens(&mut db, &user, &chosen, clock).await?;
    let one_unit = chosen.unit.as_ref().map(|unit| unit.id);
    let own = one_unit.or(user.scope().values().1) == Some(user.organization());
    let mut extra = Extra {
        fixed: chosen.fixed(clock),
        tabs: bands(&chosen, expired, soon),
        hide: hidden(&user.grant, &chosen),
        ops: Some(ops(print, reopen, own && user.user.may(STAFF))),
        export: Some(format!("{BASE}/export")),
        template: Some("import/inactive.html"),
        note: note(&chosen, count, expired),
        ..Extra::default()
    };
    acts(&mut extra, &chosen, print, reopen, count, one_unit.is_some() || own);
    let superior = !matches!(user.scope(), Scope::Organization(_));
    let page = list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra);
    Ok(page
        .await?
        .with("places", &crate::tabs(&user.user, BASE))
        .with("superior", &superior)
        .with("reopens", &reopen)
        .with("may_reopen", &user.user.may(ReopenInactive::grantable()))
        .with("unit", &chosen.unit.as_ref().map(|unit| unit.name.clone()).unwrap_or_default())
        .with("file", &chosen.file)
        .with("without", &BASE))
}

/// Buttons of the head and acts on the ticked.
fn acts(extra: &mut Extra, chosen: &Chosen, print: bool, reopen: bool, count: i64, unit: bool) {
    let batch = |title: &str, act: &str, class: &str| {
        (title.to_owned(), format!("{BASE}/{act}"), class.to_owned())
    };
    let action = |title: &str, path: &str, icon: &str| {
        let to = chosen.address(&format!("{BASE}/{path}"), chosen.band);
        (title.to_owned(), to, icon.to_owned(), false)
    };
    if print {
        extra.batch.push(batch("打印登录条", "slips", "btn-primary"));
        if count > 0 && (unit || chosen.import.is_some()) {
            extra.actions.push(action("打印全部登录条", "slips", "print"));
        }
    }
    if reopen {
        extra.batch.push(batch("重新开放", "reopen", "btn-plain"));
        if count > 0 && unit && chosen.import.is_none() {
            extra.actions.push(action("全部重新开放", "reopen", "key"));
        }
    }
}

fn note(chosen: &Chosen, count: i64, expired: i64) -> String {
    let unit = chosen.unit.as_ref().map(|unit| format!("{}：", unit.name)).unwrap_or_default();
    match (count, expired) {
        (0, _) => unit.trim_end_matches('：').to_owned(),
        (_, 0) => format!("{unit}{count} 人还没有登录过"),
        _ => format!("{unit}{count} 人还没有登录过，其中 {expired} 人的初始密码已过期"),
    }
}

fn bands(chosen: &Chosen, expired: i64, soon: i64) -> Vec<Tab> {
    let shown = BANDS.iter().map(|(key, title)| Tab {
        title: match (*key, expired, soon) {
            ("expired", 1.., _) => format!("{title}（{expired}）"),
            ("week", _, 1..) => format!("{title}（{soon}）"),
            _ => (*title).to_owned(),
        },
        href: chosen.address(BASE, key),
        current: *key == chosen.band,
    });
    shown.collect()
}

#[get("/inactive/export")]
async fn export(
    user: Can<ExportInactive>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    let chosen = Chosen::read(&mut *db.read().await?, &ask, &user.grant).await?;
    let extra = Extra {
        fixed: chosen.fixed(clock),
        hide: hidden(&user.grant, &chosen),
        ..Extra::default()
    };
    list::export(&LIST, &ask, db, &user.user, &user.grant, clock, settings, extra).await
}
