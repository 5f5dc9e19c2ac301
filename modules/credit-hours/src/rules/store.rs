//! Statements of rules and their versions.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Clock, Error, Result};

use super::rule::Rule;

/// One state a rule was in.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Version {
    pub number: i64,
    pub at: String,
    pub by_name: String,
    /// What was done, in words.
    pub what: String,
}

/// # Errors
/// `NotFound`
pub async fn find(db: &mut SqliteConnection, id: i64) -> Result<Rule> {
    let found = sqlx::query_as(
        "select id, version, kind, item, level, rank, max_rank, step, unit, hours, cap_item,
                cap_year, category_id as category, effect, valid_from, valid_to, source, sample
           from conversion_rule where id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The latest first.
pub async fn versions(db: &mut SqliteConnection, id: i64) -> Result<Vec<Version>> {
    Ok(sqlx::query_as(
        "select number, at, by_name, what from conversion_rule_version where rule_id = ?
          order by number desc",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// A version and the rule as it was then.
///
/// # Errors
/// `NotFound`
pub async fn version(db: &mut SqliteConnection, id: i64, number: i64) -> Result<(Version, Rule)> {
    let found: Option<Version> = sqlx::query_as(
        "select number, at, by_name, what from conversion_rule_version
          where rule_id = ? and number = ?",
    )
    .bind(id)
    .bind(number)
    .fetch_optional(&mut *db)
    .await?;
    let version = found.ok_or(Error::NotFound)?;
    let content: String = sqlx::query_scalar(
        "select content from conversion_rule_version where rule_id = ? and number = ?",
    )
    .bind(id)
    .bind(number)
    .fetch_one(db)
    .await?;
    let rule = Rule { id, version: number, ..serde_json::from_str(&content)? };
    Ok((version, rule))
}

/// Another rule for the same thing on one of its days; none if there is none.
pub async fn same(db: &mut SqliteConnection, rule: &Rule) -> Result<Option<Rule>> {
    let id: Option<i64> = sqlx::query_scalar(
        "select id from conversion_rule
          where id <> ?1 and kind = ?2 and item = ?3 and level = ?4 and category_id is ?5
            and (rank = 0) = (?6 = 0) and rank <= ?7 and max_rank >= ?6
            and (?9 = '' or valid_from <= ?9) and (valid_to = '' or valid_to >= ?8)
          order by id limit 1",
    )
    .bind(rule.id)
    .bind(&rule.kind)
    .bind(&rule.item)
    .bind(&rule.level)
    .bind(rule.category)
    .bind(rule.rank)
    .bind(rule.max_rank)
    .bind(&rule.valid_from)
    .bind(&rule.valid_to)
    .fetch_optional(&mut *db)
    .await?;
    match id {
        Some(id) => find(db, id).await.map(Some),
        None => Ok(None),
    }
}

/// Stores a new rule and its first version.
pub async fn create(
    tx: &mut SqliteConnection,
    rule: &Rule,
    by: &str,
    clock: &Clock,
) -> Result<i64> {
    let id: i64 = sqlx::query_scalar(
        "insert into conversion_rule (kind, item, level, rank, max_rank, step, unit, hours, cap_item,
           cap_year, category_id, effect, valid_from, valid_to, source, sample, updated_at, updated_by)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(&rule.kind)
    .bind(&rule.item)
    .bind(&rule.level)
    .bind(rule.rank)
    .bind(rule.max_rank)
    .bind(rule.step)
    .bind(rule.unit)
    .bind(rule.hours)
    .bind(rule.cap_item)
    .bind(rule.cap_year)
    .bind(rule.category)
    .bind(rule.effect)
    .bind(&rule.valid_from)
    .bind(&rule.valid_to)
    .bind(&rule.source)
    .bind(rule.sample)
    .bind(clock.stamp())
    .bind(by)
    .fetch_one(&mut *tx)
    .await?;
    keep(tx, &Rule { id, version: 1, ..rule.clone() }, "新增", by, clock).await?;
    Ok(id)
}

/// Stores a change of the rule with this version and keeps the new state as the next one.
///
/// # Errors
/// Refused if somebody else saved meanwhile.
pub async fn update(
    tx: &mut SqliteConnection,
    rule: &Rule,
    what: &str,
    by: &str,
    clock: &Clock,
) -> Result<()> {
    let done = sqlx::query(
        "update conversion_rule set version = version + 1, kind = ?, item = ?, level = ?, rank = ?,
           max_rank = ?, step = ?, unit = ?, hours = ?, cap_item = ?, cap_year = ?,
           category_id = ?, effect = ?, valid_from = ?, valid_to = ?, source = ?, sample = ?,
           updated_at = ?, updated_by = ?
          where id = ? and version = ?",
    )
    .bind(&rule.kind)
    .bind(&rule.item)
    .bind(&rule.level)
    .bind(rule.rank)
    .bind(rule.max_rank)
    .bind(rule.step)
    .bind(rule.unit)
    .bind(rule.hours)
    .bind(rule.cap_item)
    .bind(rule.cap_year)
    .bind(rule.category)
    .bind(rule.effect)
    .bind(&rule.valid_from)
    .bind(&rule.valid_to)
    .bind(&rule.source)
    .bind(rule.sample)
    .bind(clock.stamp())
    .bind(by)
    .bind(rule.id)
    .bind(rule.version)
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::refused("这条规则刚被别人修改过，没有保存。请返回列表重新打开后再改。"));
    }
    keep(tx, &Rule { version: rule.version + 1, ..rule.clone() }, what, by, clock).await
}

async fn keep(
    tx: &mut SqliteConnection,
    rule: &Rule,
    what: &str,
    by: &str,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "insert into conversion_rule_version (rule_id, number, at, by_name, what, content)
         values (?, ?, ?, ?, ?, ?)",
    )
    .bind(rule.id)
    .bind(rule.version)
    .bind(clock.stamp())
    .bind(by)
    .bind(what)
    .bind(serde_json::to_string(rule)?)
    .execute(tx)
    .await?;
    Ok(())
}
