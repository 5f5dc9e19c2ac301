//! The days between which somebody can have left the county.

use accounts::people::PersonBrief;
use kit::{Clock, PersonId, Result, day};
use sqlx::SqliteConnection;
use time::Date;

/// Why he cannot have left on this day, as a sentence; none if he can. Not after today; not before
/// the year began: whoever was 在职 on the 31 December before was counted for that year (应参加),
/// and its figures have been reported; not before his present state or his unit's having him.
pub async fn refused(
    db: &mut SqliteConnection,
    brief: &PersonBrief,
    on: Date,
    clock: &Clock,
) -> Result<Option<String>> {
    let year = clock.year();
    if on > clock.today() {
        return Ok(Some("调出日期晚于今天。请在当天或以后登记。".to_owned()));
    }
    if on.year() < year {
        return Ok(Some(format!(
            "调出日期早于 {year} 年 1 月 1 日。上一年的应参加人数已按 12 月 31 日在职统计，不再改动：请填本年的日期，并在调出原因中写明实际调出日期。"
        )));
    }
    let on = day::date_text(on);
    if on < brief.state_on {
        return Ok(Some(format!(
            "调出日期早于 {}：他从这一天起是“{}”。请核对日期。",
            brief.state_on, brief.state_label
        )));
    }
    let entered = entered(db, brief.id).await?.filter(|entered| on < *entered);
    Ok(entered.map(|entered| format!("调出日期早于他调入本单位的日期 {entered}。请核对日期。")))
}

/// The day on which he came to his present unit from another; as the papers of his transfer say,
/// if that is earlier than the record.
async fn entered(db: &mut SqliteConnection, person: PersonId) -> Result<Option<String>> {
    let recorded: Option<String> = sqlx::query_scalar(
        "select v.recorded_from from person_version v join person p on p.id = v.person_id
          where p.id = ?1 and v.id > (select max(o.id) from person_version o
             where o.person_id = ?1 and o.organization_id <> p.organization_id)
          order by v.id limit 1",
    )
    .bind(person)
    .fetch_optional(&mut *db)
    .await?;
    let Some(recorded) = recorded else { return Ok(None) };
    let day = day::stored_time(&recorded).map(|at| day::date_text(day::county_day(at)));
    let papers: Option<String> = sqlx::query_scalar(
        "select t.effective_on from transfer_person r
           join transfer t on t.id = r.transfer_id join person p on p.id = r.person_id
          where r.person_id = ? and r.state = 'approved' and r.to_id = p.organization_id
            and t.effective_on <> ''
          order by r.id desc limit 1",
    )
    .bind(person)
    .fetch_optional(db)
    .await?;
    Ok(match (day, papers) {
        (Some(day), Some(papers)) => Some(day.min(papers)),
        (day, papers) => day.or(papers),
    })
}
