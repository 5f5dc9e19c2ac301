//! The demo county: believable, reproducible, and only ever in an empty data folder.

use kit::db::Pools;
use kit::module::Demo;
use kit::serial::Random;
use kit::{Actor, Clock, Error, Modules, Result, trail};

/// Who can sign in to a demo county, with a password that is shown once.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Signer {
    /// What he is: 人社局超级管理员
    pub what: String,
    pub login: String,
    pub password: String,
}

/// How large a county, and which one.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub people: u64,
    pub records: u64,
    /// The same seed makes the same people and records; passwords differ each time.
    pub seed: u64,
}

impl Size {
    /// Ten records a person.
    pub fn of(people: u64) -> Self {
        Self { people, records: people * 10, seed: 2026 }
    }
}

/// Page cache of the writer while a county is filled, in KiB: indexes of a million rows.
const CACHE: &str = "pragma cache_size = -262144";

/// Fills a database that is migrated and empty, all of it or nothing.
///
/// # Errors
/// Refused if there is any organization or account.
pub async fn fill(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    size: Size,
    report: fn(&str),
) -> Result<Vec<Signer>> {
    let mut reader = db.read().await?;
    let empty: bool = sqlx::query_scalar(
        "select not exists (select 1 from organization) and not exists (select 1 from account)",
    )
    .fetch_one(&mut *reader)
    .await?;
    drop(reader);
    if !empty {
        return Err(Error::refused(
            "这个数据文件夹里已有数据，没有动它。演示数据只能建在空的数据文件夹里，请用 --data 指定一个新文件夹。",
        ));
    }
    let mut writer = db.writer().await?;
    let usual: i64 = sqlx::query_scalar("pragma cache_size").fetch_one(&mut *writer).await?;
    sqlx::query(CACHE).execute(&mut *writer).await?;
    drop(writer);
    let filled = all(db, modules, clock, size, report).await;
    let mut writer = db.writer().await?;
    // `usual` is SQLite's own number
    let back = sqlx::AssertSqlSafe(format!("pragma cache_size = {usual}"));
    sqlx::query(back).execute(&mut *writer).await?;
    let signers = filled?;
    report("整理索引……");
    // so that statements are planned for the county they find
    sqlx::raw_sql("pragma analysis_limit = 2000; analyze; pragma optimize; pragma wal_checkpoint(truncate); pragma shrink_memory;")
        .execute(&mut *writer)
        .await?;
    Ok(signers)
}

async fn all(
    db: &Pools,
    modules: &Modules,
    clock: &Clock,
    size: Size,
    report: fn(&str),
) -> Result<Vec<Signer>> {
    let mut county = Demo {
        people: size.people,
        records: size.records,
        random: Random::new(size.seed),
        clock: clock.clone(),
        modules: modules.clone(),
        accounts: vec![],
        report,
    };
    let mut tx = db.begin().await?;
    for module in modules.all() {
        module.demo(&mut tx, &mut county).await?;
    }
    let text = format!("建立演示数据：{} 人，{} 条学时记录", size.people, size.records);
    trail::write(&mut tx, &Actor::command("demo"), clock, "demo", "", &text).await?;
    tx.commit().await?;
    let signer = |(what, login, password)| Signer { what, login, password };
    Ok(county.accounts.into_iter().map(signer).collect())
}
