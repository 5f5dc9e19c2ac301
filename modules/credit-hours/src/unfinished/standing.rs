//! How many of a scope's people have completed a year: from the kept sums of units, never counted.

use serde::Serialize;
use sqlx::{QueryBuilder, SqliteConnection};

use kit::{Result, Scope};

/// The sums of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Standing {
    /// 应参加
    pub people: i64,
    pub complete: i64,
    /// 0 学时
    pub zero: i64,
}

/// The sums of the units in a scope.
pub async fn of(db: &mut SqliteConnection, scope: Scope, year: i32) -> Result<Standing> {
    let mut sql = QueryBuilder::new(
        "select coalesce(sum(u.people), 0) as people, coalesce(sum(u.complete), 0) as complete,
                coalesce(sum(u.zero), 0) as zero from unit_year u where u.year = ",
    );
    sql.push_bind(year);
    scope.narrow(&mut sql, "u");
    Ok(sql.build_query_as().fetch_one(db).await?)
}

impl Standing {
    pub fn unfinished(&self) -> i64 {
        self.people - self.complete
    }

    /// 2026 年度应参加 120 人，已完成 85 人，未完成 35 人
    pub fn sentence(&self, year: i32) -> String {
        format!(
            "{year} 年度应参加 {} 人，已完成 {} 人，未完成 {} 人",
            self.people,
            self.complete,
            self.unfinished()
        )
    }
}
