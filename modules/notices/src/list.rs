//! The bureau's list of its notices.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Search};
use kit::{Can, Clock, Db, Page, Permission, Result, Settings};
use rocket::{State, get};

use crate::{EditNotices, NOTICES, ViewNotices};

/// (stored, shown, class of its tag)
pub const STATES: &[(&str, &str, &str)] =
    &[("draft", "草稿", "info"), ("published", "已发布", "pass"), ("withdrawn", "已撤下", "off")];

/// Drafts by their last change, the others by their publication, the newest first.
pub static LIST: List = List {
    key: "notices",
    title: "通知公告",
    href: "/notices/manage",
    leaf: NOTICES,
    from: "notice n",
    alias: "n",
    only: "",
    columns: &[
        Column { key: "name", title: "标题", sql: "n.title", cell: Cell::LongLink, order: "" },
        Column {
            key: "state", title: "状态", sql: "n.state", cell: Cell::Tag(STATES), order: ""
        },
        Column {
            key: "pinned",
            title: "置顶",
            sql: "n.pinned",
            cell: Cell::Tag(&[("1", "置顶", "wait"), ("0", "", "")]),
            order: "",
        },
        Column {
            key: "published",
            title: "发布时间",
            sql: "n.published_at",
            cell: Cell::Minute,
            order: "time",
        },
        Column {
            key: "publisher",
            title: "发布人",
            sql: "n.published_by",
            cell: Cell::Text,
            order: "",
        },
        Column {
            key: "updated",
            title: "最近修改",
            sql: "n.updated_at",
            cell: Cell::Minute,
            order: "",
        },
    ],
    filters: &[
        Filter {
            key: "state",
            label: "状态",
            kind: FilterKind::Choice(&[
                ("draft", "草稿"),
                ("published", "已发布"),
                ("withdrawn", "已撤下"),
            ]),
            sql: "n.state = ?",
        },
        Filter {
            key: "published",
            label: "发布时间",
            kind: FilterKind::Times,
            sql: "n.published_at",
        },
    ],
    search: Some(Search {
        label: "标题",
        placeholder: "标题中的字词或拼音首字母",
        phrase: "n.id in (select rowid from notice_search where notice_search match ?)",
        number: "",
        number_end: "",
        phone: "",
        code: "",
    }),
    orders: &[Order { key: "time", label: "时间", by: "n.listed_at", descending: true }],
    row: "/notices/manage/{id}",
    ops: &[("详情", "/notices/manage/{id}")],
    empty: "还没有通知公告。点“新增公告”写第一条，发布后会出现在系统首页。",
};

/// Acts on a row, of those who may edit.
const EDITOR: &[(&str, &str)] =
    &[("详情", "/notices/manage/{id}"), ("编辑", "/notices/manage/{id}/edit")];

#[get("/manage")]
pub async fn page(
    user: Can<ViewNotices>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra = Extra::default();
    if user.grant.may(EditNotices::grantable()) {
        let new = "/notices/manage/new".to_owned();
        extra.actions.push(("新增公告".to_owned(), new, "add".to_owned(), true));
        extra.ops = Some(EDITOR);
    }
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &user.grant, clock, settings, extra).await
}
