//! An approved roster enters the ledger.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::{CaseId, Clock, Error, OrganizationId, PersonId, Result};

use super::check::{Verdict, check};
use super::store::{Row, rows};
use crate::ledger::{self, NewEntry, Source};

/// Which roster, and what its entries say.
#[derive(Debug, Clone)]
pub struct Entering<'a> {
    pub subject: &'static str,
    pub parent: i64,
    pub source: Source,
    pub case: Option<CaseId>,
    /// Who recognised it: the name that the certificate prints. Empty: each row's organizer.
    pub recognised_by: &'a str,
    /// Whose people they must be; none: anybody's of the county.
    pub unit: Option<OrganizationId>,
}

/// What became of a roster.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    /// Entries made: (person, entry), in the roster's order.
    pub entries: Vec<(PersonId, i64)>,
    /// Rows left out, a sentence each: 第 3 行 王芳：…
    pub left: Vec<String>,
    /// Rows of other counties.
    pub abroad: usize,
}

/// Checks every waiting row once more and enters the good ones, one entry each; the others keep
/// their reason. In the caller's transaction.
pub async fn enter(
    tx: &mut SqliteConnection,
    entering: &Entering<'_>,
    clock: &Clock,
) -> Result<Entered> {
    let all = rows(&mut *tx, entering.subject, entering.parent, Some("pending")).await?;
    let verdicts = check(&mut *tx, &all, entering.unit).await?;
    let people = people_of(&mut *tx, &all).await?;
    let mut done = Entered::default();
    let (mut new, mut from) = (Vec::new(), Vec::new());
    let mut others: Vec<(i64, &'static str, String)> = Vec::new();
    for (row, verdict) in all.into_iter().zip(verdicts) {
        let out = |why: &str| format!("第 {} 行 {}：{why}", row.number, row.name);
        match verdict {
            Verdict::Failing(why) => {
                done.left.push(out(&why));
                others.push((row.id, "left", why));
            }
            Verdict::Abroad(why) => {
                done.left.push(out(&why));
                done.abroad += 1;
                others.push((row.id, "abroad", why));
            }
            Verdict::Good(_) => {
                let person = people.get(&row.identity_id.0).copied().ok_or(Error::NotFound)?;
                from.push((row.id, person));
                new.push(NewEntry {
                    person,
                    year: row.year,
                    category: row.category_id,
                    kind: row.kind,
                    title: row.title,
                    started_on: row.started_on,
                    ended_on: row.ended_on,
                    hours: row.hours,
                    source: entering.source,
                    declaration: None,
                    recognised_by: if entering.recognised_by.is_empty() {
                        row.organizer.clone()
                    } else {
                        entering.recognised_by.to_owned()
                    },
                    organizer: row.organizer,
                    certificate_number: row.certificate_number,
                    plan: row.plan_id,
                    case: entering.case,
                    corrects: None,
                });
            }
        }
    }
    let entries = ledger::record(&mut *tx, &new, clock).await?;
    let made: Vec<(i64, PersonId, i64)> =
        from.iter().zip(&entries).map(|((row, person), entry)| (*row, *person, *entry)).collect();
    sqlx::query(
        "update roster_row set state = 'entered', person_id = j.value ->> 1, entry_id = j.value ->> 2
           from json_each(?) j where roster_row.id = j.value ->> 0",
    )
    .bind(serde_json::to_string(&made)?)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update roster_row set state = j.value ->> 1, reason = j.value ->> 2
           from json_each(?) j where roster_row.id = j.value ->> 0",
    )
    .bind(serde_json::to_string(&others)?)
    .execute(tx)
    .await?;
    done.entries = made.into_iter().map(|(_, person, entry)| (person, entry)).collect();
    Ok(done)
}

/// The identities' people of now, by identity: an account may have come since the upload.
async fn people_of(db: &mut SqliteConnection, rows: &[Row]) -> Result<HashMap<i64, PersonId>> {
    let identities: Vec<i64> = rows.iter().map(|row| row.identity_id.0).collect();
    let found: Vec<(i64, PersonId)> = sqlx::query_as(
        "select p.identity_id, p.id from json_each(?) j
           cross join person p on p.identity_id = j.value",
    )
    .bind(serde_json::to_string(&identities)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}
