//! Work on a clock: the kit's and core's own, and the modules'; stopped on shutdown.

use std::sync::Arc;
use std::time::Duration;

use kit::db::Pools;
use kit::module::{Task, TaskContext};
use kit::session::Activity;
use kit::{Clock, Db, Modules, Result, Settings};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::tokio;
use rocket::{Orbit, Rocket};

use crate::sign_in::lockout;

/// Starts every task with the server.
pub struct Tasks;

#[rocket::async_trait]
impl Fairing for Tasks {
    fn info(&self) -> Info {
        Info { name: "tasks", kind: Kind::Liftoff }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let (Some(pools), Some(clock), Some(settings), Some(modules), Some(activity)) = (
            rocket.state::<Arc<Pools>>(),
            rocket.state::<Clock>(),
            rocket.state::<Settings>(),
            rocket.state::<Modules>(),
            rocket.state::<Activity>(),
        ) else {
            return;
        };
        let context = TaskContext {
            db: pools.clone(),
            clock: clock.clone(),
            settings: settings.clone(),
            modules: modules.clone(),
        };
        let mut tasks: Vec<Task> = modules.all().iter().flat_map(|m| m.tasks()).collect();
        tasks.push(Task { name: "sweep", every: 300, run: |context| Box::pin(sweep(context)) });
        let every = 600;
        tasks.push(Task { name: "move on", every, run: |context| Box::pin(move_on(context)) });
        tasks.push(kit::file::SWEEP);
        let every = 1_800;
        tasks.push(Task {
            name: "statistics",
            every,
            run: |context| Box::pin(statistics(context)),
        });
        for task in tasks {
            let (context, mut shutdown) = (context.clone(), rocket.shutdown());
            tokio::spawn(async move {
                loop {
                    tokio::select! {
                        () = &mut shutdown => return,
                        () = tokio::time::sleep(Duration::from_secs(task.every)) => {}
                    }
                    if let Err(error) = (task.run)(context.clone()).await {
                        tracing::error!(task = task.name, %error, "task failed");
                    }
                }
            });
        }
        let (db, activity) = (Db::from(pools.as_ref().clone()), activity.clone());
        let mut shutdown = rocket.shutdown();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = &mut shutdown => return,
                    () = tokio::time::sleep(Duration::from_secs(60)) => {}
                }
                if let Err(error) = activity.flush(&db).await {
                    tracing::error!(%error, "last_seen not written");
                }
            }
        });
    }
}

/// What the query planner knows of each table: tables that have grown since, or were never looked
/// at, are sampled anew. Without it a county that was typed and imported is planned for as an
/// empty one.
async fn statistics(context: TaskContext) -> Result<()> {
    sample(&context.db).await
}

async fn sample(db: &Pools) -> Result<()> {
    let mut writer = db.writer().await?;
    sqlx::raw_sql("pragma analysis_limit = 2000; pragma optimize(0x10002);")
        .execute(&mut *writer)
        .await?;
    Ok(())
}

/// Sessions that have ended, queries nobody will ask again, failures long past.
async fn sweep(context: TaskContext) -> Result<()> {
    let now = context.clock.stamp();
    let mut tx = context.db.begin().await?;
    sqlx::query("delete from session where ends_at <= ?").bind(&now).execute(&mut *tx).await?;
    // on a machine that was off for long, idle sessions end here; others when they are used
    let idle = context.settings.integer(&kit::session::IDLE) + 5;
    sqlx::query("delete from session where seen_at < ?")
        .bind(context.clock.stamp_in(-time::Duration::minutes(idle)))
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from list_query where created_at < ?")
        .bind(context.clock.stamp_in(-time::Duration::hours(24)))
        .execute(&mut *tx)
        .await?;
    lockout::sweep(&mut tx, &context.clock).await?;
    tx.commit().await?;
    Ok(())
}

/// A right that ran out, an account that was disabled: what waits for nobody goes to the superior.
async fn move_on(context: TaskContext) -> Result<()> {
    let mut tx = context.db.begin().await?;
    let moved = kit::review::move_on(&mut tx, &context.modules, &context.clock).await?;
    tx.commit().await?;
    if moved > 0 {
        tracing::info!(moved, "cases moved on from desks without anybody");
    }
    Ok(())
}

/// After the last request: what is only in memory is written, the log folded into the database.
pub async fn finish(rocket: &Rocket<rocket::Ignite>) -> Result<()> {
    let (Some(db), Some(activity)) = (rocket.state::<Db>(), rocket.state::<Activity>()) else {
        return Ok(());
    };
    activity.flush(db).await?;
    let mut writer = db.writer().await?;
    sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut *writer).await?;
    drop(writer);
    db.shut().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use kit::db::Pools;
    use sqlx::Executor;

    use super::sample;

    #[tokio::test]
    async fn a_table_that_was_never_looked_at_is_sampled() {
        let folder = tempfile::tempdir().unwrap();
        let db = Pools::open(folder.path(), 1, true).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute("create table row (id integer primary key, word text); create index row_word on row (word);").await.unwrap();
        for word in 0..200 {
            sqlx::query("insert into row (word) values (?)")
                .bind((word % 20).to_string())
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        sample(&db).await.unwrap();
        let told: String =
            sqlx::query_scalar("select stat from sqlite_stat1 where idx = 'row_word'")
                .fetch_one(&mut *db.read().await.unwrap())
                .await
                .unwrap();
        assert_eq!(told, "200 10");
    }
}
