//! The whole roster of a batch for its desks: who can be entered, and 认定学时 per person, which a
//! desk may lower with a reason.

use kit::review::{self, AnySubject, CaseState};
use kit::{
    Answer, Can, Clock, Db, Done, Error, Form, Hours, OrganizationId, Page, Permission, Result,
    Scope, trail,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use credit_hours::roster::{self as rosters, PROXY, Row};

use super::content::Content;
use super::pages;
use super::roster::{self, Detail, Lowering, Sums};
use super::subject::ProxyDeclarations;
use crate::leaves::{ReviewProxies, ViewProxyReviews};

pub fn routes() -> Vec<Route> {
    routes![page, save]
}

/// The case of a batch of the scope.
async fn find(db: &mut SqliteConnection, id: i64, scope: Scope) -> Result<review::Case> {
    let (department, organization) = scope.values();
    let case: Option<kit::CaseId> = sqlx::query_scalar(
        "select case_id from proxy_declaration
          where id = ?1 and case_id is not null and (?2 is null or department_id = ?2)
            and (?3 is null or organization_id = ?3)",
    )
    .bind(id)
    .bind(department)
    .bind(organization)
    .fetch_optional(&mut *db)
    .await?;
    review::case(db, case.ok_or(Error::NotFound)?).await
}

/// Whether the user's desk may set hours now.
async fn decides<P: Permission>(
    db: &mut SqliteConnection,
    case: &review::Case,
    user: &Can<P>,
    clock: &Clock,
) -> Result<bool> {
    let here = case.state == CaseState::Pending && case.desk_id == Some(user.organization());
    let subject: &dyn AnySubject = &ProxyDeclarations;
    Ok(here
        && user.grant.may(ReviewProxies::grantable())
        && review::concerns(db, subject, case, &user.user, clock).await?.is_none())
}

#[get("/proxied/<id>/roster?<page>")]
async fn page(
    user: Can<ViewProxyReviews>,
    id: i64,
    page: Option<usize>,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let case = find(&mut db, id, user.scope()).await?;
    let open = decides(&mut db, &case, &user, clock).await?;
    draw(&mut db, id, &case, page, open, &Form::new()).await
}

async fn draw(
    db: &mut SqliteConnection,
    id: i64,
    case: &review::Case,
    page: Option<usize>,
    open: bool,
    form: &Form,
) -> Result<Page> {
    let content: Content = serde_json::from_str(&case.content)?;
    let marked = roster::marked(db, id).await?;
    let decided = case.state == CaseState::Approved;
    let shown = pages::of(&marked, page, &format!("/training/proxied/{id}/roster"));
    Ok(Page::new("training/proxy_roster.html")
        .with("id", &id)
        .with("number", &case.number)
        .with("title", &content.title)
        .with("base_name", &content.base_name)
        .with("most", &content.hours.to_string())
        .with("roster", &if open { shown.reasons_of(case.desk_id) } else { shown })
        .with("summary", &Sums::of(&marked).sentence(decided))
        .with("open", &open)
        .with("form", form))
}

/// A row whose hours are to be others.
struct Change {
    row: Row,
    detail: Detail,
    hours: Hours,
}

/// 认定学时 of the rows of a page.
#[post("/proxied/<id>/roster?<page>", data = "<form>")]
async fn save(
    user: Can<ReviewProxies>,
    id: i64,
    page: Option<usize>,
    db: &State<Db>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let case = find(&mut tx, id, user.scope()).await?;
    let subject: &dyn AnySubject = &ProxyDeclarations;
    if let Some(sentence) = review::concerns(&mut tx, subject, &case, &user.user, clock).await? {
        return Err(Error::refused(sentence));
    }
    if !decides(&mut tx, &case, &user, clock).await? {
        return Err(Error::refused(
            "这一批不在您的单位待审核，或者由您的单位提交，不能调整认定学时。请刷新页面查看。",
        ));
    }
    let rows = rosters::rows(&mut tx, PROXY, id, Some("pending")).await?;
    let changes = changes(&mut form, rows, user.organization())?;
    if form.refused() {
        drop(tx);
        let mut db = db.read().await?;
        return Ok(draw(&mut db, id, &case, page, true, &form).await?.refused().into());
    }
    let back = format!("/training/proxied/{id}/roster?page={}", page.unwrap_or(1));
    if changes.is_empty() {
        return Ok(Done::to(back).warn("没有改动。").into());
    }
    let mut told = Vec::new();
    for Change { row, detail, hours } in &changes {
        sqlx::query(
            "update roster_row set hours = ?, detail = ? where id = ? and state = 'pending'",
        )
        .bind(hours)
        .bind(serde_json::to_string(detail)?)
        .bind(row.id)
        .execute(&mut *tx)
        .await?;
        if told.len() < 20 {
            let why = if *hours > row.hours { "恢复" } else { detail.lowered.as_str() };
            told.push(format!(
                "第 {} 行 {} {} → {hours}（{why}）",
                row.number, row.name, row.hours
            ));
        }
    }
    let count = changes.len();
    let text = format!("{}：调整 {count} 人的认定学时，{}", case.number, told.join("；"));
    let object = format!("proxy-declaration:{id}");
    trail::write(&mut tx, &user.actor(), clock, "training.proxy.lower", &object, &text).await?;
    tx.commit().await?;
    Ok(Done::to(back).ok(format!("已调整 {count} 人的认定学时，通过以后按调整后的计入。")).into())
}

/// Reads the rows of the page that was sent: at most what the base declared and the desks before
/// this one left, lower with a reason; one's own lowering can be taken back.
fn changes(form: &mut Form, rows: Vec<Row>, desk: OrganizationId) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    for row in rows {
        let (name, why) = (format!("h-{}", row.id), format!("w-{}", row.id));
        let detail = Detail::of(&row)?;
        if form.list(&name).is_empty() || !detail.passed {
            continue;
        }
        let asked = detail.asked.map_or(row.hours, Hours::from_tenths);
        let mut lowerings = detail.lowerings.clone();
        lowerings.retain(|one| one.desk != desk);
        let most = lowerings.last().map_or(asked, |one| Hours::from_tenths(one.hours));
        let whose =
            if lowerings.is_empty() { "申报的" } else { "前一级审核单位认定的" };
        let hours = match Hours::parse(form.raw(&name)) {
            Ok(hours) if hours > most => {
                let text = format!(
                    "第 {} 行 {}：认定学时不能超过{whose} {most} 学时，现在填了 {hours}。",
                    row.number, row.name
                );
                form.refuse(&name, text);
                continue;
            }
            Ok(hours) => hours,
            Err(error) => {
                let text = format!("第 {} 行 {}：{error}", row.number, row.name);
                form.refuse(&name, text);
                continue;
            }
        };
        let typed = form.text(&why);
        let lowered = hours < most;
        let reason = if lowered { typed } else { String::new() };
        if lowered && !(2..=100).contains(&reason.chars().count()) {
            let text = format!(
                "第 {} 行 {}：{hours} 学时低于{whose} {most} 学时，请写明调低的原因（2–100 字）。",
                row.number, row.name
            );
            form.refuse(&why, text);
            continue;
        }
        if lowered {
            lowerings.push(Lowering { desk, hours: hours.tenths(), reason });
        }
        let new = Detail {
            asked: (!lowerings.is_empty()).then(|| asked.tenths()),
            lowered: lowerings.last().map(|one| one.reason.clone()).unwrap_or_default(),
            lowerings,
            ..detail.clone()
        };
        if new != detail || hours != row.hours {
            changes.push(Change { row, detail: new, hours });
        }
    }
    Ok(changes)
}
