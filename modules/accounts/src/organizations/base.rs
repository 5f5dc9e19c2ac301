//! What is recorded of a 继续教育基地 beside what every organization has.

use kit::{OrganizationId, Result};
use sqlx::SqliteConnection;

use super::Base;

/// Writes a base's own fields, in place of those recorded before.
pub async fn write(tx: &mut SqliteConnection, id: OrganizationId, base: &Base) -> Result<()> {
    sqlx::query(
        "insert or replace into base_profile (organization_id, host, level, recognized_by,
           document_number, recognized_on, valid_until, fields, categories, forms, area, seats,
           full_time, part_time, managers, website, fee, head)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(&base.host)
    .bind(&base.level)
    .bind(&base.recognized_by)
    .bind(&base.document_number)
    .bind(&base.recognized_on)
    .bind(&base.valid_until)
    .bind(&base.fields)
    .bind(&base.categories)
    .bind(&base.forms)
    .bind(base.area)
    .bind(base.seats)
    .bind(base.full_time)
    .bind(base.part_time)
    .bind(base.managers)
    .bind(&base.website)
    .bind(&base.fee)
    .bind(&base.head)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether a base may submit plans and rosters on this county day: enabled and not expired (3.3).
pub async fn may_train(db: &mut SqliteConnection, id: OrganizationId, today: &str) -> Result<bool> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from organization o
           join base_profile b on b.organization_id = o.id
          where o.id = ? and o.kind = 'base' and o.state = 'active'
            and (b.valid_until = '' or b.valid_until >= ?))",
    )
    .bind(id)
    .bind(today)
    .fetch_one(db)
    .await?)
}
