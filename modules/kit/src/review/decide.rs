//! From the desk's side: approve, reject, reveal.

use std::ops::RangeInclusive;

use sqlx::SqliteConnection;

use super::parties::{Parties, concerns};
use super::record::{self, Entry};
use super::route::place;
use super::{AnySubject, Case, CaseState, Level, Outcome, query};
use crate::access::Grant;
use crate::{
    AccountId, Action, CaseId, Clock, Error, Event, Form, Grantable, Modules, OrganizationId,
    Result, User, message, organization,
};

/// Characters of a reason (驳回原因, 接管原因).
pub const REASON: RangeInclusive<usize> = 5..=200;

/// One row of a batch's answer.
#[derive(Debug, Clone, serde::Serialize)]
pub struct BatchRow {
    pub number: String,
    pub title: String,
    pub done: bool,
    /// Why not; or what else there is to say.
    pub text: String,
}

/// The case, pending at this desk and not the user's own.
async fn at_desk(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    id: CaseId,
    user: &User,
    grant: &Grant,
    clock: &Clock,
) -> Result<Case> {
    let case = query::case(&mut *tx, id).await?;
    if case.subject != subject.key() || !query::limit(grant).admits(&case) {
        return Err(Error::NotFound);
    }
    may(subject, grant)?;
    if case.state != CaseState::Pending || case.desk_id != Some(grant.organization) {
        return Err(handled(tx, &case, grant).await?);
    }
    if let Some(sentence) = concerns(&mut *tx, subject, &case, user, clock).await? {
        return Err(Error::refused(sentence));
    }
    Ok(case)
}

pub(super) fn may(subject: &dyn AnySubject, grant: &Grant) -> Result<()> {
    if grant.may(Grantable { leaf: subject.leaf(), action: Action::Review }) {
        Ok(())
    } else {
        Err(Error::Forbidden(format!("您没有“{}·审核”的权限。", subject.leaf().title)))
    }
}

/// Says who was first.
pub(super) async fn handled(
    db: &mut SqliteConnection,
    case: &Case,
    grant: &Grant,
) -> Result<Error> {
    let last: Option<(String, String, String)> = sqlx::query_as(
        "select act, name, at from review_step
          where case_id = ? and act in ('pass', 'approve', 'reject', 'withdraw', 'take', 'reroute')
          order by id desc limit 1",
    )
    .bind(case.id)
    .fetch_optional(&mut *db)
    .await?;
    if let Some((act, name, at)) = last {
        let verb = match act.as_str() {
            "reject" => "驳回",
            "withdraw" => "撤回",
            "take" => "接管",
            "reroute" => "转办",
            _ => "通过",
        };
        let at = crate::day::shown_time(&at);
        return Ok(Error::refused(format!("该记录已被 {name} 于 {at} {verb}，没有重复办理。")));
    }
    let desk = match case.desk_id {
        Some(desk) => organization::find(db, desk).await?.map(|o| o.name).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Error::refused(format!(
        "该记录现在由{desk}办理，不在{}，没有办理。",
        grant.organization_name
    )))
}

/// 通过: this desk's yes. The last desk's has the effect, in the same transaction.
/// A decision field that is refused is marked in `form`, and the answer is none.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn approve(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: CaseId,
    user: &User,
    grant: &Grant,
    form: &mut Form,
    opinion: &str,
    modules: &Modules,
    clock: &Clock,
) -> Result<Option<Outcome>> {
    let case = at_desk(&mut *tx, subject, case, user, grant, clock).await?;
    let against: Vec<String> = subject
        .checks(&mut *tx, &case.content, clock)
        .await?
        .into_iter()
        .filter(|check| check.level == Level::Refuse)
        .map(|check| check.text)
        .collect();
    if !against.is_empty() {
        return Err(Error::refused(format!("系统核对不能通过：{}", against.join("；"))));
    }
    let decision = subject.decision_of(&mut *tx, form, &case.content, &case.decision).await?;
    let Some(decision) = decision else {
        return Ok(None);
    };
    let route = case.desks()?;
    let entry =
        Entry::of("pass", user, Some(grant.organization)).opinion(opinion).decision(&decision);
    if case.place() + 1 < route.len() {
        pass(tx, subject, &case, &route, entry, user, clock).await?;
        return Ok(Some(Outcome::default()));
    }
    let changed = sqlx::query(
        "update review_case set state = 'approved', desk_id = null, decision = ?, decided_at = ?
          where id = ? and state = 'pending' and desk_id = ?",
    )
    .bind(&decision)
    .bind(clock.stamp())
    .bind(case.id)
    .bind(grant.organization)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(handled(tx, &case, grant).await?);
    }
    record::step(&mut *tx, case.id, clock, Entry { act: "approve", ..entry }).await?;
    let case = record::mirror(&mut *tx, subject, case.id, false, clock).await?;
    let outcome = subject.approved(&mut *tx, &case, modules, clock).await?;
    for event in &outcome.events {
        modules.deliver(&mut *tx, event, clock).await?;
    }
    let case = match outcome.account {
        Some(account) => {
            sqlx::query(
                "update review_case set account_id = ? where id = ? and account_id is null",
            )
            .bind(account)
            .bind(case.id)
            .execute(&mut *tx)
            .await?;
            query::case(&mut *tx, case.id).await?
        }
        None => case,
    };
    tell(&mut *tx, subject, &case, user, grant, None, clock).await?;
    let event = Event::ReviewDecided { case: case.id, subject: subject.key(), approved: true };
    modules.deliver(&mut *tx, &event, clock).await?;
    let what = said(subject.yes(), &subject.decision_text(&decision));
    record::trail(tx, &user.actor(), clock, "review.approve", subject, &case, &what).await?;
    Ok(Some(outcome))
}

/// Tells the applicant how it came out; and the person it is about, if another submitted it.
async fn tell(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: &Case,
    user: &User,
    grant: &Grant,
    reason: Option<&str>,
    clock: &Clock,
) -> Result<()> {
    let (verb, rest) = match reason {
        None => (format!("已{}", subject.yes()), String::new()),
        Some(reason) => ("被驳回".to_owned(), format!("原因：{reason}")),
    };
    let title = format!("{}{verb}", subject.noun());
    let text = format!("{} {}，由{}办理。{rest}", case.number, case.title, grant.organization_name);
    let about: Option<AccountId> = match case.person_id {
        Some(person) => {
            sqlx::query_scalar("select id from account where person_id = ?")
                .bind(person)
                .fetch_optional(&mut *tx)
                .await?
        }
        None => None,
    };
    let href = subject.own_href(&case.content)?;
    let other = about.filter(|account| case.account_id != Some(*account));
    for (account, href) in [(case.account_id, href.as_str()), (other, "")] {
        if let Some(account) = account.filter(|account| *account != user.account) {
            message::send(&mut *tx, account, &title, &text, href, clock).await?;
        }
    }
    Ok(())
}

/// An intermediate desk's yes: on to the next that can decide.
async fn pass(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: &Case,
    route: &[OrganizationId],
    entry: Entry<'_>,
    user: &User,
    clock: &Clock,
) -> Result<()> {
    let parties = Parties::of(&mut *tx, subject, case).await?;
    let from = case.place() + 1;
    let next = place(&mut *tx, route, from, subject.leaf(), &parties, clock).await?;
    sqlx::query(
        "update review_case set desk_id = ?, route = ?, stage = ?, waiting_since = ?,
           reminded_at = null, decision = ?, unattended = max(unattended, ?)
          where id = ? and state = 'pending' and desk_id = ?",
    )
    .bind(next.desk)
    .bind(serde_json::to_string(&next.route)?)
    .bind(next.stage as i64)
    .bind(clock.stamp())
    .bind(entry.decision)
    .bind(!next.skipped.is_empty())
    .bind(case.id)
    .bind(case.desk_id)
    .execute(&mut *tx)
    .await?;
    record::step(&mut *tx, case.id, clock, entry).await?;
    record::skips(&mut *tx, case.id, &next.skipped, clock).await?;
    let case = record::mirror(&mut *tx, subject, case.id, false, clock).await?;
    subject.passed(&mut *tx, &case, clock).await?;
    let yes = format!("{}，转上一级审核", subject.yes());
    let what = said(&yes, &subject.decision_text(entry.decision));
    record::trail(tx, &user.actor(), clock, "review.pass", subject, &case, &what).await
}

fn said(what: &str, decision: &str) -> String {
    if decision.is_empty() { what.to_owned() } else { format!("{what}，{decision}") }
}

pub(super) fn reason_of(label: &str, reason: &str) -> Result<String> {
    let reason = reason.trim();
    if REASON.contains(&reason.chars().count()) {
        Ok(reason.to_owned())
    } else {
        let (least, most) = (REASON.start(), REASON.end());
        Err(Error::Invalid(format!("{label}须写 {least} 到 {most} 个字，请补充后再提交。")))
    }
}

/// 驳回 with a reason of 5–200 characters.
#[expect(clippy::too_many_arguments, reason = "one act, each a different thing")]
pub async fn reject(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: CaseId,
    user: &User,
    grant: &Grant,
    reason: &str,
    modules: &Modules,
    clock: &Clock,
) -> Result<()> {
    let reason = reason_of("驳回原因", reason)?;
    let case = at_desk(&mut *tx, subject, case, user, grant, clock).await?;
    let changed = sqlx::query(
        "update review_case set state = 'rejected', desk_id = null, decided_at = ?
          where id = ? and state = 'pending' and desk_id = ?",
    )
    .bind(clock.stamp())
    .bind(case.id)
    .bind(grant.organization)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(handled(tx, &case, grant).await?);
    }
    let entry = Entry::of("reject", user, Some(grant.organization)).opinion(&reason);
    record::step(&mut *tx, case.id, clock, entry).await?;
    let case = record::mirror(&mut *tx, subject, case.id, false, clock).await?;
    subject.rejected(&mut *tx, &case, clock).await?;
    tell(&mut *tx, subject, &case, user, grant, Some(&reason), clock).await?;
    let event = Event::ReviewDecided { case: case.id, subject: subject.key(), approved: false };
    modules.deliver(&mut *tx, &event, clock).await?;
    let what = format!("驳回，原因：{reason}");
    record::trail(tx, &user.actor(), clock, "review.reject", subject, &case, &what).await
}

/// 显示完整身份证号 of a case pending at this desk; kept in its history and the trail.
pub async fn reveal(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: CaseId,
    user: &User,
    grant: &Grant,
    clock: &Clock,
) -> Result<String> {
    let case = at_desk(&mut *tx, subject, case, user, grant, clock).await?;
    let number = query::identity_number(&mut *tx, &case).await?.ok_or(Error::NotFound)?;
    let entry = Entry::of("reveal", user, Some(grant.organization));
    record::step(&mut *tx, case.id, clock, entry).await?;
    let what = format!("查看完整身份证号 {}", crate::mask::mask_id(&number));
    record::trail(tx, &user.actor(), clock, "review.reveal", subject, &case, &what).await?;
    Ok(number)
}
