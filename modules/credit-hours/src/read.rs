//! What others may read of the ledger: a person's years and entries.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::dictionary::learning_kind;
use kit::{Hours, PersonId, Result, day};

use crate::category::{self, Requirements};
use crate::ledger::source_label;

/// One subject of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryTotal {
    pub id: i64,
    /// 公需科目
    pub name: String,
    /// 公需
    pub short: String,
    /// Its minimum of the year, exemption taken off; zero: none.
    pub required: Hours,
    pub done: Hours,
}

/// Where a person stands in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearTotal {
    pub year: i32,
    /// The year's total, exemption taken off.
    pub required: Hours,
    /// What of it is waived (减免).
    pub exempt: Hours,
    /// In order; those in force or with hours.
    pub categories: Vec<CategoryTotal>,
    pub total: Hours,
    pub complete: bool,
    /// 应参加: somebody counts on it.
    pub counted: bool,
}

impl YearTotal {
    /// What is still missing, a phrase each: `公需科目还差 10 学时`.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<String> = self
            .categories
            .iter()
            .filter(|one| one.done < one.required)
            .map(|one| format!("{}还差 {} 学时", one.name, one.required - one.done))
            .collect();
        if missing.is_empty() && self.total < self.required {
            missing.push(format!("全年还差 {} 学时", self.required - self.total));
        }
        missing
    }
}

#[derive(sqlx::FromRow)]
struct YearRow {
    year: i32,
    level: String,
    required: i64,
    exempt: i64,
    total: i64,
    complete: bool,
    counted: bool,
}

/// Every year from `from` to `to`, newest last, each by the title level it has in its row; a year
/// without a row has the requirement of today's level and no hours.
pub async fn year_totals(
    db: &mut SqliteConnection,
    person: PersonId,
    from: i32,
    to: i32,
) -> Result<Vec<YearTotal>> {
    let rows: Vec<YearRow> = sqlx::query_as(
        "select year, level, required, exempt, total, complete, counted from person_year
          where person_id = ? and year between ? and ?",
    )
    .bind(person)
    .bind(from)
    .bind(to)
    .fetch_all(&mut *db)
    .await?;
    let mut rows: HashMap<i32, YearRow> = rows.into_iter().map(|row| (row.year, row)).collect();
    let done: Vec<(i32, i64, i64)> = sqlx::query_as(
        "select year, category_id, hours from person_year_category
          where person_id = ? and year between ? and ?",
    )
    .bind(person)
    .bind(from)
    .bind(to)
    .fetch_all(&mut *db)
    .await?;
    let done: HashMap<(i32, i64), i64> =
        done.into_iter().map(|(year, category, hours)| ((year, category), hours)).collect();
    let categories = category::all(&mut *db).await?;
    let rules = Requirements::load(&mut *db).await?;
    let now: Option<String> = sqlx::query_scalar("select level from person where id = ?")
        .bind(person)
        .fetch_optional(db)
        .await?;
    let now = now.unwrap_or_default();
    let years = (from..=to).map(|year| {
        let row = rows.remove(&year).unwrap_or(YearRow {
            year,
            level: now.clone(),
            required: rules.total(year, &now).tenths(),
            exempt: 0,
            total: 0,
            complete: rules.total(year, &now).is_zero(),
            counted: false,
        });
        let exempt = Hours::from_tenths(row.exempt);
        let categories = categories.iter().filter_map(|one| {
            let hours = done.get(&(year, one.id)).copied().unwrap_or(0);
            let required = rules.category(year, &row.level, one.id, exempt);
            (hours != 0 || !required.is_zero()).then(|| CategoryTotal {
                id: one.id,
                name: one.name.clone(),
                short: one.short.clone(),
                required,
                done: Hours::from_tenths(hours),
            })
        });
        YearTotal {
            year,
            required: Hours::from_tenths((row.required - row.exempt).max(0)),
            exempt,
            categories: categories.collect(),
            total: Hours::from_tenths(row.total),
            complete: row.complete,
            counted: row.counted,
        }
    });
    Ok(years.collect())
}

/// An entry as it is shown and printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryRow {
    pub id: i64,
    pub year: i32,
    pub title: String,
    /// 学习形式; `—` if not known.
    pub kind: String,
    pub started_on: String,
    pub ended_on: String,
    pub organizer: String,
    /// The unit it was earned in.
    pub earned_in: String,
    /// 公需
    pub category: String,
    pub hours: Hours,
    /// 个人申报
    pub source: String,
    pub recognised_by: String,
    /// The county day it was recorded on.
    pub recorded_on: String,
    /// Its declaration, if it came from one.
    pub declaration: Option<i64>,
    /// 更正: the revoked entry in whose place it stands.
    pub corrects: Option<i64>,
}

/// The entries that stand (neither reversed nor a reversal), by year and end date.
pub async fn entries(
    db: &mut SqliteConnection,
    person: PersonId,
    from: i32,
    to: i32,
) -> Result<Vec<EntryRow>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: i64,
        year: i32,
        title: String,
        kind: String,
        started_on: String,
        ended_on: String,
        organizer: String,
        earned_in: String,
        category: String,
        hours: i64,
        source: String,
        recognised_by: String,
        recorded_at: String,
        declaration_id: Option<i64>,
        corrects_id: Option<i64>,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select e.id, e.year, e.title, e.kind, e.started_on, e.ended_on, e.organizer,
                u.name as earned_in, c.short as category, e.hours, e.source, e.recognised_by, e.recorded_at,
                e.declaration_id, e.corrects_id
           from entry e join category c on c.id = e.category_id
           join organization u on u.id = e.earned_organization_id
          where e.person_id = ? and e.year between ? and ? and +e.reverses_id is null
            and not exists (select 1 from entry r where r.reverses_id = e.id)
          order by e.year, e.ended_on, e.id",
    )
    .bind(person)
    .bind(from)
    .bind(to)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| EntryRow {
            id: row.id,
            year: row.year,
            title: row.title,
            kind: kind_label(&row.kind).to_owned(),
            started_on: row.started_on,
            ended_on: row.ended_on,
            organizer: row.organizer,
            earned_in: row.earned_in,
            category: row.category,
            hours: Hours::from_tenths(row.hours),
            source: source_label(&row.source).to_owned(),
            recognised_by: row.recognised_by,
            recorded_on: county_day(&row.recorded_at),
            declaration: row.declaration_id,
            corrects: row.corrects_id,
        })
        .collect())
}

/// 学习形式 of a stored code.
pub fn kind_label(code: &str) -> &str {
    match learning_kind(code) {
        Some(kind) => kind.label,
        None if code.is_empty() => "—",
        None => code,
    }
}

/// The county day of a stored time.
pub fn county_day(stamp: &str) -> String {
    match day::stored_time(stamp) {
        Some(at) => day::date_text(day::county_day(at)),
        None => stamp.to_owned(),
    }
}
