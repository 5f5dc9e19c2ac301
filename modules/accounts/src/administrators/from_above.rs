//! What a superior does to the administrators of a unit below (3.1-3.3): 移除, 恢复.

use kit::{AccountId, Clock, Error, GrantId, OrganizationId, Result};
use serde::Serialize;
use sqlx::SqliteConnection;

use super::pass_on;
use crate::people;

/// Somebody whose right in an organization was removed.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Removed {
    pub account: AccountId,
    pub name: String,
    /// As in `Administrator`.
    pub login: String,
    pub ended_at: Option<String>,
    pub ended_reason: String,
}

/// Those whose right in an organization was removed, the latest first.
pub async fn removed(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Removed>> {
    Ok(sqlx::query_as(
        "select a.id as account, a.name, coalesce(a.login, '') as login, g.ended_at, g.ended_reason
           from grant g join account a on a.id = g.account_id
          where g.organization_id = ? and g.state = 'removed'
          order by g.ended_at desc, g.id desc",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// Takes an account's right in an organization away and ends its sessions there; a professional
/// keeps his personal side. A superior may do so to the last one, too: the unit's cases then go up.
/// The caller has checked that he may, moves on what now waits for nobody (`review::move_on`) and
/// writes the trail.
///
/// # Errors
/// Refused if there is no such right any more.
pub async fn dismiss(
    tx: &mut SqliteConnection,
    account: AccountId,
    organization: OrganizationId,
    reason: &str,
    clock: &Clock,
) -> Result<GrantId> {
    let grant: Option<GrantId> = sqlx::query_scalar(
        "update grant set state = 'removed', ended_at = ?, ended_reason = ?
          where account_id = ? and organization_id = ? and state <> 'removed' returning id",
    )
    .bind(clock.stamp())
    .bind(reason)
    .bind(account)
    .bind(organization)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(grant) = grant else {
        return Err(Error::refused("他在这个单位已没有管理员权限，没有重复办理。请刷新后再看。"));
    };
    super::end_sessions(&mut *tx, grant).await?;
    pass_on(tx, grant, None).await?;
    Ok(grant)
}

/// Puts a removed right in force again, with the roles it had; gives its holder's name. The
/// caller has checked that he may, and writes the trail.
///
/// # Errors
/// `NotFound` if there never was one; refused if it is not removed, its holder left the unit, or
/// the organization is disabled.
pub async fn restore(
    tx: &mut SqliteConnection,
    account: AccountId,
    organization: OrganizationId,
) -> Result<String> {
    let found: Option<(String, String, String, bool)> = sqlx::query_as(
        "select a.name, g.state, o.state, coalesce(p.organization_id <> o.id, false)
                  and g.ended_reason = ?
           from grant g join account a on a.id = g.account_id
           join organization o on o.id = g.organization_id
           left join person p on p.id = a.person_id
          where g.account_id = ? and g.organization_id = ?",
    )
    .bind(people::LEFT)
    .bind(account)
    .bind(organization)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((name, state, unit, left)) = found else { return Err(Error::NotFound) };
    if unit != "active" {
        return Err(Error::refused("这个单位已停用，不能恢复管理员权限。请先启用单位。"));
    }
    if left {
        return Err(Error::refused(format!(
            "{name}已调离这个单位，不能恢复。请指定一位新管理员。"
        )));
    }
    let restored = sqlx::query(
        "update grant set state = 'active', ended_at = null, ended_reason = ''
          where account_id = ? and organization_id = ? and state = 'removed'",
    )
    .bind(account)
    .bind(organization)
    .execute(tx)
    .await?;
    if state != "removed" || restored.rows_affected() == 0 {
        return Err(Error::refused("他的管理员权限没有被移除，不需要恢复。请刷新后再看。"));
    }
    Ok(name)
}
