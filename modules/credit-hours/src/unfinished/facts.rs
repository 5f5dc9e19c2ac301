//! What is known of many people's year at once: totals, declarations, rosters, revocations.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::{Hours, PersonId, Result};

use super::explain::Short;
use crate::category::{self, Category, Requirements};

/// The year's sums of one person, as kept.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    /// The year's total, exemption taken off.
    pub required: Hours,
    pub exempt: Hours,
    pub total: Hours,
    pub complete: bool,
    pub counted: bool,
    /// Those in force or with hours, in order.
    pub subjects: Vec<Short>,
}

#[derive(sqlx::FromRow)]
struct SumRow {
    person_id: PersonId,
    level: String,
    required: i64,
    exempt: i64,
    total: i64,
    complete: bool,
    counted: bool,
}

/// The sums of these people; who has no row of the year is left out.
pub(super) async fn sums(
    db: &mut SqliteConnection,
    people: &str,
    year: i32,
) -> Result<HashMap<PersonId, Sums>> {
    let rows: Vec<SumRow> = sqlx::query_as(
        "select y.person_id, y.level, y.required, y.exempt, y.total, y.complete, y.counted
           from json_each(?) j cross join person_year y on y.person_id = j.value and y.year = ?",
    )
    .bind(people)
    .bind(year)
    .fetch_all(&mut *db)
    .await?;
    let done: Vec<(PersonId, i64, i64)> = sqlx::query_as(
        "select c.person_id, c.category_id, c.hours from json_each(?) j
          cross join person_year_category c on c.person_id = j.value and c.year = ?",
    )
    .bind(people)
    .bind(year)
    .fetch_all(&mut *db)
    .await?;
    let done: HashMap<(PersonId, i64), i64> =
        done.into_iter().map(|(person, category, hours)| ((person, category), hours)).collect();
    let categories = category::all(&mut *db).await?;
    let rules = Requirements::load(db).await?;
    let of = |row: &SumRow, one: &Category| {
        let hours = done.get(&(row.person_id, one.id)).copied().unwrap_or(0);
        let required = rules.category(year, &row.level, one.id, Hours::from_tenths(row.exempt));
        (hours != 0 || !required.is_zero()).then(|| Short {
            id: one.id,
            name: one.name.clone(),
            short: one.short.clone(),
            required,
            done: Hours::from_tenths(hours),
        })
    };
    let found = rows.into_iter().map(|row| {
        let sums = Sums {
            required: Hours::from_tenths((row.required - row.exempt).max(0)),
            exempt: Hours::from_tenths(row.exempt),
            total: Hours::from_tenths(row.total),
            complete: row.complete,
            counted: row.counted,
            subjects: categories.iter().filter_map(|one| of(&row, one)).collect(),
        };
        (row.person_id, sums)
    });
    Ok(found.collect())
}

/// A declaration that is not (wholly) in the year's ledger.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Declared {
    pub id: i64,
    pub person_id: PersonId,
    pub year: i32,
    pub title: String,
    pub state: String,
    pub hours: i64,
    pub recognised: Option<i64>,
    pub ended_on: String,
    pub waiting_since: String,
    pub category_id: Option<i64>,
    pub category: String,
    /// Where it waits.
    pub desk: String,
    /// The last rejection: 妇幼保健院（陈芳）：…
    pub rejection: Option<String>,
    /// Who recognised less, and why.
    pub lowered_by: Option<String>,
    pub lowered: Option<String>,
}

/// Everything these people declared for the year that is waiting, sent back, left lying or
/// lowered (what was revoked or corrected since is told by its entry); and what ran into the next year and counts there.
pub(super) async fn declared(
    db: &mut SqliteConnection,
    people: &str,
    year: i32,
) -> Result<Vec<Declared>> {
    Ok(sqlx::query_as(
        "select d.id, d.person_id, d.year, d.title, d.state, d.hours, d.recognised,
                d.ended_on, d.waiting_since, d.category_id, coalesce(c.name, '') as category,
                coalesce(o.name, '') as desk,
                case d.state when 'rejected' then (
                  select s.desk_name || '（' || s.name || '）：' || s.opinion from review_step s
                   where s.case_id = d.case_id and s.act = 'reject' order by s.id desc limit 1)
                end as rejection,
                case when d.state = 'approved' and d.recognised < d.hours then (
                  select s.desk_name from review_step s
                   where s.case_id = d.case_id and s.act in ('pass', 'approve')
                     and s.decision ->> '$.hours' = d.recognised order by s.round desc, s.id limit 1)
                end as lowered_by,
                case when d.state = 'approved' and d.recognised < d.hours then (
                  select r.decision ->> '$.reason' from review_case r where r.id = d.case_id)
                end as lowered
           from json_each(?1) j
           cross join declaration d on d.person_id = j.value and d.year in (?2, ?2 + 1)
           left join category c on c.id = d.category_id
           left join organization o on o.id = d.desk_id
          where (d.year = ?2 and (d.state <> 'approved' or d.recognised < d.hours
                   and not exists (select 1 from revocation v where v.declaration_id = d.id)))
             or (d.year = ?2 + 1 and d.state <> 'withdrawn' and substr(d.started_on, 1, 4) = cast(?2 as text))
          order by d.id",
    )
    .bind(people)
    .bind(year)
    .fetch_all(db)
    .await?)
}

/// A line of somebody else's roster that is not in the ledger.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Listed {
    pub person_id: PersonId,
    pub subject: String,
    pub title: String,
    pub state: String,
    pub hours: i64,
    pub reason: String,
    pub category_id: i64,
    pub category: String,
    /// Where it waits, and since when; empty if not known.
    pub desk: String,
    pub waiting_since: String,
}

/// The rows of rosters that wait or were left out. Who did not pass has no hours to wait for.
pub(super) async fn listed(
    db: &mut SqliteConnection,
    people: &str,
    year: i32,
) -> Result<Vec<Listed>> {
    Ok(sqlx::query_as(
        "select r.person_id, r.subject, r.title, r.state, r.hours, r.reason,
                r.category_id, c.name as category, coalesce(o.name, '') as desk,
                coalesce(v.waiting_since, '') as waiting_since
           from json_each(?1) j
           cross join roster_row r on r.person_id = j.value and r.state in ('pending', 'left')
           join category c on c.id = r.category_id
           left join review_case v on v.id = r.case_id and v.state = 'pending'
           left join organization o on o.id = v.desk_id
          where r.year = ?2 and (r.state = 'left' or r.hours > 0) order by r.id",
    )
    .bind(people)
    .bind(year)
    .fetch_all(db)
    .await?)
}

/// An application for an exemption that no desk has finished with.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Applied {
    pub id: i64,
    pub person_id: PersonId,
    /// 产假; what it is called.
    pub kind: String,
    /// Whether he applied himself, or his unit.
    pub own: bool,
    pub desk: String,
    pub waiting_since: String,
}

/// What exemptions of the year these people wait for.
pub(super) async fn applied(
    db: &mut SqliteConnection,
    people: &str,
    year: i32,
) -> Result<Vec<Applied>> {
    Ok(sqlx::query_as(
        "select x.id, x.person_id, coalesce(k.name, '') as kind, x.by_id is null as own,
                coalesce(o.name, '') as desk, x.waiting_since
           from json_each(?1) j
           cross join exemption x on x.person_id = j.value and x.year = ?2 and x.state = 'pending'
           left join exemption_kind k on k.key = x.kind
           left join organization o on o.id = x.desk_id
          order by x.id",
    )
    .bind(people)
    .bind(year)
    .fetch_all(db)
    .await?)
}

/// Hours that were in the ledger and are not any more.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Revoked {
    pub person_id: PersonId,
    pub title: String,
    pub hours: i64,
    pub reason: String,
    pub at: String,
    /// 更正: (hours, year) of what stands in its place.
    pub corrected: Option<i64>,
    pub corrected_year: i32,
}

/// Of each chain of corrections the last truth: what was there first in the year, and either what
/// stands for it now or when the last of them was revoked.
pub(super) async fn revoked(
    db: &mut SqliteConnection,
    people: &str,
    year: i32,
) -> Result<Vec<Revoked>> {
    Ok(sqlx::query_as(
        "with recursive ahead(first, id) as (
           select e.id, e.id from json_each(?1) j
             cross join entry e on e.person_id = j.value and e.year = ?2
             join entry r on r.reverses_id = e.id
           union all
           select a.first, n.id from ahead a join entry n on n.corrects_id = a.id),
         chain(first, last) as (
           select min(first), id from ahead
            where not exists (select 1 from entry n where n.corrects_id = ahead.id) group by id)
         select f.person_id, l.title, case when g.id is null then f.hours else l.hours end as hours,
                coalesce(g.reason, c.reason) as reason, coalesce(g.recorded_at, c.recorded_at) as at,
                case when g.id is null then l.hours end as corrected, l.year as corrected_year
           from chain join entry f on f.id = chain.first join entry l on l.id = chain.last
           left join entry g on g.reverses_id = l.id
           left join entry c on c.reverses_id = l.corrects_id
          order by f.id",
    )
    .bind(people)
    .bind(year)
    .fetch_all(db)
    .await?)
}

/// Entries that began in the year and count in the next: their end date decides.
pub(super) async fn crossing(
    db: &mut SqliteConnection,
    people: &str,
    year: i32,
) -> Result<Vec<(PersonId, String, String, i64)>> {
    Ok(sqlx::query_as(
        "select e.person_id, e.title, e.ended_on, e.hours
           from json_each(?1) j
           cross join entry e on e.person_id = j.value and e.year = ?2 + 1
          where +e.reverses_id is null and substr(e.started_on, 1, 4) = cast(?2 as text)
            and not exists (select 1 from entry r where r.reverses_id = e.id)
          order by e.id",
    )
    .bind(people)
    .bind(year)
    .fetch_all(db)
    .await?)
}

/// Where they belong now: (state, unit).
pub(super) async fn places(
    db: &mut SqliteConnection,
    people: &str,
) -> Result<HashMap<PersonId, (String, String)>> {
    let rows: Vec<(PersonId, String, String)> = sqlx::query_as(
        "select p.id, p.state, o.name from json_each(?) j cross join person p on p.id = j.value
           join organization o on o.id = p.organization_id",
    )
    .bind(people)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(person, state, unit)| (person, (state, unit))).collect())
}
