//! An exemption comes into force, or ends: what the year asks of the person follows.

use sqlx::SqliteConnection;

use kit::{Clock, Hours, PersonId, Result};

use super::store::{self, Exemption};
use crate::ledger::totals;

/// Puts an approved one in force in the place of whatever was; gives that one.
pub async fn begin(
    tx: &mut SqliteConnection,
    one: &Exemption,
    (granted, whole): (Hours, bool),
    clock: &Clock,
) -> Result<Option<Exemption>> {
    let (person, year) = (one.person_id, one.year);
    totals::open(&mut *tx, &[person], year, year >= clock.year()).await?;
    let former = store::of_year(&mut *tx, person, year).await?;
    let counted: bool = match former.as_ref().and_then(|former| former.counted_before) {
        Some(counted) => counted,
        None => {
            sqlx::query_scalar("select counted from person_year where person_id = ? and year = ?")
                .bind(person)
                .bind(year)
                .fetch_one(&mut *tx)
                .await?
        }
    };
    if let Some(former) = &former {
        let reason = format!("由 {} 代替", one.number);
        mark_ended(&mut *tx, former.id, "系统", &reason, clock).await?;
    }
    sqlx::query(
        "update exemption set granted = ?, whole = ?, in_force = 1, counted_before = ? where id = ?",
    )
    .bind(granted.tenths())
    .bind(whole)
    .bind(counted)
    .bind(one.id)
    .execute(&mut *tx)
    .await?;
    follow(tx, person, year, counted, clock).await?;
    Ok(former)
}

/// Ends the one in force: the year asks for everything again.
pub async fn end(
    tx: &mut SqliteConnection,
    one: &Exemption,
    by: &str,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    mark_ended(&mut *tx, one.id, by, reason, clock).await?;
    let counted = one.counted_before.unwrap_or(false);
    follow(tx, one.person_id, one.year, counted, clock).await
}

async fn mark_ended(
    tx: &mut SqliteConnection,
    id: i64,
    by: &str,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update exemption set in_force = 0, ended_at = ?, ended_by = ?, ended_reason = ?
          where id = ? and in_force = 1",
    )
    .bind(clock.stamp())
    .bind(by)
    .bind(reason)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// 应参加 without an exemption is told by what he is today, of a year gone by by what it was.
async fn follow(
    tx: &mut SqliteConnection,
    person: PersonId,
    year: i32,
    counted_before: bool,
    clock: &Clock,
) -> Result<()> {
    let counted = if year >= clock.year() {
        let state: String = sqlx::query_scalar("select state from person where id = ?")
            .bind(person)
            .fetch_one(&mut *tx)
            .await?;
        kit::dictionary::takes_part(&state)
    } else {
        counted_before
    };
    totals::exempt(tx, person, year, counted).await
}
