//! 代申报: the base's own batches, and the classes that are still to be declared.

use kit::list::{self, Ask, Cell, Column, Extra, Filter, FilterKind, List, Order, Tab};
use kit::{Can, Clock, Db, Done, Form, Page, Permission, Result, Settings, day, trail};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::store;
use crate::leaves::{EditProxies, PROXIES, ViewProxies};
use crate::plans;

pub const BASE: &str = "/training/proxies";

pub fn routes() -> Vec<Route> {
    routes![page, classes, begin]
}

/// (stored, shown, class of its tag)
pub const STATES: &[(&str, &str, &str)] = &[
    ("draft", "草稿", "info"),
    ("pending", "待审核", "wait"),
    ("approved", "已通过", "pass"),
    ("rejected", "已驳回", "back"),
    ("withdrawn", "已撤回", "off"),
];

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

/// The base's batches, the newest first.
pub static LIST: List = List {
    key: "proxy-declarations-own",
    title: "代申报",
    href: BASE,
    leaf: PROXIES,
    from: "proxy_declaration d left join plan p on p.id = d.plan_id \
           left join category c on c.id = d.category",
    alias: "d",
    only: "",
    columns: &[
        column("title", "培训名称", "d.title", Cell::LongLink),
        column(
            "number",
            "批次号",
            "case d.number when '' then '（未提交）' else d.number end",
            Cell::Text,
        ),
        column("plan", "关联计划", "p.number", Cell::Text),
        column("category", "科目", "coalesce(c.short, '')", Cell::Text),
        column("year", "年度", "d.year", Cell::Text),
        column("hours", "学时/人", "d.hours", Cell::Hours),
        column("people", "人数", "d.people", Cell::Number),
        column("total", "总学时", "d.total", Cell::Hours),
        column(
            "supplement",
            "补报",
            "case d.supplement when 1 then '补报' else '' end",
            Cell::Text,
        ),
        column("submitted_at", "提交时间", "d.submitted_at", Cell::Minute),
        column("state", "状态", "d.state", Cell::Tag(STATES)),
        column(
            "entered",
            "计入人数",
            "case d.state when 'approved' then cast(d.entered as text) else '' end",
            Cell::Number,
        ),
    ],
    filters: &[
        Filter {
            key: "year",
            label: "年度",
            kind: FilterKind::Own(
                "select distinct cast(year as text), cast(year as text) from proxy_declaration \
                  where organization_id = ? order by 1 desc",
            ),
            sql: "d.year = ?",
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
            sql: "d.state = ?",
        },
    ],
    search: None,
    orders: &[Order { key: "new", label: "登记先后", by: "d.id", descending: true }],
    row: "/training/proxies/{id}",
    ops: &[("详情", "/training/proxies/{id}")],
    empty: "还没有代申报。培训班结业以后，点“新增代申报”，选择培训班提交名册；通过以后学员不用自己申报。",
};

/// The tabs of the base's pages: its batches, 外县学员移交.
pub fn tabs(open: &str) -> Vec<Tab> {
    let all = [("代申报", BASE), ("外县学员移交", super::handover::OWN)];
    all.map(|(title, href)| Tab {
        title: title.to_owned(),
        href: href.to_owned(),
        current: href == open,
    })
    .to_vec()
}

#[get("/proxies")]
async fn page(
    user: Can<ViewProxies>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let mut extra =
        Extra { note: user.grant.organization_name.clone(), tabs: tabs(BASE), ..Extra::default() };
    if user.grant.may(EditProxies::grantable()) {
        let new = format!("{BASE}/new");
        extra.actions.push(("新增代申报".to_owned(), new, "add".to_owned(), true));
    }
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let mut reader = db.read().await?;
    list::page(&LIST, &ask, &mut reader, &user.user, &grant, clock, settings, extra).await
}

/// A class that may be declared.
#[derive(Debug, Serialize, sqlx::FromRow)]
struct Class {
    id: i64,
    number: String,
    title: String,
    begins_on: String,
    ends_on: String,
    passed: i64,
    signed: i64,
    /// Batches approved already.
    approved: i64,
    /// An open batch, if there is one.
    open: Option<i64>,
    open_state: String,
}

/// Classes of the base that have ended, the latest first; those without any batch before others.
async fn ended(db: &mut SqliteConnection, base: kit::OrganizationId) -> Result<Vec<Class>> {
    Ok(sqlx::query_as(
        "select p.id, p.number, p.title, p.begins_on, p.ends_on, p.passed, p.signed,
                (select count(*) from proxy_declaration d
                  where d.plan_id = p.id and d.state = 'approved') as approved,
                o.id as open, coalesce(o.state, '') as open_state
           from plan p
           left join proxy_declaration o on o.plan_id = p.id and o.state <> 'approved'
          where p.organization_id = ? and p.stage in ('ended', 'declared')
          order by p.stage = 'declared', p.ends_on desc limit 200",
    )
    .bind(base)
    .fetch_all(db)
    .await?)
}

/// 选择培训班
#[get("/proxies/new")]
async fn classes(user: Can<EditProxies>, db: &State<Db>, clock: &State<Clock>) -> Result<Page> {
    let mut reader = db.read().await?;
    let classes = ended(&mut reader, user.organization()).await?;
    Ok(Page::new("training/proxy_classes.html")
        .with("classes", &classes)
        .with("today", &day::date_text(clock.today()))
        .with("base", BASE))
}

/// Begins a batch of a class with its own roster, or goes on with the open one.
#[post("/plans/<id>/proxy", data = "<_form>")]
async fn begin(
    user: Can<EditProxies>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let plan = plans::store::own(&mut tx, user.organization(), id).await?;
    let (proxy, new) = store::begin(&mut tx, &plan, user.user.account, clock).await?;
    let found = store::own(&mut tx, user.organization(), proxy).await?;
    if !new {
        let page = if found.editable() { "/edit" } else { "" };
        return Ok(Done::to(format!("{BASE}/{proxy}{page}")));
    }
    let rows = super::roster::of_class(&mut tx, &found, &plan).await?;
    let text = format!("开始代申报{}，名册 {rows} 人", plan.called());
    trail::write(&mut tx, &user.actor(), clock, "training.proxy.begin", &found.object(), &text)
        .await?;
    tx.commit().await?;
    let told = if found.supplement {
        "这个培训班已有通过的代申报，这一份是补报：只报漏报和没有计入的人员。".to_owned()
    } else {
        format!("已带出培训班名册 {rows} 人。上传附件后提交审核；名册不全的，可以上传名册文件。")
    };
    Ok(Done::to(format!("{BASE}/{proxy}/edit")).ok(told))
}
