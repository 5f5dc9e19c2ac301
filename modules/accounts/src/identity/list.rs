//! The bureau's list of corrections: whose number it was, what became of it.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search};
use kit::{Can, Clock, Db, Page, Result, Settings};
use rocket::{Route, State, get, routes};

use super::BASE;
use crate::permissions::{IDENTITY, ViewIdentity};

pub fn routes() -> Vec<Route> {
    routes![all]
}

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// Every correction; found by the former number as well.
pub static LIST: List = List {
    key: "identity-corrections",
    title: "身份证号更正",
    href: BASE,
    leaf: IDENTITY,
    from: "identity_correction c left join person p on p.id = c.person_id \
           left join organization o on o.id = c.organization_id",
    alias: "c",
    only: "",
    columns: &[
        column("name", "姓名", "p.name", Cell::Link),
        column(
            "old",
            "原号码",
            "substr(c.old_number, 1, 4) || '************' || substr(c.old_number, 17)",
            Cell::Text,
        ),
        column(
            "new",
            "更正为",
            "substr(c.new_number, 1, 4) || '************' || substr(c.new_number, 17)",
            Cell::Text,
        ),
        column("organization", "当时所在单位", "o.name", Cell::Long),
        column("reason", "更正原因", "c.reason", Cell::Long),
        column("by", "经办人", "c.by_name", Cell::Text),
        Column { key: "at", title: "更正时间", sql: "c.at", cell: Cell::Minute, order: "time" },
        column(
            "released",
            "原号码状态",
            "case when c.released_at = '' then 'held' else 'free' end",
            Cell::Tag(&[("held", "不再使用", "off"), ("free", "已放开", "info")]),
        ),
    ],
    filters: &[Filter { key: "at", label: "更正时间", kind: FilterKind::Times, sql: "c.at" }],
    search: Some(Search {
        label: "查找",
        placeholder: "姓名、姓名首字母、原号码或更正后的号码",
        phrase: "c.person_id in (select rowid from person_search where person_search match ?)",
        number: "c.id in (select x.id from json_each(json_array(?)) j \
                   join identity_correction x on x.old_number = j.value or x.new_number = j.value)",
        number_end: "",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "time", label: "更正时间", by: "c.at", descending: true }],
    row: "/accounts/identity-corrections/{id}",
    ops: &[("详情", "/accounts/identity-corrections/{id}")],
    empty: "没有身份证号更正。身份证号登记错了的，在“专技人员信息查询”中打开这个人，点“更正身份证号”。",
};

#[get("/identity-corrections")]
async fn all(
    user: Can<ViewIdentity>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra = Extra::default();
    if user.grant.may(super::permission()) {
        let people = ("查找要更正的人".to_owned(), "/queries/people".to_owned());
        extra.actions.push((people.0, people.1, "search".to_owned(), true));
    }
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &user.grant, clock, settings, extra).await
}
