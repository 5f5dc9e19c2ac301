//! 7.3 继续教育信息查询: the ledger, entry by entry.

use kit::dictionary::LEARNING_KINDS;
use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{Can, Clock, Db, Page, Result, Settings};
use rocket::{Route, State, get, routes};

use crate::{LEDGER_LEAF, ViewLedger};

pub fn routes() -> Vec<Route> {
    routes![all, one]
}

/// (stored, shown, tag) of `entry.source`.
const SOURCES: &[(&str, &str, &str)] = &[
    ("person", "个人申报", ""),
    ("employer", "单位申报", ""),
    ("base", "基地代申报", ""),
    ("online", "网络培训", ""),
    ("import", "导入", ""),
];

/// Whether an entry counts: a reversal and what it reverses do not; looked up for the shown rows.
const STANDING: &str = "case when e.reverses_id is not null then 'reversal' \
    else coalesce((select v.kind from revocation v where v.entry_id = e.id), \
    case when e.corrects_id is not null then 'correction' else '' end) end";
const STANDINGS: &[(&str, &str, &str)] = &[
    ("", "有效", ""),
    ("correction", "更正后", "pass"),
    ("revoked", "已撤销", "back"),
    ("corrected", "已更正", "back"),
    ("reversal", "冲销", "info"),
];

/// The entries of the caller's scope: of people who belong to it now.
pub const LEDGER: List = List {
    key: "ledger",
    title: "继续教育信息查询",
    href: "/queries/ledger",
    leaf: LEDGER_LEAF,
    // left joins: with statistics the planner would begin with the few organizations or categories
    from: "entry e left join person p on p.id = e.person_id
             left join identity i on i.id = p.identity_id
             left join organization o on o.id = e.organization_id
             left join category c on c.id = e.category_id",
    alias: "e",
    only: "",
    columns: &[
        column("year", "年度", "e.year", Cell::Text),
        column("name", "姓名", "p.name", Cell::Link),
        column("number", "身份证号", MASKED_ID, Cell::Text),
        column("organization", "所在单位", "o.name", Cell::Long),
        column("category", "科目", "c.short", Cell::Text),
        column("kind", "学习形式", "e.kind", Cell::Tag(KIND_LABELS)),
        column("title", "学习项目", "e.title", Cell::Long),
        column("hours", "学时", "e.hours", Cell::Hours),
        column("standing", "状态", STANDING, Cell::Tag(STANDINGS)),
        column("source", "来源", "e.source", Cell::Tag(SOURCES)),
        Column {
            key: "recorded",
            title: "认定时间",
            sql: "e.recorded_at",
            cell: Cell::Minute,
            order: "recorded",
        },
        column("recognised_by", "认定机构", "e.recognised_by", Cell::Long),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "with recursive y(year) as (select max(year) from entry union all
                   select (select max(year) from entry where year < y.year) from y where year is not null)
                 select cast(year as text), year || ' 年' from y where year is not null limit 30",
            ),
            sql: "e.year = ?",
        },
        Filter {
            key: "category",
            label: "科目",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort, id"),
            sql: "e.category_id = ?",
        },
        Filter {
            key: "source",
            label: "来源",
            kind: FilterKind::Choice(SOURCE_CHOICES),
            sql: "e.source = ?",
        },
        Filter {
            key: "recorded",
            label: "认定时间",
            kind: FilterKind::Times,
            sql: "e.recorded_at",
        },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "e.person_id in (select rowid from person_search where person_search match ?)",
        number: "e.person_id = (select p2.id from person p2 join identity i2 on i2.id = p2.identity_id where i2.number = ?)",
        number_end: "e.person_id in (select p2.id from identity i2 join person p2 on p2.identity_id = i2.id where i2.reversed >= ? and i2.reversed < ?)",
        phone: "e.person_id in (select id from person where phone <> '' and phone = ?)",
        code: "",
    }),
    orders: &[Order { key: "recorded", label: "认定时间", by: "e.recorded_at", descending: true },
        Order { key: "recorded-first", label: "认定时间", by: "e.recorded_at", descending: false }],
    row: "/queries/ledger/{id}",
    ops: &[("详情", "/queries/ledger/{id}")],
    empty: "没有符合条件的学时记录。请放宽查询条件。",
};

/// (stored, shown, no tag) of the kinds of learning.
const KIND_LABELS: &[(&str, &str, &str)] = &{
    let mut all = [("", "", ""); LEARNING_KINDS.len()];
    let mut n = 0;
    while n < all.len() {
        all[n] = (LEARNING_KINDS[n].code, LEARNING_KINDS[n].label, "");
        n += 1;
    }
    all
};

const SOURCE_CHOICES: &[(&str, &str)] = &[
    ("person", "个人申报"),
    ("employer", "单位申报"),
    ("base", "基地代申报"),
    ("online", "网络培训"),
    ("import", "导入"),
];

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// One entry, for whoever may read the ledger of its person's unit.
#[get("/ledger/<id>", rank = 2)]
async fn one(user: Can<ViewLedger>, id: i64, db: &State<Db>) -> Result<Page> {
    let mut db = db.read().await?;
    let from = [("查询统计", ""), ("继续教育信息查询", "/queries/ledger")];
    credit_hours::entry_page(&mut db, &user.user, &user.grant, id, &from, "/queries/ledger").await
}

#[get("/ledger")]
async fn all(
    user: Can<ViewLedger>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let extra = Extra::default();
    list::page(&LEDGER, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}
