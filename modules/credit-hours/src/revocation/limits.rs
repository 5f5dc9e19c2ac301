//! What a correction may give: no more than was declared, than the rules and than the year allow.

use sqlx::SqliteConnection;

use kit::{Hours, Result, day, dictionary};

use super::store::Detail;
use crate::declaration::rules::most_present;
use crate::ledger::NewEntry;
use crate::rules::{Limits, Wanted};

/// Why the new entry may not stand in the old one's place, or none. Hours that do not rise, of the
/// same year, kind and subject, were recognised as they are: only their days are asked about. The
/// old entry is out of the ledger already.
pub async fn over(
    db: &mut SqliteConnection,
    old: &Detail,
    new: &NewEntry,
) -> Result<Option<String>> {
    if new.hours > old.hours
        && let Some(declared) = declared(&mut *db, old).await?
        && new.hours > declared
    {
        return Ok(Some(format!(
            "{} 学时超过当时申报的 {declared} 学时，更正不能多于申报数；确需多计的，请撤销后按实际重新申报",
            new.hours
        )));
    }
    let other = (new.year, new.category, &new.kind) != (old.year, old.category_id, &old.kind);
    if new.hours <= old.hours && !other {
        return Ok(over_the_days(old, new));
    }
    if let Some(most) = crate::subject::most_after(&mut *db, new).await?
        && new.hours > most
    {
        return Ok(Some(format!(
            "{} 学时超过按折算规则最多的 {most} 学时，更正不能高于规则；确需认定的，请撤销后重新申报，审核时写明原因",
            new.hours
        )));
    }
    let wanted = Wanted {
        person: new.person,
        year: new.year,
        category: new.category,
        kind: &new.kind,
        started_on: &new.started_on,
        ended_on: &new.ended_on,
        hours: new.hours,
        besides: Hours::ZERO,
    };
    let limits = Limits::load(&mut *db).await?.when_decided();
    limits.over(db, &wanted).await
}

/// More hours than the new days hold, where the days were changed.
fn over_the_days(old: &Detail, new: &NewEntry) -> Option<String> {
    if (&old.started_on, &old.ended_on) == (&new.started_on, &new.ended_on) {
        return None;
    }
    let kind = dictionary::learning_kind(&new.kind)?;
    let (from, to) = (day::stored_date(&new.started_on)?, day::stored_date(&new.ended_on)?);
    let most = most_present(kind, from, to).filter(|most| new.hours > *most)?;
    Some(format!("{} 学时超过这些天最多的 {most} 学时", new.hours))
}

/// What the person, his unit or the base declared for it, before any desk lowered it; none: it was
/// imported, or stands there for itself.
async fn declared(db: &mut SqliteConnection, one: &Detail) -> Result<Option<Hours>> {
    if let Some(declaration) = one.declaration_id {
        return Ok(sqlx::query_scalar("select hours from declaration where id = ?")
            .bind(declaration)
            .fetch_optional(db)
            .await?);
    }
    // the roster's row leads to the first entry of the chain
    Ok(sqlx::query_scalar(
        "with recursive back(id, corrects_id) as (
           select id, corrects_id from entry where id = ?
           union all select e.id, e.corrects_id from back b join entry e on e.id = b.corrects_id)
         select max(w.hours, coalesce(w.detail ->> '$.declared', 0), coalesce(w.detail ->> '$.asked', 0))
           from back b join roster_row w on w.entry_id = b.id and w.subject in ('staff', 'proxy')",
    )
    .bind(one.id)
    .fetch_optional(db)
    .await?)
}
