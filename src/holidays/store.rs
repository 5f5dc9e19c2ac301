//! Statements of the table `holiday`.

use kit::calendar::KindOfDay;
use kit::{Result, day};
use sqlx::SqliteConnection;
use time::Date;

use super::pasted::Day;

fn of((day, kind, name): (String, String, String)) -> Option<Day> {
    Some(Day { day: day::stored_date(&day)?, kind: KindOfDay::from_code(&kind)?, name })
}

/// The listed days of a year, in order.
pub async fn of_year(db: &mut SqliteConnection, year: i32) -> Result<Vec<Day>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select day, kind, name from holiday where day >= ? and day <= ? order by day",
    )
    .bind(format!("{year}-01-01"))
    .bind(format!("{year}-12-31"))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(of).collect())
}

/// Years with any listed day.
pub async fn years(db: &mut SqliteConnection) -> Result<Vec<i32>> {
    Ok(sqlx::query_scalar("select distinct cast(substr(day, 1, 4) as integer) from holiday")
        .fetch_all(db)
        .await?)
}

pub async fn find(db: &mut SqliteConnection, day: Date) -> Result<Option<Day>> {
    let row: Option<(String, String, String)> =
        sqlx::query_as("select day, kind, name from holiday where day = ?")
            .bind(day::date_text(day))
            .fetch_optional(db)
            .await?;
    Ok(row.and_then(of))
}

/// Adds a day, or says anew what it is.
pub async fn put(tx: &mut SqliteConnection, one: &Day) -> Result<()> {
    sqlx::query(
        "insert into holiday (day, kind, name) values (?, ?, ?)
         on conflict (day) do update set kind = excluded.kind, name = excluded.name",
    )
    .bind(day::date_text(one.day))
    .bind(one.kind.code())
    .bind(&one.name)
    .execute(tx)
    .await?;
    Ok(())
}

pub async fn remove(tx: &mut SqliteConnection, day: Date) -> Result<()> {
    sqlx::query("delete from holiday where day = ?").bind(day::date_text(day)).execute(tx).await?;
    Ok(())
}
