//! What people's years hold already: what the caps of a year are compared with.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::settings::Kind;
use kit::{Hours, PersonId, Result, Setting};

use super::engine::{Standing, is_conversion};
use crate::category::Requirements;
use crate::read;

/// The most that conversions of results give in a year (domain.md §5.4, default caps).
pub const CONVERSION_CAP: Setting = Setting {
    key: "credit-hours.conversion-cap",
    group: "学时申报",
    label: "成果折算全年上限",
    help: "会议、课题、著作论文、专利、奖励、考试、调研报告、援派挂职等折算的学时，全年合计最多认定多少。",
    kind: Kind::Choice {
        options: &[("professional", "不超过当年专业科目要求"), ("none", "不限制")],
    },
    default: "professional",
    check: None,
};

/// Whether conversions are limited, as stored now: the same for the server and the commands.
pub async fn conversions_limited(db: &mut SqliteConnection) -> Result<bool> {
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(CONVERSION_CAP.key)
        .fetch_optional(db)
        .await?;
    Ok(stored.as_deref().unwrap_or(CONVERSION_CAP.default) != "none")
}

/// The row of `category` that is 专业科目; none: the county has no such subject.
pub async fn professional(db: &mut SqliteConnection) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar("select id from category where key = 'professional'")
        .fetch_optional(db)
        .await?)
}

/// Whether what waits at a desk counts beside the ledger, but for one declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// When something is declared: what was sent before it may all be approved.
    Counts { but: Option<i64> },
    /// When it is decided: the ledger alone.
    No,
}

/// Hours of each (person, year, kind).
pub type Held = HashMap<(PersonId, i32, String), Hours>;

/// What these people hold, of every year and kind: entries with their reversals and, if asked
/// for, what waits.
pub async fn held(
    db: &mut SqliteConnection,
    people: &[PersonId],
    waiting: Waiting,
) -> Result<Held> {
    let (counts, but) = match waiting {
        Waiting::Counts { but } => (true, but.unwrap_or(0)),
        Waiting::No => (false, 0),
    };
    let rows: Vec<(PersonId, i32, String, i64)> = sqlx::query_as(
        "with p as (select value as id from json_each(?1))
         select person_id, year, kind, sum(hours) from (
           select e.person_id, e.year, e.kind, e.hours
             from p cross join entry e on e.person_id = p.id
           union all
           select d.person_id, d.year, d.kind, d.hours
             from p cross join declaration d on d.person_id = p.id
            where ?2 and d.state = 'pending' and d.id <> ?3
           union all
           select r.person_id, r.year, r.kind, r.hours
             from p cross join roster_row r on r.person_id = p.id and r.state = 'pending'
            where ?2)
          where kind <> '' group by person_id, year, kind",
    )
    .bind(serde_json::to_string(people)?)
    .bind(counts)
    .bind(but)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(person, year, kind, hours)| ((person, year, kind), Hours::from_tenths(hours.max(0))))
        .collect())
}

/// Hours of all kinds that convert a result.
pub fn conversions(held: &Held, person: PersonId, year: i32) -> Hours {
    held.iter()
        .filter(|((who, when, kind), _)| *who == person && *when == year && is_conversion(kind))
        .map(|(_, hours)| *hours)
        .sum()
}

/// Where a person's year stands for a thing of this kind.
pub async fn standing(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
    kind: &str,
    waiting: Waiting,
) -> Result<Standing> {
    let held = held(&mut *db, &[person], waiting).await?;
    let of_kind = held.get(&(person, year, kind.to_owned())).copied().unwrap_or_default();
    let (required, done) = professional_year(&mut *db, person, year).await?;
    Ok(Standing {
        kind: of_kind,
        conversions: conversions(&held, person, year),
        // a year that asks for nothing limits nothing
        conversion_cap: (conversions_limited(db).await? && !required.is_zero()).then_some(required),
        required,
        done,
    })
}

/// (minimum, done) of the professional subject.
async fn professional_year(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
) -> Result<(Hours, Hours)> {
    let Some(category) = professional(&mut *db).await? else {
        return Ok((Hours::ZERO, Hours::ZERO));
    };
    let years = read::year_totals(db, person, year, year).await?;
    let total = years.iter().flat_map(|year| &year.categories).find(|one| one.id == category);
    Ok(total.map_or((Hours::ZERO, Hours::ZERO), |one| (one.required, one.done)))
}

/// Of a year in general: nobody's exemption is looked at.
pub async fn required_in_general(db: &mut SqliteConnection) -> Result<Option<(Requirements, i64)>> {
    let requirements = Requirements::load(&mut *db).await?;
    Ok(professional(db).await?.map(|category| (requirements, category)))
}
