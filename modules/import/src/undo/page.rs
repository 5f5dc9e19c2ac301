//! The confirmation that lists what an undo does, and the undo itself, as a job.

use std::sync::Arc;
use std::time::Duration;

use kit::access::Grant;
use kit::db::Pools;
use kit::job::Jobs;
use kit::{
    Answer, Can, Clock, Db, Done, Error, Form, Modules, OrganizationId, OrganizationKind, Page,
    Result, Scope, day,
};
use rocket::{Route, State, get, post, routes};
use sqlx::SqliteConnection;

use super::{Report, Subject};
use crate::EditImports;

/// How long the act is waited for before its page shows that it goes on.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// The kind of the job.
pub const JOB: &str = "import.undo";

pub fn routes() -> Vec<Route> {
    routes![page, undo]
}

/// The last county day on which an import that ended then can be undone; empty if it has not ended.
pub fn until(ended_at: &str, days: i64) -> String {
    let ended = day::stored_time(ended_at).map(day::county_day);
    let last = ended.and_then(|day| day.checked_add(time::Duration::days(days)));
    last.map(day::date_text).unwrap_or_default()
}

/// Whether a right reaches an import's undo: its own organization's, or the whole county's; of one
/// that went to units below only if it covers these.
pub fn reaches(grant: &Grant, organization: OrganizationId, below: bool) -> bool {
    organization == grant.organization && (!below || crate::below::sees(grant))
        || grant.kind == OrganizationKind::Bureau && grant.scope == Scope::County
}

/// An import that he may undo.
///
/// # Errors
/// `NotFound` for one that he may not undo, even if he sees it.
async fn found(db: &mut SqliteConnection, user: &Can<EditImports>, id: i64) -> Result<Subject> {
    let organization: Option<(OrganizationId, bool)> =
        sqlx::query_as("select organization_id, below from import where id = ?")
            .bind(id)
            .fetch_optional(&mut *db)
            .await?;
    if !organization.is_some_and(|(own, below)| reaches(&user.grant, own, below)) {
        return Err(Error::NotFound);
    }
    super::subject(db, id).await
}

fn confirmation(id: i64, import: &Subject, report: &Report, form: &Form) -> Page {
    Page::new("import/undo.html")
        .with("id", &id)
        .with("import_file", &import.file_name)
        .with("import_at", &import.ended_at)
        .with("report", report)
        .with("more", &(report.kept - report.named.len() as i64))
        .with("form", form)
}

#[get("/<id>/undo")]
async fn page(
    user: Can<EditImports>,
    id: i64,
    db: &State<Db>,
    modules: &State<Modules>,
    clock: &State<Clock>,
) -> Result<Page> {
    let mut reader = db.read().await?;
    let import = found(&mut reader, &user, id).await?;
    let report = super::preview(&mut reader, modules, clock, id).await?;
    Ok(confirmation(id, &import, &report, &Form::new()))
}

#[expect(clippy::too_many_arguments, reason = "a handler's guards")]
#[post("/<id>/undo", data = "<form>")]
async fn undo(
    user: Can<EditImports>,
    id: i64,
    db: &State<Db>,
    pools: &State<Arc<Pools>>,
    jobs: &State<Jobs>,
    modules: &State<Modules>,
    clock: &State<Clock>,
    mut form: Form,
) -> Result<Answer> {
    let mut reader = db.read().await?;
    let import = found(&mut reader, &user, id).await?;
    let reason = form.required("reason", "撤销原因", 5..=200);
    if form.refused() {
        let report = super::preview(&mut reader, modules, clock, id).await?;
        return Ok(confirmation(id, &import, &report, &form).refused().into());
    }
    let days = accounts::credentials::days(&mut reader, &super::UNDO_DAYS).await?;
    if let Some(sentence) = super::refusal(&import, days, clock) {
        return Err(Error::refused(sentence));
    }
    drop(reader);
    let (said, heard) = rocket::tokio::sync::oneshot::channel();
    let (pools, modules, clock, actor) =
        (pools.inner().clone(), modules.inner().clone(), clock.inner().clone(), user.actor());
    let work = move |progress| async move {
        let done = super::undo(&pools, &modules, &clock, &actor, id, &reason, &progress).await;
        let told = done.as_ref().map(Report::sentence).map_err(|e| e.sentence().to_owned());
        let _ = said.send(told); // the page may have stopped waiting
        done.map(|report| report.sentence())
    };
    jobs.start(&user.user, JOB, &format!("import:{id}"), import.touched, work).await?;
    let done = Done::to(format!("/import/records/{id}"));
    Ok(match rocket::tokio::time::timeout(PATIENCE, heard).await {
        Ok(Ok(Ok(sentence))) => done.ok(sentence).into(),
        Ok(Ok(Err(sentence))) => return Err(Error::refused(sentence)),
        _ => done.into(),
    })
}

impl Report {
    /// What was done, in a sentence.
    pub fn sentence(&self) -> String {
        let did: Vec<String> = self.counts.iter().map(super::Count::words).collect();
        let end = if self.kept > 0 { "保留的逐条列在下面。" } else { "" };
        format!("已撤销这次导入：{}。{end}", did.join("，"))
    }
}
