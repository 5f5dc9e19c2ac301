//! Marks of a person's state (返聘, 退休, 离职, 去世) with date and reason; the last can be undone.

use kit::{AccountId, Actor, Clock, Error, GrantId, PersonId, Result, session};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{LEFT, reported, state_label};
use crate::administrators;

/// A mark as it was set.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Mark {
    pub id: i64,
    pub state: String,
    pub state_on: String,
    pub reason: String,
    pub former_state: String,
    pub at: String,
    pub by_name: String,
    pub undone_at: Option<String>,
    pub undone_by: String,
    pub undone_reason: String,
    /// 退休
    #[sqlx(skip)]
    pub label: &'static str,
}

/// States that may be marked on somebody in this one, in the order offered. 调出 comes of a
/// transfer only; 去世 and 调出 end all but an undo.
pub fn next_states(state: &str) -> &'static [&'static str] {
    match state {
        "serving" => &["retired", "rehired", "left", "deceased"],
        "rehired" => &["retired", "left", "deceased"],
        "retired" => &["rehired", "left", "deceased"],
        "left" => &["deceased"],
        _ => &[],
    }
}

/// Marks a person; 去世 disables his account and ends his sessions. The caller writes the trail
/// and delivers `Event::PersonChanged`.
///
/// # Errors
/// Refused for a state that does not follow, and for somebody who still holds an administrator's
/// right and is to be 离职 or 去世: his right must pass to a successor first.
pub async fn mark(
    tx: &mut SqliteConnection,
    id: PersonId,
    state: &str,
    state_on: &str,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<()> {
    let (name, former_state, former_on, former_reason): (String, String, String, String) =
        sqlx::query_as("select name, state, state_on, state_reason from person where id = ?")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Error::NotFound)?;
    if !next_states(&former_state).contains(&state) {
        return Err(Error::refused(format!(
            "{name}现在的状态是“{}”，不能登记为“{}”。登记错了的，请先撤销上一次登记。",
            state_label(&former_state),
            state_label(state)
        )));
    }
    if matches!(state, "left" | "deceased") && administers(&mut *tx, id).await? {
        return Err(Error::refused(format!(
            "{name}还有管理员权限，不能登记为“{}”。请先在“管理单位管理员”中把他的权限移交或删除。",
            state_label(state)
        )));
    }
    let former_account =
        if state == "deceased" { shut(&mut *tx, id).await? } else { String::new() };
    sqlx::query(
        "insert into person_state_change (person_id, state, state_on, reason, former_state,
           former_on, former_reason, former_account, at, by_name)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(state)
    .bind(state_on)
    .bind(reason)
    .bind(&former_state)
    .bind(&former_on)
    .bind(&former_reason)
    .bind(&former_account)
    .bind(clock.stamp())
    .bind(&actor.name)
    .execute(&mut *tx)
    .await?;
    set(tx, id, state, state_on, reason, "state", clock).await
}

/// 在职 again: somebody who had left was taken in by a unit (4.6). It is no mark, so it is not taken
/// back by `undo`. The caller writes the trail and delivers `Event::PersonChanged`; `cause` is the
/// version's.
pub async fn serve(
    tx: &mut SqliteConnection,
    id: PersonId,
    on: &str,
    reason: &str,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    set(tx, id, "serving", on, reason, cause, clock).await
}

/// Takes the last mark back. The caller writes the trail and delivers `Event::PersonChanged`.
///
/// # Errors
/// Refused if there is none in force.
pub async fn undo(
    tx: &mut SqliteConnection,
    id: PersonId,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<Mark> {
    let last = last(&mut *tx, id).await?.ok_or_else(|| {
        Error::refused("没有可以撤销的状态登记：可能已经撤销，或者状态是由人员调转改变的。")
    })?;
    let (on, former_reason, account): (String, String, String) = sqlx::query_as(
        "select former_on, former_reason, former_account from person_state_change where id = ?",
    )
    .bind(last.id)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "update person_state_change set undone_at = ?, undone_by = ?, undone_reason = ?
          where id = ? and undone_at is null",
    )
    .bind(clock.stamp())
    .bind(&actor.name)
    .bind(reason)
    .bind(last.id)
    .execute(&mut *tx)
    .await?;
    if !account.is_empty() {
        sqlx::query("update account set state = ? where person_id = ? and state = 'disabled'")
            .bind(&account)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    set(tx, id, &last.former_state, &on, &former_reason, "state-undo", clock).await?;
    Ok(last)
}

/// 调出本县: the person leaves with his ledger; every administrator's right of his ends. Gives how
/// many did. The caller writes the trail and delivers `Event::PersonChanged`.
///
/// # Errors
/// Refused for somebody who is 调出 or 去世, and for the last super administrator of a unit.
pub async fn leave(
    tx: &mut SqliteConnection,
    id: PersonId,
    on: &str,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<usize> {
    let (name, former_state, former_on, former_reason): (String, String, String, String) =
        sqlx::query_as("select name, state, state_on, state_reason from person where id = ?")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(Error::NotFound)?;
    if matches!(former_state.as_str(), "moved" | "deceased") {
        return Err(Error::refused(format!(
            "{name}现在的状态是“{}”，不能登记调出本县。",
            state_label(&former_state)
        )));
    }
    let grants: Vec<GrantId> = sqlx::query_scalar(
        "select g.id from grant g join account a on a.id = g.account_id
          where a.person_id = ? and g.state <> 'removed' order by g.id",
    )
    .bind(id)
    .fetch_all(&mut *tx)
    .await?;
    for grant in &grants {
        administrators::remove(&mut *tx, *grant, None, LEFT, clock).await?;
    }
    sqlx::query(
        "insert into person_state_change (person_id, state, state_on, reason, former_state,
           former_on, former_reason, at, by_name)
         values (?, 'moved', ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(on)
    .bind(reason)
    .bind(&former_state)
    .bind(&former_on)
    .bind(&former_reason)
    .bind(clock.stamp())
    .bind(&actor.name)
    .execute(&mut *tx)
    .await?;
    set(tx, id, "moved", on, reason, "leave", clock).await?;
    Ok(grants.len())
}

/// 撤销调出: the state before it; rights that ended are given anew by who may. Gives the state.
/// The caller writes the trail and delivers `Event::PersonChanged`.
///
/// # Errors
/// Refused if he is not 调出 any more.
pub async fn come_back(
    tx: &mut SqliteConnection,
    id: PersonId,
    reason: &str,
    actor: &Actor,
    clock: &Clock,
) -> Result<String> {
    let found: Option<(i64, String, String, String)> = sqlx::query_as(
        "select c.id, c.former_state, c.former_on, c.former_reason
           from person_state_change c join person p on p.id = c.person_id
          where c.person_id = ? and c.undone_at is null and c.state = 'moved' and p.state = 'moved'
          order by c.id desc limit 1",
    )
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((change, state, on, former_reason)) = found else {
        return Err(Error::refused("这个人现在不是“调出”，没有可以撤销的调出登记。"));
    };
    sqlx::query(
        "update person_state_change set undone_at = ?, undone_by = ?, undone_reason = ?
          where id = ?",
    )
    .bind(clock.stamp())
    .bind(&actor.name)
    .bind(reason)
    .bind(change)
    .execute(&mut *tx)
    .await?;
    set(tx, id, &state, &on, &former_reason, "leave-undo", clock).await?;
    Ok(state)
}

/// The mark in force: what an undo would take back.
pub async fn last(db: &mut SqliteConnection, id: PersonId) -> Result<Option<Mark>> {
    Ok(sqlx::query_as(
        "select c.id, c.state, c.state_on, c.reason, c.former_state, c.at, c.by_name, c.undone_at,
                c.undone_by, c.undone_reason
           from person_state_change c join person p on p.id = c.person_id
          where c.person_id = ? and c.undone_at is null and c.state = p.state
            and c.state <> 'moved'
          order by c.id desc limit 1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?)
}

/// All marks, newest first, undone ones too.
pub async fn marks(db: &mut SqliteConnection, id: PersonId) -> Result<Vec<Mark>> {
    let mut marks: Vec<Mark> = sqlx::query_as(
        "select id, state, state_on, reason, former_state, at, by_name, undone_at, undone_by,
                undone_reason
           from person_state_change where person_id = ? order by id desc limit 50",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    for mark in &mut marks {
        mark.label = state_label(&mark.state);
    }
    Ok(marks)
}

/// Whether the person's account holds any administrator's right, a disabled one too.
pub async fn administers(db: &mut SqliteConnection, id: PersonId) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from account a join grant g on g.account_id = a.id
          where a.person_id = ? and g.state <> 'removed')",
    )
    .bind(id)
    .fetch_one(db)
    .await?)
}

/// Disables the account; gives the state it had, empty if there was nothing to disable.
async fn shut(tx: &mut SqliteConnection, id: PersonId) -> Result<String> {
    let found: Option<(AccountId, String)> =
        sqlx::query_as("select id, state from account where person_id = ? and state <> 'disabled'")
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
    let Some((account, state)) = found else { return Ok(String::new()) };
    sqlx::query("update account set state = 'disabled' where id = ?")
        .bind(account)
        .execute(&mut *tx)
        .await?;
    session::end_all(tx, account, None).await?;
    Ok(state)
}

async fn set(
    tx: &mut SqliteConnection,
    id: PersonId,
    state: &str,
    on: &str,
    reason: &str,
    cause: &str,
    clock: &Clock,
) -> Result<()> {
    sqlx::query(
        "update person set state = ?, state_on = ?, state_reason = ?, updated_at = ? where id = ?",
    )
    .bind(state)
    .bind(on)
    .bind(reason)
    .bind(clock.stamp())
    .bind(id)
    .execute(&mut *tx)
    .await?;
    reported(tx, id, cause, clock).await
}
