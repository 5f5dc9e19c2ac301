//! Statements of batches: what was entered at once, or is one case at the bureau's desk.

use kit::access::Grant;
use kit::file::{self, Stored};
use kit::{
    AccountId, CaseId, Clock, Error, FileId, Hours, OrganizationId, OrganizationKind, PersonId,
    Result, Scope, User, day, serial,
};
use serde::Serialize;
use sqlx::SqliteConnection;

/// A batch as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Batch {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub organization_id: OrganizationId,
    pub organization_name: String,
    pub department_id: Option<OrganizationId>,
    pub import_id: Option<i64>,
    pub person_id: Option<PersonId>,
    pub account_id: AccountId,
    pub by_name: String,
    #[serde(skip)]
    pub draft: String,
    pub rows: i64,
    pub people: i64,
    pub hours: Hours,
    pub year_from: i32,
    pub year_to: i32,
    pub left_out: i64,
    pub entered_at: String,
    pub undone_at: String,
    pub undone_by: String,
    pub undo_reason: String,
    pub created_at: String,
    /// Empty of a typed one.
    pub file_name: String,
    pub sha256: String,
}

const SELECT: &str = "select b.id, b.case_id, b.number, b.state, b.organization_id,
    o.name as organization_name, b.department_id, b.import_id, b.person_id, b.account_id, b.by_name,
    b.draft, b.rows, b.people, b.hours, b.year_from, b.year_to, b.left_out, b.entered_at,
    b.undone_at, b.undone_by, b.undo_reason, b.created_at, coalesce(i.file_name, '') as file_name,
    coalesce(i.sha256, '') as sha256
    from history_batch b join organization o on o.id = b.organization_id
    left join import i on i.id = b.import_id where ";

impl Batch {
    /// Whether who brought it may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// (shown, class of its tag) of its state.
    pub fn label(&self) -> (&'static str, &'static str) {
        match self.state.as_str() {
            _ if !self.undone_at.is_empty() => ("已撤销", "off"),
            "entered" => ("已导入", "pass"),
            "pending" => ("待审核", "wait"),
            "approved" => ("已通过", "pass"),
            "rejected" => ("已驳回", "back"),
            "withdrawn" => ("已撤回", "off"),
            _ => ("草稿", "info"),
        }
    }

    /// `2021–2024`, or one year.
    pub fn years(&self) -> String {
        years(self.year_from, self.year_to)
    }
}

/// `2021–2024`, or one year.
pub fn years(from: i32, to: i32) -> String {
    if from == to { from.to_string() } else { format!("{from}–{to}") }
}

/// Whose people an administrator's rows must be; none: anybody's of the county.
pub fn unit(grant: &Grant) -> Option<OrganizationId> {
    match (grant.kind, grant.scope) {
        (OrganizationKind::Bureau, Scope::County) => None,
        _ => Some(grant.organization),
    }
}

/// Whose batches and uploads alone an administrator sees; none: all of his organization's. The
/// bureau's hold anybody's of the county, so a clerk of the bureau's who is limited sees those he
/// brought himself.
pub fn only(user: &User, grant: &Grant) -> Option<AccountId> {
    let limited = grant.kind == OrganizationKind::Bureau && grant.scope != Scope::County;
    limited.then_some(user.account)
}

/// A batch that the administrator may see: his organization's (`only`); the bureau's every one
/// that is or was at its desk, too.
///
/// # Errors
/// `NotFound` for absent or not his to see.
pub async fn find(db: &mut SqliteConnection, id: i64, user: &User, grant: &Grant) -> Result<Batch> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push("b.id = ").push_bind(id).push(" and (b.organization_id = ");
    sql.push_bind(grant.organization);
    if let Some(account) = only(user, grant) {
        sql.push(" and b.account_id = ").push_bind(account);
    }
    if unit(grant).is_none() {
        sql.push(" or b.case_id is not null");
    }
    let found: Option<Batch> = sql.push(")").build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// A batch, whoever looks: for its case.
pub async fn any(db: &mut SqliteConnection, id: i64) -> Result<Batch> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push("b.id = ").push_bind(id);
    let found: Option<Batch> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// The typed batch of a person that can still be changed, the newest.
pub async fn open_of(
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    person: PersonId,
) -> Result<Option<Batch>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push("b.organization_id = ").push_bind(grant.organization);
    if let Some(account) = only(user, grant) {
        sql.push(" and b.account_id = ").push_bind(account);
    }
    sql.push(" and b.person_id = ").push_bind(person);
    sql.push(" and b.state in ('draft', 'rejected', 'withdrawn') order by b.id desc limit 1");
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// The batch that an upload has become, if any.
pub async fn of_import(db: &mut SqliteConnection, import: i64) -> Result<Option<Batch>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(SELECT);
    sql.push("b.import_id = ").push_bind(import).push(" order by b.id desc limit 1");
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// Who brings a batch.
#[derive(Debug, Clone)]
pub struct By<'a> {
    pub organization: OrganizationId,
    pub account: AccountId,
    pub name: &'a str,
}

/// A new draft.
pub async fn begin(
    tx: &mut SqliteConnection,
    by: &By<'_>,
    import: Option<i64>,
    person: Option<PersonId>,
    clock: &Clock,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "insert into history_batch (organization_id, department_id, import_id, person_id,
           account_id, by_name, created_at, updated_at)
         select id, department_id, ?, ?, ?, ?, ?, ? from organization where id = ? returning id",
    )
    .bind(import)
    .bind(person)
    .bind(by.account)
    .bind(by.name)
    .bind(clock.stamp())
    .bind(clock.stamp())
    .bind(by.organization)
    .fetch_one(tx)
    .await?)
}

/// LS20261124-0001
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("history-hours:{today}")).await?;
    Ok(format!("LS{today}-{next:04}"))
}

/// Its files, in order.
pub async fn files(db: &mut SqliteConnection, batch: i64) -> Result<Vec<FileId>> {
    Ok(sqlx::query_scalar(
        "select file_id from history_file where batch_id = ? and removed = 0 order by sort, file_id",
    )
    .bind(batch)
    .fetch_all(db)
    .await?)
}

/// One file of a batch, also of a former round.
pub async fn file_of(db: &mut SqliteConnection, batch: i64, wanted: FileId) -> Result<Stored> {
    let known: bool = sqlx::query_scalar(
        "select exists (select 1 from history_file where batch_id = ? and file_id = ?)",
    )
    .bind(batch)
    .bind(wanted)
    .fetch_one(&mut *db)
    .await?;
    let found = if known { file::find(db, &[wanted]).await?.pop() } else { None };
    found.ok_or(Error::NotFound)
}

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, batch: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into history_file (batch_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from history_file where batch_id = ?1",
    )
    .bind(batch)
    .bind(file)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, batch: &Batch, file: FileId) -> Result<()> {
    let sql = if batch.case_id.is_some() {
        "update history_file set removed = 1 where batch_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from history_file where batch_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(batch.id).bind(file).execute(tx).await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Gives up a draft that was never submitted, with its files.
pub async fn discard(tx: &mut SqliteConnection, batch: i64) -> Result<()> {
    for sql in [
        "delete from history_file where batch_id = ?",
        "delete from history_batch where id = ? and state = 'draft'",
    ] {
        sqlx::query(sql).bind(batch).execute(&mut *tx).await?;
    }
    Ok(())
}
