//! 单位管理员: accounts with a login that hold a role in an organization (3.2, 3.5).

mod from_above;
mod reach;
mod right;
mod superior;

pub use from_above::{Removed, dismiss, removed, restore};
pub use reach::{end_sessions, over_the_county, refuse_reach, sessions, wholly_of};
pub use right::{
    LAST_SUPER, Terms, disable, enable, keeps_a_super, pass_on, refuse_the_last_super, remove,
    set_terms,
};
pub use superior::{above, hold_the_last_super};

use kit::{
    AccountId, Clock, Error, GrantId, IdCard, OnUnique, OrganizationId, PersonId, Result, RoleId,
    message, session,
};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::credentials::{RESET_DAYS, until};

/// The built-in role 超级管理员.
pub const SUPER: RoleId = RoleId(1);
/// The sentence of a login that another account has.
pub const LOGIN_TAKEN: &str = "这个登录账号已被使用。请换一个，例如在后面加上单位简称的拼音。";

/// How a new administrator signs in first.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The hash of a one-time code, shown once; he sets his password with it.
    Code(String),
    /// The hash of a password he chose himself (setup).
    Password(String),
    /// Not at all, until somebody gives him a code.
    None,
}

/// An administrator to add.
#[derive(Debug, Clone)]
pub struct NewAdministrator {
    pub organization: OrganizationId,
    pub name: String,
    pub login: String,
    pub phone: String,
    pub role: RoleId,
    pub credential: Credential,
    pub created_by: Option<AccountId>,
}

/// What stands against a login, as a sentence; none if it may be used.
pub fn login_fault(login: &str) -> Option<&'static str> {
    if !(4..=32).contains(&login.chars().count()) {
        return Some("登录账号要有 4 到 32 个字符。");
    }
    if !login.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
        return Some("登录账号只能用字母、数字和 . _ -，不能有汉字和空格。");
    }
    if IdCard::stored(&login.to_ascii_uppercase()).is_ok() {
        return Some("登录账号不能用身份证号。请另取一个，例如姓名拼音加数字。");
    }
    None
}

/// Adds an account that holds a role in an organization. The caller writes the trail.
///
/// # Errors
/// Refused if the login cannot be used or is taken (`LOGIN_TAKEN`).
pub async fn create(
    tx: &mut SqliteConnection,
    new: &NewAdministrator,
    clock: &Clock,
) -> Result<AccountId> {
    if let Some(sentence) = login_fault(&new.login) {
        return Err(Error::refused(sentence));
    }
    let now = clock.stamp();
    let (password, code) = match &new.credential {
        Credential::Code(hash) => (None, Some(hash)),
        Credential::Password(hash) => (Some(hash), None),
        Credential::None => (None, None),
    };
    let code_until = match code {
        Some(_) => until(&mut *tx, &RESET_DAYS, clock).await?,
        None => None,
    };
    let account: AccountId = sqlx::query_scalar(
        "insert into account (login, name, phone, state, password_hash, code_hash, initial_until,
           must_change, password_changed_at, created_at, created_by)
         values (?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(&new.login)
    .bind(&new.name)
    .bind(&new.phone)
    .bind(password)
    .bind(code)
    .bind(code_until)
    .bind(password.is_none())
    .bind(password.map(|_| &now))
    .bind(&now)
    .bind(new.created_by)
    .fetch_one(&mut *tx)
    .await
    .on_unique("account.login", LOGIN_TAKEN)?;
    appoint(tx, account, new.organization, &[new.role], new.created_by, &now).await?;
    Ok(account)
}

/// Gives an existing account a right in an organization with exactly these roles, over the whole
/// of its subtree; a right that was disabled is in force again, a removed one is `by`'s anew.
pub async fn appoint(
    tx: &mut SqliteConnection,
    account: AccountId,
    organization: OrganizationId,
    roles: &[RoleId],
    by: Option<AccountId>,
    at: &str,
) -> Result<GrantId> {
    // whom he added before he was removed are nobody's: he must not come to stand below them
    sqlx::query(
        "update grant set created_by = null where organization_id = ?1 and created_by = ?2
            and exists (select 1 from grant r where r.account_id = ?2 and r.organization_id = ?1
              and r.state = 'removed')",
    )
    .bind(organization)
    .bind(account)
    .execute(&mut *tx)
    .await?;
    let grant: GrantId = sqlx::query_scalar(
        "insert into grant (account_id, organization_id, created_at, created_by)
         values (?, ?, ?, ?)
         on conflict (account_id, organization_id) do update set
           created_at = case state when 'removed' then excluded.created_at else created_at end,
           created_by = case state when 'removed' then excluded.created_by else created_by end,
           state = 'active', until = null, scope = 'whole', ended_at = null, ended_reason = ''
         returning id",
    )
    .bind(account)
    .bind(organization)
    .bind(at)
    .bind(by)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("delete from grant_department where grant_id = ?")
        .bind(grant)
        .execute(&mut *tx)
        .await?;
    set_roles(tx, grant, roles).await?;
    Ok(grant)
}

/// Replaces the roles of a right.
pub async fn set_roles(tx: &mut SqliteConnection, grant: GrantId, roles: &[RoleId]) -> Result<()> {
    sqlx::query("delete from grant_role where grant_id = ?").bind(grant).execute(&mut *tx).await?;
    for role in roles {
        sqlx::query("insert or ignore into grant_role (grant_id, role_id) values (?, ?)")
            .bind(grant)
            .bind(role)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Replaces an administrator's password by a one-time code (its hash) and ends his sessions. The
/// caller checks permission, scope and reason, shows the code once and writes the trail.
pub async fn reset(
    tx: &mut SqliteConnection,
    account: AccountId,
    code_hash: &str,
    clock: &Clock,
) -> Result<u64> {
    let until = until(&mut *tx, &RESET_DAYS, clock).await?;
    let changed = sqlx::query(
        "update account set code_hash = ?, password_hash = null, must_change = 1,
                initial_until = ?, state = case state when 'initial' then 'active' else state end
          where id = ?",
    )
    .bind(code_hash)
    .bind(until)
    .bind(account)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::NotFound);
    }
    session::end_all(tx, account, None).await
}

/// Tells the holder of an account who gave it a new password, and why. `what` continues
/// 您的密码由…, such as 重置.
pub async fn tell_reset(
    tx: &mut SqliteConnection,
    account: AccountId,
    (organization, by): (&str, &str),
    (what, reason): (&str, &str),
    clock: &Clock,
) -> Result<()> {
    let told = format!(
        "您的密码由{organization}的{by}{what}，原因：{reason}。不是您要求的，请尽快与他核实。"
    );
    message::send(tx, account, "密码已重置", &told, "", clock).await
}

/// An administrator as his organization's page lists him.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Administrator {
    pub account: AccountId,
    pub name: String,
    /// Chosen login; empty for a professional, who signs in with his ID number.
    pub login: String,
    pub phone: String,
    pub role: String,
    pub signed_in_at: Option<String>,
    pub created_at: String,
    pub person: Option<PersonId>,
    /// `active`, `waiting` (has a one-time code), `unset` (cannot sign in yet), `initial`,
    /// `disabled`.
    pub state: String,
}

/// The administrators of an organization whose right was not removed, oldest first.
pub async fn of(db: &mut SqliteConnection, id: OrganizationId) -> Result<Vec<Administrator>> {
    Ok(sqlx::query_as(
        "select a.id as account, a.name, coalesce(a.login, '') as login, a.phone,
                coalesce((select group_concat(r.name, '、') from grant_role h
                   join role r on r.id = h.role_id where h.grant_id = g.id), '') as role,
                a.signed_in_at, g.created_at, a.person_id as person,
                case when g.state <> 'active' or a.state = 'disabled' then 'disabled'
                     when a.state = 'initial' then 'initial'
                     when a.password_hash is not null then 'active'
                     when a.code_hash is not null then 'waiting'
                     else 'unset' end as state
           from grant g
           join account a on a.id = g.account_id
          where g.organization_id = ? and g.state in ('active', 'disabled')
          order by g.id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}
