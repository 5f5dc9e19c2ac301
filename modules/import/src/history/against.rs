//! Checked rows of former hours against people and ledger, a batch at a time: used by the check
//! and again, inside its transaction, by whoever writes them.

use std::collections::HashMap;

use credit_hours::{Claim, How};
use kit::access::Grant;
use kit::{Clock, Hours, IdentityId, OrganizationId, OrganizationKind, PersonId, Result, User};
use sqlx::SqliteConnection;

use super::batch;
use super::columns::{Column, Layout};
use super::rows::{CheckedRow, Whose};
use crate::check::Level;

/// A year's hours that make one look twice.
const MANY: Hours = Hours::whole(300);

/// On whose behalf rows are compared: what may not come in through him.
#[derive(Debug, Clone, Default)]
pub struct Importer {
    /// Whose people they must be; none: anybody's of the county.
    pub unit: Option<OrganizationId>,
    /// Whose own hours others must bring: a bureau's holder's, whose rows no desk looks at.
    pub own: Option<PersonId>,
    /// A unit's: the year that is not over and why nothing of it comes in today (申报时间). Former
    /// years are what this import is for; after the year's closing the bureau alone brings hours of
    /// it, on its own responsibility.
    pub closed: Option<(i32, String)>,
}

impl Importer {
    /// An administrator, today.
    pub async fn of(
        db: &mut SqliteConnection,
        user: &User,
        grant: &Grant,
        clock: &Clock,
    ) -> Result<Self> {
        if grant.kind == OrganizationKind::Bureau {
            return Ok(Self { unit: batch::unit(grant), own: user.person, closed: None });
        }
        let year = clock.year();
        let closed = credit_hours::windows::closed(db, year, clock).await?;
        Ok(Self {
            unit: batch::unit(grant),
            own: None,
            closed: closed.map(|sentence| (year, sentence)),
        })
    }
}

#[derive(sqlx::FromRow)]
struct Known {
    number: String,
    id: PersonId,
    identity_id: IdentityId,
    name: String,
    state: String,
    organization_id: OrganizationId,
}

/// Adds what the database says to each row, and what stands against this importer; of people who
/// are not his unit's nothing is told.
pub async fn compare(
    db: &mut SqliteConnection,
    rows: &mut [CheckedRow],
    importer: &Importer,
    layout: &Layout,
) -> Result<()> {
    let known = known(&mut *db, rows).await?;
    let ids: Vec<PersonId> = known.values().map(|one| one.id).collect();
    let existing = credit_hours::existing(&mut *db, &ids).await?;
    let totals = totals(db, &ids).await?;
    for row in rows {
        let Some(accepted) = &row.accepted else { continue };
        let person = known.get(accepted.id_card.number());
        if let Some(unit) = importer.unit
            && person.is_none_or(|one| one.organization_id != unit || one.state == "moved")
        {
            // one sentence for all: a unit must not ask by number who is registered where
            let message = credit_hours::roster::NOT_OURS.to_owned();
            let remedy = "核对身份证号；不是本单位人员的，删去这一行，由他现在的单位或人社局导入";
            row.tell(layout, Level::Error, Column::IdNumber, message, remedy);
            continue;
        }
        let Some(person) = person else {
            let message = "本县没有这个身份证号的专业技术人员".to_owned();
            let remedy = "核对身份证号；还没有登记的人，先登记或导入人员，再导入学时";
            row.tell(layout, Level::Error, Column::IdNumber, message, remedy);
            continue;
        };
        if let Some((column, message, remedy)) = refused(person, &accepted.name, importer) {
            row.tell(layout, Level::Error, column, message.to_owned(), remedy);
            continue;
        }
        if let Some((_, sentence)) = importer.closed.as_ref().filter(|c| c.0 == accepted.year) {
            let message = sentence.trim_end_matches('。').to_owned();
            let remedy = "删去这一行；确需计入的，请联系人社局";
            row.tell(layout, Level::Error, Column::Year, message, remedy);
            continue;
        }
        let claim = Claim {
            person: person.id,
            title: &accepted.title,
            certificate_number: &accepted.certificate_number,
            started_on: &accepted.started_on,
            ended_on: &accepted.ended_on,
            plan: None,
            own: None,
        };
        let taken = existing.get(&person.id).map(|all| credit_hours::among(all, &claim));
        if let Some(taken) = taken.and_then(|taken| taken.into_iter().next()) {
            let column = match taken.how {
                How::Certificate => Column::Certificate,
                _ => Column::Title,
            };
            let remedy = "已有的不用再导入，删去这一行";
            row.tell(layout, Level::Error, column, taken.sentence, remedy);
            continue;
        }
        row.person = Some(Whose { id: person.id, identity: person.identity_id });
        let there = totals.get(&(person.id, accepted.year)).copied().unwrap_or_default();
        let sum = there + row.of_year;
        if sum > MANY {
            let message = format!("{} 年度合计 {sum} 学时，多于 {MANY} 学时", accepted.year);
            let remedy = "核对是否重复或填错；属实可以不改";
            row.tell(layout, Level::Warn, Column::Hours, message, remedy);
        }
    }
    Ok(())
}

fn refused(
    person: &Known,
    name: &str,
    importer: &Importer,
) -> Option<(Column, &'static str, &'static str)> {
    if person.state == "moved" {
        return Some((Column::IdNumber, "这个人已调出本县", "删去这一行；调回来的，先办调转"));
    }
    if importer.own == Some(person.id) {
        let message = "这是您本人，本人的学时请由其他人导入";
        return Some((Column::IdNumber, message, "删去这一行，由有这项权限的其他人导入"));
    }
    if person.name != name {
        let message = "姓名与该身份证号登记的姓名不一致";
        return Some((Column::Name, message, "核对姓名和身份证号；登记有误的，由本人申请修改信息"));
    }
    None
}

async fn known(db: &mut SqliteConnection, rows: &[CheckedRow]) -> Result<HashMap<String, Known>> {
    let numbers: Vec<&str> =
        rows.iter().filter_map(|r| r.accepted.as_ref()).map(|a| a.id_card.number()).collect();
    let found: Vec<Known> = sqlx::query_as(
        "select i.number, p.id, p.identity_id, p.name, p.state, p.organization_id
           from (select distinct value as number from json_each(?)) j
           cross join identity i on i.number = j.number
           join person p on p.identity_id = i.id",
    )
    .bind(serde_json::to_string(&numbers)?)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(|known| (known.number.clone(), known)).collect())
}

/// What the ledger holds, by person and year.
async fn totals(
    db: &mut SqliteConnection,
    people: &[PersonId],
) -> Result<HashMap<(PersonId, i32), Hours>> {
    let found: Vec<(PersonId, i32, i64)> = sqlx::query_as(
        "select y.person_id, y.year, y.total from json_each(?) j
           cross join person_year y on y.person_id = j.value where y.total > 0",
    )
    .bind(serde_json::to_string(people)?)
    .fetch_all(db)
    .await?;
    let sums = found.into_iter().map(|(id, year, total)| ((id, year), Hours::from_tenths(total)));
    Ok(sums.collect())
}
