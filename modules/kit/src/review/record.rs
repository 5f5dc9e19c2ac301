//! What every act writes: its step, the subject's own columns, the trail.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{AnySubject, Case, CaseState, Submitter, query};
use crate::trail;
use crate::{AccountId, Actor, CaseId, Clock, Error, OrganizationId, Result, User};

/// A step to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub act: &'a str,
    pub account: Option<AccountId>,
    pub name: &'a str,
    pub desk: Option<OrganizationId>,
    pub opinion: &'a str,
    /// JSON
    pub decision: &'a str,
}

impl<'a> Entry<'a> {
    /// An act of a user, at the desk he acts for, if any.
    pub fn of(act: &'a str, user: &'a User, desk: Option<OrganizationId>) -> Self {
        Self {
            act,
            account: Some(user.account),
            name: &user.name,
            desk,
            opinion: "",
            decision: "null",
        }
    }

    /// An act of the applicant's.
    pub fn by(act: &'a str, by: &'a Submitter, desk: Option<OrganizationId>) -> Self {
        Self { act, account: by.account, name: &by.name, desk, opinion: "", decision: "null" }
    }

    /// An act of the engine's own.
    pub fn system(act: &'a str, desk: OrganizationId) -> Self {
        Self { act, account: None, name: "系统", desk: Some(desk), opinion: "", decision: "null" }
    }

    pub fn opinion(self, opinion: &'a str) -> Self {
        Self { opinion, ..self }
    }

    pub fn decision(self, decision: &'a str) -> Self {
        Self { decision, ..self }
    }
}

/// Appends a step of the case's present round.
pub(super) async fn step(
    tx: &mut SqliteConnection,
    case: CaseId,
    clock: &Clock,
    entry: Entry<'_>,
) -> Result<()> {
    sqlx::query(
        "insert into review_step
           (case_id, round, at, act, account_id, name, desk_id, desk_name, opinion, decision)
         select id, round, ?, ?, ?, ?, ?,
           coalesce((select name from organization where id = ?), ''), ?, ?
           from review_case where id = ?",
    )
    .bind(clock.stamp())
    .bind(entry.act)
    .bind(entry.account)
    .bind(entry.name)
    .bind(entry.desk)
    .bind(entry.desk)
    .bind(entry.opinion)
    .bind(entry.decision)
    .bind(case)
    .execute(tx)
    .await?;
    Ok(())
}

/// 单位无人审核: a step for each desk that was passed over.
pub(super) async fn skips(
    tx: &mut SqliteConnection,
    case: CaseId,
    skipped: &[OrganizationId],
    clock: &Clock,
) -> Result<()> {
    for desk in skipped {
        step(&mut *tx, case, clock, Entry::system("skip", *desk)).await?;
    }
    Ok(())
}

/// Brings the subject's own columns in step with the case, which is returned as it is now.
/// `first`: the row must not belong to a case yet.
pub(super) async fn mirror(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    id: CaseId,
    first: bool,
    clock: &Clock,
) -> Result<Case> {
    let case = query::case(&mut *tx, id).await?;
    let pending = case.state == CaseState::Pending;
    let mut sql = QueryBuilder::<Sqlite>::new("update ");
    sql.push(subject.table()).push(" set state = ").push_bind(case.state);
    sql.push(", case_id = ").push_bind(case.id);
    sql.push(", number = ").push_bind(&case.number);
    sql.push(", desk_id = ").push_bind(case.desk_id);
    sql.push(", submitted_at = ").push_bind(&case.submitted_at);
    sql.push(", waiting_since = ").push_bind(if pending {
        case.waiting_since.as_str()
    } else {
        ""
    });
    sql.push(", acted_at = ").push_bind(clock.stamp());
    sql.push(" where id = ").push_bind(subject.row(&case.content)?);
    if first {
        sql.push(" and case_id is null");
    } else {
        sql.push(" and case_id = ").push_bind(case.id);
    }
    match sql.build().execute(tx).await?.rows_affected() {
        1 => Ok(case),
        0 if first => Err(Error::refused(format!(
            "这条{}已经提交过，没有重复提交。请刷新页面查看办理情况。",
            subject.noun()
        ))),
        rows => Err(Error::Fault(format!("case {id}: {rows} rows in {}", subject.table()))),
    }
}

/// The trail's line: `学时申报 XS20261111-0093（周晓梅 …）：驳回`.
pub(super) async fn trail(
    tx: &mut SqliteConnection,
    actor: &Actor,
    clock: &Clock,
    act: &str,
    subject: &dyn AnySubject,
    case: &Case,
    what: &str,
) -> Result<()> {
    let text = format!("{} {}（{}）：{what}", subject.noun(), case.number, case.title);
    trail::write(tx, actor, clock, act, &case.object(), &text).await
}
