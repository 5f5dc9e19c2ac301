//! The drop-down 内设部门 of a person's form.

use kit::{Form, OrganizationId, Result};
use sqlx::SqliteConnection;

use super::nodes;
use crate::organizations::form::Choice;

/// The active departments of an organization, and the one somebody is in though it is disabled.
pub async fn choices(
    db: &mut SqliteConnection,
    organization: OrganizationId,
    current: Option<i64>,
) -> Result<Vec<Choice>> {
    let nodes = nodes(db, organization).await?;
    let offered = nodes.into_iter().filter(|n| n.state == "active" || Some(n.id) == current);
    Ok(offered.map(|n| Choice { value: n.id.to_string(), label: n.path }).collect())
}

/// Reads the field `internal_department`: one of `choices`, or none.
pub async fn read(
    form: &mut Form,
    db: &mut SqliteConnection,
    organization: OrganizationId,
    current: Option<i64>,
) -> Result<Option<i64>> {
    let offered = choices(db, organization, current).await?;
    let codes: Vec<&str> = offered.iter().map(|c| c.value.as_str()).collect();
    Ok(form.optional_choice("internal_department", "内设部门", &codes).parse().ok())
}

/// Its name; of none, 无.
pub async fn name(db: &mut SqliteConnection, id: Option<i64>) -> Result<String> {
    let name: Option<String> =
        sqlx::query_scalar("select name from internal_department where id = ?")
            .bind(id)
            .fetch_optional(db)
            .await?;
    Ok(name.unwrap_or_else(|| "无".to_owned()))
}
