//! Statements of annual reports: what is being written, what was submitted, its files.

use std::collections::BTreeMap;

use kit::file::{self, Stored};
use kit::{
    AccountId, CaseId, Clock, Error, FileId, Form, OrganizationId, Result, organization, serial,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::content::{Attached, Content, FileKind, TEXTS};
use super::figures::{Figure, by_subject, reported};
use crate::leaves::REPORT_REVIEWS;

/// A report as stored.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Report {
    pub id: i64,
    pub case_id: Option<CaseId>,
    pub number: String,
    pub state: String,
    pub organization_id: OrganizationId,
    pub year: i32,
    pub draft: String,
    pub submitted_at: String,
    pub acted_at: String,
}

/// What is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// As typed: texts by field, `v-<figure>` and `x-<figure>`.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// The system's figures when it was typed: what equals them follows them.
    #[serde(default)]
    pub computed: BTreeMap<String, String>,
}

const COLUMNS: &str = "select id, case_id, number, state, organization_id, year, draft,
    submitted_at, acted_at from annual_report where organization_id = ";

impl Report {
    pub fn draft(&self) -> Result<Draft> {
        Ok(serde_json::from_str(&self.draft)?)
    }

    /// Whether the base may change it now.
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

/// The base's report of a year, if one was begun.
pub async fn of_year(
    db: &mut SqliteConnection,
    base: OrganizationId,
    year: i32,
) -> Result<Option<Report>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push_bind(base).push(" and year = ").push_bind(year);
    Ok(sql.build_query_as().fetch_optional(db).await?)
}

/// One of the base's reports; another base's is not found.
pub async fn of(db: &mut SqliteConnection, base: OrganizationId, id: i64) -> Result<Report> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push_bind(base).push(" and id = ").push_bind(id);
    let found: Option<Report> = sql.build_query_as().fetch_optional(db).await?;
    found.ok_or(Error::NotFound)
}

/// All that the base has begun, the newest year first.
pub async fn all(db: &mut SqliteConnection, base: OrganizationId) -> Result<Vec<Report>> {
    let mut sql = sqlx::QueryBuilder::<sqlx::Sqlite>::new(COLUMNS);
    sql.push_bind(base).push(" order by year desc");
    Ok(sql.build_query_as().fetch_all(db).await?)
}

/// The base's report of the year to write in, begun if there is none.
///
/// # Errors
/// Refused while it is being reviewed and once it is approved: there is one a year.
pub async fn open(
    tx: &mut SqliteConnection,
    base: OrganizationId,
    year: i32,
    account: AccountId,
    clock: &Clock,
) -> Result<Report> {
    sqlx::query(
        "insert into annual_report
           (organization_id, department_id, account_id, year, created_at, updated_at)
         select id, department_id, ?, ?, ?, ? from organization where id = ? and kind = 'base'
         on conflict (organization_id, year) do nothing",
    )
    .bind(account)
    .bind(year)
    .bind(clock.stamp())
    .bind(clock.stamp())
    .bind(base)
    .execute(&mut *tx)
    .await?;
    let report = of_year(tx, base, year).await?.ok_or(Error::NotFound)?;
    match report.state.as_str() {
        "pending" => Err(Error::refused(format!(
            "{year} 年度报告 {} 正在审核，一年只有一份。要修改的，请先撤回。",
            report.number
        ))),
        "approved" => Err(Error::refused(format!(
            "{year} 年度报告 {} 已经通过，一年只有一份，不能再提交。",
            report.number
        ))),
        _ => Ok(report),
    }
}

/// Takes over what was typed, beside what the system counts now.
pub fn as_typed(draft: &mut Draft, form: &Form, figures: &[Figure]) {
    let texts = TEXTS.iter().map(|(name, ..)| (*name).to_owned());
    let typed = figures.iter().flat_map(|f| [format!("v-{}", f.key), format!("x-{}", f.key)]);
    for name in texts.chain(typed) {
        if !form.list(&name).is_empty() {
            draft.values.insert(name.clone(), form.raw(&name).to_owned());
        }
    }
    draft.computed =
        figures.iter().filter_map(|f| Some((f.key.clone(), f.kind.text(f.computed?)))).collect();
}

/// The form as it was left. A figure that was the system's then is the system's of now.
pub fn fill(form: &mut Form, draft: &Draft, figures: &[Figure]) {
    for (name, value) in &draft.values {
        form.set(name, value.as_str());
    }
    for figure in figures {
        let name = format!("v-{}", figure.key);
        let typed = draft.values.get(&name);
        if let Some(computed) = figure.computed
            && (typed.is_none() || typed == draft.computed.get(&figure.key))
        {
            form.set(&name, figure.kind.text(computed));
        }
    }
}

/// Stores what is being written.
pub async fn save(tx: &mut SqliteConnection, id: i64, draft: &Draft, clock: &Clock) -> Result<()> {
    sqlx::query(
        "update annual_report set draft = ?, updated_at = ?
          where id = ? and state in ('draft', 'rejected', 'withdrawn')",
    )
    .bind(serde_json::to_string(draft)?)
    .bind(clock.stamp())
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// What the desk's list shows of a submitted report.
pub async fn note(tx: &mut SqliteConnection, content: &Content, account: AccountId) -> Result<()> {
    let value = |key: &str| reported(&content.figures, key);
    sqlx::query(
        "update annual_report set account_id = ?, sessions = ?, trips = ?, subjects = ?,
           hours = ?, income = ?, expense = ?, differences = ? where id = ?",
    )
    .bind(account)
    .bind(value("sessions").unwrap_or_default())
    .bind(value("trips").unwrap_or_default())
    .bind(by_subject(&content.figures))
    .bind(value("hours").unwrap_or_default())
    .bind(value("income"))
    .bind(value("expense"))
    .bind(content.differences() as i64)
    .bind(content.report)
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives up a draft that was never submitted, with its files.
pub async fn discard(tx: &mut SqliteConnection, report: &Report) -> Result<()> {
    for sql in [
        "delete from annual_report_file where report_id = ?",
        "delete from annual_report where id = ? and case_id is null",
    ] {
        sqlx::query(sql).bind(report.id).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Its files, the sealed report first.
pub async fn attached(db: &mut SqliteConnection, id: i64) -> Result<Vec<Attached>> {
    Ok(sqlx::query_as(
        "select file_id, kind from annual_report_file where report_id = ? and removed = 0
          order by kind = 'photo', kind = 'finance', sort, file_id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// One file of a report, also of a former round.
pub async fn file_of(db: &mut SqliteConnection, report: i64, wanted: FileId) -> Result<Stored> {
    let known: bool = sqlx::query_scalar(
        "select exists (select 1 from annual_report_file where report_id = ? and file_id = ?)",
    )
    .bind(report)
    .bind(wanted)
    .fetch_one(&mut *db)
    .await?;
    let found = if known { file::find(db, &[wanted]).await?.pop() } else { None };
    found.ok_or(Error::NotFound)
}

/// Puts a kept file behind the others.
pub async fn attach(
    tx: &mut SqliteConnection,
    id: i64,
    file: FileId,
    kind: FileKind,
) -> Result<()> {
    sqlx::query(
        "insert into annual_report_file (report_id, file_id, kind, sort)
         select ?1, ?2, ?3, coalesce(max(sort), 0) + 1 from annual_report_file where report_id = ?1",
    )
    .bind(id)
    .bind(file)
    .bind(kind)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a file out; one that was submitted once is kept for the former rounds.
pub async fn detach(tx: &mut SqliteConnection, report: &Report, file: FileId) -> Result<()> {
    let sql = if report.case_id.is_some() {
        "update annual_report_file set removed = 1 where report_id = ? and file_id = ? and removed = 0"
    } else {
        "delete from annual_report_file where report_id = ? and file_id = ?"
    };
    let done = sqlx::query(sql).bind(report.id).bind(file).execute(tx).await?;
    if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The department above the base; and its desks see the files.
pub async fn belongs(
    tx: &mut SqliteConnection,
    base: OrganizationId,
    files: &[Attached],
) -> Result<Option<OrganizationId>> {
    let found = organization::find(&mut *tx, base).await?.ok_or(Error::NotFound)?;
    for attached in files {
        let leaf = REPORT_REVIEWS;
        file::link(&mut *tx, attached.file, leaf, None, base, found.department_id).await?;
    }
    Ok(found.department_id)
}

/// NB2025-0001: counted by the year that is reported.
pub async fn number(tx: &mut SqliteConnection, year: i32) -> Result<String> {
    let next = serial::next(tx, &format!("annual-report:{year}")).await?;
    Ok(format!("NB{year}-{next:04}"))
}
