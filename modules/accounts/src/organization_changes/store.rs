//! Statements of requests: what is being written, what was submitted.

use std::collections::BTreeMap;

use kit::organization::Organization;
use kit::{
    AccountId, CaseId, Clock, Error, Event, FileId, Form, OrganizationId, Result, day, serial,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::read::TICKED;
use super::recorded::names;

/// A request as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Request {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub organization_id: OrganizationId,
    pub account_id: AccountId,
    pub items: String,
    pub draft: String,
    pub submitted_at: String,
    pub acted_at: String,
    /// Who submitted it, or began the draft.
    pub by_name: String,
}

/// What is being written: the form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    #[serde(default)]
    pub values: BTreeMap<String, Vec<String>>,
}

/// Takes over what was typed, if the form came whole.
pub fn as_typed(draft: &mut Draft, unit: &Organization, form: &Form) {
    if form.list("reason").is_empty() {
        return;
    }
    for name in names(unit.kind).chain(["superior", "reason"]) {
        let typed = form.list(name);
        // boxes without a tick are not sent
        if !typed.is_empty() || TICKED.contains(&name) {
            draft.values.insert(name.to_owned(), typed.to_vec());
        }
    }
}

const COLUMNS: &str = "select c.id, c.case_id, c.number, c.state, c.organization_id, c.account_id,
    c.items, c.draft, c.submitted_at, c.acted_at, a.name as by_name
    from organization_change c join account a on a.id = c.account_id";

impl Request {
    /// What is being written in it.
    pub fn draft(&self) -> Result<Draft> {
        Ok(serde_json::from_str(&self.draft)?)
    }

    /// Whether the unit's administrators may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// (shown, class of its tag) of its state.
    pub fn label(&self) -> (&'static str, &'static str) {
        match self.state.as_str() {
            "pending" => ("审核中", "wait"),
            "approved" => ("已通过", "pass"),
            "rejected" => ("已驳回", "back"),
            "withdrawn" => ("已撤回", "off"),
            _ => ("草稿", "info"),
        }
    }
}

async fn found(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    only: &'static str,
) -> Result<Option<Request>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push(" where c.organization_id = ").push_bind(organization).push(only);
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// What the unit goes on writing: a draft, or its last request if it was rejected or withdrawn.
pub async fn open(
    db: &mut SqliteConnection,
    organization: OrganizationId,
) -> Result<Option<Request>> {
    Ok(latest(db, organization).await?.filter(Request::editable))
}

/// The request that is being reviewed.
pub async fn pending(
    db: &mut SqliteConnection,
    organization: OrganizationId,
) -> Result<Option<Request>> {
    found(db, organization, " and c.state = 'pending' limit 1").await
}

/// The latest, submitted or not.
pub async fn latest(
    db: &mut SqliteConnection,
    organization: OrganizationId,
) -> Result<Option<Request>> {
    found(db, organization, " order by c.id desc limit 1").await
}

/// One of the unit's requests; anybody else's is not found.
pub async fn of(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    id: i64,
) -> Result<Request> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push(" where c.organization_id = ").push_bind(organization);
    sql.push(" and c.id = ").push_bind(id);
    let found: Option<Request> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// What the unit may write in now.
///
/// # Errors
/// Refused while a request is being reviewed: there is one at a time.
pub async fn editable(
    db: &mut SqliteConnection,
    organization: OrganizationId,
) -> Result<Option<Request>> {
    if let Some(pending) = pending(&mut *db, organization).await? {
        return Err(Error::refused(format!(
            "机构信息修改申请 {} 正在审核，一次只能有一条。请等它办完，或先撤回。",
            pending.number
        )));
    }
    open(db, organization).await
}

/// A new draft.
pub async fn create(
    tx: &mut SqliteConnection,
    unit: &Organization,
    account: AccountId,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    Ok(sqlx::query_scalar(
        "insert into organization_change (organization_id, department_id, account_id, kind,
           created_at, updated_at)
         values (?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(unit.id)
    .bind(unit.department_id)
    .bind(account)
    .bind(unit.kind)
    .bind(&now)
    .bind(&now)
    .fetch_one(tx)
    .await?)
}

/// Stores what is being written.
pub async fn save(tx: &mut SqliteConnection, id: i64, draft: &Draft, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update organization_change set draft = ?, updated_at = ?
          where id = ? and state <> 'pending' and state <> 'approved'",
    )
    .bind(serde_json::to_string(draft)?)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Who submits it, what it comes to in words, whether it asks for another superior.
pub async fn submitted_by(
    tx: &mut SqliteConnection,
    unit: &Organization,
    id: i64,
    account: AccountId,
    (items, moves): (&str, bool),
) -> Result<()> {
    sqlx::query(
        "update organization_change set account_id = ?, items = ?, moves = ?, department_id = ?
          where id = ?",
    )
    .bind(account)
    .bind(items)
    .bind(moves)
    .bind(unit.department_id)
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets what is being written: a draft goes, a request that was submitted once stays as it
/// was decided.
pub async fn discard(tx: &mut SqliteConnection, request: &Request) -> Result<()> {
    if request.case_id.is_some() {
        sqlx::query("update organization_change set draft = '{}' where id = ?")
            .bind(request.id)
            .execute(tx)
            .await?;
        return Ok(());
    }
    for sql in [
        "delete from organization_change_file where change_id = ?",
        "delete from organization_change where id = ? and case_id is null",
    ] {
        sqlx::query(sql).bind(request.id).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, request: &Request, file: FileId) -> Result<()> {
    let sql = if request.case_id.is_some() {
        "update organization_change_file set removed = 1
          where change_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from organization_change_file where change_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(request.id).bind(file).execute(tx).await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// JG20261123-0001: counted anew each county day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("organization-change:{today}")).await?;
    Ok(format!("JG{today}-{next:04}"))
}

/// A request is seen where its organization is.
pub async fn hear(tx: &mut SqliteConnection, event: &Event) -> Result<()> {
    if let Event::OrganizationChanged { organization } = event {
        sqlx::query(
            "update organization_change
                set department_id = (select department_id from organization where id = ?1)
              where organization_id = ?1",
        )
        .bind(organization)
        .execute(tx)
        .await?;
    }
    Ok(())
}
