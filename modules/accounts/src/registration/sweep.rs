//! Forms that were never sent: their drafts and files go after a day.

use futures_util::future::BoxFuture;
use kit::module::{Task, TaskContext};
use kit::{FileId, Result};

/// For `Module::tasks`.
pub const SWEEP: Task = Task { name: "清理未提交的注册表", every: 60 * 60, run: task };

fn task(context: TaskContext) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        let before = context.clock.stamp_in(-super::draft::KEPT);
        let mut tx = context.db.begin().await?;
        let files: Vec<FileId> = sqlx::query_scalar(
            "delete from registration_file where registration_id in (
               select id from registration where state = 'draft' and created_at < ?)
             returning file_id",
        )
        .bind(&before)
        .fetch_all(&mut *tx)
        .await?;
        // their contents go with the kit's sweep of files without a row
        for file in files {
            sqlx::query("delete from file where id = ? and account_id is null")
                .bind(file)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("delete from registration where state = 'draft' and created_at < ?")
            .bind(&before)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    })
}
