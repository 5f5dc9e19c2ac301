//! Migrations: keyed by (module, name) with a checksum, each in its own transaction.

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Executor, Row};

use crate::db::Pools;
use crate::{Clock, Error, Module, Result};

/// One step of a module's schema. Never edited once published.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Unique within the module; by habit `0001_people`.
    pub name: &'static str,
    pub sql: &'static str,
}

/// The kit's own steps.
pub const KIT: &[Migration] = &[
    Migration { name: "0001_kit", sql: include_str!("../migrations/0001_kit.sql") },
    Migration { name: "0002_review", sql: include_str!("../migrations/0002_review.sql") },
    Migration { name: "0003_file_link", sql: include_str!("../migrations/0003_file_link.sql") },
    Migration {
        name: "0004_rights_and_messages",
        sql: include_str!("../migrations/0004_rights_and_messages.sql"),
    },
];

/// Brings the database to this program's schema: kit first, then each module in order.
///
/// # Errors
/// A database with a step this program does not know (a newer program made it), or with a step
/// whose text has changed, is refused and left as it is.
pub async fn run(pools: &Pools, modules: &[Box<dyn Module>], clock: &Clock) -> Result<()> {
    let mut writer = pools.writer().await?;
    writer
        .execute(
            "create table if not exists migration (
               module text not null, name text not null, checksum text not null,
               applied_at text not null, primary key (module, name)) strict",
        )
        .await?;
    drop(writer);

    let mut steps: Vec<(&'static str, Migration)> = KIT.iter().map(|m| ("kit", *m)).collect();
    for module in modules {
        steps.extend(module.migrations().into_iter().map(|m| (module.name(), m)));
    }
    let applied: Vec<(String, String, String)> =
        sqlx::query_as("select module, name, checksum from migration")
            .fetch_all(&mut *pools.read().await?)
            .await?;
    for (module, name, checksum) in &applied {
        match steps.iter().find(|(m, step)| m == module && step.name == name) {
            None => {
                return Err(Error::refused(format!(
                    "数据库由更新版本的程序建立（{module}/{name}），这个版本不能打开它。请换用新版程序，数据没有改动。"
                )));
            }
            Some((_, step)) if checksum_of(step.sql) != *checksum => {
                return Err(Error::refused(format!(
                    "数据库的结构记录（{module}/{name}）与程序不一致，不能打开。请换用建立它的程序版本，数据没有改动。"
                )));
            }
            Some(_) => {}
        }
    }
    let fresh: Vec<(&'static str, Migration)> = steps
        .into_iter()
        .filter(|(module, step)| {
            !applied.iter().any(|(m, name, _)| m == module && name == step.name)
        })
        .collect();
    if fresh.is_empty() {
        return Ok(());
    }
    // a step may make a table anew that others refer to: each is checked before its commit instead
    pools.writer().await?.execute("pragma foreign_keys = off").await?;
    let outcome = apply(pools, &fresh, clock).await;
    pools.writer().await?.execute("pragma foreign_keys = on").await?;
    outcome
}

async fn apply(pools: &Pools, steps: &[(&'static str, Migration)], clock: &Clock) -> Result<()> {
    for (module, step) in steps {
        let mut tx = pools.begin().await?;
        let failed = |error: &dyn std::fmt::Display| {
            Error::Fault(format!("migration {module}/{}: {error}", step.name))
        };
        sqlx::raw_sql(AssertSqlSafe(step.sql))
            .execute(&mut *tx)
            .await
            .map_err(|error| failed(&error))?;
        sqlx::query(
            "insert into migration (module, name, checksum, applied_at) values (?, ?, ?, ?)",
        )
        .bind(module)
        .bind(step.name)
        .bind(checksum_of(step.sql))
        .bind(clock.stamp())
        .execute(&mut *tx)
        .await?;
        let broken = sqlx::query("pragma foreign_key_check").fetch_optional(&mut *tx).await?;
        if let Some(row) = broken {
            let table: String = row.try_get(0)?;
            return Err(failed(&format!("foreign key broken in {table}")));
        }
        tx.commit().await?;
    }
    Ok(())
}

/// SHA-256 of a step's text, as hexadecimal digits.
pub fn checksum_of(sql: &str) -> String {
    hex(&Sha256::digest(sql.as_bytes()))
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
