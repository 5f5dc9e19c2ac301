//! Statements of 撤销调出.

use accounts::people::{self, mark};
use kit::{Clock, Error, Event, Modules, OrganizationId, Result, User, trail};
use sqlx::SqliteConnection;

use super::store::{Leave, tell};

/// 撤销调出, for a mistake; the certificate stays, it states what was true. Gives the state he is in
/// again. Trail and event are written here.
///
/// # Errors
/// Refused if he is not 调出 by this unit's record.
pub async fn undo(
    tx: &mut SqliteConnection,
    modules: &Modules,
    leave: &Leave,
    unit: OrganizationId,
    reason: &str,
    user: &User,
    clock: &Clock,
) -> Result<String> {
    let actor = user.actor();
    let state = mark::come_back(&mut *tx, leave.person, reason, &actor, clock).await?;
    let now = clock.stamp();
    let changed = sqlx::query(
        "update leave set undone_at = ?, undone_by = ?, undone_reason = ?
          where transfer_id = ? and organization_id = ? and undone_at = ''",
    )
    .bind(&now)
    .bind(&actor.name)
    .bind(reason)
    .bind(leave.transfer)
    .bind(unit)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::refused("这条调出记录已经撤销，没有重复办理。"));
    }
    sqlx::query(
        "update transfer set state = 'withdrawn', acted_at = ?, updated_at = ? where id = ?",
    )
    .bind(&now)
    .bind(&now)
    .bind(leave.transfer)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "update transfer_person set state = 'withdrawn', acted_at = ? where transfer_id = ?",
    )
    .bind(&now)
    .bind(leave.transfer)
    .execute(&mut *tx)
    .await?;
    let event = Event::PersonChanged { person: leave.person };
    modules.deliver(&mut *tx, &event, clock).await?;
    let label = people::state_label(&state);
    let text = format!("撤销{}的调出登记，恢复为“{label}”，原因：{reason}", leave.name);
    let object = format!("person:{}", leave.person);
    trail::write(&mut *tx, &actor, clock, "transfers.leave.undo", &object, &text).await?;
    let text = format!("{}已撤销您的调出登记，您的状态恢复为“{label}”，原因：{reason}", leave.unit);
    tell(tx, leave.person, "调出登记已撤销", &text, clock).await?;
    Ok(state)
}
