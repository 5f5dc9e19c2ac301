//! Whose account an organization may take into its hands: a new code opens all of it, so it must
//! be wholly its own (3.1-3.3, 3.5). One rule for both resets and for ending sessions.

use kit::access::{Grant, Scope};
use kit::{AccountId, Error, GrantId, OrganizationId, OrganizationKind, Result, SessionId};
use sqlx::SqliteConnection;

/// Whether this side is a super administrator's of the bureau over the whole county.
pub fn over_the_county(grant: &Grant) -> bool {
    grant.full && grant.kind == OrganizationKind::Bureau && grant.scope == Scope::County
}

/// Whether every right the account holds, disabled ones too, lies in the organization, and his
/// person, if there is one, belongs to it.
///
/// # Errors
/// The database's.
pub async fn wholly_of(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select not exists (select 1 from grant
                where account_id = ?1 and state <> 'removed' and organization_id <> ?2)
            and not exists (select 1 from account a join person p on p.id = a.person_id
                where a.id = ?1 and p.organization_id <> ?2)",
    )
    .bind(account)
    .bind(organization)
    .fetch_one(db)
    .await?)
}

/// To be asked, in the act's transaction, before an account is given a new code on the screen of
/// `organization`: the asker's own (3.5) or one below him (3.1-3.3).
///
/// # Errors
/// Refused, with who can do it, unless the account is wholly the organization's, or the asker is
/// a super administrator over all it reaches; from above also if it has a right at or above him.
pub async fn refuse_reach(
    db: &mut SqliteConnection,
    asker: &Grant,
    organization: OrganizationId,
    account: AccountId,
) -> Result<()> {
    if organization != asker.organization && holds_above(&mut *db, asker, account).await? {
        return Err(Error::refused(
            "他在您的单位或上级单位也有管理权限，不能从这里重置。请由那个单位的超级管理员在“管理单位管理员”中办理。",
        ));
    }
    if wholly_of(&mut *db, organization, account).await?
        || over_the_county(asker)
        || within_department(db, asker, account).await?
    {
        return Ok(());
    }
    Err(Error::refused(
        "他的账号还属于其他单位，是那里的人员或管理员，不能在这里重置。都在同一主管部门的，请由该主管部门超级管理员办理；其他的请由人社局超级管理员办理。",
    ))
}

/// A right in the bureau or in the asker's own organization.
async fn holds_above(db: &mut SqliteConnection, asker: &Grant, account: AccountId) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from grant g join organization o on o.id = g.organization_id
          where g.account_id = ? and g.state <> 'removed' and (o.kind = 'bureau' or o.id = ?))",
    )
    .bind(account)
    .bind(asker.organization)
    .fetch_one(db)
    .await?)
}

/// Whether the asker is a department's super administrator and all the account reaches is his
/// department or lies below it.
async fn within_department(
    db: &mut SqliteConnection,
    asker: &Grant,
    account: AccountId,
) -> Result<bool> {
    let Scope::Department(department) = asker.scope else { return Ok(false) };
    if !asker.full || asker.kind != OrganizationKind::Department {
        return Ok(false);
    }
    Ok(sqlx::query_scalar(
        "select not exists (select 1 from organization o
          where o.id in (select organization_id from grant
                          where account_id = ?1 and state <> 'removed'
                         union select p.organization_id from account a
                           join person p on p.id = a.person_id where a.id = ?1)
            and o.id <> ?2 and o.department_id is not ?2)",
    )
    .bind(account)
    .bind(department)
    .fetch_one(db)
    .await?)
}

/// The sessions an organization may see and end for one of its rights: those on this right, and
/// all of the account if it has neither a person nor another right. `?1` the right.
const OURS: &str = "(grant_id = ?1 or account_id in (
    select a.id from grant g join account a on a.id = g.account_id
     where g.id = ?1 and a.person_id is null
       and not exists (select 1 from grant o
             where o.account_id = a.id and o.id <> ?1 and o.state <> 'removed')))";

/// The numbers of those sessions.
///
/// # Errors
/// The database's.
pub async fn sessions(db: &mut SqliteConnection, grant: GrantId) -> Result<Vec<SessionId>> {
    let sql = ["select id from session where ", OURS].concat();
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(grant).fetch_all(db).await?)
}

/// Ends those sessions; gives how many there were.
///
/// # Errors
/// The database's.
pub async fn end_sessions(tx: &mut SqliteConnection, grant: GrantId) -> Result<u64> {
    let sql = ["delete from session where ", OURS].concat();
    let ended = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(grant).execute(tx).await?;
    Ok(ended.rows_affected())
}
