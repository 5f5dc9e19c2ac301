//! The check of a roster's rows: the same when it arrives and when it is approved.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::{Hours, OrganizationId, PersonId, Result};

use super::Row;
use super::seen::Seen;
use crate::claims::{self, Claim, How, Index, Marks, Origin};
use crate::rules::{Limits, Wanted};

/// How a row came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Can be entered; sentences to know before deciding.
    Good(Vec<String>),
    /// Cannot be entered: why.
    Failing(String),
    /// Nobody of this county: kept for handing over.
    Abroad(String),
}

#[derive(sqlx::FromRow)]
struct Account {
    id: PersonId,
    identity_id: i64,
    name: String,
    organization_id: OrganizationId,
    state: String,
}

/// Of whom a unit is told no more: unknown, somewhere else, moved away or another's name. Else a
/// unit could ask by number who works where (domain.md, Decisions: own people only).
pub const NOT_OURS: &str = "本单位没有这个身份证号的人员";

/// Checks rows against people, ledger and rules as they are now. `unit`: whose people they must
/// be; none: anybody's of the county, as a base declares them: then a sentence says nothing of
/// other hours of theirs but that they are there.
///
/// Account exists, name matches, in this county, not already declared (plan, certificate, title
/// with overlapping dates), not twice in this roster, within the limits (domain.md §2.19).
pub async fn check(
    db: &mut SqliteConnection,
    rows: &[Row],
    unit: Option<OrganizationId>,
) -> Result<Vec<Verdict>> {
    // rows that wait are being decided: then the ledger alone counts
    let decided = rows.first().is_some_and(|row| row.state == "pending");
    let mut limits = Limits::load(&mut *db).await?;
    if decided {
        limits = limits.when_decided();
    }
    if unit.is_none() {
        limits = limits.without_figures();
    }
    let mut verdicts = Vec::with_capacity(rows.len());
    // what the roster itself has asked for so far
    let mut seen = Seen::default();
    for chunk in rows.chunks(2_000) {
        let people = accounts_of(&mut *db, chunk).await?;
        let ids: Vec<PersonId> = people.values().map(|one| one.id).collect();
        let existing = claims::existing(&mut *db, &ids).await?;
        let existing: HashMap<PersonId, Index<'_>> =
            existing.iter().map(|(person, all)| (*person, Index::of(all))).collect();
        limits.prepare(&mut *db, &ids).await?;
        for row in chunk {
            let account = people.get(&row.identity_id.0);
            let mut verdict = person(row, account, unit);
            if let (Verdict::Good(_), Some(account)) = (&verdict, account) {
                let (claim, marks) =
                    (claim(row, account.id), Marks::of(&row.title, &row.certificate_number));
                let taken = existing.get(&account.id).and_then(|all| all.surest(&claim, &marks));
                if let Some(taken) = taken {
                    verdict = Verdict::Failing(match unit {
                        Some(_) => taken.sentence,
                        None => discreet(taken.how).to_owned(),
                    });
                } else if let Some(number) = seen.alike(account.id, row, &marks) {
                    verdict = Verdict::Failing(format!("与名单第 {number} 行重复"));
                } else {
                    let wanted = wanted(row, account.id, seen.besides(account.id, row));
                    // recognised by whom it was, under the rules of its own year: 历史学时 is not
                    // measured by today's caps
                    let over = match row.subject == super::HISTORY {
                        true => None,
                        false => limits.over(&mut *db, &wanted).await?,
                    };
                    if let Some(over) = over {
                        verdict = Verdict::Failing(over);
                    } else {
                        limits.count(&wanted);
                        seen.put(account.id, row, marks);
                    }
                }
            }
            verdicts.push(verdict);
        }
    }
    Ok(verdicts)
}

fn person(row: &Row, account: Option<&Account>, unit: Option<OrganizationId>) -> Verdict {
    if let Some(unit) = unit
        && account.is_none_or(|one| one.organization_id != unit || one.state == "moved")
    {
        return Verdict::Failing(NOT_OURS.to_owned());
    }
    let Some(account) = account else {
        return Verdict::Abroad("本县没有这个身份证号的专业技术人员".to_owned());
    };
    if account.name != row.name {
        return Verdict::Failing("姓名与该身份证号登记的姓名不一致".to_owned());
    }
    if account.state == "moved" {
        return Verdict::Abroad("已调出本县".to_owned());
    }
    if row.hours.is_zero() {
        return Verdict::Failing("学时为 0，不计入台账".to_owned());
    }
    let mut notes = Vec::new();
    if !kit::dictionary::takes_part(&account.state) {
        let label = kit::dictionary::PERSON_STATES.label(&account.state);
        notes.push(format!("人员状态是“{label}”"));
    }
    Verdict::Good(notes)
}

/// What a base reads of hours that somebody has from elsewhere: neither which nor how many.
fn discreet(how: How) -> &'static str {
    match how {
        How::Certificate => "已有同一证书编号的学时",
        How::Plan | How::Title | How::Dates => "已有同一培训的学时",
    }
}

fn claim(row: &Row, person: PersonId) -> Claim<'_> {
    Claim {
        person,
        title: &row.title,
        certificate_number: &row.certificate_number,
        started_on: &row.started_on,
        ended_on: &row.ended_on,
        plan: row.plan_id,
        own: Some(Origin::Row(row.id)),
    }
}

fn wanted(row: &Row, person: PersonId, besides: Hours) -> Wanted<'_> {
    Wanted {
        person,
        year: row.year,
        category: row.category_id,
        kind: &row.kind,
        started_on: &row.started_on,
        ended_on: &row.ended_on,
        hours: row.hours,
        besides,
    }
}

/// The people behind the rows' identities, by identity.
async fn accounts_of(db: &mut SqliteConnection, rows: &[Row]) -> Result<HashMap<i64, Account>> {
    let identities: Vec<i64> = rows.iter().map(|row| row.identity_id.0).collect();
    let found: Vec<Account> = sqlx::query_as(
        "select p.id, p.identity_id, p.name, p.organization_id, p.state
           from json_each(?) j cross join person p on p.identity_id = j.value",
    )
    .bind(serde_json::to_string(&identities)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|one| (one.identity_id, one)).collect())
}
