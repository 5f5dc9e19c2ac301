//! The rows of a batch, and their sums by year and subject.

use kit::review::{Table, TableCell};
use kit::{Hours, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::batch::Batch;

/// One row of a batch, with what became of it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Line {
    /// Of the file; of what is in the ledger without a roster, its entry.
    pub number: i64,
    pub name: String,
    pub masked: String,
    pub year: i32,
    pub category: String,
    pub title: String,
    pub started_on: String,
    pub ended_on: String,
    pub hours: Hours,
    pub organizer: String,
    /// `entered`, `revoked`, `left`, `abroad` or empty
    pub state: String,
    pub reason: String,
}

impl Line {
    pub fn dates(&self) -> String {
        match self.started_on == self.ended_on {
            true => self.started_on.clone(),
            false => format!("{} 至 {}", self.started_on, self.ended_on),
        }
    }

    /// What became of it, as a sentence; empty while it waits.
    pub fn told(&self) -> String {
        match self.state.as_str() {
            "entered" => "已记入".to_owned(),
            "revoked" => "已撤销".to_owned(),
            "left" | "abroad" => format!("没有记入：{}", self.reason),
            _ => String::new(),
        }
    }
}

/// Rows of a case behind a row's number.
pub async fn roster_page(
    db: &mut SqliteConnection,
    batch: i64,
    after: i64,
    most: i64,
) -> Result<Vec<Line>> {
    Ok(sqlx::query_as(
        "select r.number, r.name,
                substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
                r.year, c.short as category, r.title, r.started_on, r.ended_on, r.hours,
                r.organizer, r.reason,
                case when r.state = 'entered' and exists (select 1 from entry x
                       where x.reverses_id = r.entry_id) then 'revoked'
                     when r.state in ('draft', 'pending') then '' else r.state end as state
           from roster_row r join identity i on i.id = r.identity_id
           join category c on c.id = r.category_id
          where r.subject = 'history' and r.parent_id = ? and r.number > ?
          order by r.number limit ?",
    )
    .bind(batch)
    .bind(after)
    .bind(most)
    .fetch_all(db)
    .await?)
}

/// Rows of what the bureau entered by itself, behind an entry.
pub async fn entry_page(
    db: &mut SqliteConnection,
    batch: i64,
    after: i64,
    most: i64,
) -> Result<Vec<Line>> {
    Ok(sqlx::query_as(
        "select e.id as number, p.name,
                substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked,
                e.year, c.short as category, e.title, e.started_on, e.ended_on, e.hours,
                e.organizer, '' as reason,
                case when exists (select 1 from entry x where x.reverses_id = e.id)
                     then 'revoked' else 'entered' end as state
           from history_entry h cross join entry e on e.id = h.entry_id
           join person p on p.id = e.person_id join identity i on i.id = p.identity_id
           join category c on c.id = e.category_id
          where h.batch_id = ? and h.entry_id > ? order by h.entry_id limit ?",
    )
    .bind(batch)
    .bind(after)
    .bind(most)
    .fetch_all(db)
    .await?)
}

/// 分年度合计: (year, subject, rows, people, hours).
pub fn sums_table(sums: &[(i32, String, i64, i64, Hours)]) -> Table {
    let heads =
        [("年度", "nowrap"), ("科目", "nowrap"), ("人数", "num"), ("条数", "num"), ("学时", "num")];
    let mut table = Table::new("分年度合计", &heads);
    for (year, category, rows, people, hours) in sums {
        let cells = [
            year.to_string(),
            category.clone(),
            people.to_string(),
            rows.to_string(),
            hours.to_string(),
        ];
        table.rows.push(cells.into_iter().map(TableCell::new).collect());
    }
    table
}

/// By year and subject: of the ledger once the batch is in it, else of its roster.
pub async fn sums(db: &mut SqliteConnection, batch: &Batch) -> Result<Table> {
    let sql = if batch.entered_at.is_empty() {
        "select r.year, c.name, count(*), count(distinct r.identity_id), sum(r.hours)
           from roster_row r join category c on c.id = r.category_id
          where r.subject = 'history' and r.parent_id = ?
          group by r.year, c.id order by r.year, c.sort"
    } else {
        "select e.year, c.name, count(*), count(distinct e.person_id), sum(e.hours)
           from history_entry h cross join entry e on e.id = h.entry_id
           join category c on c.id = e.category_id
          where h.batch_id = ? group by e.year, c.id order by e.year, c.sort"
    };
    let sums: Vec<(i32, String, i64, i64, Hours)> =
        sqlx::query_as(sql).bind(batch.id).fetch_all(db).await?;
    Ok(sums_table(&sums))
}
