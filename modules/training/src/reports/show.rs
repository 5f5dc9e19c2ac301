//! A report as its base submitted it: its way, 撤回, 催办, its files.

use kit::review;
use kit::{
    Can, Clock, Db, Done, Download, Error, FileId, Form, Modules, Page, Permission, Result,
    Settings,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::content::Content;
use super::store::{self, Report};
use super::subject::{AnnualReports, SUBJECT};
use super::{BASE, standing, uploads};
use crate::leaves::{EditReports, PrintReports, ViewReports};

pub fn routes() -> Vec<Route> {
    routes![show, withdraw, remind, one_file]
}

/// Who rejected it last and why: 示例县人社局（陈芳）：盖章版不清晰，请重新上传。
pub async fn rejection(db: &mut SqliteConnection, report: &Report) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select desk_name || '（' || name || '）：' || opinion from review_step
          where case_id = ? and act = 'reject' order by id desc limit 1",
    )
    .bind(report.case_id)
    .fetch_optional(db)
    .await?)
}

#[get("/reports/<id>")]
async fn show(
    user: Can<ViewReports>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    modules: &State<Modules>,
) -> Result<Page> {
    let mut db = db.read().await?;
    let report = store::of(&mut db, user.organization(), id).await?;
    let case = review::case(&mut db, report.case_id.ok_or(Error::NotFound)?).await?;
    let subject =
        modules.subject(SUBJECT).ok_or_else(|| Error::Fault(format!("no subject {SUBJECT}")))?;
    let content: Content = serde_json::from_str(&case.content)?;
    let calendar = review::working_days(&mut db).await?;
    let waited = review::waited(&calendar, &case.waiting_since, clock);
    let steps = review::steps(&mut db, case.id).await?;
    let touched = steps
        .iter()
        .any(|step| step.round == case.round && matches!(step.act.as_str(), "pass" | "take"));
    let edits = user.user.may(EditReports::grantable());
    let pending = edits && report.state == "pending";
    let rejection = match report.state.as_str() {
        "rejected" => rejection(&mut db, &report).await?,
        _ => None,
    };
    let prints = user.user.may(PrintReports::grantable()) && report.state == "approved";
    Ok(Page::new("training/report.html")
        .with("report", &report)
        .with("state", report.label().0)
        .with("tag", report.label().1)
        .with("facts", &subject.facts(&mut db, &case.content).await?)
        .with("tables", &subject.tables(&mut db, &case.content).await?)
        .with("files", &uploads::shown(&mut db, report.id, &content.files).await?)
        .with("steps", &review::history(&mut db, subject, &case, false, clock).await?)
        .with("rejection", &rejection)
        .with("base", &format!("{BASE}/{id}"))
        .with("back", BASE)
        .with("editable", &(edits && report.editable()))
        .with("prints", &prints)
        .with("withdrawable", &(pending && !touched))
        .with("remindable", &(pending && waited > settings.integer(&review::OVERDUE_DAYS))))
}

/// 撤回: while no desk has passed it.
#[post("/reports/<id>/withdraw", data = "<_form>")]
async fn withdraw(
    user: Can<EditReports>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let report = store::of(&mut tx, user.organization(), id).await?;
    let case = report.case_id.ok_or(Error::NotFound)?;
    review::withdraw(&mut tx, &AnnualReports, case, &user.user, clock).await?;
    standing::refresh(&mut tx, report.organization_id, clock).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}"))
        .ok(format!("{} 已撤回。修改后可以重新提交，编号不变。", report.number)))
}

/// 催办: when it waits too long.
#[post("/reports/<id>/remind", data = "<_form>")]
async fn remind(
    user: Can<EditReports>,
    id: i64,
    db: &State<Db>,
    clock: &State<Clock>,
    settings: &State<Settings>,
    _form: Form,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let report = store::of(&mut tx, user.organization(), id).await?;
    let case = report.case_id.ok_or(Error::NotFound)?;
    review::remind(&mut tx, case, &user.user, clock, settings).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{BASE}/{id}")).ok(format!("已催办 {}，审核单位会看到。", report.number)))
}

/// An attachment: the base's own administrators see it, whoever of them uploaded it.
#[get("/reports/<id>/files/<wanted>")]
async fn one_file(
    user: Can<ViewReports>,
    id: i64,
    wanted: FileId,
    db: &State<Db>,
) -> Result<Download> {
    let stored = {
        let mut reader = db.read().await?;
        let report = store::of(&mut reader, user.organization(), id).await?;
        store::file_of(&mut reader, report.id, wanted).await?
    };
    kit::file::serve(db, &stored, false).await
}
