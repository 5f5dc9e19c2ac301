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
    Migration {
        name: "0005_administrator_contact",
        sql: include_str!("../migrations/0005_administrator_contact.sql"),
    },
    Migration { name: "0006_file_viewer", sql: include_str!("../migrations/0006_file_viewer.sql") },
    Migration {
        name: "0007_file_link_stays",
        sql: include_str!("../migrations/0007_file_link_stays.sql"),
    },
    Migration { name: "0008_holidays", sql: include_str!("../migrations/0008_holidays.sql") },
    Migration {
        name: "0040_account_indexes",
        sql: include_str!("../migrations/0040_account_indexes.sql"),
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

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;
    use time::macros::datetime;

    use super::{KIT, checksum_of, run};
    use crate::Clock;
    use crate::db::Pools;

    /// What 0004 makes anew keeps its rows and what refers to them.
    #[rocket::async_test]
    async fn a_database_of_the_first_program_is_brought_up_whole() {
        let folder =
            std::env::temp_dir().join(format!("kit-old-{}", crate::serial::token().unwrap()));
        std::fs::create_dir_all(&folder).unwrap();
        let clock = Clock::fixed(datetime!(2026-11-23 01:00 UTC));
        let pools = Pools::open(&folder, 1, true).await.unwrap();
        let mut tx = pools.begin().await.unwrap();
        let table = "create table migration (module text not null, name text not null,
            checksum text not null, applied_at text not null, primary key (module, name)) strict;";
        sqlx::raw_sql(table).execute(&mut *tx).await.unwrap();
        for step in KIT.iter().take(3) {
            sqlx::raw_sql(AssertSqlSafe(step.sql)).execute(&mut *tx).await.unwrap();
            sqlx::query("insert into migration values ('kit', ?, ?, '')")
                .bind(step.name)
                .bind(checksum_of(step.sql))
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        sqlx::raw_sql(
            "insert into organization (id, kind, name, parent_id, department_id, created_at) values
               (1, 'bureau', '局', null, null, ''), (2, 'department', '教育局', 1, 2, '');
             insert into account (id, login, name, state, created_at) values
               (1, 'one', '甲', 'active', ''), (2, 'two', '乙', 'active', '');
             insert into role (id, organization_id, name, created_at) values (9, 1, '审批员', '');
             insert into grant (id, account_id, organization_id, role_id, scope_id, state, created_at)
             values (1, 1, 1, 1, null, 'active', ''), (2, 2, 1, 9, 2, 'removed', ''),
                    (3, 2, 1, 1, 2, 'active', '');
             insert into session (id, token_hash, account_id, grant_id, address, agent, created_at,
               seen_at, ends_at) values (1, x'01', 2, 3, '', '', '', '', '');
             insert into file values (7, 'aa', '证书.pdf', 'application/pdf', 3, 1, '');
             insert into file_link values (7, 'x', null, 1, null);
             insert into review_case (id, subject, number, state, desk_id, route, stage, account_id,
               organization_id, title, content, submitted_at, waiting_since)
             values (5, 'toys', 'N1', 'pending', 1, '[1]', 0, 1, 1, '', '{}', '', '');
             insert into review_step (case_id, round, at, act, name, desk_name)
             values (5, 1, '', 'submit', '甲', '');",
        )
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        run(&pools, &[], &clock).await.unwrap();
        let mut db = pools.read().await.unwrap();
        let grants: Vec<(i64, i64, String, String)> =
            sqlx::query_as("select id, account_id, scope, state from grant order by id")
                .fetch_all(&mut *db)
                .await
                .unwrap();
        let whole = |id, account, scope: &str| (id, account, scope.to_owned(), "active".to_owned());
        assert_eq!(grants, [whole(1, 1, "whole"), whole(2, 2, "departments")]);
        let number = async |db: &mut sqlx::SqliteConnection, sql: &'static str| -> i64 {
            sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
        };
        for (sql, wanted) in [
            ("select count(*) from grant_role", 3),
            ("select department_id from grant_department where grant_id = 2", 2),
            ("select grant_id from session", 2),
            ("select count(*) from file_link l join file f on f.id = l.file_id", 1),
            ("select count(*) from review_step s join review_case c on c.id = s.case_id", 1),
            ("select count(*) from pragma_foreign_key_check", 0),
        ] {
            assert_eq!(number(&mut db, sql).await, wanted, "{sql}");
        }
        drop(db);
        let mut tx = pools.begin().await.unwrap();
        let orphan = sqlx::query(
            "insert into message (account_id, at, title, text) values (99, '', '', '')",
        );
        assert!(orphan.execute(&mut *tx).await.is_err(), "foreign keys are on again");
        drop(tx);
        let _ = std::fs::remove_dir_all(&folder);
    }
}
