//! Statements of requests: what is being written, what was submitted, its files.

use std::collections::BTreeMap;

use kit::file::{self, Stored};
use kit::{
    AccountId, CaseId, Clock, Error, Event, FileId, Form, OrganizationId, PersonId, Result, day,
    serial,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{Item, LEAF};

/// A request as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Request {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub person_id: PersonId,
    pub account_id: AccountId,
    pub by_unit: bool,
    pub items: String,
    pub draft: String,
    pub submitted_at: String,
    pub acted_at: String,
}

/// What is being written: the form as typed, and changes of records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    #[serde(default)]
    pub records: Vec<Item>,
}

/// Fields of the form that a draft keeps.
const KEPT: &[&str] = &[
    "person_name",
    "nation",
    "political",
    "native_place",
    "education",
    "degree",
    "school",
    "major",
    "graduated_on",
    "started_work_on",
    "series",
    "level",
    "title",
    "titled_on",
    "title_certificate",
    "position",
    "employment",
    "internal_department",
    "reason",
];

/// Takes over what was typed.
pub fn as_typed(draft: &mut Draft, form: &Form) {
    for name in KEPT {
        if !form.list(name).is_empty() {
            draft.values.insert((*name).to_owned(), form.raw(name).to_owned());
        }
    }
}

const COLUMNS: &str = "select id, case_id, number, state, person_id, account_id, by_unit, items,
    draft, submitted_at, acted_at from person_change";

impl Request {
    /// What is being written in it.
    pub fn draft(&self) -> Result<Draft> {
        Ok(serde_json::from_str(&self.draft)?)
    }

    /// Whether its submitter may change it now.
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
    only: &'static str,
    person: PersonId,
) -> Result<Option<Request>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push(" where person_id = ").push_bind(person).push(only);
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// What the person is writing: a draft, or his last request if it was rejected or withdrawn.
pub async fn open(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Request>> {
    let last = found(db, " and by_unit = 0 order by id desc limit 1", person).await?;
    Ok(last.filter(Request::editable))
}

/// The request that is being reviewed, whoever submitted it.
pub async fn pending(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Request>> {
    found(db, " and state = 'pending' limit 1", person).await
}

/// The latest that was submitted.
pub async fn latest(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Request>> {
    found(db, " and state <> 'draft' order by id desc limit 1", person).await
}

/// One of the person's requests; anybody else's is not found.
pub async fn of(db: &mut SqliteConnection, person: PersonId, id: i64) -> Result<Request> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push(" where person_id = ").push_bind(person).push(" and id = ").push_bind(id);
    let found: Option<Request> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// What the person may write in now.
///
/// # Errors
/// Refused while a request is being reviewed: there is one at a time.
pub async fn editable(db: &mut SqliteConnection, person: PersonId) -> Result<Option<Request>> {
    if let Some(pending) = pending(&mut *db, person).await? {
        return Err(Error::refused(format!(
            "信息修改申请 {} 正在审核，一次只能有一条。请等它办完，或先撤回。",
            pending.number
        )));
    }
    open(db, person).await
}

/// A new draft; by the unit, it is submitted in the same act.
pub async fn create(
    tx: &mut SqliteConnection,
    person: PersonId,
    account: AccountId,
    by_unit: bool,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    let id: Option<i64> = sqlx::query_scalar(
        "insert into person_change (organization_id, department_id, person_id, account_id, by_unit,
           created_at, updated_at)
         select organization_id, department_id, id, ?, ?, ?, ? from person where id = ?
         returning id",
    )
    .bind(account)
    .bind(by_unit)
    .bind(&now)
    .bind(&now)
    .bind(person)
    .fetch_optional(tx)
    .await?;
    id.ok_or(Error::NotFound)
}

/// Stores what is being written, and what it comes to in words.
pub async fn save(
    tx: &mut SqliteConnection,
    id: i64,
    draft: &Draft,
    items: &str,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update person_change set draft = ?, items = ?, updated_at = ?
          where id = ? and state <> 'pending' and state <> 'approved'",
    )
    .bind(serde_json::to_string(draft)?)
    .bind(items)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets what is being written: a draft goes, a request that was submitted once stays as it
/// was decided.
pub async fn discard(tx: &mut SqliteConnection, request: &Request) -> Result<()> {
    if request.case_id.is_some() {
        sqlx::query("update person_change set draft = '{}' where id = ?")
            .bind(request.id)
            .execute(tx)
            .await?;
        return Ok(());
    }
    for sql in [
        "delete from person_change_file where change_id = ?",
        "delete from person_change where id = ? and case_id is null",
    ] {
        sqlx::query(sql).bind(request.id).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Its files, in order.
pub async fn files(db: &mut SqliteConnection, id: i64) -> Result<Vec<Stored>> {
    let ids: Vec<FileId> = sqlx::query_scalar(
        "select file_id from person_change_file where change_id = ? and removed = 0
          order by sort, file_id",
    )
    .bind(id)
    .fetch_all(&mut *db)
    .await?;
    file::find(db, &ids).await
}

/// Puts a kept file behind the others.
pub async fn attach(tx: &mut SqliteConnection, id: i64, file: FileId) -> Result<()> {
    sqlx::query(
        "insert into person_change_file (change_id, file_id, sort)
         select ?1, ?2, coalesce(max(sort), 0) + 1 from person_change_file where change_id = ?1",
    )
    .bind(id)
    .bind(file)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, request: &Request, file: FileId) -> Result<()> {
    let sql = if request.case_id.is_some() {
        "update person_change_file set removed = 1 where change_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from person_change_file where change_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(request.id).bind(file).execute(tx).await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Where the person belongs; and those see the evidence who see the request.
pub async fn belongs(
    tx: &mut SqliteConnection,
    person: PersonId,
    files: &[FileId],
) -> Result<(OrganizationId, Option<OrganizationId>)> {
    let (organization, department): (OrganizationId, Option<OrganizationId>) =
        sqlx::query_as("select organization_id, department_id from person where id = ?")
            .bind(person)
            .fetch_one(&mut *tx)
            .await?;
    for file in files {
        file::link(&mut *tx, *file, LEAF, Some(person), organization, department).await?;
    }
    Ok((organization, department))
}

/// XG20261123-0001: counted anew each county day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("person-change:{today}")).await?;
    Ok(format!("XG{today}-{next:04}"))
}

/// A request is seen where its person is.
pub async fn hear(tx: &mut SqliteConnection, event: &Event) -> Result<()> {
    match event {
        Event::PeopleMoved { people, .. } => {
            sqlx::query(
                "update person_change set (organization_id, department_id) =
                   (select organization_id, department_id from person
                     where id = person_change.person_id)
                  where person_id in (select value from json_each(?))",
            )
            .bind(serde_json::to_string(people)?)
            .execute(tx)
            .await?;
        }
        Event::OrganizationChanged { organization } => {
            sqlx::query(
                "update person_change
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
