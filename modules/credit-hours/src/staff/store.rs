//! Statements of a unit's declaration: its header, and what it keeps of its roster.

use kit::{
    AccountId, CaseId, Clock, Error, Form, Hours, OrganizationId, Result, day, initials, serial,
};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::header::Fields;
use crate::roster::{self, STAFF};
use crate::rules::Suggestion;

/// A declaration as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Staff {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub organization_id: OrganizationId,
    pub department_id: Option<OrganizationId>,
    pub year: i32,
    pub category_id: Option<i64>,
    pub kind: String,
    pub title: String,
    pub organizer: String,
    pub started_on: String,
    pub ended_on: String,
    pub place: String,
    pub level: String,
    /// 种类 within the kind.
    pub item: String,
    /// 排名, the same for all of the roster.
    pub rank: String,
    /// 数量; zero: none.
    pub quantity: Hours,
    /// JSON of what the rules made of it when it was submitted; empty: never, or before there were.
    pub suggestion: String,
    /// Of each person.
    pub hours: Hours,
    pub recognised: Option<Hours>,
    pub note: String,
    pub opinion: String,
    pub people: i64,
    pub total: Hours,
    pub entered: i64,
    pub left_out: i64,
    pub updated_at: String,
}

impl Staff {
    /// Whether the unit may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// Whether the header says enough for rows of a roster to stand on it.
    pub fn has_header(&self) -> bool {
        self.category_id.is_some()
            && ![&self.kind, &self.title, &self.organizer, &self.started_on, &self.ended_on]
                .into_iter()
                .any(String::is_empty)
            && !self.hours.is_zero()
    }

    /// What the trail calls it.
    pub fn object(&self) -> String {
        format!("staff-declaration:{}", self.id)
    }

    /// 单位申报 DW20261123-0001“…”; of a draft without the number.
    pub fn called(&self) -> String {
        format!("单位申报 {}“{}”", self.number, self.title).replace(" “", "“")
    }
}

/// The unit's own declaration.
///
/// # Errors
/// `NotFound` if there is none or it is another unit's.
pub async fn own(db: &mut SqliteConnection, unit: OrganizationId, id: i64) -> Result<Staff> {
    let found: Option<Staff> = sqlx::query_as(
        "select id, case_id, number, state, organization_id, department_id, year, category_id,
                kind, title, organizer, started_on, ended_on, place, level, item, rank, quantity,
                suggestion, hours, recognised, note, opinion, people, total, entered, left_out, updated_at
           from staff_declaration where id = ? and organization_id = ?",
    )
    .bind(id)
    .bind(unit)
    .fetch_optional(db)
    .await?;
    found.ok_or(Error::NotFound)
}

/// The same, if it may be changed.
///
/// # Errors
/// Refused while it is being reviewed and once it is approved.
pub async fn editable(db: &mut SqliteConnection, unit: OrganizationId, id: i64) -> Result<Staff> {
    let staff = own(db, unit, id).await?;
    match staff.state.as_str() {
        _ if staff.editable() => Ok(staff),
        "pending" => Err(Error::refused(format!(
            "{} 正在审核，不能修改。需要修改的请先撤回；已有单位通过的，请联系审核单位驳回。",
            staff.number
        ))),
        _ => Err(Error::refused(format!(
            "{} 已经通过，不能修改。没有记入的人员，可以在详情页复制为新的申报。",
            staff.number
        ))),
    }
}

/// An empty draft of the unit's.
pub async fn create(
    tx: &mut SqliteConnection,
    unit: OrganizationId,
    account: AccountId,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    Ok(sqlx::query_scalar(
        "insert into staff_declaration (organization_id, department_id, account_id, year,
           created_at, updated_at)
         select id, department_id, ?, ?, ?, ? from organization where id = ? returning id",
    )
    .bind(account)
    .bind(clock.year())
    .bind(&now)
    .bind(&now)
    .bind(unit)
    .fetch_one(tx)
    .await?)
}

/// The declaration that this form led to before, else a new one: a form sent twice makes one.
pub async fn of_form(
    tx: &mut SqliteConnection,
    unit: OrganizationId,
    form: &Form,
    account: AccountId,
    clock: &Clock,
) -> Result<i64> {
    let key = form.raw("form_key");
    if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return create(tx, unit, account, clock).await;
    }
    let found: Option<i64> = sqlx::query_scalar(
        "select id from staff_declaration where organization_id = ? and form_key = ?",
    )
    .bind(unit)
    .bind(key)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = found {
        return Ok(id);
    }
    let id = create(&mut *tx, unit, account, clock).await?;
    sqlx::query("update staff_declaration set form_key = ? where id = ?")
        .bind(key)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(id)
}

/// Stores what was usable of the form; the roster's rows follow.
pub async fn update(
    tx: &mut SqliteConnection,
    id: i64,
    fields: &Fields,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update staff_declaration set year = coalesce(?, year),
           category_id = case when ? is null then category_id else nullif(?, 0) end,
           kind = coalesce(?, kind), title = coalesce(?, title),
           organizer = coalesce(?, organizer), started_on = coalesce(?, started_on),
           ended_on = coalesce(?, ended_on), place = coalesce(?, place),
           level = coalesce(?, level), item = coalesce(?, item), rank = coalesce(?, rank),
           quantity = coalesce(?, quantity), hours = coalesce(?, hours), note = coalesce(?, note),
           opinion = coalesce(?, opinion), recognised = null, updated_at = ?
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
    .bind(&fields.item)
    .bind(&fields.rank)
    .bind(fields.quantity)
    .bind(fields.hours)
    .bind(&fields.note)
    .bind(&fields.opinion)
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    index(&mut *tx, id).await?;
    follow(tx, id).await
}

/// Brings the roster's rows in step with the header (hours where a row has none of its own), and
/// the header's sums with the rows.
pub async fn follow(tx: &mut SqliteConnection, id: i64) -> Result<()> {
    sqlx::query(
        "update roster_row set year = s.year, category_id = coalesce(s.category_id, roster_row.category_id),
           kind = s.kind, title = s.title, organizer = s.organizer, started_on = s.started_on,
           ended_on = s.ended_on,
           hours = case when roster_row.detail ->> 'own' then roster_row.hours else s.hours end
          from staff_declaration s
         where s.id = ?1 and roster_row.subject = 'staff' and roster_row.parent_id = ?1
           and roster_row.state = 'draft'",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update staff_declaration set (people, total) = (select count(*), coalesce(sum(hours), 0)
           from roster_row where subject = 'staff' and parent_id = ?1) where id = ?1",
    )
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes title and unit into the search.
pub async fn index(tx: &mut SqliteConnection, id: i64) -> Result<()> {
    let text: String = sqlx::query_scalar(
        "select s.title || ' ' || o.name from staff_declaration s
           join organization o on o.id = s.organization_id where s.id = ?",
    )
    .bind(id)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("delete from staff_search where rowid = ?").bind(id).execute(&mut *tx).await?;
    sqlx::query("insert into staff_search (rowid, tokens) values (?, ?)")
        .bind(id)
        .bind(initials::search_tokens(&text))
        .execute(tx)
        .await?;
    Ok(())
}

/// A unit has a new superior or name.
pub async fn moved(tx: &mut SqliteConnection, unit: OrganizationId) -> Result<()> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "update staff_declaration
            set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1 returning id",
    )
    .bind(unit)
    .fetch_all(&mut *tx)
    .await?;
    for id in ids {
        index(&mut *tx, id).await?;
    }
    Ok(())
}

/// DW20261123-0001: counted anew each county day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("staff-declaration:{today}")).await?;
    Ok(format!("DW{today}-{next:04}"))
}

/// Keeps what it was submitted with: the rule in words and what it gives each person.
pub async fn keep(tx: &mut SqliteConnection, id: i64, made: Option<&Suggestion>) -> Result<()> {
    let json = made.map(serde_json::to_string).transpose()?.unwrap_or_default();
    sqlx::query("update staff_declaration set suggestion = ? where id = ?")
        .bind(json)
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes a draft that was never submitted, with its roster.
///
/// # Errors
/// Refused once it was submitted.
pub async fn discard(tx: &mut SqliteConnection, staff: &Staff) -> Result<()> {
    if staff.case_id.is_some() {
        return Err(Error::refused(format!(
            "{} 已经提交过，不能删除；不再申报的，撤回后放着即可。",
            staff.number
        )));
    }
    roster::clear(&mut *tx, STAFF, staff.id).await?;
    sqlx::query("delete from staff_search where rowid = ?")
        .bind(staff.id)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from staff_declaration where id = ? and case_id is null")
        .bind(staff.id)
        .execute(tx)
        .await?;
    Ok(())
}
