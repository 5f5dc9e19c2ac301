//! What stands against any plan of a base, or its declaration for trainees, whatever is in it.

use kit::review::Check;
use kit::{Clock, OrganizationId, Result, day};
use sqlx::SqliteConnection;

/// Checks of the base itself for a plan of `year`: a `Refuse` stops both a submission and an
/// approval. The year is the plan's; what is looked at is the base as it is now.
pub async fn blocks(
    db: &mut SqliteConnection,
    base: OrganizationId,
    _year: i32,
    clock: &Clock,
) -> Result<Vec<Check>> {
    let found: Option<(String, Option<String>)> = sqlx::query_as(
        "select o.state, b.valid_until
           from organization o left join base_profile b on b.organization_id = o.id
          where o.id = ? and o.kind = 'base'",
    )
    .bind(base)
    .fetch_optional(&mut *db)
    .await?;
    let today = day::date_text(clock.today());
    let mut checks = vec![match found {
        None => Check::refuse("申报单位不是继续教育基地"),
        Some((state, _)) if state != "active" => {
            Check::refuse("基地已停用，不能申报；恢复启用以后才能办理")
        }
        Some((_, None)) => Check::refuse("基地的认定信息还没有登记，请联系人社局登记以后再办理"),
        Some((_, Some(until))) if !until.is_empty() && until < today => Check::refuse(format!(
            "基地的认定有效期到 {until} 为止，已经过期；延续认定以后才能办理"
        )),
        Some(_) => Check::ok("基地已启用，在认定有效期内"),
    }];
    checks.extend(crate::reports::check(db, base, clock).await?);
    Ok(checks)
}
