//! A role as the screens of 3.5 and 3.6 need it: what it permits and who holds it.

use std::collections::{BTreeMap, BTreeSet};

use kit::{AccountId, Error, GrantId, OrganizationId, Result, RoleId};
use serde::Serialize;
use sqlx::SqliteConnection;

/// Permissions as stored: (leaf, action).
pub type Held = BTreeSet<(String, String)>;

/// A role an organization may give: its own, or the built-in 超级管理员.
#[derive(Debug, Clone, Serialize)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    /// Built in: everything its organization's kind can hold.
    pub full: bool,
    pub created_at: String,
    #[serde(skip)]
    pub permissions: Held,
    /// Whose right was not removed.
    pub holders: Vec<Holder>,
}

/// An administrator who holds a role.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Holder {
    #[serde(skip)]
    pub role_id: RoleId,
    pub grant: GrantId,
    pub account: AccountId,
    pub name: String,
    /// `active` or `disabled`
    pub state: String,
}

impl Role {
    /// 赵一、钱二 等 5 人
    pub fn told_holders(&self) -> String {
        let names: Vec<&str> = self.holders.iter().take(5).map(|h| h.name.as_str()).collect();
        let more = self.holders.len() - names.len();
        if more == 0 {
            names.join("、")
        } else {
            format!("{} 等 {} 人", names.join("、"), self.holders.len())
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: RoleId,
    key: Option<String>,
    name: String,
    description: String,
    created_at: String,
}

/// The roles of an organization, the built-in one first.
pub async fn roles(db: &mut SqliteConnection, organization: OrganizationId) -> Result<Vec<Role>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, key, name, description, created_at from role
          where organization_id = ? or organization_id is null
          order by organization_id is not null, id",
    )
    .bind(organization)
    .fetch_all(&mut *db)
    .await?;
    let mut permissions: BTreeMap<i64, Held> = BTreeMap::new();
    let stored: Vec<(i64, String, String)> = sqlx::query_as(
        "select p.role_id, p.leaf, p.action from role r join role_permission p on p.role_id = r.id
          where r.organization_id = ?",
    )
    .bind(organization)
    .fetch_all(&mut *db)
    .await?;
    for (role, leaf, action) in stored {
        permissions.entry(role).or_default().insert((leaf, action));
    }
    let holders: Vec<Holder> = sqlx::query_as(
        "select h.role_id, g.id as grant, a.id as account, a.name, g.state
           from grant g join grant_role h on h.grant_id = g.id join account a on a.id = g.account_id
          where g.organization_id = ? and g.state <> 'removed' order by g.id",
    )
    .bind(organization)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Role {
            permissions: permissions.remove(&row.id.0).unwrap_or_default(),
            holders: holders.iter().filter(|h| h.role_id == row.id).cloned().collect(),
            full: row.key.as_deref() == Some("super"),
            id: row.id,
            name: row.name,
            description: row.description,
            created_at: row.created_at,
        })
        .collect())
}

/// The role with this number among an organization's.
///
/// # Errors
/// `NotFound` for absent or another organization's.
pub fn one(roles: &[Role], id: RoleId) -> Result<&Role> {
    roles.iter().find(|role| role.id == id).ok_or(Error::NotFound)
}
