//! The administrative sides of an account: its rights in force, and what each may.

use std::collections::HashSet;

use sqlx::SqliteConnection;

use crate::access::{Grant, Scope};
use crate::{AccountId, GrantId, OrganizationId, OrganizationKind, Result};

/// An administrative side: a right in force, and the department it is limited to, if any; before
/// its permissions are read.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct GrantRow {
    pub id: GrantId,
    pub organization_id: OrganizationId,
    pub kind: OrganizationKind,
    pub organization_name: String,
    /// `whole`, `departments` or `own`
    pub scope: String,
    /// 指定主管部门: one of them.
    pub department_id: Option<OrganizationId>,
    pub department_name: Option<String>,
}

impl GrantRow {
    /// What is posted to /side: `12`, or `12.5` with its department.
    pub fn key(&self) -> String {
        match self.department_id {
            Some(department) => format!("{}.{department}", self.id),
            None => self.id.to_string(),
        }
    }

    /// As the drop-down calls it.
    pub fn label(&self) -> String {
        match &self.department_name {
            Some(department) => format!("{}（{department}）", self.organization_name),
            None => self.organization_name.clone(),
        }
    }
}

/// The account's sides in force on `today` (`YYYY-MM-DD`), bureau first. A right limited to named
/// departments gives one side for each: a scope is one equality.
pub async fn grants_of(
    db: &mut SqliteConnection,
    account: AccountId,
    today: &str,
) -> Result<Vec<GrantRow>> {
    Ok(sqlx::query_as(
        "select g.id, g.organization_id, o.kind, o.name as organization_name, g.scope,
                d.id as department_id, d.name as department_name
           from grant g
           join organization o on o.id = g.organization_id
           left join grant_department s on s.grant_id = g.id and g.scope = 'departments'
           left join organization d on d.id = s.department_id
          where g.account_id = ? and g.state = 'active' and o.state = 'active'
            and (g.until is null or g.until >= ?)
            and (g.scope <> 'departments' or d.id is not null)
            and exists (select 1 from grant_role r where r.grant_id = g.id)
          order by o.kind = 'bureau' desc, g.id, d.id",
    )
    .bind(account)
    .bind(today)
    .fetch_all(db)
    .await?)
}

pub(super) async fn load_grant(db: &mut SqliteConnection, row: &GrantRow) -> Result<Grant> {
    let roles: Vec<(i64, Option<String>, String)> = sqlx::query_as(
        "select r.id, r.key, r.name from grant_role g join role r on r.id = g.role_id
          where g.grant_id = ? order by r.id",
    )
    .bind(row.id)
    .fetch_all(&mut *db)
    .await?;
    let full = roles.iter().any(|(_, key, _)| key.as_deref() == Some("super"));
    let permissions: HashSet<(String, String)> = if full {
        HashSet::new()
    } else {
        sqlx::query_as(
            "select distinct p.leaf, p.action
               from grant_role g join role_permission p on p.role_id = g.role_id
              where g.grant_id = ?",
        )
        .bind(row.id)
        .fetch_all(db)
        .await?
        .into_iter()
        .collect()
    };
    let scope = match (row.kind, row.scope.as_str(), row.department_id) {
        (OrganizationKind::Bureau, "whole", _) => Scope::County,
        (OrganizationKind::Bureau, "departments", Some(id)) => Scope::Department(id),
        (OrganizationKind::Department, "whole", _) => Scope::Department(row.organization_id),
        _ => Scope::Organization(row.organization_id),
    };
    let names: Vec<&str> = roles.iter().map(|(_, _, name)| name.as_str()).collect();
    Ok(Grant {
        id: row.id,
        organization: row.organization_id,
        kind: row.kind,
        organization_name: row.organization_name.clone(),
        role_name: names.join("、"),
        full,
        permissions,
        scope,
    })
}
