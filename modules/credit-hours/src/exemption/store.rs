//! Statements of an exemption and its files.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::file::Stored;
use kit::{CaseId, Clock, Error, Event, FileId, Hours, OrganizationId, PersonId, Result, User};

use super::form::Fields;

/// An exemption as stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Exemption {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub organization_id: OrganizationId,
    pub department_id: Option<OrganizationId>,
    pub person_id: PersonId,
    pub by_id: Option<OrganizationId>,
    pub year: i32,
    pub kind: String,
    pub way: String,
    pub months: i64,
    pub hours: Hours,
    pub reason: String,
    pub granted: Option<i64>,
    pub in_force: bool,
    pub counted_before: Option<bool>,
    pub ended_at: String,
    pub ended_by: String,
    pub ended_reason: String,
}

impl Exemption {
    /// Whether its applicant may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// (shown, class of its tag)
    pub fn label(&self) -> (&'static str, &'static str) {
        if self.ended_at.is_empty() {
            crate::declaration::state_label(&self.state)
        } else {
            ("已终止", "back")
        }
    }
}

/// Whose side asks: the person himself, or a unit for its own people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Person(PersonId),
    Unit(OrganizationId),
}

impl Side {
    /// The folder of its pages.
    pub fn base(self) -> &'static str {
        match self {
            Side::Person(_) => super::MINE,
            Side::Unit(_) => super::UNIT,
        }
    }

    /// Whether it applied for this one.
    pub fn wrote(self, one: &Exemption) -> bool {
        match self {
            Side::Person(_) => one.by_id.is_none(),
            Side::Unit(unit) => one.by_id == Some(unit),
        }
    }
}

/// By its id.
pub async fn find(db: &mut SqliteConnection, id: i64) -> Result<Exemption> {
    let found: Option<Exemption> = sqlx::query_as(
        "select id, case_id, number, state, organization_id, department_id, person_id,
                by_id, year, kind, way, months, hours, reason, granted, in_force, counted_before,
                ended_at, ended_by, ended_reason from exemption where id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// One that this side may see: its own, and the other's once submitted.
///
/// # Errors
/// `NotFound` if it is somebody else's.
pub async fn seen(db: &mut SqliteConnection, side: Side, id: i64) -> Result<Exemption> {
    let one = find(db, id).await?;
    let concerned = match side {
        Side::Person(person) => one.person_id == person,
        Side::Unit(unit) => one.organization_id == unit,
    };
    if concerned && (side.wrote(&one) || one.state != "draft") {
        Ok(one)
    } else {
        Err(Error::NotFound)
    }
}

/// One that this side applied for, if it may be changed.
pub async fn editable(db: &mut SqliteConnection, side: Side, id: i64) -> Result<Exemption> {
    let one = seen(db, side, id).await?;
    if !side.wrote(&one) {
        return Err(Error::refused("这条减免由另一方申请，不能在这里修改。"));
    }
    if one.editable() {
        return Ok(one);
    }
    Err(Error::refused(match one.state.as_str() {
        "pending" => format!("{} 正在审核，不能修改。需要修改的请先撤回。", one.number),
        _ => format!("{} 已经通过，不能修改。情况有变化的，请重新申请。", one.number),
    }))
}

/// An empty draft of a person's.
pub async fn create(
    tx: &mut SqliteConnection,
    person: PersonId,
    side: Side,
    user: &User,
    clock: &Clock,
) -> Result<i64> {
    let by = match side {
        Side::Person(_) => None,
        Side::Unit(unit) => Some(unit),
    };
    let id: Option<i64> = sqlx::query_scalar(
        "insert into exemption (organization_id, department_id, person_id, account_id, by_id, year,
           created_at, updated_at)
         select organization_id, department_id, id, ?, ?, ?, ?, ? from person where id = ?
         returning id",
    )
    .bind(user.account)
    .bind(by)
    .bind(clock.year())
    .bind(clock.stamp())
    .bind(clock.stamp())
    .bind(person)
    .fetch_optional(tx)
    .await?;
    id.ok_or(Error::NotFound)
}

/// Stores what was usable of the form.
pub async fn update(
    tx: &mut SqliteConnection,
    id: i64,
    fields: &Fields,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update exemption set year = coalesce(?, year), kind = coalesce(?, kind),
           way = coalesce(?, way), months = coalesce(?, months), hours = coalesce(?, hours),
           reason = coalesce(?, reason), updated_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(fields.year)
    .bind(&fields.kind)
    .bind(fields.way)
    .bind(fields.months)
    .bind(fields.hours.map(Hours::tenths))
    .bind(&fields.reason)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Its files, in order.
pub async fn files(db: &mut SqliteConnection, id: i64) -> Result<Vec<Stored>> {
    let ids: Vec<FileId> = sqlx::query_scalar(
        "select file_id from exemption_file where exemption_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    kit::file::find(db, &ids).await
}

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into exemption_file (exemption_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from exemption_file where exemption_id = ?1
         on conflict (exemption_id, file_id) do update set removed = 0, sort = excluded.sort",
    )
    .bind(id)
    .bind(file)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file off. What was submitted once keeps its row: the desk's history shows it.
pub async fn detach(tx: &mut SqliteConnection, one: &Exemption, file: FileId) -> Result<()> {
    let sql = if one.case_id.is_some() {
        "update exemption_file set removed = 1 where exemption_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from exemption_file where exemption_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(one.id).bind(file).execute(&mut *tx).await?.rows_affected();
    match (done, one.case_id) {
        (0, _) => Err(Error::NotFound),
        (_, Some(_)) => Ok(()),
        (_, None) => kit::file::discard(tx, file).await,
    }
}

/// Lets those see the evidence who see the exemption: from its submission on.
pub async fn link(tx: &mut SqliteConnection, one: &Exemption) -> Result<()> {
    for file in files(&mut *tx, one.id).await? {
        let (person, organization) = (Some(one.person_id), one.organization_id);
        let leaf = crate::subject::LEAF;
        kit::file::link(&mut *tx, file.id, leaf, person, organization, one.department_id).await?;
    }
    Ok(())
}

/// Removes a draft that was never submitted, and its evidence.
pub async fn delete(tx: &mut SqliteConnection, one: &Exemption) -> Result<()> {
    if one.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能删除；不再申请的，撤回后放着即可。",
            one.number
        )));
    }
    for file in files(&mut *tx, one.id).await? {
        detach(&mut *tx, one, file.id).await?;
    }
    sqlx::query("delete from exemption where id = ? and case_id is null")
        .bind(one.id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Another one of the person and year that waits at a desk.
pub async fn pending(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
    but: i64,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select number from exemption
          where person_id = ? and year = ? and state = 'pending' and id <> ?",
    )
    .bind(person)
    .bind(year)
    .bind(but)
    .fetch_optional(db)
    .await?)
}

/// The one in force of a person and year.
pub async fn of_year(
    db: &mut SqliteConnection,
    person: PersonId,
    year: i32,
) -> Result<Option<Exemption>> {
    let id: Option<i64> = sqlx::query_scalar(
        "select id from exemption where person_id = ? and year = ? and in_force = 1",
    )
    .bind(person)
    .bind(year)
    .fetch_optional(&mut *db)
    .await?;
    match id {
        Some(id) => Ok(Some(find(db, id).await?)),
        None => Ok(None),
    }
}

/// What is in force for a person's years: for certificates and records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct InForce {
    pub year: i32,
    pub number: String,
    /// 产假（含护理假、育儿假）
    pub kind: String,
    pub whole: bool,
}

/// By year.
pub async fn in_force(
    db: &mut SqliteConnection,
    person: PersonId,
    from: i32,
    to: i32,
) -> Result<HashMap<i32, InForce>> {
    let rows: Vec<InForce> = sqlx::query_as(
        "select x.year, x.number, k.name as kind, x.whole
           from exemption x join exemption_kind k on k.key = x.kind
          where x.person_id = ? and x.year between ? and ? and x.in_force = 1",
    )
    .bind(person)
    .bind(from)
    .bind(to)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.year, row)).collect())
}

/// People and organizations changed: what belongs to them is seen by whom they belong to now.
pub async fn hear(tx: &mut SqliteConnection, event: &Event) -> Result<()> {
    match event {
        Event::PeopleMoved { people, .. } => {
            sqlx::query(
                "update exemption set (organization_id, department_id) =
                   (select organization_id, department_id from person where id = exemption.person_id)
                  where person_id in (select value from json_each(?))",
            )
            .bind(serde_json::to_string(people)?)
            .execute(tx)
            .await?;
        }
        Event::OrganizationChanged { organization } => {
            sqlx::query(
                "update exemption
                    set department_id = (select department_id from organization where id = ?1)
                  where organization_id = ?1",
            )
            .bind(organization)
            .execute(tx)
            .await?;
        }
        _ => {}
    }
    Ok(())
}
