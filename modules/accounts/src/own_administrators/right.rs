//! The rights of one organization as 3.5 lists them, each with roles, scope and who added it.

use kit::{AccountId, GrantId, OrganizationId, OrganizationKind, PersonId, Result, RoleId};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::roles::Role;

/// An administrator's right with what the screens show of it.
#[derive(Debug, Clone, Serialize)]
pub struct Right {
    #[serde(flatten)]
    pub row: Row,
    /// Ids and names of his roles.
    pub roles: Vec<(RoleId, String)>,
    /// Whether one of them is 超级管理员.
    pub full: bool,
    /// 指定主管部门: ids and names.
    pub departments: Vec<(OrganizationId, String)>,
}

/// The stored part of it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Row {
    pub grant: GrantId,
    pub account: AccountId,
    pub name: String,
    /// Chosen login; empty for who signs in with his ID number.
    pub login: String,
    pub phone: String,
    pub email: String,
    /// First four and last two characters, or empty.
    pub id_card: String,
    pub person: Option<PersonId>,
    /// `whole`, `departments` or `own`
    pub scope: String,
    /// The last day; none has no end.
    pub until: Option<String>,
    /// Of the right: `active`, `disabled` or `removed`.
    pub state: String,
    /// Of the account: `active`, `waiting` (has a one-time code), `unset`, `initial`, `disabled`.
    pub credential: String,
    pub position: String,
    pub internal_department_id: Option<i64>,
    pub internal_department: String,
    pub created_at: String,
    pub created_by: Option<AccountId>,
    /// Who added him; empty for setup and registration.
    pub creator: String,
    pub signed_in_at: Option<String>,
    pub ended_at: Option<String>,
    pub ended_reason: String,
    /// Has rights in other organizations too, or is another organization's person: phone and
    /// e-mail are then left out.
    pub elsewhere: bool,
}

/// Every right of an organization, the removed ones too, oldest first.
pub async fn rights(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    roles: &[Role],
) -> Result<Vec<Right>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select g.id as grant, a.id as account, a.name, coalesce(a.login, '') as login, a.phone,
                coalesce(nullif(a.email, ''), p.email, '') as email,
                coalesce(substr(i.number, 1, 4) || '************' || substr(i.number, 17), '')
                  as id_card,
                a.person_id as person, g.scope, g.until, g.state,
                case when a.state in ('initial', 'disabled') then a.state
                     when a.password_hash is not null then 'active'
                     when a.code_hash is not null then 'waiting'
                     else 'unset' end as credential,
                g.position, g.internal_department_id, coalesce(n.name, '') as internal_department,
                g.created_at, g.created_by, coalesce(c.name, '') as creator, a.signed_in_at,
                g.ended_at, g.ended_reason,
                exists (select 1 from grant e where e.account_id = a.id
                  and e.organization_id <> g.organization_id and e.state <> 'removed')
                  or coalesce(p.organization_id <> g.organization_id, 0) as elsewhere
           from grant g
           join account a on a.id = g.account_id
           left join identity i on i.id = a.identity_id
           left join person p on p.id = a.person_id
           left join internal_department n on n.id = g.internal_department_id
           left join account c on c.id = g.created_by
          where g.organization_id = ? order by g.id",
    )
    .bind(organization)
    .fetch_all(&mut *db)
    .await?;
    let held: Vec<(GrantId, RoleId)> = sqlx::query_as(
        "select h.grant_id, h.role_id from grant g join grant_role h on h.grant_id = g.id
          where g.organization_id = ? order by h.role_id",
    )
    .bind(organization)
    .fetch_all(&mut *db)
    .await?;
    let departments: Vec<(GrantId, OrganizationId, String)> = sqlx::query_as(
        "select s.grant_id, d.id, d.name from grant g join grant_department s on s.grant_id = g.id
           join organization d on d.id = s.department_id
          where g.organization_id = ? order by d.id",
    )
    .bind(organization)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|mut row| {
            if row.elsewhere {
                row.phone.clear();
                row.email.clear();
            }
            let own: Vec<&Role> = held
                .iter()
                .filter(|(grant, _)| *grant == row.grant)
                .filter_map(|(_, id)| roles.iter().find(|role| role.id == *id))
                .collect();
            Right {
                full: own.iter().any(|role| role.full),
                roles: own.iter().map(|role| (role.id, role.name.clone())).collect(),
                departments: departments
                    .iter()
                    .filter(|(grant, _, _)| *grant == row.grant)
                    .map(|(_, id, name)| (*id, name.clone()))
                    .collect(),
                row,
            }
        })
        .collect())
}

impl Right {
    /// Key, label and tag class of 状态 on `today` (`YYYY-MM-DD`).
    pub fn state(&self, today: &str) -> (&'static str, &'static str, &'static str) {
        let row = &self.row;
        if row.state == "removed" {
            ("removed", "已删除", "off")
        } else if row.state == "disabled" || row.credential == "disabled" {
            ("disabled", "禁用", "off")
        } else if row.until.as_deref().is_some_and(|until| until < today) {
            ("expired", "已到期", "back")
        } else if row.credential == "active" {
            ("active", "启用", "pass")
        } else {
            ("waiting", "待首次登录", "wait")
        }
    }

    /// Whether he may act today: enabled, not over, his account active.
    pub fn in_force(&self, today: &str) -> bool {
        let row = &self.row;
        row.state == "active"
            && !["initial", "disabled"].contains(&row.credential.as_str())
            && row.until.as_deref().is_none_or(|until| until >= today)
    }

    /// 全县, 指定主管部门 with their names, 本单位.
    pub fn told_scope(&self, kind: OrganizationKind) -> String {
        let label = scope_label(kind, &self.row.scope);
        if self.row.scope == "departments" && kind == OrganizationKind::Bureau {
            let names: Vec<&str> = self.departments.iter().map(|(_, name)| name.as_str()).collect();
            return format!("{label}：{}", names.join("、"));
        }
        label.to_owned()
    }

    pub fn told_roles(&self) -> String {
        let names: Vec<&str> = self.roles.iter().map(|(_, name)| name.as_str()).collect();
        names.join("、")
    }
}

/// What a scope is called for an organization of this kind.
pub fn scope_label(kind: OrganizationKind, scope: &str) -> &'static str {
    match (kind, scope) {
        (OrganizationKind::Bureau, "whole") => "全县",
        (OrganizationKind::Bureau, "departments") => "指定主管部门",
        (OrganizationKind::Department, "whole") => "本部门及下属单位",
        _ => "本单位",
    }
}
