//! Files that no row names any more.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;

use crate::Result;
use crate::module::{Task, TaskContext};

/// A file without a row is deleted after so long: its transaction was undone or its row removed.
const ORPHANED: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes files that no row names any more; for `Module::tasks`.
pub const SWEEP: Task = Task { name: "清理无主文件", every: 6 * 60 * 60, run: sweep_task };

/// Deletes files without a row that are older than a day, seen from `now`; tells how many.
///
/// # Errors
/// When the folder cannot be read.
pub async fn sweep(db: &crate::db::Pools, now: SystemTime) -> Result<u64> {
    let folder = super::folder(db.folder());
    let orphans = orphans(db, &folder, now).await?;
    if orphans.is_empty() {
        return Ok(0);
    }
    // `keep` runs inside a write transaction: while we hold the writer, none reuses a file
    let mut tx = db.begin().await?;
    let mut deleted = 0;
    for (name, path) in orphans {
        if old(&path, now) && !has_row(&mut tx, &name).await? {
            tokio::fs::remove_file(&path).await?;
            deleted += 1;
        }
    }
    tx.rollback().await?;
    Ok(deleted)
}

fn sweep_task(context: TaskContext) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let deleted = sweep(&context.db, SystemTime::now()).await?;
        if deleted > 0 {
            tracing::info!(deleted, "files without a row deleted");
        }
        Ok(())
    })
}

async fn orphans(
    db: &crate::db::Pools,
    folder: &Path,
    now: SystemTime,
) -> Result<Vec<(String, PathBuf)>> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(error.into()),
    };
    let mut reader = db.read().await?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        if path.is_file() && old(&path, now) && !has_row(&mut reader, &name).await? {
            found.push((name, path));
        }
    }
    Ok(found)
}

async fn has_row(db: &mut SqliteConnection, sha256: &str) -> Result<bool> {
    Ok(sqlx::query_scalar("select exists (select 1 from file where sha256 = ?)")
        .bind(sha256)
        .fetch_one(db)
        .await?)
}

fn old(path: &Path, now: SystemTime) -> bool {
    let written = path.metadata().and_then(|about| about.modified());
    written.is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > ORPHANED))
}
