//! 外县学员移交: trainees of other counties, kept when their batch was approved; listed for the
//! bureau and for their base, exported, marked when they were handed over.

use kit::list::{
    self, Ask, Cell, Column, Extra, Filter, FilterKind, List, MASKED_ID, Order, file_name,
};
use kit::review::{self, Side};
use kit::xlsx::{self, Book, Value};
use kit::{
    Answer, Can, Clock, Db, Done, Download, Error, Form, Hours, Modules, Page, Permission, Result,
    Scope, Settings, day, trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::content::Content;
use super::list::tabs;
use super::subject::ProxyDeclarations;
use crate::leaves::{
    ExportHandovers, ExportProxies, PROXIES, PROXY_REVIEWS, ReviewProxies, ViewProxies,
    ViewProxyReviews,
};

/// The desk's list, and the base's.
pub const DESK: &str = "/training/handovers";
pub const OWN: &str = "/training/proxies/handovers";

pub fn routes() -> Vec<Route> {
    routes![all, full, mark, own, export_own]
}

/// Keeps an approved batch's rows of nobody here for handing over.
pub async fn keep(
    tx: &mut SqliteConnection,
    content: &Content,
    number: &str,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "insert into handover (row_id, plan_id, organization_id, department_id, identity_id, number,
           year, recorded_at)
         select r.id, ?2, d.organization_id, d.department_id, r.identity_id, ?3, r.year, ?4
           from proxy_declaration d
           join roster_row r on r.subject = 'proxy' and r.parent_id = d.id and r.state = 'abroad'
          where d.id = ?1 order by r.number",
    )
    .bind(content.proxy)
    .bind(content.plan)
    .bind(number)
    .bind(clock.stamp())
    .execute(tx)
    .await?;
    Ok(())
}

const HANDED: &[(&str, &str, &str)] = &[("no", "未移交", "wait"), ("yes", "已移交", "pass")];
const FROM: &str = "handover h left join roster_row r on r.id = h.row_id \
    left join identity i on i.id = h.identity_id \
    left join organization o on o.id = h.organization_id \
    left join category c on c.id = r.category_id";
const DATES: &str = "r.started_on || case when r.ended_on = r.started_on then '' \
    else ' 至 ' || r.ended_on end";

const fn column(key: &'static str, title: &'static str, sql: &'static str, cell: Cell) -> Column {
    Column { key, title, sql, cell, order: "" }
}

const NAME: Column = column("name", "姓名", "r.name", Cell::Text);
const NUMBER: Column = column("id_card", "身份证号", MASKED_ID, Cell::Text);
const UNIT: Column = column("unit", "单位", "r.unit", Cell::Long);
const BY: Column = column("base", "基地", "o.name", Cell::Long);
const TITLE: Column = column("title", "培训名称", "r.title", Cell::Long);
const SPAN: Column = column("dates", "起止日期", DATES, Cell::Text);
const CATEGORY: Column = column("category", "科目", "coalesce(c.short, '')", Cell::Text);
const HOURS: Column = column("hours", "学时", "r.hours", Cell::Hours);
const CERTIFICATE: Column = column("certificate", "证书编号", "r.certificate_number", Cell::Text);
const BATCH: Column = column("batch", "批次号", "h.number", Cell::Text);
const STATE: Column =
    column("state", "状态", "case h.handed_on when '' then 'no' else 'yes' end", Cell::Tag(HANDED));
const ON: Column = column("handed_on", "移交日期", "h.handed_on", Cell::Day);
const TO: Column = column("handed_to", "接收单位", "h.handed_to", Cell::Long);

const YEAR_FILTER: Filter = Filter {
    key: "year",
    label: "年度",
    kind: FilterKind::Query(
        "select distinct cast(year as text), year || ' 年' from handover order by 1 desc",
    ),
    sql: "h.year = cast(? as integer)",
};
const STATE_FILTER: Filter = Filter {
    key: "state",
    label: "状态",
    kind: FilterKind::Choice(&[("0", "未移交"), ("1", "已移交")]),
    sql: "(h.handed_on <> '') = cast(? as integer)",
};
const ORDERS: &[Order] =
    &[Order { key: "recorded", label: "登记先后", by: "h.recorded_at", descending: true }];

/// 外县学员移交, as the bureau and the base's department see it.
pub static LIST: List = List {
    key: "handovers",
    title: "外县学员移交",
    href: DESK,
    leaf: PROXY_REVIEWS,
    from: FROM,
    alias: "h",
    only: "",
    columns: &[
        NAME,
        NUMBER,
        UNIT,
        BY,
        TITLE,
        SPAN,
        CATEGORY,
        HOURS,
        CERTIFICATE,
        BATCH,
        STATE,
        ON,
        TO,
    ],
    filters: &[
        Filter {
            key: "base",
            label: "基地",
            kind: FilterKind::Query(
                "select cast(id as text), name from organization where kind = 'base' order by name",
            ),
            sql: "h.organization_id = cast(? as integer)",
        },
        YEAR_FILTER,
        STATE_FILTER,
    ],
    search: None,
    orders: ORDERS,
    row: "",
    ops: &[],
    empty: "没有外县学员。代申报通过时，名册中不是本县的学员会列在这里，移交给他们所在的县。",
};

/// The same, of the base itself.
pub static OWN_LIST: List = List {
    key: "handovers-own",
    title: "外县学员移交",
    href: OWN,
    leaf: PROXIES,
    from: FROM,
    alias: "h",
    only: "",
    columns: &[NAME, NUMBER, UNIT, STATE, ON, TO, HOURS, TITLE, SPAN, CATEGORY, CERTIFICATE, BATCH],
    filters: &[YEAR_FILTER, STATE_FILTER],
    search: None,
    orders: ORDERS,
    row: "",
    ops: &[],
    empty: "没有外县学员。代申报通过时，名册中不是本县的学员会列在这里，由人社局移交。",
};

#[get("/handovers")]
async fn all(
    user: Can<ViewProxyReviews>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let key = <ProxyDeclarations as review::Subject>::KEY;
    let subject = modules.subject(key).ok_or(Error::NotFound)?;
    let mut extra = Extra {
        tabs: review::tabs(&mut db, subject, &user.grant, Side::More(DESK)).await?,
        crumbs: vec![
            (PROXY_REVIEWS.group.title().to_owned(), String::new()),
            (PROXY_REVIEWS.title.to_owned(), format!("/desk/{key}")),
        ],
        ..Extra::default()
    };
    if user.grant.may(ExportHandovers::grantable()) {
        let title = "导出移交名单（完整身份证号）".to_owned();
        extra.actions.push((title, format!("{DESK}/export"), "download".to_owned(), false));
    }
    if user.grant.may(ReviewProxies::grantable()) {
        let action = format!("{DESK}/mark");
        extra.batch.push(("标记已移交".to_owned(), action, "btn-primary".to_owned()));
    }
    list::page(&LIST, &ask, &mut db, &user.user, &user.grant, clock, settings, extra).await
}

#[get("/proxies/handovers")]
async fn own(
    user: Can<ViewProxies>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Page> {
    let extra = Extra {
        tabs: tabs(OWN),
        export: Some(format!("{OWN}/export")),
        note: user.grant.organization_name.clone(),
        ..Extra::default()
    };
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let mut db = db.read().await?;
    list::page(&OWN_LIST, &ask, &mut db, &user.user, &grant, clock, settings, extra).await
}

/// With masked numbers: the base has the full ones on its own papers.
#[get("/proxies/handovers/export")]
async fn export_own(
    user: Can<ExportProxies>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
) -> Result<Download> {
    let mut grant = user.grant.clone();
    grant.scope = grant.own();
    let extra = Extra::default();
    list::export(&OWN_LIST, &ask, db, &user.user, &grant, clock, settings, extra).await
}

/// A row of the workbook for the other county.
#[derive(sqlx::FromRow)]
struct Leaving {
    id_card: String,
    name: String,
    unit: String,
    title: String,
    base: String,
    dates: String,
    year: i64,
    category: String,
    hours: Hours,
    certificate: String,
    number: String,
}

/// Rows of a workbook at most.
const MOST: i64 = 10_000;

/// Who is still to be handed over, with full ID numbers; kept in the trail.
#[get("/handovers/export")]
async fn full(
    user: Can<ExportHandovers>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Download> {
    let rows = leaving(&mut *db.read().await?, user.scope()).await?;
    if rows.is_empty() {
        return Err(Error::refused("没有未移交的外县学员，不用导出。"));
    }
    let note = format!(
        "导出单位：{}　导出人：{}　导出时间：{}　共 {} 人　含完整身份证号，只用于移交，请妥善保管",
        user.grant.organization_name,
        user.user.name,
        day::shown_time(&clock.stamp()),
        rows.len()
    );
    let (book, count) = (Book::in_folder(&db.folder().join("tmp"))?, rows.len());
    let bytes = rocket::tokio::task::spawn_blocking(move || write(book, &note, &rows));
    let bytes = bytes.await.map_err(|error| Error::Fault(error.to_string()))??;
    let mut tx = db.begin().await?;
    let text = format!("导出外县学员移交名单 {count} 人（含完整身份证号）");
    trail::write(&mut tx, &user.actor(), clock, "training.handover.export", "handover", &text)
        .await?;
    tx.commit().await?;
    let name = file_name(&user.grant.organization_name, "外县学员移交名单", clock.today());
    Ok(Download::xlsx(name, bytes))
}

async fn leaving(db: &mut SqliteConnection, scope: Scope) -> Result<Vec<Leaving>> {
    let (department, organization) = scope.values();
    Ok(sqlx::query_as(
        "select i.number as id_card, r.name, r.unit, r.title, o.name as base,
                r.started_on || ' 至 ' || r.ended_on as dates, r.year, c.name as category, r.hours,
                r.certificate_number as certificate, h.number
           from handover h join roster_row r on r.id = h.row_id
           join identity i on i.id = h.identity_id
           join organization o on o.id = h.organization_id
           join category c on c.id = r.category_id
          where h.handed_on = '' and (?1 is null or h.department_id = ?1)
            and (?2 is null or h.organization_id = ?2)
          order by h.recorded_at, h.id limit ?3",
    )
    .bind(department)
    .bind(organization)
    .bind(MOST)
    .fetch_all(db)
    .await?)
}

fn write(mut book: Book, note: &str, rows: &[Leaving]) -> Result<Vec<u8>> {
    let columns = [
        ("序号", 6.0),
        ("身份证号", 22.0),
        ("姓名", 12.0),
        ("单位", 32.0),
        ("培训名称", 36.0),
        ("举办基地", 28.0),
        ("起止日期", 26.0),
        ("年度", 8.0),
        ("科目类别", 12.0),
        ("学时", 8.0),
        ("证书编号", 20.0),
        ("批次号", 20.0),
    ]
    .map(|(title, width)| xlsx::Column::new(title, width));
    let mut sheet = book.sheet("外县学员")?;
    sheet.title("外县学员移交名单", columns.len())?;
    sheet.note(note, columns.len())?;
    sheet.head(&columns)?;
    for (row, serial) in rows.iter().zip(1..) {
        sheet.row(&[
            Value::Integer(serial),
            Value::Text(&row.id_card),
            Value::Text(&row.name),
            Value::Long(&row.unit),
            Value::Long(&row.title),
            Value::Long(&row.base),
            Value::Text(&row.dates),
            Value::Integer(row.year),
            Value::Text(&row.category),
            Value::Hours(row.hours),
            Value::Text(&row.certificate),
            Value::Text(&row.number),
        ])?;
    }
    book.bytes()
}

/// 标记已移交: the ticked ones, with the day and to whom; asked for first.
#[post("/handovers/mark", data = "<form>")]
async fn mark(
    user: Can<ReviewProxies>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let ids: Vec<i64> = form.list("id").iter().filter_map(|id| id.parse().ok()).collect();
    if ids.is_empty() {
        return Ok(Done::to(DESK).warn("没有选择学员。请先勾选，再点“标记已移交”。").into());
    }
    let mut tx = db.begin().await?;
    let names = open_names(&mut tx, &ids, user.scope()).await?;
    if names.is_empty() {
        return Ok(Done::to(DESK).warn("所选学员都已移交，没有再标记。").into());
    }
    if !form.ticked("confirmed") {
        form.set("handed_on", day::date_text(clock.today()));
        return Ok(asked(&ids, &names, &form).into());
    }
    let on = form.date("handed_on", "移交日期");
    let to = form.required("handed_to", "接收单位", 2..=50);
    if on.is_some_and(|on| on > clock.today()) {
        form.refuse("handed_on", "移交日期还没有到，请填写实际移交的日期。");
    }
    let (Some(on), false) = (on, form.refused()) else {
        return Ok(asked(&ids, &names, &form).refused().into());
    };
    let (department, organization) = user.scope().values();
    let marked = sqlx::query(
        "update handover set handed_on = ?, handed_to = ?, handed_by = ?
          where id in (select value from json_each(?)) and handed_on = ''
            and (?5 is null or department_id = ?5) and (?6 is null or organization_id = ?6)",
    )
    .bind(day::date_text(on))
    .bind(&to)
    .bind(&user.user.name)
    .bind(serde_json::to_string(&ids)?)
    .bind(department)
    .bind(organization)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    let text = format!("标记外县学员已移交 {to} {marked} 人：{}", few(&names));
    trail::write(&mut tx, &user.actor(), clock, "training.handover.mark", "handover", &text)
        .await?;
    tx.commit().await?;
    Ok(Done::to(DESK).ok(format!("已标记 {marked} 人移交{to}。")).into())
}

fn asked(ids: &[i64], names: &[String], form: &Form) -> Page {
    Page::new("training/handover_mark.html")
        .with("ids", ids)
        .with("names", &few(names))
        .with("count", &names.len())
        .with("back", DESK)
        .with("form", form)
}

/// Names of those of the scope that are still to be handed over.
async fn open_names(db: &mut SqliteConnection, ids: &[i64], scope: Scope) -> Result<Vec<String>> {
    let (department, organization) = scope.values();
    Ok(sqlx::query_scalar(
        "select r.name from json_each(?1) j cross join handover h on h.id = j.value
           join roster_row r on r.id = h.row_id
          where h.handed_on = '' and (?2 is null or h.department_id = ?2)
            and (?3 is null or h.organization_id = ?3) order by h.id",
    )
    .bind(serde_json::to_string(ids)?)
    .bind(department)
    .bind(organization)
    .fetch_all(db)
    .await?)
}

/// 张三、李四 … 等
fn few(names: &[String]) -> String {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join("、");
    if names.len() > 5 { format!("{shown} 等") } else { shown }
}
