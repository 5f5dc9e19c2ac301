//! People's registrations that wait: whom an import meets (domain.md §4, Duplicates).

use kit::{CaseId, OrganizationId, Result};
use sqlx::SqliteConnection;

/// A registration of a person that waits at a desk.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    /// The ID number.
    pub id_number: String,
    pub case_id: CaseId,
    /// ZC20261124-0001
    pub number: String,
    /// As he calls himself.
    pub name: String,
    /// The unit chosen.
    pub organization_id: OrganizationId,
    pub desk_id: Option<OrganizationId>,
}

/// The subject's key (module audits).
pub const PEOPLE: &str = "person-registrations";

/// The registrations that wait of people with these ID numbers; of one number there may be several.
pub async fn waiting(db: &mut SqliteConnection, numbers: &[&str]) -> Result<Vec<Waiting>> {
    Ok(sqlx::query_as(
        "select i.number as id_number, r.case_id, r.number, r.name, r.organization_id, r.desk_id
           from json_each(?) j
           cross join identity i on i.number = j.value
           join registration r on r.identity_id = i.id
          where r.kind = 'person' and r.state = 'pending' order by r.id",
    )
    .bind(serde_json::to_string(numbers)?)
    .fetch_all(db)
    .await?)
}
