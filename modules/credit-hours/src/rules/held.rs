//! What people's years hold already: what the caps of a year are compared with.

use std::collections::HashMap;

use sqlx::SqliteConnection;

use kit::settings::Kind;
use kit::{Hours, PersonId, Result, Setting};

use super::engine::{CONVERSIONS, Standing};
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

/// What people hold: hours of each (person, year, kind), and by what their years are measured.
#[derive(Debug, Clone, Default)]
pub struct Held {
    hours: HashMap<(PersonId, i32, String), Hours>,
    /// (title level, exemption) of each year that has a row.
    years: HashMap<(PersonId, i32), (String, Hours)>,
    /// Title level of today.
    levels: HashMap<PersonId, String>,
}

impl Held {
    /// Whether this person is among those who were read.
    pub fn knows(&self, person: PersonId) -> bool {
        self.levels.contains_key(&person)
    }

    pub fn of_kind(&self, person: PersonId, year: i32, kind: &str) -> Hours {
        self.hours.get(&(person, year, kind.to_owned())).copied().unwrap_or_default()
    }

    /// Hours of all kinds that convert a result.
    pub fn conversions(&self, person: PersonId, year: i32) -> Hours {
        CONVERSIONS.iter().map(|kind| self.of_kind(person, year, kind)).sum()
    }

    /// What a subject asks of this person in a year.
    pub fn required(
        &self,
        requirements: &Requirements,
        person: PersonId,
        year: i32,
        category: i64,
    ) -> Hours {
        match (self.years.get(&(person, year)), self.levels.get(&person)) {
            (Some((level, exempt)), _) => requirements.category(year, level, category, *exempt),
            (None, Some(level)) => requirements.category(year, level, category, Hours::ZERO),
            (None, None) => requirements.category(year, "", category, Hours::ZERO),
        }
    }
}

/// What these people hold, of every year and kind: entries with their reversals and, if asked
/// for, what waits. Hours without a 学习形式 (imported rows may have none) are of no kind and count
/// towards no cap: decided so, for a former year's import cannot be guessed into a kind.
pub async fn held(
    db: &mut SqliteConnection,
    people: &[PersonId],
    waiting: Waiting,
) -> Result<Held> {
    let (counts, but) = match waiting {
        Waiting::Counts { but } => (true, but.unwrap_or(0)),
        Waiting::No => (false, 0),
    };
    let people = serde_json::to_string(people)?;
    let hours: Vec<(PersonId, i32, String, i64)> = sqlx::query_as(
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
    .bind(&people)
    .bind(counts)
    .bind(but)
    .fetch_all(&mut *db)
    .await?;
    let years: Vec<(PersonId, i32, String, Hours)> = sqlx::query_as(
        "select y.person_id, y.year, y.level, y.exempt
           from json_each(?) p cross join person_year y on y.person_id = p.value",
    )
    .bind(&people)
    .fetch_all(&mut *db)
    .await?;
    let levels: Vec<(PersonId, String)> = sqlx::query_as(
        "select p.id, p.level from json_each(?) j cross join person p on p.id = j.value",
    )
    .bind(&people)
    .fetch_all(db)
    .await?;
    Ok(Held {
        hours: hours
            .into_iter()
            .map(|(who, year, kind, hours)| ((who, year, kind), Hours::from_tenths(hours.max(0))))
            .collect(),
        years: years
            .into_iter()
            .map(|(who, year, level, exempt)| ((who, year), (level, exempt)))
            .collect(),
        levels: levels.into_iter().collect(),
    })
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
    let (required, done) = professional_year(&mut *db, person, year).await?;
    Ok(Standing {
        kind: held.of_kind(person, year, kind),
        conversions: held.conversions(person, year),
        // a year that asks for nothing limits nothing
        conversion_cap: (conversions_limited(db).await? && !required.is_zero()).then_some(required),
        waiting: waiting != Waiting::No,
        required,
        done,
    })
}

/// The same for many people at once, without what the professional subject has and lacks: for
/// rules that do not complete it.
pub async fn standings(
    db: &mut SqliteConnection,
    people: &[PersonId],
    year: i32,
    kind: &str,
    waiting: Waiting,
) -> Result<HashMap<PersonId, Standing>> {
    let held = held(&mut *db, people, waiting).await?;
    let limits = match conversions_limited(&mut *db).await? {
        true => requirements(db).await?,
        false => None,
    };
    let cap = |person: PersonId| {
        let (requirements, category) = limits.as_ref()?;
        let required = held.required(requirements, person, year, *category);
        (!required.is_zero()).then_some(required)
    };
    let of = |person: PersonId| Standing {
        kind: held.of_kind(person, year, kind),
        conversions: held.conversions(person, year),
        conversion_cap: cap(person),
        ..Standing::default()
    };
    Ok(people.iter().map(|person| (*person, of(*person))).collect())
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

/// What the years ask for, and the professional subject; none if there is no such subject.
pub async fn requirements(db: &mut SqliteConnection) -> Result<Option<(Requirements, i64)>> {
    let requirements = Requirements::load(&mut *db).await?;
    Ok(professional(db).await?.map(|category| (requirements, category)))
}
