//! Whom a certificate is about.

use kit::dictionary::{TITLE_LEVELS, TITLE_SERIES};
use kit::{IdentityId, OrganizationId, PersonId, Result, Scope};
use sqlx::SqliteConnection;

/// The holder as of now, labels spelled out.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Holder {
    pub id: PersonId,
    pub identity_id: IdentityId,
    pub name: String,
    pub sex: String,
    pub series: String,
    pub level: String,
    pub title: String,
    pub titled_on: String,
    pub organization_id: OrganizationId,
    pub department_id: Option<OrganizationId>,
    pub organization: String,
    /// First 4 and last 2 characters of the ID number.
    pub masked: String,
}

impl Holder {
    pub fn sex_label(&self) -> String {
        accounts::people::sex_label(&self.sex).to_owned()
    }

    /// 职称系列; 无职称 if none.
    pub fn series_label(&self) -> String {
        TITLE_SERIES.label(&self.series).to_owned()
    }

    /// 等级; a dash if none.
    pub fn level_label(&self) -> String {
        TITLE_LEVELS.entry(&self.level).map_or("—", |entry| entry.label).to_owned()
    }
}

/// The person, if within `scope`.
pub async fn find(
    db: &mut SqliteConnection,
    person: PersonId,
    scope: Scope,
) -> Result<Option<Holder>> {
    let (department, organization) = scope.values();
    Ok(sqlx::query_as(
        "select p.id, p.identity_id, p.name, p.sex, p.series, p.level, p.title, p.titled_on,
                p.organization_id, p.department_id, o.name as organization,
                substr(i.number, 1, 4) || '************' || substr(i.number, 17) as masked
           from person p
           join organization o on o.id = p.organization_id
           join identity i on i.id = p.identity_id
          where p.id = ? and (? is null or p.department_id = ?)
            and (? is null or p.organization_id = ?)",
    )
    .bind(person)
    .bind(department)
    .bind(department)
    .bind(organization)
    .bind(organization)
    .fetch_optional(db)
    .await?)
}
