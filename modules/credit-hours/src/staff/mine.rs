//! What others have declared for a person and a desk has not decided yet.

use kit::{Hours, PersonId, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::roster;

/// A line of the person's page.
#[derive(Debug, Serialize)]
pub struct ForPerson {
    title: String,
    year: i32,
    category: String,
    dates: String,
    hours: String,
    /// 单位申报
    by: &'static str,
}

/// Rows about this person that wait at a desk, the newest first.
pub async fn pending(db: &mut SqliteConnection, person: PersonId) -> Result<Vec<ForPerson>> {
    type Stored = (String, i32, String, String, String, Hours, String);
    let rows: Vec<Stored> = sqlx::query_as(
        "select r.title, r.year, c.short, r.started_on, r.ended_on, r.hours, r.subject
           from roster_row r join category c on c.id = r.category_id
          where r.person_id = ? and r.state = 'pending' order by r.id desc limit 100",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    let line = |(title, year, category, from, to, hours, subject): Stored| ForPerson {
        title,
        year,
        category,
        dates: crate::declaration::pages::dates(&from, &to),
        hours: hours.to_string(),
        by: roster::noun(&subject),
    };
    Ok(rows.into_iter().map(line).collect())
}
