//! 按单位: how many of each unit's people have not signed in yet, and the way to one unit.

use accounts::organizations::picker::{self, Offer};
use kit::list::Ask;
use kit::{Answer, Can, Clock, Db, Done, Error, Form, OrganizationId, Page, Result, Scope, day};
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{BASE, ViewInactive, chosen};

pub fn routes() -> Vec<Route> {
    routes![all, find]
}

/// Units of a page.
const PAGE: usize = 20;

/// A unit with people who have not signed in yet.
#[derive(Serialize)]
struct Line {
    id: OrganizationId,
    name: String,
    department: String,
    people: i64,
    active: i64,
    waiting: i64,
    expired: i64,
    /// The day on which the next of them ends; empty: none ends.
    soonest: String,
    left: Option<i64>,
}

/// How many of a unit's people wait, read from an index alone.
#[derive(sqlx::FromRow)]
struct Waiting {
    id: OrganizationId,
    waiting: i64,
    expired: i64,
    soonest: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    department: String,
    people: i64,
    disabled: i64,
}

/// `never` of `initial_account.until`.
const NEVER: i64 = 253_402_300_799;

/// Every unit of the scope with somebody waiting, who has most first: some 20 ms for 100,000
/// people of 2,000 units.
async fn waiting(db: &mut SqliteConnection, scope: Scope, clock: &Clock) -> Result<Vec<Waiting>> {
    let mut sql = QueryBuilder::<Sqlite>::new(
        "select x.organization_id as id, count(*) as waiting, sum(x.until <= ",
    );
    sql.push_bind(chosen::now(clock)).push(") as expired, min(case when x.until > ");
    sql.push_bind(chosen::now(clock)).push(" and x.until < ").push_bind(NEVER);
    sql.push(
        " then x.until end) as soonest
           from initial_account x indexed by initial_account_organization where ",
    );
    match scope {
        Scope::County => sql.push("true"),
        Scope::Department(id) => sql
            .push("x.organization_id in (select id from organization where department_id = ")
            .push_bind(id)
            .push(")"),
        Scope::Organization(id) => sql.push("x.organization_id = ").push_bind(id),
    };
    sql.push(" group by x.organization_id order by waiting desc, id");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// What else a page says of a unit.
async fn line(db: &mut SqliteConnection, waiting: &Waiting, clock: &Clock) -> Result<Line> {
    let row: Row = sqlx::query_as(
        "select o.name, coalesce(d.name, '') as department,
                (select count(*) from person p where p.organization_id = o.id) as people,
                (select count(*) from person p join account a on a.person_id = p.id
                  where p.organization_id = o.id and a.state = 'disabled') as disabled
           from organization o left join organization d on d.id = o.department_id where o.id = ?",
    )
    .bind(waiting.id)
    .fetch_one(db)
    .await?;
    let ends = waiting.soonest.and_then(|at| time::OffsetDateTime::from_unix_timestamp(at).ok());
    let ends = ends.map(day::county_day);
    Ok(Line {
        id: waiting.id,
        name: row.name,
        department: row.department,
        people: row.people,
        active: row.people - waiting.waiting - row.disabled,
        waiting: waiting.waiting,
        expired: waiting.expired,
        soonest: ends.map(day::date_text).unwrap_or_default(),
        left: ends.map(|day| (day - clock.today()).whole_days()),
    })
}

/// The ways to other pages, as the pager component wants them.
fn turns(page: usize, last: usize, units: usize) -> serde_json::Value {
    let link = |title: &str, to: usize| {
        serde_json::json!({
            "title": title, "href": format!("{BASE}/units?page={to}"),
            "current": false, "disabled": to < 1 || to > last,
        })
    };
    let here = format!("{page} / {last}");
    let current = serde_json::json!({
        "title": here, "href": format!("{BASE}/units?page={page}"), "current": true, "disabled": false,
    });
    let pages = match last {
        1 => vec![],
        _ => vec![
            link("首页", if page == 1 { 0 } else { 1 }),
            link("上一页", page - 1),
            current,
            link("下一页", page + 1),
            link("末页", if page == last { last + 1 } else { last }),
        ],
    };
    serde_json::json!({ "total": format!("共 {units} 个单位"), "pages": pages })
}

async fn drawn(
    user: &Can<ViewInactive>,
    page: usize,
    form: &Form,
    db: &mut SqliteConnection,
    clock: &Clock,
) -> Result<Page> {
    let all = waiting(&mut *db, user.scope(), clock).await?;
    let units = all.len();
    let last = units.saturating_sub(1) / PAGE + 1;
    let page = page.clamp(1, last);
    let mut lines = Vec::with_capacity(PAGE);
    for one in all.iter().skip((page - 1) * PAGE).take(PAGE) {
        lines.push(line(&mut *db, one, clock).await?);
    }
    Ok(Page::new("import/inactive_units.html")
        .with("places", &crate::tabs(&user.user, BASE))
        .with("lines", &lines)
        .with("units", &units)
        .with("waiting", &all.iter().map(|one| one.waiting).sum::<i64>())
        .with("expired", &all.iter().map(|one| one.expired).sum::<i64>())
        .with("county", &(user.scope() == Scope::County))
        .with("pager", &turns(page, last, units))
        .with("form", form))
}

#[get("/inactive/units")]
async fn all(
    user: Can<ViewInactive>,
    ask: Ask,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let page = ask.value("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    drawn(&user, page, &Form::new(), &mut *db.read().await?, clock).await
}

/// To one unit's list.
#[post("/inactive/units", data = "<form>")]
async fn find(
    user: Can<ViewInactive>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut db = db.read().await?;
    let found = picker::read(&mut form, &mut db, "unit", "单位", Offer::All).await?;
    if let Some(found) = found {
        match chosen::unit(&mut db, &user.grant, found.id).await {
            Ok(unit) => return Ok(Done::to(format!("{BASE}?unit={}", unit.id)).into()),
            Err(Error::NotFound) => {
                form.refuse(
                    "unit",
                    format!("“{}”不在您的管理范围内，请选择所辖的单位。", found.name),
                );
            }
            Err(error) => return Err(error),
        }
    }
    Ok(drawn(&user, 1, &form, &mut db, clock).await?.refused().into())
}
