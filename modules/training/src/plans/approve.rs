//! What an approval does: the version comes into force, and those who signed up hear of it.

use kit::{AccountId, Clock, Error, Hours, Result, message};
use sqlx::SqliteConnection;

use super::content::{Content, content_in_force, dates};
use super::store::{self, Plan, Summary};

/// Keeps what a desk recognised.
pub async fn recognise(tx: &mut SqliteConnection, version: i64, hours: Hours) -> Result<()> {
    sqlx::query("update plan_version set recognised = ? where id = ?")
        .bind(hours.tenths())
        .bind(version)
        .execute(tx)
        .await?;
    Ok(())
}

/// A version comes into force with the recognised hours.
///
/// # Errors
/// Refused if the plan has been cancelled or has ended, or the version in force is another than
/// the one it was to replace.
pub async fn put_in_force(
    tx: &mut SqliteConnection,
    content: &Content,
    recognised: Hours,
    clock: &Clock,
) -> Result<()> {
    if recognised > content.hours || recognised.is_zero() {
        return Err(Error::refused("认定学时不能超过申报学时，没有办理。请返回核对。"));
    }
    recognise(&mut *tx, content.version_id, recognised).await?;
    let former = content_in_force(&mut *tx, content.plan).await?;
    let plan_hours = Hours::from_tenths(store::find(&mut *tx, content.plan).await?.hours);
    let changed = sqlx::query(
        "update plan set version_id = ?,
           stage = case stage when 'planned' then 'approved' else stage end
          where id = ? and version_id is ? and stage in ('planned', 'approved', 'running')
            and signed <= ?",
    )
    .bind(content.version_id)
    .bind(content.plan)
    .bind(content.replaces)
    .bind(content.capacity)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::refused(
            "计划已经取消、结业或有变动，或者报名人数超过计划人数，没有办理。请刷新页面核对后办理。",
        ));
    }
    store::show(&mut *tx, content.plan, &Summary::of_content(content), recognised, clock).await?;
    match former {
        Some(former) => {
            let hours = (plan_hours, recognised);
            moved(tx, (&former, content), hours, clock).await
        }
        None => Ok(()),
    }
}

/// Tells those who signed up that days, place, recognised hours or courses are others now.
async fn moved(
    tx: &mut SqliteConnection,
    (old, new): (&Content, &Content),
    (before, recognised): (Hours, Hours),
    clock: &Clock,
) -> Result<()> {
    let mut what = Vec::new();
    let (then, now) = (dates(&old.begins_on, &old.ends_on), dates(&new.begins_on, &new.ends_on));
    if then != now {
        what.push(format!("时间由 {then} 改为 {now}"));
    }
    if old.place != new.place {
        what.push(format!("地点由“{}”改为“{}”", old.place, new.place));
    }
    if old.url != new.url && !new.url.is_empty() {
        what.push(format!("学习网址改为 {}", new.url));
    }
    if before != recognised {
        what.push(format!("认定学时由 {before} 学时改为 {recognised} 学时"));
    }
    if old.courses != new.courses {
        what.push("课程表有调整".to_owned());
    }
    if what.is_empty() {
        return Ok(());
    }
    let text = format!("{}“{}”：{}。", new.base_name, new.title, what.join("，"));
    tell(tx, new.plan, "您报名的培训有变动", &text, clock).await
}

/// Sends a message to everybody who has signed up and not cancelled.
pub async fn tell(
    tx: &mut SqliteConnection,
    plan: i64,
    title: &str,
    text: &str,
    clock: &Clock,
) -> Result<()> {
    let accounts: Vec<AccountId> = sqlx::query_scalar(
        "select a.id from trainee t join account a on a.person_id = t.person_id
          where t.plan_id = ? and t.state = 'signed' order by a.id",
    )
    .bind(plan)
    .fetch_all(&mut *tx)
    .await?;
    for account in accounts {
        message::send(&mut *tx, account, title, text, "", clock).await?;
    }
    Ok(())
}

/// 取消: from 已通过 only, with its reason.
///
/// # Errors
/// Refused in any other stage.
pub async fn cancel(
    tx: &mut SqliteConnection,
    plan: &Plan,
    base: &str,
    reason: &str,
    clock: &Clock,
) -> Result<()> {
    let now = clock.stamp();
    let changed = sqlx::query(
        "update plan set stage = 'cancelled', cancelled_at = ?, cancelled_reason = ?, updated_at = ?
          where id = ? and stage = 'approved'",
    )
    .bind(&now)
    .bind(reason)
    .bind(&now)
    .bind(plan.id)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::refused(format!(
            "{} 现在不是“已通过”，不能取消。请刷新页面查看。",
            plan.number
        )));
    }
    let text = format!("{base}“{}”（{}）已取消。原因：{reason}", plan.title, plan.begins_on);
    tell(tx, plan.id, "您报名的培训已取消", &text, clock).await
}
