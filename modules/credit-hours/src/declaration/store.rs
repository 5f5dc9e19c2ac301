//! Statements of a declaration.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{CaseId, Clock, Error, Hours, OrganizationId, PersonId, Result, User};

use super::evidence;
use super::form::Fields;
use crate::claims::{Claim, Origin};

/// A declaration as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Draft {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub person_id: PersonId,
    pub organization_id: OrganizationId,
    pub year: i32,
    pub category_id: Option<i64>,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub place: String,
    pub level: String,
    pub rank: String,
    pub item: String,
    pub quantity: Hours,
    /// JSON of what it was submitted with; empty: never.
    pub suggestion: String,
    pub certificate_number: String,
    pub hours: i64,
    pub recognised: Option<i64>,
    pub note: String,
    pub updated_at: String,
}

impl Draft {
    /// Whether the person may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// What it is compared by with other claims.
    pub fn claim(&self) -> Claim<'_> {
        Claim {
            person: self.person_id,
            title: &self.title,
            certificate_number: &self.certificate_number,
            started_on: &self.started_on,
            ended_on: &self.ended_on,
            plan: None,
            own: Some(Origin::Declaration(self.id)),
        }
    }
}

/// The person's own declaration.
///
/// # Errors
/// `NotFound` if there is none or it is somebody else's.
pub async fn own(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Draft> {
    let found: Option<Draft> = sqlx::query_as(
        "select id, case_id, number, state, person_id, organization_id, year, category_id, kind,
                title, organizer, started_on, ended_on, place, level, rank, item,
                quantity, suggestion, certificate_number,
                hours, recognised, note, updated_at
           from declaration where id = ? and person_id = ?",
    )
    .bind(id)
    .bind(person)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The same, if it may be changed.
pub async fn own_editable(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Draft> {
    let draft = own(db, person, id).await?;
    match draft.state.as_str() {
        _ if draft.editable() => Ok(draft),
        "pending" => Err(Error::refused(format!(
            "{} 正在审核，不能修改。需要修改的请先撤回；已有单位通过的，请联系审核单位驳回。",
            draft.number
        ))),
        _ => Err(Error::refused(format!(
            "{} 已经通过，不能修改。确有错误的，请联系县区人社局。",
            draft.number
        ))),
    }
}

/// Why the person may not declare now: who is not 在职 or 返聘 reads his ledger only.
pub async fn shut(db: &mut SqliteConnection, person: PersonId) -> Result<Option<String>> {
    let state: String = sqlx::query_scalar("select state from person where id = ?")
        .bind(person)
        .fetch_optional(db)
        .await?
        .ok_or(Error::NotFound)?;
    if kit::dictionary::takes_part(&state) {
        return Ok(None);
    }
    let label = kit::dictionary::PERSON_STATES.label(&state).to_owned();
    let then = match state.as_str() {
        "left" | "moved" => "到新单位后通过“人员调转”转入，就可以申报。",
        _ => "状态登记有误的，请联系单位管理员更正。",
    };
    Ok(Some(format!(
        "您现在的人员状态是“{label}”，只能查看学时，不能申报：只有在职和返聘的人员申报学时。{then}"
    )))
}

/// An empty draft of the person's.
pub async fn create(
    tx: &mut SqliteConnection,
    person: PersonId,
    user: &User,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    let id: Option<i64> = sqlx::query_scalar(
        "insert into declaration (organization_id, department_id, person_id, account_id, year,
           created_at, updated_at)
         select organization_id, department_id, id, ?, ?, ?, ? from person where id = ?
         returning id",
    )
    .bind(user.account)
    .bind(clock.year())
    .bind(&now)
    .bind(&now)
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
        "update declaration set year = coalesce(?, year),
           category_id = case when ? is null then category_id else nullif(?, 0) end,
           kind = coalesce(?, kind), title = coalesce(?, title),
           organizer = coalesce(?, organizer), started_on = coalesce(?, started_on),
           ended_on = coalesce(?, ended_on), place = coalesce(?, place),
           level = coalesce(?, level), rank = coalesce(?, rank),
           item = coalesce(?, item), quantity = coalesce(?, quantity),
           certificate_number = coalesce(?, certificate_number), hours = coalesce(?, hours),
           note = coalesce(?, note), recognised = null, updated_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(fields.year)
    .bind(fields.category)
    // sqlx counts `?` and `?2` apart, so each has its own value
    .bind(fields.category)
    .bind(&fields.kind)
    .bind(&fields.title)
    .bind(&fields.organizer)
    .bind(&fields.started_on)
    .bind(&fields.ended_on)
    .bind(&fields.place)
    .bind(&fields.level)
    .bind(&fields.rank)
    .bind(&fields.item)
    .bind(fields.quantity)
    .bind(&fields.certificate_number)
    .bind(fields.hours.map(kit::Hours::tenths))
    .bind(&fields.note)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes a draft that was never submitted, and its evidence.
pub async fn delete(tx: &mut SqliteConnection, draft: &Draft, user: &User) -> Result<()> {
    if draft.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能删除；不再申报的，撤回后放着即可。",
            draft.number
        )));
    }
    for piece in evidence::pieces(&mut *tx, draft.id).await? {
        evidence::detach(&mut *tx, draft, piece.file.id, user).await?;
    }
    sqlx::query("delete from declaration where id = ? and case_id is null")
        .bind(draft.id)
        .execute(tx)
        .await?;
    Ok(())
}
