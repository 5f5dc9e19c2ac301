//! 导入记录: the uploads of this unit and of those below it, newest first.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, Fixed, List, Order, Tab};
use kit::{Can, Clock, Db, OrganizationKind, Page, Result, Scope, Settings};
use rocket::{Route, State, get, routes};

use crate::{PEOPLE, ViewImports};

pub fn routes() -> Vec<Route> {
    routes![records]
}

/// (stored, shown, tag); an undone one is told apart from its state.
pub const STATES: &[(&str, &str, &str)] = &[
    ("imported", "已导入", "pass"),
    ("undone", "已撤销", "back"),
    ("checked", "待导入", "wait"),
    ("checking", "核对中", "info"),
    ("cancelled", "已取消", "off"),
    ("failed", "不能导入", "back"),
];

/// `STATES` of a row `i`.
macro_rules! state {
    () => {
        "case when i.undone_at <> '' then 'undone' else i.state end"
    };
}

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

const fn choice(
    key: &'static str,
    label: &'static str,
    of: &'static [(&'static str, &'static str)],
    sql: &'static str,
) -> Filter {
    Filter { key, label, kind: FilterKind::Choice(of), sql }
}

/// 导入记录 of people; former hours and organizations have lists of their own.
pub static LIST: List = List {
    key: "imports",
    title: "导入记录",
    href: "/import/records",
    leaf: PEOPLE,
    from: "import i left join organization o on o.id = i.organization_id",
    alias: "i",
    only: "i.kind = 'people'",
    columns: &[
        column("created_at", "上传时间", "i.created_at", Cell::Minute),
        column("file", "文件", "i.file_name", Cell::LongLink),
        column("organization", "导入单位", "o.name", Cell::Long),
        column("by", "上传人", "i.by_name", Cell::Text),
        column("state", "结果", state!(), Cell::Tag(STATES)),
        column("rows", "文件行数", "i.rows", Cell::Number),
        column("imported", "新增", "i.imported", Cell::Number),
        column("updated", "修改", "i.updated", Cell::Number),
        column("requested", "提交申请", "i.requested", Cell::Number),
        column("skipped", "跳过", "i.skipped", Cell::Number),
        column("failing", "未导入", "i.failing", Cell::Number),
    ],
    filters: &[
        choice(
            "state",
            "结果",
            &[
                ("imported", "已导入"),
                ("undone", "已撤销"),
                ("checked", "待导入"),
                ("checking", "核对中"),
                ("cancelled", "已取消"),
                ("failed", "不能导入"),
            ],
            concat!(state!(), " = ?"),
        ),
        Filter { key: "at", label: "上传日期", kind: FilterKind::Times, sql: "i.created_at" },
    ],
    search: None,
    orders: &[Order { key: "at", label: "上传时间", by: "i.created_at", descending: true }],
    row: "/import/records/{id}",
    ops: &[("查看", "/import/records/{id}")],
    empty: "没有导入记录。下载导入模板，填好后在“批量导入”中上传；设了查询条件的，请放宽条件。",
};

/// The tab of what units below have imported.
const BELOW: &str = "below";

#[get("/records?<tab>")]
async fn records(
    user: Can<ViewImports>,
    tab: Option<&str>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let superior = superior(user.grant.kind, user.scope());
    let below = superior && tab == Some(BELOW);
    let one = |title: &str, href: &str, current| Tab {
        title: title.to_owned(),
        href: href.to_owned(),
        current,
    };
    let own = user.organization().0;
    let extra = Extra {
        fixed: vec![
            if below {
                Fixed { sql: "i.organization_id <> ?", values: vec![own] }
            } else {
                Fixed { sql: "i.organization_id = ?", values: vec![own] }
            },
            // what went to units below is for whose right covers these
            Fixed { sql: "i.below <= ?", values: vec![i64::from(crate::below::sees(&user.grant))] },
        ],
        tabs: if superior {
            vec![
                one("本单位", "/import/records", !below),
                one("所属单位", "/import/records?tab=below", below),
            ]
        } else {
            vec![]
        },
        hide: if below { &[] } else { &["organization"] },
        crumbs: vec![("批量导入".to_owned(), "/import".to_owned())],
        ..Extra::default()
    };
    let mut db = db.read().await?;
    list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}

/// Whether the right's scope holds units below its own.
fn superior(kind: OrganizationKind, scope: Scope) -> bool {
    matches!(kind, OrganizationKind::Bureau | OrganizationKind::Department)
        && !matches!(scope, Scope::Organization(_))
}
