//! 学时台账: the only writer of entries and of the totals that stand on them.

mod many;
pub mod totals;

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{
    Actor, CaseId, Clock, Error, Event, Hours, Modules, OnUnique, OrganizationId, PersonId, Result,
    trail,
};

pub use many::reverse_many;

/// Where hours come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// 个人申报
    Person,
    /// 单位申报
    Employer,
    /// 基地代申报
    Base,
    /// 网络培训
    Online,
    /// 导入: recognised in former years, elsewhere
    Import,
}

/// (stored, shown) of every source: for filters and tags.
pub const SOURCES: [(&str, &str); 5] = [
    ("person", "个人申报"),
    ("employer", "单位申报"),
    ("base", "基地代申报"),
    ("online", "网络培训"),
    ("import", "导入"),
];

impl Source {
    /// As it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Source::Person => "person",
            Source::Employer => "employer",
            Source::Base => "base",
            Source::Online => "online",
            Source::Import => "import",
        }
    }

    /// Of what is stored.
    pub fn of(key: &str) -> Self {
        [Source::Person, Source::Employer, Source::Base, Source::Online]
            .into_iter()
            .find(|source| source.key() == key)
            .unwrap_or(Source::Import)
    }
}

/// The shown name of a stored source.
pub fn source_label(key: &str) -> &str {
    SOURCES.iter().find(|(stored, _)| *stored == key).map_or(key, |(_, label)| label)
}

/// A row to be appended. Where it is earned is the person's unit of today.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub person: PersonId,
    pub year: i32,
    /// A row of `category`.
    pub category: i64,
    /// 学习形式, dictionary code; empty if not known.
    pub kind: String,
    pub title: String,
    pub organizer: String,
    /// `YYYY-MM-DD`
    pub started_on: String,
    pub ended_on: String,
    pub hours: Hours,
    pub source: Source,
    pub declaration: Option<i64>,
    /// Who recognised it: the name that the certificate prints.
    pub recognised_by: String,
    /// 证书编号; empty: none.
    pub certificate_number: String,
    /// 培训计划, row of `plan` (module training), of a base's declaration.
    pub plan: Option<i64>,
    /// The case that recognised it.
    pub case: Option<CaseId>,
    /// 更正: the revoked entry in whose place it stands.
    pub corrects: Option<i64>,
}

/// Appends entries and brings every total in step, in the caller's transaction. Gives the new
/// ids, in order.
///
/// # Errors
/// `NotFound` if a person does not exist; the caller's transaction must then be undone.
pub async fn record(
    tx: &mut SqliteConnection,
    entries: &[NewEntry],
    clock: &Clock,
) -> Result<Vec<i64>> {
    let rows: Vec<Row> =
        entries.iter().map(|entry| Row { entry, reverses: None, reason: "" }).collect();
    append(tx, &rows, clock).await
}

/// 撤销: a reversing entry for the whole of `entry`, with the original's year and today's record
/// time; whoever counted it hears of it (`EntryRevoked`).
///
/// # Errors
/// `NotFound`, or refused if it is reversed already or is a reversal itself.
pub async fn reverse(
    tx: &mut SqliteConnection,
    modules: &Modules,
    entry: i64,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<i64> {
    end(tx, modules, entry, Ended::Revoked, reason, actor, clock).await
}

/// Why an entry counts no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// 撤销
    Revoked,
    /// 更正: another entry comes in its place, in the same transaction.
    Corrected,
}

/// As `reverse`, for either reason; who did it stands in `revocation`.
///
/// # Errors
/// As `reverse`.
pub(crate) async fn end(
    tx: &mut SqliteConnection,
    modules: &Modules,
    entry: i64,
    how: Ended,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<i64> {
    let id = reverse_only(&mut *tx, entry, reason, clock).await?;
    let (kind, verb, act) = match how {
        Ended::Revoked => ("revoked", "撤销", "credit-hours.entry.reverse"),
        Ended::Corrected => ("corrected", "更正", "credit-hours.entry.correct"),
    };
    sqlx::query(
        "insert into revocation (entry_id, reversal_id, kind, declaration_id, account_id, by_name,
           organization_name)
         select id, ?, ?, declaration_id, ?, ?, coalesce((select name from organization where id = ?), '')
           from entry where id = ?",
    )
    .bind(id)
    .bind(kind)
    .bind(actor.account)
    .bind(&actor.name)
    .bind(actor.organization)
    .bind(entry)
    .execute(&mut *tx)
    .await?;
    let (person, year, title, name): (PersonId, i32, String, String) = sqlx::query_as(
        "select e.person_id, e.year, e.title, p.name from entry e join person p on p.id = e.person_id
          where e.id = ?",
    )
    .bind(entry)
    .fetch_one(&mut *tx)
    .await?;
    let text = format!("{verb}{name} {year} 年度学时“{title}”，原因：{reason}");
    trail::write(tx, actor, clock, act, &format!("entry:{entry}"), &text).await?;
    let (corrected, reason) = (how == Ended::Corrected, reason.to_owned());
    let event = Event::EntryRevoked { entry, person, year, corrected, reason };
    modules.deliver(tx, &event, clock).await?;
    Ok(id)
}

/// What `reverse` writes in the ledger.
async fn reverse_only(
    tx: &mut SqliteConnection,
    entry: i64,
    reason: &str,
    clock: &Clock,
) -> Result<i64> {
    #[derive(sqlx::FromRow)]
    struct Original {
        person_id: PersonId,
        year: i32,
        category_id: i64,
        kind: String,
        title: String,
        organizer: String,
        started_on: String,
        ended_on: String,
        hours: i64,
        source: String,
        declaration_id: Option<i64>,
        reverses_id: Option<i64>,
        recognised_by: String,
        certificate_number: String,
        plan_id: Option<i64>,
        case_id: Option<CaseId>,
    }
    let original: Original = sqlx::query_as(
        "select person_id, year, category_id, kind, title, organizer, started_on, ended_on, hours,
                source, declaration_id, reverses_id, recognised_by, certificate_number, plan_id,
                case_id from entry where id = ?",
    )
    .bind(entry)
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Error::NotFound)?;
    if original.reverses_id.is_some() {
        return Err(Error::refused("这一行本身就是撤销记录，不能再撤销。需要恢复的，请重新申报。"));
    }
    let new = NewEntry {
        person: original.person_id,
        year: original.year,
        category: original.category_id,
        kind: original.kind,
        title: original.title,
        organizer: original.organizer,
        started_on: original.started_on,
        ended_on: original.ended_on,
        hours: Hours::from_tenths(-original.hours),
        source: Source::of(&original.source),
        declaration: original.declaration_id,
        recognised_by: original.recognised_by,
        certificate_number: original.certificate_number,
        plan: original.plan_id,
        case: original.case_id,
        corrects: None,
    };
    let ids = append(tx, &[Row { entry: &new, reverses: Some(entry), reason }], clock).await?;
    ids.first().copied().ok_or(Error::NotFound)
}

struct Row<'a> {
    entry: &'a NewEntry,
    reverses: Option<i64>,
    reason: &'a str,
}

/// Rows of one `insert … select`: the JSON of a chunk stays below a megabyte.
const CHUNK: usize = 2_000;

async fn append(tx: &mut SqliteConnection, rows: &[Row<'_>], clock: &Clock) -> Result<Vec<i64>> {
    let recorded_at = clock.stamp();
    let mut ids = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(CHUNK) {
        let json: Vec<serde_json::Value> = chunk
            .iter()
            .map(|row| {
                let e = row.entry;
                serde_json::json!([
                    e.person,
                    e.year,
                    e.category,
                    e.kind,
                    e.title,
                    e.organizer,
                    e.started_on,
                    e.ended_on,
                    e.hours.tenths(),
                    e.source.key(),
                    e.declaration,
                    row.reverses,
                    row.reason,
                    e.recognised_by,
                    e.certificate_number,
                    e.plan,
                    e.case,
                    e.corrects
                ])
            })
            .collect();
        let new: Vec<i64> = sqlx::query_scalar(
            "insert into entry (person_id, organization_id, department_id, earned_organization_id,
               earned_department_id, year, category_id, kind, title, organizer, started_on,
               ended_on, hours, source, declaration_id, reverses_id, reason, recognised_by,
               certificate_number, plan_id, case_id, corrects_id, recorded_at)
             select p.id, p.organization_id, p.department_id, p.organization_id, p.department_id,
                    j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5,
                    j.value ->> 6, j.value ->> 7, j.value ->> 8, j.value ->> 9, j.value ->> 10,
                    j.value ->> 11, j.value ->> 12, j.value ->> 13, j.value ->> 14, j.value ->> 15,
                    j.value ->> 16, j.value ->> 17, ?
               from json_each(?) j cross join person p on p.id = j.value ->> 0
              order by j.key returning id",
        )
        .bind(&recorded_at)
        .bind(serde_json::to_string(&json)?)
        .fetch_all(&mut *tx)
        .await
        .on_unique("entry.reverses_id", "这条学时已经撤销过，请刷新后再看。")?;
        if new.len() != chunk.len() {
            return Err(Error::NotFound);
        }
        ids.extend(new);
        let mut touched: Vec<(PersonId, i32)> =
            chunk.iter().map(|row| (row.entry.person, row.entry.year)).collect();
        touched.sort_unstable();
        touched.dedup();
        let years: Vec<i32> = touched.iter().map(|(_, year)| *year).collect();
        for year in years.into_iter().collect::<std::collections::BTreeSet<i32>>() {
            let people: Vec<PersonId> =
                touched.iter().filter(|(_, of)| *of == year).map(|(person, _)| *person).collect();
            totals::open(tx, &people, year, year >= clock.year()).await?;
        }
        totals::settle(tx, &touched).await?;
    }
    Ok(ids)
}

/// Their unit changed: their entries are seen by the new one; where they were earned stays.
pub async fn moved(tx: &mut SqliteConnection, people: &[PersonId]) -> Result<()> {
    sqlx::query(
        "update entry set (organization_id, department_id) =
           (select organization_id, department_id from person where id = entry.person_id)
          where person_id in (select value from json_each(?))",
    )
    .bind(serde_json::to_string(people)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// An organization's superior changed: everything seen through it follows.
pub async fn resuperior(tx: &mut SqliteConnection, organization: OrganizationId) -> Result<()> {
    for sql in [
        "update entry set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
        "update declaration set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
        "update person_year set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
        "update unit_year set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
    ] {
        sqlx::query(sql).bind(organization).execute(&mut *tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
