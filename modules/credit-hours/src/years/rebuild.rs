//! The totals follow a changed requirement: a job of whoever changed it, and after a stop of the
//! server a task that goes on where the job was.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use kit::db::Pools;
use kit::job::{Jobs, Progress};
use kit::module::{Task, TaskContext};
use kit::{Clock, Result, User};

use crate::ledger::totals::follow;

/// People of one transaction: the writer is free again after some tens of milliseconds.
const CHUNK: i64 = 1_000;
/// How long the one who saved waits: a small county is done by then.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Goes on with what the last run of the server left.
pub const GO_ON: Task = Task { name: "credit-hours.rebuild", every: 60, run: go_on };

fn go_on(context: TaskContext) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move { work(&context.db, &context.clock, |_| {}).await.map(|_| ()) })
}

/// Every marked year, chunk by chunk, others writing in between; gives how many rows.
async fn work(db: &Pools, clock: &Clock, told: impl Fn(i64)) -> Result<i64> {
    let mut done = 0;
    loop {
        let mut tx = db.begin().await?;
        let some = follow::some(&mut tx, CHUNK, clock).await?;
        tx.commit().await?;
        let Some(people) = some else { return Ok(done) };
        done += people;
        told(done);
        rocket::tokio::task::yield_now().await;
    }
}

/// Starts the job and waits for it a moment.
pub async fn start(
    jobs: &Jobs,
    pools: &Arc<Pools>,
    clock: &Clock,
    user: &User,
    rows: i64,
) -> Result<()> {
    let (ended, wait) = rocket::tokio::sync::oneshot::channel();
    let (pools, clock) = (pools.clone(), clock.clone());
    let work = move |progress: Progress| async move {
        let told = work(&pools, &clock, |done| progress.at(done)).await;
        let _ = ended.send(()); // the one who saved may have stopped waiting
        told.map(|people| format!("已按新的要求重算 {people} 人次。"))
    };
    jobs.start(user, "credit-hours.rebuild", "requirement", rows, work).await?;
    let _ = rocket::tokio::time::timeout(PATIENCE, wait).await;
    Ok(())
}
