//! The tree of organizations: bureau, 主管部门, 用人单位, 继续教育基地.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::{OrganizationId, Result};

/// What an organization is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum OrganizationKind {
    /// 县区人社局; one per county.
    Bureau,
    /// 主管部门
    Department,
    /// 用人单位
    Employer,
    /// 继续教育基地
    Base,
}

impl OrganizationKind {
    pub const ALL: [Self; 4] = [Self::Bureau, Self::Department, Self::Employer, Self::Base];

    /// As the manual calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bureau => "人社局",
            Self::Department => "主管部门",
            Self::Employer => "用人单位",
            Self::Base => "继续教育基地",
        }
    }

    /// As it is stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::Bureau => "bureau",
            Self::Department => "department",
            Self::Employer => "employer",
            Self::Base => "base",
        }
    }
}

/// An organization as other places need it.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Organization {
    pub id: OrganizationId,
    pub kind: OrganizationKind,
    pub name: String,
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// The superior; none for the bureau.
    pub parent_id: Option<OrganizationId>,
    /// The department this lies under (itself, if it is one); none directly under the bureau.
    pub department_id: Option<OrganizationId>,
    /// `active` or `disabled`.
    pub state: String,
}

/// The organization, or none.
pub async fn find(db: &mut SqliteConnection, id: OrganizationId) -> Result<Option<Organization>> {
    Ok(sqlx::query_as(
        "select id, kind, name, credit_code, parent_id, department_id, state
           from organization where id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?)
}

/// The county's bureau; none before the setup.
pub async fn bureau(db: &mut SqliteConnection) -> Result<Option<Organization>> {
    Ok(sqlx::query_as(
        "select id, kind, name, credit_code, parent_id, department_id, state
           from organization where kind = 'bureau'",
    )
    .fetch_optional(db)
    .await?)
}

/// The desks a submission from `from` passes, in order: itself, its department, the bureau
/// (domain.md, Decisions: 5.1). One to three, each once.
pub async fn desks_above(
    db: &mut SqliteConnection,
    from: OrganizationId,
) -> Result<Vec<OrganizationId>> {
    let ids: Vec<OrganizationId> = sqlx::query_scalar(
        "with recursive up(id, parent_id, depth) as (
           select id, parent_id, 0 from organization where id = ?
           union all
           select o.id, o.parent_id, up.depth + 1
             from organization o join up on o.id = up.parent_id where up.depth < 8)
         select id from up order by depth",
    )
    .bind(from)
    .fetch_all(db)
    .await?;
    Ok(ids)
}
