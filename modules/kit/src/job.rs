//! Long work in the background: kind, owner, progress, cancel; `interrupted` after a crash.
//!
//! The server keeps one `Jobs`; a command runs the same work with a `Progress` of its own.

mod progress;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Serialize;
use sqlx::SqliteConnection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use progress::Progress;

use crate::db::Pools;
use crate::{AccountId, Clock, Error, JobId, Result, User};

/// Jobs that run at the same time; others wait.
const AT_ONCE: usize = 2;
/// How often progress reaches the database at most.
const FLUSH: Duration = Duration::from_millis(500);

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum State {
    /// For its turn.
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
    /// The server stopped meanwhile.
    Interrupted,
}

impl State {
    /// Whether nothing more will happen.
    pub fn ended(self) -> bool {
        !matches!(self, State::Waiting | State::Running)
    }

    pub fn label(self) -> &'static str {
        match self {
            State::Waiting => "排队中",
            State::Running => "进行中",
            State::Done => "已完成",
            State::Failed => "未完成",
            State::Cancelled => "已取消",
            State::Interrupted => "已中断",
        }
    }
}

/// A job as its owner sees it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Status {
    pub id: JobId,
    pub kind: String,
    pub object: String,
    pub state: State,
    pub done: i64,
    /// 0: not known.
    pub total: i64,
    /// One Chinese sentence: what it is at, how it ended.
    pub message: String,
    pub created_at: String,
    pub ended_at: Option<String>,
}

/// The jobs of this server; managed by Rocket, cheap to clone.
#[derive(Clone)]
pub struct Jobs {
    db: Arc<Pools>,
    clock: Clock,
    turns: Arc<Semaphore>,
    live: Arc<Mutex<HashMap<i64, Progress>>>,
}

impl Jobs {
    pub fn new(db: Arc<Pools>, clock: Clock) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { db, clock, turns, live: Arc::default() }
    }

    /// Marks what a former server left unfinished; once, at the server's start.
    pub async fn recover(&self) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let marked = sqlx::query(
            "update job set state = 'interrupted', ended_at = ?,
               message = '服务器在处理中途停止，没有做完。请重新办理一次。'
              where state in ('waiting', 'running')",
        )
        .bind(self.clock.stamp())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(marked.rows_affected())
    }

    /// Starts `work` when it is its turn. Its answer is the sentence the job ends with; it looks
    /// at `progress.check()` between its steps and undoes by itself what a cancel leaves half done.
    pub async fn start<W, F>(
        &self,
        user: &User,
        kind: &'static str,
        object: &str,
        total: i64,
        work: W,
    ) -> Result<JobId>
    where
        W: FnOnce(Progress) -> F + Send + 'static,
        F: Future<Output = Result<String>> + Send + 'static,
    {
        let mut tx = self.db.begin().await?;
        let id: JobId = sqlx::query_scalar(
            "insert into job (kind, account_id, organization_id, state, total, object, created_at)
             values (?, ?, ?, 'waiting', ?, ?, ?) returning id",
        )
        .bind(kind)
        .bind(user.account)
        .bind(user.grant.as_ref().map(|grant| grant.organization))
        .bind(total)
        .bind(object)
        .bind(self.clock.stamp())
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        let progress = Progress::new(total);
        if let Ok(mut live) = self.live.lock() {
            live.insert(id.0, progress.clone());
        }
        let jobs = self.clone();
        tokio::spawn(async move {
            let (state, message) = jobs.run(id, &progress, work).await;
            if let Err(error) = jobs.end(id, &progress, state, &message).await {
                tracing::error!(job = id.0, %error, "end of job not written");
            }
            if let Ok(mut live) = jobs.live.lock() {
                live.remove(&id.0);
            }
        });
        Ok(id)
    }

    async fn run<W, F>(&self, id: JobId, progress: &Progress, work: W) -> (State, String)
    where
        W: FnOnce(Progress) -> F + Send + 'static,
        F: Future<Output = Result<String>> + Send + 'static,
    {
        let cancelled = || (State::Cancelled, "已取消，没有开始。".to_owned());
        let _turn = tokio::select! {
            turn = self.turns.acquire() => turn,
            () = progress.when_cancelled() => return cancelled(),
        };
        if progress.cancelled() {
            return cancelled();
        }
        self.flush(id, progress).await;
        let mut working = tokio::spawn(work(progress.clone()));
        let outcome = loop {
            tokio::select! {
                outcome = &mut working => break outcome,
                () = tokio::time::sleep(FLUSH) => {}
            }
            if progress.changed() {
                // the work may hold the one writer: it must go on while this waits for it
                tokio::select! {
                    outcome = &mut working => break outcome,
                    () = self.flush(id, progress) => {}
                }
            }
        };
        match outcome {
            Ok(Ok(message)) => (State::Done, message),
            Ok(Err(error)) if progress.cancelled() => {
                tracing::info!(job = id.0, %error, "job cancelled");
                (State::Cancelled, "已取消。".to_owned())
            }
            Ok(Err(error)) => {
                if error.status().code >= 500 {
                    tracing::error!(job = id.0, %error, "job failed");
                }
                (State::Failed, error.sentence().to_owned())
            }
            Err(error) => {
                tracing::error!(job = id.0, %error, "job broke");
                let fault = Error::Fault(error.to_string());
                (State::Failed, fault.sentence().to_owned())
            }
        }
    }

    async fn flush(&self, id: JobId, progress: &Progress) {
        let written = async {
            let mut tx = self.db.begin().await?;
            let (done, total, message) = progress.now();
            sqlx::query(
                "update job set state = 'running', done = ?, total = ?, message = ? where id = ?",
            )
            .bind(done)
            .bind(total)
            .bind(message)
            .bind(id)
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok::<(), Error>(())
        };
        if let Err(error) = written.await {
            tracing::warn!(job = id.0, %error, "progress not written");
        }
    }

    async fn end(&self, id: JobId, progress: &Progress, state: State, message: &str) -> Result<()> {
        let (done, total, _) = progress.now();
        let mut tx = self.db.begin().await?;
        sqlx::query(
            "update job set state = ?, done = ?, total = ?, message = ?, ended_at = ? where id = ?",
        )
        .bind(state)
        .bind(done)
        .bind(total)
        .bind(message)
        .bind(self.clock.stamp())
        .bind(id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// How far the owner's job is; newer than its row while it runs.
    ///
    /// # Errors
    /// `NotFound`, whether it is absent or somebody else's.
    pub async fn status(
        &self,
        db: &mut SqliteConnection,
        id: JobId,
        owner: AccountId,
    ) -> Result<Status> {
        let mut status = status(db, id, owner).await?;
        let live = self.live(id);
        if let (Some(progress), false) = (live, status.state.ended()) {
            (status.done, status.total, status.message) = progress.now();
        }
        Ok(status)
    }

    /// Waits until nothing runs; nothing else starts until what it gives is dropped.
    ///
    /// # Errors
    /// A fault if the server goes down.
    pub async fn quiet(&self) -> Result<OwnedSemaphorePermit> {
        let turns = self.turns.clone().acquire_many_owned(AT_ONCE as u32).await;
        turns.map_err(|e| Error::Fault(e.to_string()))
    }

    /// The progress of a job that waits or runs in this server, to look at and to cancel; whoever
    /// asks has seen to who may.
    pub fn live(&self, id: JobId) -> Option<Progress> {
        self.live.lock().ok().and_then(|live| live.get(&id.0).cloned())
    }

    /// Asks the owner's job to stop; it stops at its next step.
    ///
    /// # Errors
    /// `NotFound`, whether it is absent or somebody else's; a refusal if it has ended.
    pub async fn cancel(
        &self,
        db: &mut SqliteConnection,
        id: JobId,
        owner: AccountId,
    ) -> Result<()> {
        let status = status(db, id, owner).await?;
        let live = self.live(id);
        match live {
            Some(progress) if !status.state.ended() => {
                progress.cancel();
                Ok(())
            }
            _ => Err(Error::refused(format!("这项工作{}，不能取消。", status.state.label()))),
        }
    }
}

/// The owner's job as its row says.
///
/// # Errors
/// `NotFound`, whether it is absent or somebody else's.
pub async fn status(db: &mut SqliteConnection, id: JobId, owner: AccountId) -> Result<Status> {
    sqlx::query_as(
        "select id, kind, object, state, done, total, message, created_at, ended_at
           from job where id = ? and account_id = ?",
    )
    .bind(id)
    .bind(owner)
    .fetch_optional(db)
    .await?
    .ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests;
