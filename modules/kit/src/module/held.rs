//! What a module's `holds` is made of.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use crate::{PersonId, Result};

/// Who of these people meets a condition, and how it is told: the first that applies. A condition is
/// a constant about the person `j.value`: `exists (select 1 from entry e where e.person_id = j.value)`.
pub async fn held(
    db: &mut SqliteConnection,
    people: &[PersonId],
    conditions: &[(&'static str, &'static str)],
) -> Result<Vec<(PersonId, String)>> {
    let mut sql = QueryBuilder::<Sqlite>::new("select id, why from (select j.value as id, case");
    for (condition, told) in conditions {
        sql.push(" when ").push(condition).push(" then ").push_bind(*told);
    }
    sql.push(" end as why from json_each(").push_bind(serde_json::to_string(people)?);
    sql.push(") j) where why is not null");
    Ok(sql.build_query_as().fetch_all(db).await?)
}
