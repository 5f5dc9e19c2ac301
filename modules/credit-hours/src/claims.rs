//! 重复检测: what a person already declared or has in the ledger for the same learning. The one
//! place that compares: every way into the ledger asks here.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::{Hours, PersonId, Result};

use crate::declaration::rules::comparable;
use crate::ledger::source_label;

/// Where a claim on hours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A row of `declaration` that waits at a desk.
    Declaration(i64),
    /// A row of `roster_row` that waits at a desk.
    Row(i64),
    /// A row of `entry` that was not revoked.
    Entry(i64),
}

/// What is to be declared.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub person: PersonId,
    pub title: &'a str,
    /// Empty: none.
    pub certificate_number: &'a str,
    /// `YYYY-MM-DD`
    pub started_on: &'a str,
    pub ended_on: &'a str,
    /// 培训计划, row of `plan` (module training).
    pub plan: Option<i64>,
    /// What it is itself, if it is stored already: never compared with itself.
    pub own: Option<Origin>,
}

/// By what two claims are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The same plan; or, of a person's own declaration, the title of a plan of the same year
    /// that a base declared for him.
    Plan,
    Certificate,
    /// Same title, overlapping dates.
    Title,
    /// Another title, overlapping dates: may be something else.
    Dates,
}

impl How {
    /// Whether it is the same learning beyond doubt: only those are `taken`.
    pub fn certain(self) -> bool {
        self != How::Dates
    }

    /// 证书编号相同
    pub fn told(self) -> &'static str {
        match self {
            How::Plan => "同一培训计划",
            How::Certificate => "证书编号相同",
            How::Title => "同一项目，日期重叠",
            How::Dates => "日期重叠",
        }
    }
}

/// Who declared it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declarer {
    Himself,
    Employer,
    Base,
    /// A platform, or an import of former years.
    Other,
}

/// Something that is claimed already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub origin: Origin,
    pub how: How,
    /// 与申报 XS20261123-0001“…”（…至…，待审核）重复：证书编号相同
    pub sentence: String,
    pub declarer: Declarer,
}

/// A claim that is the same learning, or may be.
#[derive(Debug, Clone)]
pub struct Likeness<'a> {
    pub how: How,
    pub one: &'a Existing,
}

/// One stored claim of a person.
#[derive(Debug, Clone)]
pub struct Existing {
    pub origin: Origin,
    pub declarer: Declarer,
    /// The declaration it is, or the entry came from.
    pub declaration: Option<i64>,
    pub title: String,
    comparable: String,
    certificate: String,
    pub started_on: String,
    pub ended_on: String,
    plan: Option<i64>,
    pub hours: Hours,
    /// 申报 XS20261123-0001, 单位申报, 学时台账
    pub what: String,
    /// 待审核; 来源：导入
    pub state: String,
}

#[derive(sqlx::FromRow)]
struct Stored {
    origin: i64,
    id: i64,
    person_id: PersonId,
    title: String,
    certificate_number: String,
    started_on: String,
    ended_on: String,
    plan_id: Option<i64>,
    hours: i64,
    /// Number of a declaration, subject of a row, source of an entry.
    key: String,
    declaration_id: Option<i64>,
}

/// Every claim of these people that waits or is entered, by person.
pub async fn existing(
    db: &mut SqliteConnection,
    people: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Existing>>> {
    // `+`: without statistics (a new installation) the planner would go through every entry that is
    // no reversal, once for each person
    let rows: Vec<Stored> = sqlx::query_as(
        "with p as (select value as id from json_each(?1))
         select 0 as origin, d.id, d.person_id, d.title, d.certificate_number, d.started_on,
                d.ended_on, null as plan_id, d.hours, d.number as key, d.id as declaration_id
           from p cross join declaration d on d.person_id = p.id and d.state = 'pending'
         union all
         select 1, r.id, r.person_id, r.title, r.certificate_number, r.started_on, r.ended_on,
                r.plan_id, r.hours, r.subject, null
           from p cross join roster_row r on r.person_id = p.id and r.state = 'pending'
         union all
         select 2, e.id, e.person_id, e.title, e.certificate_number, e.started_on, e.ended_on,
                e.plan_id, e.hours, e.source, e.declaration_id
           from p cross join entry e on e.person_id = p.id
          where +e.reverses_id is null
            and not exists (select 1 from entry r where r.reverses_id = e.id)",
    )
    .bind(serde_json::to_string(people)?)
    .fetch_all(db)
    .await?;
    let mut found: HashMap<PersonId, Vec<Existing>> = HashMap::new();
    for row in rows {
        found.entry(row.person_id).or_default().push(of(row));
    }
    Ok(found)
}

fn of(row: Stored) -> Existing {
    use crate::roster::{PROXY, STAFF, noun};
    let waits = "待审核".to_owned();
    let (origin, what, state) = match row.origin {
        0 => (Origin::Declaration(row.id), format!("申报 {}", row.key), waits),
        1 => (Origin::Row(row.id), noun(&row.key).to_owned(), waits),
        _ => (
            Origin::Entry(row.id),
            "学时台账中".to_owned(),
            format!("来源：{}", source_label(&row.key)),
        ),
    };
    let declarer = match (row.origin, row.key.as_str()) {
        (0, _) | (2, "person") => Declarer::Himself,
        (1, PROXY) | (2, "base") => Declarer::Base,
        (1, STAFF) | (2, "employer") => Declarer::Employer,
        _ => Declarer::Other,
    };
    Existing {
        origin,
        declarer,
        declaration: row.declaration_id,
        comparable: comparable(&row.title),
        certificate: comparable(&row.certificate_number),
        title: row.title,
        started_on: row.started_on,
        ended_on: row.ended_on,
        plan: row.plan_id,
        hours: Hours::from_tenths(row.hours),
        what,
        state,
    }
}

/// What of a person's claims is the same learning as `claim`, or may be: the surest likeness
/// first.
pub fn likenesses<'a>(existing: &'a [Existing], claim: &Claim<'_>) -> Vec<Likeness<'a>> {
    let (title, certificate) = (comparable(claim.title), comparable(claim.certificate_number));
    let year = |day: &str| day.get(..4).unwrap_or_default().to_owned();
    let own = |one: &&Existing| match claim.own {
        Some(Origin::Declaration(id)) => one.declaration == Some(id),
        own => Some(one.origin) == own,
    };
    let how = |one: &Existing| {
        let overlap =
            one.started_on.as_str() <= claim.ended_on && one.ended_on.as_str() >= claim.started_on;
        let titled = !title.is_empty() && one.comparable == title;
        let planned = match claim.plan {
            Some(plan) => one.plan == Some(plan),
            // who declares himself names no plan: its title is enough
            None => {
                one.plan.is_some()
                    && one.declarer == Declarer::Base
                    && titled
                    && year(&one.ended_on) == year(claim.ended_on)
            }
        };
        match () {
            () if planned => Some(How::Plan),
            () if !certificate.is_empty() && one.certificate == certificate => {
                Some(How::Certificate)
            }
            () if titled && overlap => Some(How::Title),
            () if overlap => Some(How::Dates),
            () => None,
        }
    };
    let mut found: Vec<Likeness<'_>> = existing
        .iter()
        .filter(|one| !own(one))
        .filter_map(|one| Some(Likeness { how: how(one)?, one }))
        .collect();
    found.sort_by_key(|likeness| likeness.how as u8);
    found
}

/// What of a person's claims is the same learning as `claim` beyond doubt, the surest first.
pub fn among(existing: &[Existing], claim: &Claim<'_>) -> Vec<Taken> {
    let certain = likenesses(existing, claim).into_iter().filter(|found| found.how.certain());
    certain
        .map(|Likeness { how, one }| Taken {
            origin: one.origin,
            how,
            declarer: one.declarer,
            sentence: format!(
                "与{}“{}”（{} 至 {}，{} 学时，{}）重复：{}",
                one.what,
                one.title,
                one.started_on,
                one.ended_on,
                one.hours,
                one.state,
                how.told()
            ),
        })
        .collect()
}

/// What the person already declared or has in the ledger for the same learning.
pub async fn taken(db: &mut SqliteConnection, claim: &Claim<'_>) -> Result<Vec<Taken>> {
    let mut existing = existing(db, &[claim.person]).await?;
    Ok(among(&existing.remove(&claim.person).unwrap_or_default(), claim))
}
