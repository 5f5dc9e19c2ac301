//! 学时撤销记录: every reversing entry, the latest first.

use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, Search,
};
use kit::{Can, Clock, Db, Page, Result, Settings};
use rocket::{State, get};

use super::{REVOCATIONS, ViewRevocations};

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// Reversals of the caller's scope: of people who belong to it now.
pub static LIST: List = List {
    key: "revocations",
    title: "学时撤销记录",
    href: "/credit-hours/revocations",
    leaf: REVOCATIONS,
    from: "entry e left join revocation v on v.entry_id = e.reverses_id \
           left join person p on p.id = e.person_id \
           left join identity i on i.id = p.identity_id \
           left join organization o on o.id = e.organization_id \
           left join category c on c.id = e.category_id",
    alias: "e",
    only: "e.reverses_id is not null",
    columns: &[
        column("title", "学习项目", "e.title", Cell::LongLink),
        column("name", "姓名", "p.name", Cell::Text),
        column("id_card", "身份证号", MASKED_ID, Cell::Text),
        column("organization", "所在单位", "o.name", Cell::Long),
        column("year", "年度", "e.year", Cell::Text),
        column("category", "科目", "c.short", Cell::Text),
        column("hours", "学时", "-e.hours", Cell::Hours),
        column(
            "kind",
            "办理",
            "v.kind",
            Cell::Tag(&[("revoked", "撤销", "back"), ("corrected", "更正", "wait")]),
        ),
        column("reason", "原因", "e.reason", Cell::Long),
        column("by", "办理人", "v.by_name", Cell::Text),
        Column {
            key: "at",
            title: "办理时间",
            sql: "e.recorded_at",
            cell: Cell::Minute,
            order: "at",
        },
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Query(
                "select cast(year as text), year || ' 年' from ledger_year order by year desc",
            ),
            // the plus keeps the planner to the few reversals: a year's own index walks all entries
            sql: "+e.year = ?",
        },
        Filter { key: "at", label: "办理时间", kind: FilterKind::Times, sql: "e.recorded_at" },
    ],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、身份证号或其后四位",
        phrase: "e.person_id in (select rowid from person_search where person_search match ?)",
        number: "e.person_id = (select p2.id from person p2 join identity i2 on i2.id = p2.identity_id where i2.number = ?)",
        number_end: "e.person_id in (select p2.id from identity i2 join person p2 on p2.identity_id = i2.id where i2.reversed >= ? and i2.reversed < ?)",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "at", label: "办理时间", by: "e.recorded_at", descending: true }],
    row: "/credit-hours/entries/{id}",
    ops: &[("详情", "/credit-hours/entries/{id}")],
    empty: "没有撤销或更正过学时。要撤销的，请在“学时审批”已通过事项的详情、人员的学时记录或“继续教育信息查询”中打开那条学时。",
};

#[get("/revocations")]
pub async fn all(
    user: Can<ViewRevocations>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let extra = Extra::default();
    list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}
