//! 单位申报记录: the unit's own declarations.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search};
use kit::{Can, Clock, Db, Page, Permission, Result, Settings};
use rocket::{State, get};

use super::BASE;
use crate::leaves::{EditStaff, STAFF, ViewStaff};

/// (stored, shown, class of its tag)
pub const STATES: &[(&str, &str, &str)] = &[
    ("draft", "草稿", "info"),
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

/// From day to day; one day once.
pub const DATES: &str =
    "s.started_on || case when s.ended_on <> s.started_on then ' 至 ' || s.ended_on else '' end";

const fn column(
    key: &'static str,
    title: &'static str,
    sql: &'static str,
    cell: Cell,
    order: &'static str,
) -> Column {
    Column { key, title, sql, cell, order }
}

/// The unit's declarations, the newest first.
pub static LIST: List = List {
    key: "staff-declarations-own",
    title: "单位申报记录",
    href: BASE,
    leaf: STAFF,
    from: "staff_declaration s left join category c on c.id = s.category_id \
           left join organization d on d.id = s.desk_id",
    alias: "s",
    only: "",
    columns: &[
        column(
            "title",
            "学习项目",
            "case s.title when '' then '（还没有填名称）' else s.title end",
            Cell::LongLink,
            "",
        ),
        column("number", "申报编号", "s.number", Cell::Text, ""),
        column("state", "状态", "s.state", Cell::Tag(STATES), ""),
        column("year", "年度", "s.year", Cell::Text, ""),
        column("category", "科目", "coalesce(c.short, '')", Cell::Text, ""),
        column("dates", "起止时间", DATES, Cell::Long, "ended"),
        column("hours", "每人学时", "s.hours", Cell::Hours, ""),
        column("people", "人数", "s.people", Cell::Number, ""),
        column("entered", "记入人数", "s.entered", Cell::Number, ""),
        column("left_out", "未记入", "s.left_out", Cell::Number, ""),
        column("desk", "正在审核", "coalesce(d.name, '')", Cell::Long, ""),
        column("submitted_at", "提交时间", "s.submitted_at", Cell::Minute, ""),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Own(
                "select distinct cast(year as text), cast(year as text) from staff_declaration \
                  where organization_id = ? order by 1 desc",
            ),
            sql: "s.year = ?",
        },
        Filter {
            key: "category",
            label: "科目类别",
            kind: FilterKind::Query("select cast(id as text), name from category order by sort"),
            sql: "s.category_id = ?",
        },
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("draft", "草稿"),
                ("pending", "待审核"),
                ("approved", "已通过"),
                ("rejected", "已驳回"),
                ("withdrawn", "已撤回"),
            ]),
            sql: "s.state = ?",
        },
        Filter { key: "ended", label: "结束日期", kind: FilterKind::Days, sql: "s.ended_on" },
    ],
    search: Some(Search {
        label: "学习项目或申报编号",
        placeholder: "名称中的字词或拼音首字母、申报编号",
        phrase: "s.id in (select rowid from staff_search where staff_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "s.id in (select n.id from staff_declaration n where n.number <> '' and n.number = ?)",
    }),
    orders: &[
        Order { key: "new", label: "登记先后", by: "s.id", descending: true },
        Order { key: "ended", label: "结束日期", by: "s.ended_on", descending: true },
    ],
    row: "/credit-hours/staff/{id}",
    ops: &[("详情", "/credit-hours/staff/{id}")],
    empty: "还没有单位申报。本单位人员一起参加的培训、讲座等，点“新增单位申报”，填写一次，再选名单，人员不用各自申报。",
};

#[get("/staff")]
pub async fn page(
    user: Can<ViewStaff>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra = Extra { note: user.grant.organization_name.clone(), ..Extra::default() };
    if user.grant.may(EditStaff::grantable()) {
        let new = format!("{BASE}/new");
        extra.actions.push(("新增单位申报".to_owned(), new, "add".to_owned(), true));
    }
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &grant, clock, settings, extra).await
}
