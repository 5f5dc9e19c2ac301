//! 接管: a superior takes what waits too long below.

use sqlx::SqliteConnection;

use super::decide::{handled, may, reason_of};
use super::parties::concerns;
use super::record::{self, Entry};
use super::{AnySubject, Case, CaseState, OVERDUE_DAYS, query};
use crate::access::Grant;
use crate::{CaseId, Clock, Error, OrganizationId, Result, Settings, User, organization};

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
    if case.subject != subject.key() || !query::limit(grant).admits(&case) {
        return Err(Error::NotFound);
    }
    may(subject, grant)?;
    if let Some(sentence) = concerns(&mut *tx, subject, &case, user, clock).await? {
        return Err(Error::refused(sentence));
    }
    if case.state != CaseState::Pending || case.desk_id == Some(grant.organization) {
        return Err(handled(tx, &case, grant).await?);
    }
    let Some((route, stage)) = from_below(&mut *tx, &case, grant.organization).await? else {
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
        "update review_case set desk_id = ?, route = ?, stage = ?, waiting_since = ?,
           reminded_at = null
          where id = ? and state = 'pending' and desk_id = ?",
    )
    .bind(grant.organization)
    .bind(serde_json::to_string(&route)?)
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

/// The route and the place in it at which `desk` can take the case over from the desk below: it
/// comes later on the route, or is a superior of the last desk, to which the route then leads.
pub async fn from_below(
    db: &mut SqliteConnection,
    case: &Case,
    desk: OrganizationId,
) -> Result<Option<(Vec<OrganizationId>, usize)>> {
    let mut route = case.desks()?;
    if let Some(stage) = route.iter().position(|one| *one == desk) {
        return Ok((stage > case.place()).then_some((route, stage)));
    }
    let Some(last) = route.last() else { return Ok(None) };
    if !organization::desks_above(db, *last).await?.contains(&desk) {
        return Ok(None);
    }
    route.push(desk);
    let stage = route.len() - 1;
    Ok(Some((route, stage)))
}
