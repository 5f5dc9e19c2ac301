//! 打印年度报告: an approved report as an official paper on A4, with its decisions.

use kit::review::{self, CaseState};
use kit::{
    Can, Clock, Db, Error, OrganizationId, Page, Result, Scope, User, day, organization, trail,
};
use rocket::{Route, State, get, routes};
use serde_json::json;
use sqlx::SqliteConnection;

use super::content::{Content, TEXTS};
use super::store;
use crate::leaves::{PrintReportReviews, PrintReports};

pub fn routes() -> Vec<Route> {
    routes![own, reviewed]
}

/// For the base itself.
#[get("/reports/<id>/print")]
async fn own(
    user: Can<PrintReports>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let report = store::of(&mut *db.read().await?, user.organization(), id).await?;
    print(db, &user.user, report.id, &format!("{}/{id}", super::BASE), clock).await
}

/// For those above it.
#[get("/reviewed-reports/<id>/print")]
async fn reviewed(
    user: Can<PrintReportReviews>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
) -> Result<Page> {
    let found = within(&mut *db.read().await?, id, user.scope()).await?;
    print(db, &user.user, found, &format!("/desk/annual-reports/{id}"), clock).await
}

async fn within(db: &mut SqliteConnection, id: i64, scope: Scope) -> Result<i64> {
    let (department, own) = scope.values();
    let found: Option<i64> = sqlx::query_scalar(
        "select id from annual_report where id = ? and state <> 'draft'
            and (? is null or department_id = ?) and (? is null or organization_id = ?)",
    )
    .bind(id)
    .bind(department)
    .bind(department)
    .bind(own)
    .bind(own)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// Draws the paper; that it was opened is in the trail.
async fn print(db: &Db, user: &User, id: i64, back: &str, clock: &Clock) -> Result<Page> {
    let mut tx = db.begin().await?;
    let case: Option<kit::CaseId> =
        sqlx::query_scalar("select case_id from annual_report where id = ?")
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
    let case = review::case(&mut tx, case.ok_or(Error::NotFound)?).await?;
    if case.state != CaseState::Approved {
        return Err(Error::refused(format!(
            "{}现在的状态是“{}”，通过以后才能打印。",
            case.number,
            case.state.label()
        )));
    }
    let content: Content = serde_json::from_str(&case.content)?;
    let decisions = decisions(&mut tx, &case).await?;
    let facts = facts(&mut tx, content.base, &content, &case).await?;
    let text = format!("打印{} {} 年度报告 {}", content.base_name, content.year, case.number);
    trail::write(&mut tx, &user.actor(), clock, "training.report.print", &case.object(), &text)
        .await?;
    tx.commit().await?;
    let texts: Vec<_> = TEXTS
        .iter()
        .map(|(name, label, ..)| {
            let lines = content.text(name).lines().map(str::trim).filter(|line| !line.is_empty());
            json!({ "label": label, "lines": lines.collect::<Vec<_>>() })
        })
        .collect();
    let rows: Vec<_> = content
        .figures
        .iter()
        .map(|figure| {
            json!({ "label": figure.label, "unit": figure.unit, "part": figure.key.contains('-'),
                    "value": figure.text(figure.reported), "computed": figure.text(figure.computed),
                    "differs": figure.differs(), "explanation": figure.explanation })
        })
        .collect();
    Ok(Page::new("training/report_print.html")
        .with("number", &case.number)
        .with("year", &content.year)
        .with("base_name", &content.base_name)
        .with("facts", &facts)
        .with("figures", &rows)
        .with("texts", &texts)
        .with("files", &content.files_text())
        .with("decisions", &decisions)
        .with("submitted", &chinese(&case.submitted_at))
        .with("decided", &chinese(case.decided_at.as_deref().unwrap_or_default()))
        .with("printed_at", &clock.stamp())
        .with("back", back))
}

fn chinese(stamp: &str) -> String {
    day::stored_time(stamp).map(|at| day::chinese(day::county_day(at))).unwrap_or_default()
}

/// The desks that passed it in its last round: {desk, name, day, opinion}.
async fn decisions(
    db: &mut SqliteConnection,
    case: &review::Case,
) -> Result<Vec<serde_json::Value>> {
    let steps = review::steps(db, case.id).await?;
    let passed = steps
        .into_iter()
        .filter(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "approve"));
    Ok(passed
        .map(|step| {
            json!({ "desk": step.desk_name, "name": step.name, "day": chinese(&step.at),
                    "opinion": step.opinion })
        })
        .collect())
}

/// What the head of the paper says of the base: (label, value), two a row.
async fn facts(
    db: &mut SqliteConnection,
    base: OrganizationId,
    content: &Content,
    case: &review::Case,
) -> Result<Vec<(String, String)>> {
    let found = organization::find(&mut *db, base).await?.ok_or(Error::NotFound)?;
    let superior = match found.parent_id {
        Some(parent) => organization::find(&mut *db, parent).await?.map(|o| o.name),
        None => None,
    };
    let profile = accounts::organizations::profile(db, base).await?;
    let known = profile.base.unwrap_or_default();
    let level = kit::dictionary::BASE_LEVELS.label(&known.level).to_owned();
    let or = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    Ok(vec![
        ("基地名称".to_owned(), content.base_name.clone()),
        ("基地级别".to_owned(), or(level)),
        ("主管单位".to_owned(), or(superior.unwrap_or_default())),
        ("信用代码".to_owned(), or(found.credit_code.unwrap_or_default())),
        ("认定文号".to_owned(), or(known.document_number)),
        ("负责人".to_owned(), or(known.head)),
        ("联系电话".to_owned(), or(profile.phone)),
        ("提交日期".to_owned(), chinese(&case.submitted_at)),
    ])
}
