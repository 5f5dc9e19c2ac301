//! The import of a checked upload as a job: a long one goes on behind its progress bar. It is one
//! transaction, so a crash, a restart or a cancel leaves it wholly out.

use std::sync::Arc;

use kit::db::Pools;
use kit::job::{Jobs, Progress};
use kit::{Can, Clock, Error, Modules, Result, User};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome, Request};
use rocket::tokio::sync::oneshot;
use rocket::tokio::time::timeout;

use crate::commit::{self, By, Choice};
use crate::store::{self, Import};
use crate::{EditImports, upload};

/// The kind of the job.
pub const JOB: &str = "import.write";

/// What a job is started with.
#[derive(Clone)]
pub struct Server {
    pub db: Arc<Pools>,
    pub jobs: Jobs,
    pub modules: Modules,
    pub clock: Clock,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Server {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let state = request.rocket();
        match (state.state(), state.state(), state.state(), state.state()) {
            (Some(db), Some(jobs), Some(modules), Some(clock)) => Outcome::Success(Self {
                db: Arc::clone(db),
                jobs: Jobs::clone(jobs),
                modules: Modules::clone(modules),
                clock: Clock::clone(clock),
            }),
            _ => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

/// Starts the import of people and waits a while for its end; none if it goes on.
///
/// # Errors
/// Those of [`commit::commit`], if it ends while this waits; refused if it is under way already.
pub async fn people(
    at: &Server,
    user: &Can<EditImports>,
    import: &Import,
    choice: Choice,
) -> Result<Option<commit::Outcome>> {
    let Server { db, modules, clock, .. } = at.clone();
    let (id, organization, by) = (import.id, user.organization(), user.user.clone());
    let rows = commit::rows(import, choice.policy);
    start(at, &user.user, import, rows, move |progress| async move {
        let by = By::User(&by);
        commit::commit(&db, &modules, &clock, by, id, organization, choice, &progress).await
    })
    .await
}

/// Starts the writing of a checked upload of `rows` rows and waits a while for its end; none if it
/// goes on.
///
/// # Errors
/// The work's own, if it ends while this waits; refused if it is under way already.
pub async fn start<T, W, F>(
    at: &Server,
    user: &User,
    import: &Import,
    rows: i64,
    work: W,
) -> Result<Option<T>>
where
    T: Send + 'static,
    W: FnOnce(Progress) -> F + Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    if live(import, &at.jobs).is_some() {
        return Err(Error::refused("这次导入正在写入，请等它写完，不用重复点击。"));
    }
    let (go, gone) = oneshot::channel::<()>();
    let (told, end) = oneshot::channel();
    let job = move |progress: Progress| async move {
        // the one writer is the work's until its end: the job's id must stand in the row before
        gone.await.map_err(|_| Error::refused("没有开始导入，请再试一次。"))?;
        let done = work(progress).await;
        let sentence = match &done {
            Ok(_) => Ok("已导入。".to_owned()),
            Err(error) if error.status().code < 500 => Err(Error::refused(error.sentence())),
            Err(error) => Err(Error::Fault(error.to_string())),
        };
        let _ = told.send(done); // nobody waits for a long one
        sentence
    };
    let job = at.jobs.start(user, JOB, &format!("import:{}", import.id), rows, job).await?;
    store::note_job(&at.db, import.id, job).await?;
    let _ = go.send(()); // fails if the job was cancelled already
    match timeout(upload::PATIENCE, end).await {
        Ok(Ok(done)) => done.map(Some),
        _ => Ok(None),
    }
}

/// The progress of an upload that is being written now.
pub fn live(import: &Import, jobs: &Jobs) -> Option<Progress> {
    // its job may still say goodbye when the rows are in
    let waits = import.job_kind == JOB && import.state == "checked";
    import.job_id.filter(|_| waits).and_then(|id| jobs.live(id))
}

/// Why the last attempt to write it came to nothing, if it did.
pub fn stopped(import: &Import) -> Option<String> {
    if import.job_kind != JOB || import.state != "checked" {
        return None;
    }
    match import.job_state.as_str() {
        "cancelled" => Some("已停止导入，没有写入任何数据。需要时可以再次导入。".to_owned()),
        "failed" => Some(import.job_message.clone()),
        "interrupted" => {
            Some("导入中途系统停止运行，没有写入任何数据。请再点一次导入。".to_owned())
        }
        _ => None,
    }
}
