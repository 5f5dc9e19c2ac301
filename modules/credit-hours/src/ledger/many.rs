//! Many entries revoked in one act: an import is undone as a whole.

use sqlx::SqliteConnection;

use kit::{Actor, Clock, Error, Event, Modules, PersonId, Result};

use super::totals;

/// Entries of one statement.
const CHUNK: usize = 2_000;

/// 撤销 of many entries with one reason: as `reverse`, but for the trail, where the caller writes one
/// line for all. Entries that are reversed already are passed over. Gives what was reversed:
/// (entry, person, year), in the order of the ids.
pub async fn reverse_many(
    tx: &mut SqliteConnection,
    modules: &Modules,
    entries: &[i64],
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<Vec<(i64, PersonId, i32)>> {
    let recorded_at = clock.stamp();
    let mut reversed = Vec::with_capacity(entries.len());
    for chunk in entries.chunks(CHUNK) {
        let standing: Vec<(i64, PersonId, i32)> = sqlx::query_as(
            "select e.id, e.person_id, e.year from json_each(?) j cross join entry e on e.id = j.value
              where +e.reverses_id is null
                and not exists (select 1 from entry r where r.reverses_id = e.id) order by e.id",
        )
        .bind(serde_json::to_string(chunk)?)
        .fetch_all(&mut *tx)
        .await?;
        let ids: Vec<i64> = standing.iter().map(|(id, ..)| *id).collect();
        let made = sqlx::query(
            "insert into entry (person_id, organization_id, department_id, earned_organization_id,
               earned_department_id, year, category_id, kind, title, organizer, started_on,
               ended_on, hours, source, declaration_id, reverses_id, reason, recognised_by,
               certificate_number, plan_id, case_id, recorded_at)
             select p.id, p.organization_id, p.department_id, p.organization_id, p.department_id,
                    e.year, e.category_id, e.kind, e.title, e.organizer, e.started_on, e.ended_on,
                    -e.hours, e.source, e.declaration_id, e.id, ?, e.recognised_by,
                    e.certificate_number, e.plan_id, e.case_id, ?
               from json_each(?) j cross join entry e on e.id = j.value
               join person p on p.id = e.person_id order by j.key",
        )
        .bind(reason)
        .bind(&recorded_at)
        .bind(serde_json::to_string(&ids)?)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into revocation (entry_id, reversal_id, kind, declaration_id, account_id, by_name,
               organization_name)
             select e.id, r.id, 'revoked', e.declaration_id, ?, ?,
                    coalesce((select name from organization where id = ?), '')
               from json_each(?) j cross join entry e on e.id = j.value
               join entry r on r.reverses_id = e.id order by j.key",
        )
        .bind(actor.account)
        .bind(&actor.name)
        .bind(actor.organization)
        .bind(serde_json::to_string(&ids)?)
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() != ids.len() as u64 {
            return Err(Error::Fault(format!(
                "{} of {} entries reversed",
                made.rows_affected(),
                ids.len()
            )));
        }
        let mut touched: Vec<(PersonId, i32)> =
            standing.iter().map(|(_, person, year)| (*person, *year)).collect();
        touched.sort_unstable();
        touched.dedup();
        totals::settle(tx, &touched).await?;
        reversed.extend(standing);
    }
    for (entry, person, year) in &reversed {
        let event = Event::EntryRevoked {
            entry: *entry,
            person: *person,
            year: *year,
            corrected: false,
            reason: reason.to_owned(),
        };
        modules.deliver(tx, &event, clock).await?;
    }
    Ok(reversed)
}
