//! A unit that loses its last super administrator, and who above it sees to another.

use kit::{
    AccountId, Clock, OrganizationId, OrganizationKind, PersonId, Result, day, organization,
};
use sqlx::SqliteConnection;

use crate::units;

/// Whether all super administrators of a unit, in force and without an end, are among these people:
/// with them it loses the last.
pub async fn hold_the_last_super(
    db: &mut SqliteConnection,
    unit: OrganizationId,
    people: &[PersonId],
) -> Result<bool> {
    let (all, others): (i64, i64) = sqlx::query_as(
        "select count(distinct g.id), count(distinct case
                  when a.person_id is null or a.person_id not in (select value from json_each(?2))
                  then g.id end)
           from grant g
           join account a on a.id = g.account_id
           join grant_role h on h.grant_id = g.id
           join role r on r.id = h.role_id
          where g.organization_id = ?1 and g.state = 'active' and g.until is null
            and g.scope = 'whole' and a.state = 'active' and r.key = 'super'",
    )
    .bind(unit)
    .bind(serde_json::to_string(people)?)
    .fetch_one(db)
    .await?;
    Ok(all > 0 && others == 0)
}

/// The nearest superior at which somebody may change units of this kind (who gives them
/// administrators), with those accounts; and the address of the unit on their screens.
pub async fn above(
    db: &mut SqliteConnection,
    unit: OrganizationId,
    clock: &Clock,
) -> Result<Option<(String, Vec<AccountId>, String)>> {
    let Some(found) = organization::find(&mut *db, unit).await? else { return Ok(None) };
    let Some(screens) = units::of_kind(found.kind) else { return Ok(None) };
    for desk in organization::desks_above(&mut *db, unit).await?.into_iter().skip(1) {
        let Some(superior) = organization::find(&mut *db, desk).await? else { continue };
        let limited = matches!(superior.kind, OrganizationKind::Bureau);
        let accounts: Vec<AccountId> = sqlx::query_scalar(
            "select distinct a.id from grant g
               join account a on a.id = g.account_id
               join grant_role h on h.grant_id = g.id
               join role r on r.id = h.role_id
              where g.organization_id = ?1 and g.state = 'active' and a.state = 'active'
                and (g.until is null or g.until >= ?2)
                and (r.key = 'super' or exists (select 1 from role_permission p
                      where p.role_id = r.id and p.leaf = ?3 and p.action = 'edit'))
                and (g.scope = 'whole' or (?4 and g.scope = 'departments' and exists (
                      select 1 from grant_department d
                       where d.grant_id = g.id and d.department_id = ?5)))
              order by a.id",
        )
        .bind(desk)
        .bind(day::date_text(clock.today()))
        .bind(screens.leaf.key)
        .bind(limited)
        .bind(found.department_id)
        .fetch_all(&mut *db)
        .await?;
        if !accounts.is_empty() {
            return Ok(Some((superior.name, accounts, format!("{}/{unit}", screens.base))));
        }
    }
    Ok(None)
}
