//! What becomes of a right: its terms, its end, who inherits whom it added, the last super (3.5).

use kit::{AccountId, Clock, Error, GrantId, OrganizationId, Result, RoleId};
use sqlx::SqliteConnection;

/// The sentence of an act that would leave an organization without a super administrator.
pub const LAST_SUPER: &str = "这是本单位最后一位启用的、没有设有效期的超级管理员，不能禁用、删除、改角色或设有效期。请先新增另一位超级管理员。";

/// What a right is over and how long: the second step of 新增管理员.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub roles: Vec<RoleId>,
    /// `whole`, `departments` or `own`
    pub scope: String,
    /// 指定主管部门; empty but with `departments`.
    pub departments: Vec<OrganizationId>,
    /// The last day, `YYYY-MM-DD`; none has no end.
    pub until: Option<String>,
}

/// Whether an organization keeps a super administrator without this right: another right to all
/// of it, in force and without an end, of an account that is active.
pub async fn keeps_a_super(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    but: GrantId,
) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (
           select 1 from grant g
             join account a on a.id = g.account_id
             join grant_role h on h.grant_id = g.id
             join role r on r.id = h.role_id
            where g.organization_id = ? and g.id <> ? and g.state = 'active' and g.until is null
              and g.scope = 'whole' and a.state = 'active' and r.key = 'super')",
    )
    .bind(organization)
    .bind(but)
    .fetch_one(db)
    .await?)
}

/// To be asked, in the act's transaction, before a right is disabled, removed, demoted or limited.
///
/// # Errors
/// Refused (`LAST_SUPER`) if it is a super administrator's in force and nobody else would be left.
pub async fn refuse_the_last_super(tx: &mut SqliteConnection, grant: GrantId) -> Result<()> {
    let organization: Option<OrganizationId> = sqlx::query_scalar(
        "select g.organization_id from grant g
           join account a on a.id = g.account_id
           join grant_role h on h.grant_id = g.id
           join role r on r.id = h.role_id
          where g.id = ? and g.state = 'active' and a.state = 'active' and r.key = 'super'",
    )
    .bind(grant)
    .fetch_optional(&mut *tx)
    .await?;
    match organization {
        Some(organization) if !keeps_a_super(tx, organization, grant).await? => {
            Err(Error::refused(LAST_SUPER))
        }
        _ => Ok(()),
    }
}

/// Replaces roles, scope and end of a right; in force at the next request. The caller checks that
/// they are his to give, and `refuse_the_last_super` where the super role or its extent goes.
pub async fn set_terms(tx: &mut SqliteConnection, grant: GrantId, terms: &Terms) -> Result<()> {
    sqlx::query("update grant set scope = ?, until = ? where id = ?")
        .bind(&terms.scope)
        .bind(&terms.until)
        .bind(grant)
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from grant_department where grant_id = ?")
        .bind(grant)
        .execute(&mut *tx)
        .await?;
    for department in &terms.departments {
        sqlx::query(
            "insert or ignore into grant_department (grant_id, department_id) values (?, ?)",
        )
        .bind(grant)
        .bind(department)
        .execute(&mut *tx)
        .await?;
    }
    super::set_roles(tx, grant, &terms.roles).await
}

/// 禁用: the right rests until it is enabled again; its sessions end (`end_sessions`).
///
/// # Errors
/// Refused for the last super administrator, or if it is not in force.
pub async fn disable(
    tx: &mut SqliteConnection,
    grant: GrantId,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    end(tx, grant, "disabled", reason, clock).await
}

/// 删除/移除: the right is gone for good, its row, name and history stay; whom the administrator
/// added in this organization pass to `successor`, or else to whoever had added him. Its
/// sessions end (`end_sessions`).
///
/// # Errors
/// Refused for the last super administrator, or if it was removed before.
pub async fn remove(
    tx: &mut SqliteConnection,
    grant: GrantId,
    successor: Option<AccountId>,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    end(tx, grant, "removed", reason, clock).await?;
    pass_on(tx, grant, successor).await
}

/// 启用: a disabled right is in force again.
///
/// # Errors
/// Refused unless it is disabled, and for somebody who has died or left.
pub async fn enable(tx: &mut SqliteConnection, grant: GrantId) -> Result<()> {
    let gone: Option<String> = sqlx::query_scalar(
        "select p.name from grant g join account a on a.id = g.account_id
           join person p on p.id = a.person_id
          where g.id = ? and p.state in ('left', 'deceased', 'moved')",
    )
    .bind(grant)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(name) = gone {
        return Err(Error::refused(format!(
            "{name}已离职、调出或去世，不能启用。请删除他的权限，另设管理员。"
        )));
    }
    let changed = sqlx::query(
        "update grant set state = 'active', ended_at = null, ended_reason = ''
          where id = ? and state = 'disabled'",
    )
    .bind(grant)
    .execute(tx)
    .await?
    .rows_affected();
    if changed == 0 { Err(Error::refused(CHANGED)) } else { Ok(()) }
}

const CHANGED: &str = "这位管理员的状态已经变了，没有重复办理。请刷新后再看。";

async fn end(
    tx: &mut SqliteConnection,
    grant: GrantId,
    state: &str,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    refuse_the_last_super(&mut *tx, grant).await?;
    let changed = sqlx::query(
        "update grant set state = ?1, ended_at = ?2, ended_reason = ?3
          where id = ?4 and state <> 'removed' and state <> ?1",
    )
    .bind(state)
    .bind(clock.stamp())
    .bind(reason)
    .bind(grant)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::refused(CHANGED));
    }
    super::end_sessions(tx, grant).await?;
    Ok(())
}

/// Whom the holder of a right added in its organization are another's from now on: `to`, or else
/// whoever had added the holder. One of them who inherits takes the holder's own place, so that
/// nobody stands below himself.
pub async fn pass_on(
    tx: &mut SqliteConnection,
    grant: GrantId,
    to: Option<AccountId>,
) -> Result<()> {
    let (organization, from, above): (OrganizationId, AccountId, Option<AccountId>) =
        sqlx::query_as("select organization_id, account_id, created_by from grant where id = ?")
            .bind(grant)
            .fetch_one(&mut *tx)
            .await?;
    if let Some(to) = to {
        sqlx::query(
            "with recursive below (account_id) as (
               select account_id from grant where organization_id = ?1 and created_by = ?2
               union
               select g.account_id from grant g join below b on g.created_by = b.account_id
                where g.organization_id = ?1)
             update grant set created_by = ?3
              where organization_id = ?1 and account_id = ?4
                and account_id in (select account_id from below)",
        )
        .bind(organization)
        .bind(from)
        .bind(above)
        .bind(to)
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query(
        "update grant set created_by = ? where organization_id = ? and created_by = ?
            and account_id is not ?",
    )
    .bind(to.or(above))
    .bind(organization)
    .bind(from)
    .bind(to.or(above))
    .execute(tx)
    .await?;
    Ok(())
}
