//! 接管: a superior takes what waits too long below.

use sqlx::SqliteConnection;

use super::decide::{OWN, handled, is_own, may, reason_of};
use super::record::{self, Entry};
use super::{AnySubject, CaseState, OVERDUE_DAYS, query};
use crate::access::Grant;
use crate::{CaseId, Clock, Error, Result, Settings, User};

/// 接管: a superior later on the route takes an overdue case to its own desk, with a reason.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn take_over(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: CaseId,
    user: &User,
    grant: &Grant,
    reason: &str,
    settings: &Settings,
    clock: &Clock,
) -> Result<()> {
    let reason = reason_of("接管原因", reason)?;
    let case = query::case(&mut *tx, case).await?;
    let limit = query::limit(grant);
    if case.subject != subject.key() || (limit.is_some() && case.department_id != limit) {
        return Err(Error::NotFound);
    }
    may(subject, grant)?;
    if is_own(&case, user) {
        return Err(Error::refused(OWN));
    }
    if case.state != CaseState::Pending || case.desk_id == Some(grant.organization) {
        return Err(handled(tx, &case, grant).await?);
    }
    let stage = case.desks()?.iter().position(|desk| *desk == grant.organization);
    let Some(stage) = stage.filter(|stage| *stage > case.place()) else {
        return Err(Error::refused("只有这条申请后面的上级单位才能接管。"));
    };
    let days = settings.integer(&OVERDUE_DAYS);
    let waited = query::waited(&query::working_days(&mut *tx).await?, &case.waiting_since, clock);
    if waited <= days {
        return Err(Error::refused(format!(
            "这条申请已等 {waited} 个工作日，超过 {days} 个工作日才能接管。"
        )));
    }
    let changed = sqlx::query(
        "update review_case set desk_id = ?, stage = ?, waiting_since = ?, reminded_at = null
          where id = ? and state = 'pending' and desk_id = ?",
    )
    .bind(grant.organization)
    .bind(stage as i64)
    .bind(clock.stamp())
    .bind(case.id)
    .bind(case.desk_id)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(handled(tx, &case, grant).await?);
    }
    let entry = Entry::of("take", user, Some(grant.organization)).opinion(&reason);
    record::step(&mut *tx, case.id, clock, entry).await?;
    let case = record::mirror(&mut *tx, subject, case.id, false, clock).await?;
    let what = format!("接管，原因：{reason}");
    record::trail(tx, &user.actor(), clock, "review.take", subject, &case, &what).await
}
