//! Registrations whose chosen unit or superior ended: they go where its people, or the units below
//! it, go. The choice in the case is rewritten with the row, for that is what an approval uses.

use kit::{Kinds, OrganizationId, Result};
use sqlx::SqliteConnection;

/// Open and rejected registrations of people that chose `from` are `people`'s, those of employers
/// and bases `below`'s; without one they stay, and what waits goes up. The desk is the caller's
/// (`review::reroute`).
pub async fn follow(
    tx: &mut SqliteConnection,
    from: OrganizationId,
    people: Option<OrganizationId>,
    below: Option<OrganizationId>,
) -> Result<()> {
    for (person, to) in [(true, people), (false, below)] {
        let Some(to) = to else { continue };
        if !person && !may_be_superior(&mut *tx, to).await? {
            continue;
        }
        sqlx::query(
            "update review_case
                set organization_id = ?1,
                    department_id = (select department_id from organization where id = ?1),
                    content = json_set(content, '$.organization', ?1, '$.organization_name',
                      (select name from organization where id = ?1))
              where id in (select case_id from registration
                            where organization_id = ?2 and (kind = 'person') = ?3
                              and state in ('pending', 'rejected'))",
        )
        .bind(to)
        .bind(from)
        .bind(person)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "update registration
                set organization_id = ?1,
                    department_id = (select department_id from organization where id = ?1)
              where organization_id = ?2 and (kind = 'person') = ?3
                and state in ('pending', 'rejected')",
        )
        .bind(to)
        .bind(from)
        .bind(person)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn may_be_superior(db: &mut SqliteConnection, id: OrganizationId) -> Result<bool> {
    let found = kit::organization::find(db, id).await?;
    Ok(found.is_some_and(|found| Kinds::SUPERIOR.has(found.kind)))
}
