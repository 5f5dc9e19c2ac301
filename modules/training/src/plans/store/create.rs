//! New plans and new versions of them.

use kit::{AccountId, Clock, Form, OrganizationId, Result, User};
use sqlx::SqliteConnection;

/// The key of the form of a new plan, as the page gave it; none of a form that has none.
fn form_key(form: &Form) -> Option<&str> {
    let key = form.raw("form_key");
    let plain = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then_some(key)
}

/// A new plan with an empty first version: (plan, version).
pub async fn create(
    tx: &mut SqliteConnection,
    base: OrganizationId,
    user: &User,
    clock: &Clock,
) -> Result<(i64, i64)> {
    let now = clock.stamp();
    let plan: i64 = sqlx::query_scalar(
        "insert into plan (organization_id, department_id, created_at, updated_at)
         select id, department_id, ?, ? from organization where id = ? returning id",
    )
    .bind(&now)
    .bind(&now)
    .bind(base)
    .fetch_one(&mut *tx)
    .await?;
    Ok((plan, add_version(tx, plan, user.account, clock).await?))
}

/// The plan that this form led to before, else a new one. Who sends a form of the same key at the
/// same time waits for the first one's transaction and finds its plan.
pub async fn of_form(
    tx: &mut SqliteConnection,
    base: OrganizationId,
    form: &Form,
    user: &User,
    clock: &Clock,
) -> Result<i64> {
    let Some(key) = form_key(form) else { return Ok(create(tx, base, user, clock).await?.0) };
    let found: Option<i64> =
        sqlx::query_scalar("select id from plan where organization_id = ? and form_key = ?")
            .bind(base)
            .bind(key)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some(plan) = found {
        return Ok(plan);
    }
    let (plan, _) = create(&mut *tx, base, user, clock).await?;
    sqlx::query("update plan set form_key = ? where id = ?")
        .bind(key)
        .bind(plan)
        .execute(tx)
        .await?;
    Ok(plan)
}

/// The next version of a plan, a draft.
pub async fn add_version(
    tx: &mut SqliteConnection,
    plan: i64,
    account: AccountId,
    clock: &Clock,
) -> Result<i64> {
    let now = clock.stamp();
    Ok(sqlx::query_scalar(
        "insert into plan_version (plan_id, version, organization_id, department_id, account_id,
           created_at, updated_at)
         select p.id, 1 + coalesce((select max(version) from plan_version where plan_id = p.id), 0),
                p.organization_id, p.department_id, ?, ?, ?
           from plan p where p.id = ? returning id",
    )
    .bind(account)
    .bind(&now)
    .bind(&now)
    .bind(plan)
    .fetch_one(tx)
    .await?)
}
