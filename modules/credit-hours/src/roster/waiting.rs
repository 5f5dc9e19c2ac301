//! What others have declared for a person and no desk has finished with, for himself to see.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Hours, PersonId, Result};

/// A row of a roster that waits at a desk.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Waiting {
    /// 基地已代申报，审核中
    pub told: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub year: i32,
    /// 科目
    pub category: String,
    pub hours: Hours,
}

/// What waits for a person, the oldest first; rows without hours are left out.
pub async fn waiting(db: &mut SqliteConnection, person: PersonId) -> Result<Vec<Waiting>> {
    Ok(sqlx::query_as(
        "select case r.subject when 'staff' then '单位已申报，审核中'
                  when 'proxy' then '基地已代申报，审核中' else '历史学时已提交，审核中' end as told,
                r.title, r.organizer, r.started_on, r.ended_on, r.year, c.name as category, r.hours
           from roster_row r join category c on c.id = r.category_id
          where r.person_id = ? and r.state = 'pending' and r.hours > 0 order by r.id",
    )
    .bind(person)
    .fetch_all(db)
    .await?)
}
