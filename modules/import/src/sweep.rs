//! What is not kept: rows of people who are in, and everything typed after the keeping period
//! (quality.md PD-06). Only the file's hash and the counts remain.

use kit::module::{Task, TaskContext};
use kit::settings::Kind;
use kit::{Result, Setting};
use time::Duration;

use crate::store;

/// Days that failing rows, and checks nobody finished, are kept.
pub const KEEP_DAYS: Setting = Setting {
    key: "import.keep-days",
    group: "批量导入",
    label: "未导入的行保留",
    help: "需要修改的行和没有确认的核对保留这么多天，供上传的人下载改正，之后只留文件指纹和行数。",
    kind: Kind::Integer { least: 1, most: 365, unit: "天" },
    default: "30",
    check: None,
};

pub const TASK: Task =
    Task { name: "import sweep", every: 3_600, run: |context| Box::pin(sweep(context)) };

async fn sweep(context: TaskContext) -> Result<()> {
    let db = &context.db;
    let now = context.clock.stamp();
    let past = context.clock.stamp_in(-Duration::days(context.settings.integer(&KEEP_DAYS)));
    let mut tx = db.begin().await?;
    // a check whose server or command stopped
    sqlx::query(
        "update import set state = 'failed', ended_at = ?,
           message = '核对中途系统停止运行，没有写入任何数据。请重新上传文件。'
          where state = 'checking' and seen_at < ?
            and not exists (select 1 from job j
              where j.id = import.job_id and j.state in ('waiting', 'running'))",
    )
    .bind(&now)
    .bind(context.clock.stamp_in(-Duration::minutes(10)))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update import set state = 'cancelled', ended_at = ?
          where state = 'checked' and created_at < ?",
    )
    .bind(&now)
    .bind(&past)
    .execute(&mut *tx)
    .await?;
    // what was attached to an upload that nobody sent
    for sql in [
        "delete from history_file where batch_id in (select b.id from history_batch b
           join import i on i.id = b.import_id where b.state = 'draft' and i.state = 'cancelled')",
        "delete from history_batch where state = 'draft' and import_id in
           (select id from import where state = 'cancelled')",
    ] {
        sqlx::query(sql).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    forget_former(&context).await?;
    let emptied: Vec<(i64, bool)> = sqlx::query_as(
        "select i.id, i.state <> 'imported' or i.created_at < ?1 from import i
          where i.state in ('imported', 'cancelled', 'failed')
            and (exists (select 1 from import_row r where r.import_id = i.id
                   and (i.state <> 'imported' or i.created_at < ?1 or r.verdict in ('ok', 'warn', 'known')))
              or i.created_at < ?1
                 and exists (select 1 from import_problem p where p.import_id = i.id))",
    )
    .bind(&past)
    .fetch_all(&mut *db.read().await?)
    .await?;
    for (id, all) in emptied {
        store::forget(db, id, all).await?;
    }
    Ok(())
}

/// What stood there before an import, once it cannot be undone any more, some thousands at a time.
async fn forget_former(context: &TaskContext) -> Result<()> {
    let days = context.settings.integer(&crate::undo::UNDO_DAYS);
    // a day more: the last county day of the period is whole
    let past = context.clock.stamp_in(-Duration::days(days + 1));
    loop {
        let mut tx = context.db.begin().await?;
        let emptied = sqlx::query(
            "update import_touch set before = '', after = ''
              where (import_id, object, object_id, what) in (
                select t.import_id, t.object, t.object_id, t.what
                  from import i cross join import_touch t on t.import_id = i.id and t.after <> ''
                 where i.kind = 'people' and i.state = 'imported' and i.ended_at < ? limit 5000)",
        )
        .bind(&past)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if emptied.rows_affected() == 0 {
            return Ok(());
        }
    }
}
