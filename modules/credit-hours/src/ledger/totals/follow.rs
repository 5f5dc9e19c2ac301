//! After another requirement: rows of its years follow chunk by chunk, so that nobody waits long
//! for the one writer; and what would become of them, counted beforehand.

use serde::Serialize;
use sqlx::{AssertSqlSafe, SqliteConnection};

use kit::{Clock, PersonId, Result};

use super::{TOUCHED, complete, follow_exempt, judged, required, row_required, run, touched_delta};
use crate::category::Requirements;

/// Notes that the rows of these years no longer say what is asked; in the transaction that changes
/// the requirement. Years nobody has a row of need nothing.
pub async fn mark(tx: &mut SqliteConnection, from: i32, to: i32) -> Result<()> {
    sqlx::query(
        "insert into year_rebuild (year) select year from ledger_year where year between ? and ?
         on conflict (year) do update set done_to = 0",
    )
    .bind(from)
    .bind(to)
    .execute(tx)
    .await?;
    Ok(())
}

/// Brings up to `most` people's rows of the newest marked year in step; gives how many they were,
/// or none when nothing is left to do.
pub async fn some(tx: &mut SqliteConnection, most: i64, clock: &Clock) -> Result<Option<i64>> {
    let next: Option<(i32, i64)> =
        sqlx::query_as("select year, done_to from year_rebuild order by year desc limit 1")
            .fetch_optional(&mut *tx)
            .await?;
    let Some((year, after)) = next else { return Ok(None) };
    // by the unique key of person and year: the other indexes would sort the whole year
    let people: Vec<PersonId> = sqlx::query_scalar(
        "select person_id from person_year where +year = ? and person_id > ?
          order by person_id limit ?",
    )
    .bind(year)
    .bind(after)
    .bind(most)
    .fetch_all(&mut *tx)
    .await?;
    let Some(last) = people.last() else {
        sqlx::query("delete from year_rebuild where year = ?").bind(year).execute(tx).await?;
        return Ok(Some(0));
    };
    step(&mut *tx, &people, year, clock).await?;
    sqlx::query("update year_rebuild set done_to = ? where year = ?")
        .bind(last)
        .bind(year)
        .execute(tx)
        .await?;
    Ok(Some(people.len() as i64))
}

async fn step(
    tx: &mut SqliteConnection,
    people: &[PersonId],
    year: i32,
    clock: &Clock,
) -> Result<()> {
    let pairs: Vec<(PersonId, i32)> = people.iter().map(|person| (*person, year)).collect();
    let pairs = serde_json::to_string(&pairs)?;
    let among = format!("(person_id, year) in (select person_id, year from {TOUCHED})");
    // who counts in a year gone by is not told by what he is today
    let in_service = if year >= clock.year() {
        "exists (select 1 from person p where p.id = person_year.person_id
           and p.state in ('serving', 'rehired'))"
    } else {
        "counted"
    };
    for sql in [
        touched_delta("-"),
        format!("update person_year set required = {} where {among}", row_required()),
        follow_exempt(&among),
        format!("update person_year set {} where {among}", judged()),
        format!(
            "update person_year set counted = {in_service} and (exempt = 0 or exempt < required)
              where {among}"
        ),
        touched_delta(""),
    ] {
        run(tx, sql, &pairs).await?;
    }
    Ok(())
}

/// Years whose rows are still to follow, with how many people are done and are to do.
pub async fn left(db: &mut SqliteConnection) -> Result<Vec<(i32, i64, i64)>> {
    Ok(sqlx::query_as(
        "select r.year,
                (select count(*) from person_year y where y.year = r.year and y.person_id <= r.done_to),
                (select count(*) from person_year y where y.year = r.year)
           from year_rebuild r order by r.year desc",
    )
    .fetch_all(db)
    .await?)
}

/// What another requirement makes of one year, of those who count in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Effect {
    pub year: i32,
    /// 应参加 of the levels it is for.
    pub people: i64,
    /// Complete as kept, and as it would be.
    pub before: i64,
    pub after: i64,
    /// 达到 → 未达到, 未达到 → 达到.
    pub lost: i64,
    pub won: i64,
}

/// The effect of `wanted` on the rows of a year; reads only.
pub async fn effect(db: &mut SqliteConnection, wanted: &Requirements, year: i32) -> Result<Effect> {
    let rows: Vec<_> = wanted
        .0
        .iter()
        .map(|r| serde_json::json!([r.year_from, r.year_to, r.category, r.level, r.hours]))
        .collect();
    // the name hides the table
    let sql = format!(
        "with requirement (year_from, year_to, category_id, level, hours) as materialized (
           select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from json_each(?2)),
         asked (level, hours) as materialized (
           select d.value, {} from json_each(?3) d),
         result as materialized (
           select person_year.complete as kept, {} as wanted
             from person_year join asked on asked.level = person_year.level
            where person_year.year = ?1 and person_year.counted = 1)
         select ?1 as year, count(*) as people, coalesce(sum(kept), 0) as before,
                coalesce(sum(wanted), 0) as after, coalesce(sum(kept and not wanted), 0) as lost,
                coalesce(sum(wanted and not kept), 0) as won from result",
        required("?1", "d.value"),
        complete("asked.hours"),
    );
    let levels: Vec<String> =
        sqlx::query_scalar("select distinct level from unit_year where year = ?")
            .bind(year)
            .fetch_all(&mut *db)
            .await?;
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(year)
        .bind(serde_json::to_string(&rows)?)
        .bind(serde_json::to_string(&levels)?)
        .fetch_one(db)
        .await?)
}
