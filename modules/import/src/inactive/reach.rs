//! Who may open initial passwords anew (domain.md, Decisions): the unit itself; its superior while
//! the unit has no administrator; by setting the bureau everywhere.

use kit::access::Grant;
use kit::settings::Kind;
use kit::{Clock, Error, OrganizationId, OrganizationKind, PersonId, Result, Scope, Setting, User};
use sqlx::SqliteConnection;

/// Whether the bureau may do it for units that could do it themselves.
pub const COUNTY_REOPENS: Setting = Setting {
    key: "accounts.county-reopens",
    group: "登录与密码",
    label: "人社局可为全县重新开放初始密码",
    help: "关闭时，初始密码由各单位自己重新开放，上级只能为没有在用管理员的单位办理。",
    kind: Kind::Switch,
    default: "0",
    check: None,
};

/// Whether this side may do it for the people of a unit in its scope; the scope is checked before.
pub async fn may(
    db: &mut SqliteConnection,
    grant: &Grant,
    unit: OrganizationId,
    clock: &Clock,
) -> Result<bool> {
    if unit == grant.organization || everywhere(&mut *db, grant).await? {
        return Ok(true);
    }
    if !matches!(grant.kind, OrganizationKind::Bureau | OrganizationKind::Department) {
        return Ok(false);
    }
    Ok(sqlx::query_scalar(
        "select not exists (select 1 from grant g join account a on a.id = g.account_id
            where g.organization_id = ? and g.state = 'active' and a.state <> 'disabled'
              and (g.until is null or g.until >= ?))",
    )
    .bind(unit)
    .bind(kit::day::date_text(clock.today()))
    .fetch_one(db)
    .await?)
}

/// Whether he may do it for everybody he sees, whatever the unit.
pub async fn everywhere(db: &mut SqliteConnection, grant: &Grant) -> Result<bool> {
    if let Scope::Organization(id) = grant.scope {
        return Ok(id == grant.organization);
    }
    if grant.kind != OrganizationKind::Bureau {
        return Ok(false);
    }
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(COUNTY_REOPENS.key)
        .fetch_optional(db)
        .await?;
    Ok(stored.as_deref().unwrap_or(COUNTY_REOPENS.default) == "1")
}

/// Somebody who has not signed in yet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Waiting {
    pub id: PersonId,
    pub name: String,
    pub organization_id: OrganizationId,
    pub organization: String,
}

/// Those of the ids that stand in `initial_account`, if the caller may do it for each of them.
///
/// # Errors
/// `NotFound` for somebody outside the scope; refused for himself, and for whom he may not.
pub async fn reached(
    db: &mut SqliteConnection,
    user: &User,
    grant: &Grant,
    ids: &[PersonId],
    clock: &Clock,
) -> Result<Vec<Waiting>> {
    let mut found: Vec<Waiting> = Vec::with_capacity(ids.len());
    let mut allowed: Vec<OrganizationId> = vec![];
    for id in ids {
        accounts::people::in_scope(&mut *db, *id, grant.scope).await?;
        if user.person == Some(*id) {
            return Err(Error::refused("其中有您本人，不能自己办理。请由其他管理员办理。"));
        }
        let one: Option<Waiting> = sqlx::query_as(
            "select x.id, p.name, x.organization_id, o.name as organization
               from initial_account x join person p on p.id = x.id
               join organization o on o.id = x.organization_id where x.id = ?",
        )
        .bind(id)
        .fetch_optional(&mut *db)
        .await?;
        let Some(one) = one else { continue };
        if !allowed.contains(&one.organization_id) {
            refuse(&mut *db, grant, one.organization_id, &one.organization, clock).await?;
            allowed.push(one.organization_id);
        }
        found.push(one);
    }
    Ok(found)
}

/// # Errors
/// Refused, with who can do it, unless he may.
pub async fn refuse(
    db: &mut SqliteConnection,
    grant: &Grant,
    unit: OrganizationId,
    name: &str,
    clock: &Clock,
) -> Result<()> {
    if may(db, grant, unit, clock).await? {
        return Ok(());
    }
    Err(Error::refused(format!(
        "{name}有在用的管理员，初始密码由该单位在“本单位人员”或“未激活账户”中重新开放。"
    )))
}
