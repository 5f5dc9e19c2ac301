//! Statements of transfers: what is being written, what was submitted, its people and files.

mod files;
mod find;

use std::collections::BTreeMap;

use kit::organization::Organization;
use kit::{
    AccountId, CaseId, Clock, Error, Event, Form, OnUnique, OrganizationId, PersonId, Result, day,
    serial,
};
use serde::Serialize;
use sqlx::SqliteConnection;

pub use files::{attach, detach, files, show_files};
pub use find::{batches, editable, of_organization, of_person, open, pending, rejection};

/// A transfer as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Transfer {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub kind: String,
    pub account_id: AccountId,
    pub from_id: OrganizationId,
    pub by_id: Option<OrganizationId>,
    pub to_id: Option<OrganizationId>,
    pub people: i64,
    pub names: String,
    pub reason: String,
    pub draft: String,
    pub submitted_at: String,
    pub acted_at: String,
}

const COLUMNS: &str = "select t.id, t.case_id, t.number, t.state, t.kind, t.account_id, t.from_id,
    t.by_id, t.to_id, t.people, t.names, t.reason, t.draft, t.submitted_at, t.acted_at
    from transfer t";

impl Transfer {
    /// Whether its submitter may change it now.
    pub fn editable(&self) -> bool {
        matches!(self.state.as_str(), "draft" | "rejected" | "withdrawn")
    }

    /// (shown, class of its tag) of its state.
    pub fn label(&self) -> (&'static str, &'static str) {
        label(&self.state)
    }

    /// The form as typed.
    pub fn typed(&self) -> Result<BTreeMap<String, String>> {
        Ok(serde_json::from_str(&self.draft)?)
    }
}

/// (shown, class of its tag) of a state.
pub fn label(state: &str) -> (&'static str, &'static str) {
    match state {
        "pending" => ("待审核", "wait"),
        "approved" => ("已同意", "pass"),
        "rejected" => ("已驳回", "back"),
        "withdrawn" => ("已撤回", "off"),
        _ => ("草稿", "info"),
    }
}

/// Fields of the form that a draft keeps.
const KEPT: &[&str] = &["target", "wish", "reason", "effective_on"];

/// A form filled with what was typed.
pub fn fill(form: &mut Form, typed: &BTreeMap<String, String>) {
    for (name, value) in typed {
        form.set(name, value.as_str());
    }
}

/// Keeps the form as typed.
pub async fn save(
    tx: &mut SqliteConnection,
    transfer: &Transfer,
    form: &Form,
    clock: &Clock,
) -> Result<()> {
    let mut typed = transfer.typed()?;
    for name in KEPT {
        if !form.list(name).is_empty() {
            typed.insert((*name).to_owned(), form.raw(name).to_owned());
        }
    }
    sqlx::query(
        "update transfer set draft = ?, updated_at = ?
          where id = ? and state <> 'pending' and state <> 'approved'",
    )
    .bind(serde_json::to_string(&typed)?)
    .bind(clock.stamp())
    .bind(transfer.id)
    .execute(tx)
    .await?;
    Ok(())
}

/// A new draft of the person's own.
pub async fn create(
    tx: &mut SqliteConnection,
    person: PersonId,
    account: AccountId,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    let id: Option<i64> = sqlx::query_scalar(
        "insert into transfer (organization_id, department_id, kind, account_id, from_id, people,
           names, created_at, updated_at)
         select organization_id, department_id, 'person', ?1, organization_id, 1, name, ?2, ?2
           from person where id = ?3
         returning id",
    )
    .bind(account)
    .bind(now)
    .bind(person)
    .fetch_optional(&mut *tx)
    .await?;
    let id = id.ok_or(Error::NotFound)?;
    add(tx, id, &[person]).await?;
    Ok(id)
}

/// Puts people on a draft's list; who is there already stays. Gives how many came.
pub async fn add(tx: &mut SqliteConnection, id: i64, people: &[PersonId]) -> Result<u64> {
    let added = sqlx::query(
        "insert into transfer_person (transfer_id, person_id, organization_id, department_id)
         select ?1, p.id, p.organization_id, p.department_id from person p
          where p.id in (select value from json_each(?2))
         on conflict (transfer_id, person_id) do nothing",
    )
    .bind(id)
    .bind(serde_json::to_string(people)?)
    .execute(tx)
    .await?;
    Ok(added.rows_affected())
}

/// What of a transfer is settled when it is submitted.
#[derive(Debug)]
pub struct Settled<'a> {
    pub from: OrganizationId,
    pub to: &'a Organization,
    pub people: i64,
    pub names: &'a str,
    pub reason: &'a str,
    pub effective_on: &'a str,
}

/// Why a person cannot have two open transfers.
pub const ONE_OPEN: &str =
    "已有一条调转申请正在审核，一个人一次只能有一条。请等它办完或撤回以后再提交。";

/// Writes down what is submitted; its people (all but those left out) are under way from now on.
///
/// # Errors
/// Refused if one of them is under way already.
pub async fn settle(
    tx: &mut SqliteConnection,
    id: i64,
    settled: &Settled<'_>,
    clock: &Clock,
) -> Result<()> {
    let now = clock.stamp();
    sqlx::query(
        "update transfer set from_id = ?, to_id = ?, organization_id = ?, department_id = ?,
           people = ?, names = ?, reason = ?, effective_on = ?, updated_at = ? where id = ?",
    )
    .bind(settled.from)
    .bind(settled.to.id)
    .bind(settled.to.id)
    .bind(settled.to.department_id)
    .bind(settled.people)
    .bind(settled.names)
    .bind(settled.reason)
    .bind(settled.effective_on)
    .bind(&now)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update transfer_person set state = 'pending', to_id = ?1, submitted_at = ?2, acted_at = ?2,
           (organization_id, department_id) =
             (select organization_id, department_id from person where id = person_id)
          where transfer_id = ?3 and note = ''",
    )
    .bind(settled.to.id)
    .bind(&now)
    .bind(id)
    .execute(tx)
    .await
    .on_unique("transfer_person.person_id", ONE_OPEN)?;
    Ok(())
}

/// The case ended otherwise than by a yes: so did the way of its people.
pub async fn ended(tx: &mut SqliteConnection, id: i64, state: &str, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update transfer_person set state = ?, acted_at = ?
          where transfer_id = ? and state = 'pending'",
    )
    .bind(state)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets what is being written: a draft goes, what was submitted once stays as it was decided.
pub async fn discard(tx: &mut SqliteConnection, transfer: &Transfer) -> Result<()> {
    if transfer.case_id.is_some() {
        sqlx::query("update transfer set draft = '{}' where id = ?")
            .bind(transfer.id)
            .execute(tx)
            .await?;
        return Ok(());
    }
    sqlx::query("delete from transfer where id = ? and case_id is null")
        .bind(transfer.id)
        .execute(tx)
        .await?;
    Ok(())
}

/// DZ20261123-0001: counted anew each county day.
pub async fn number(tx: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let today = day::date_text(clock.today()).replace('-', "");
    let next = serial::next(tx, &format!("transfer:{today}")).await?;
    Ok(format!("DZ{today}-{next:04}"))
}

/// A transfer is seen where its target is, the record of it where the former unit is.
pub async fn hear(tx: &mut SqliteConnection, event: &Event) -> Result<()> {
    let Event::OrganizationChanged { organization } = event else { return Ok(()) };
    for sql in [
        "update transfer
            set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
        "update transfer_person
            set department_id = (select department_id from organization where id = ?1)
          where organization_id = ?1",
    ] {
        sqlx::query(sql).bind(organization).execute(&mut *tx).await?;
    }
    Ok(())
}
