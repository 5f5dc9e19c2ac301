//! From the applicant's side: submit, resubmit, withdraw, remind.

use serde::Serialize;
use sqlx::SqliteConnection;

use super::parties::{self, Parties};
use super::record::{self, Entry};
use super::route::{each_once, place};
use super::{AnySubject, Case, CaseState, OVERDUE_DAYS, Subject, Submitter, query};
use crate::{Actor, CaseId, Clock, Error, Modules, OrganizationId, PersonId, Result, Settings};

/// What a submission brings.
pub struct Submission<C> {
    pub content: C,
    /// What people call it; a resubmission keeps its case's number.
    pub number: String,
    /// One line, as a desk lists it.
    pub title: String,
    pub person: Option<PersonId>,
    pub organization: OrganizationId,
    pub department: Option<OrganizationId>,
}

/// Opens a case at its first desk that can decide.
pub async fn submit<S: Subject>(
    tx: &mut SqliteConnection,
    subject: &S,
    submission: Submission<S::Content>,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
) -> Result<Case> {
    open(tx, subject, written(submission)?, &by.into(), clock).await
}

/// As `submit`, by the subject's key: for a form whose subject lives in a module above its own.
/// The content must read as the subject's.
///
/// # Errors
/// A fault if no module brings the subject.
pub async fn submit_to<C: Serialize>(
    tx: &mut SqliteConnection,
    modules: &Modules,
    key: &str,
    submission: Submission<C>,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
) -> Result<Case> {
    open(tx, named(modules, key)?, written(submission)?, &by.into(), clock).await
}

/// A rejected or withdrawn case goes its way again: same number, next round.
pub async fn resubmit<S: Subject>(
    tx: &mut SqliteConnection,
    subject: &S,
    case: CaseId,
    submission: Submission<S::Content>,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
) -> Result<Case> {
    reopen(tx, subject, case, written(submission)?, &by.into(), clock).await
}

/// As `resubmit`, by the subject's key.
///
/// # Errors
/// A fault if no module brings the subject.
pub async fn resubmit_to<C: Serialize>(
    tx: &mut SqliteConnection,
    modules: &Modules,
    key: &str,
    case: CaseId,
    submission: Submission<C>,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
) -> Result<Case> {
    reopen(tx, named(modules, key)?, case, written(submission)?, &by.into(), clock).await
}

fn named<'m>(modules: &'m Modules, key: &str) -> Result<&'m dyn AnySubject> {
    modules.subject(key).ok_or_else(|| Error::Fault(format!("no subject {key}")))
}

/// The content as it is kept.
fn written<C: Serialize>(submission: Submission<C>) -> Result<Submission<String>> {
    let Submission { content, number, title, person, organization, department } = submission;
    let content = serde_json::to_string(&content)?;
    Ok(Submission { content, number, title, person, organization, department })
}

async fn open(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    submission: Submission<String>,
    by: &Submitter,
    clock: &Clock,
) -> Result<Case> {
    let route = each_once(subject.route(&mut *tx, &submission.content).await?);
    let parties = Parties::new(&mut *tx, subject, None, by, &submission).await?;
    let first = place(&mut *tx, &route, 0, subject.leaf(), &parties, clock).await?;
    let now = clock.stamp();
    let id: CaseId = sqlx::query_scalar(
        "insert into review_case (subject, number, state, desk_id, route, stage, unattended,
           account_id, person_id, organization_id, department_id, title, content, submitted_at,
           waiting_since)
         values (?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
    )
    .bind(subject.key())
    .bind(&submission.number)
    .bind(first.desk)
    .bind(serde_json::to_string(&first.route)?)
    .bind(first.stage as i64)
    .bind(!first.skipped.is_empty())
    .bind(by.account)
    .bind(submission.person)
    .bind(submission.organization)
    .bind(submission.department)
    .bind(&submission.title)
    .bind(&submission.content)
    .bind(&now)
    .bind(&now)
    .fetch_one(&mut *tx)
    .await?;
    opened(tx, subject, id, true, &first.skipped, by, clock).await
}

async fn reopen(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: CaseId,
    submission: Submission<String>,
    by: &Submitter,
    clock: &Clock,
) -> Result<Case> {
    let old = own(&mut *tx, case, by).await?;
    if old.subject != subject.key() {
        return Err(Error::NotFound);
    }
    let route = each_once(subject.route(&mut *tx, &submission.content).await?);
    let parties = Parties::new(&mut *tx, subject, Some(case), by, &submission).await?;
    let first = place(&mut *tx, &route, 0, subject.leaf(), &parties, clock).await?;
    let now = clock.stamp();
    let changed = sqlx::query(
        "update review_case set state = 'pending', desk_id = ?, route = ?, stage = ?,
           round = round + 1, unattended = ?, account_id = ?, person_id = ?, organization_id = ?,
           department_id = ?, title = ?, content = ?, decision = 'null', submitted_at = ?,
           waiting_since = ?, reminded_at = null, decided_at = null
          where id = ? and state in ('rejected', 'withdrawn')",
    )
    .bind(first.desk)
    .bind(serde_json::to_string(&first.route)?)
    .bind(first.stage as i64)
    .bind(!first.skipped.is_empty())
    .bind(by.account)
    .bind(submission.person)
    .bind(submission.organization)
    .bind(submission.department)
    .bind(&submission.title)
    .bind(&submission.content)
    .bind(&now)
    .bind(&now)
    .bind(case)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::refused(format!(
            "{}现在的状态是“{}”，只有已驳回或已撤回的才能重新提交。",
            old.number,
            old.state.label()
        )));
    }
    opened(tx, subject, case, false, &first.skipped, by, clock).await
}

/// What both ways of opening a case end with.
async fn opened(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    id: CaseId,
    first: bool,
    skipped: &[OrganizationId],
    by: &Submitter,
    clock: &Clock,
) -> Result<Case> {
    record::step(&mut *tx, id, clock, Entry::by("submit", by, by.side)).await?;
    record::skips(&mut *tx, id, skipped, clock).await?;
    let case = record::mirror(&mut *tx, subject, id, first, clock).await?;
    let (act, what) =
        if first { ("review.submit", "提交") } else { ("review.resubmit", "重新提交") };
    record::trail(tx, &by.actor, clock, act, subject, &case, what).await?;
    Ok(case)
}

/// The submitter's case, or one that his organization submitted, for itself or for a person of its
/// own (not: one that is about it or goes to it), by whichever of its administrators; anybody
/// else's is not found.
async fn own(db: &mut SqliteConnection, id: CaseId, by: &Submitter) -> Result<Case> {
    let case = query::case(&mut *db, id).await?;
    let same = case.account_id == by.account;
    let colleagues =
        case.account_id.is_some() && by.side.is_some() && parties::side(db, id).await? == by.side;
    if same || colleagues { Ok(case) } else { Err(Error::NotFound) }
}

/// The submitter takes a pending case back; only while no desk has passed it.
pub async fn withdraw<S: Subject>(
    tx: &mut SqliteConnection,
    subject: &S,
    case: CaseId,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
) -> Result<()> {
    take_back(tx, subject, case, &by.into(), clock).await
}

/// As `withdraw`, by the subject's key.
///
/// # Errors
/// A fault if no module brings the subject.
pub async fn withdraw_from(
    tx: &mut SqliteConnection,
    modules: &Modules,
    key: &str,
    case: CaseId,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
) -> Result<()> {
    take_back(tx, named(modules, key)?, case, &by.into(), clock).await
}

async fn take_back(
    tx: &mut SqliteConnection,
    subject: &dyn AnySubject,
    case: CaseId,
    by: &Submitter,
    clock: &Clock,
) -> Result<()> {
    let old = own(&mut *tx, case, by).await?;
    if old.subject != subject.key() {
        return Err(Error::NotFound);
    }
    let touched: bool = sqlx::query_scalar(
        "select exists (select 1 from review_step s join review_case c
           on c.id = s.case_id and c.round = s.round
          where s.case_id = ? and s.act in ('pass', 'take'))",
    )
    .bind(case)
    .fetch_one(&mut *tx)
    .await?;
    if old.state == CaseState::Pending && touched {
        return Err(Error::refused(format!(
            "{}已有单位审核通过或接管，不能撤回。需要修改的，请联系正在审核的单位驳回。",
            old.number
        )));
    }
    let changed = sqlx::query(
        "update review_case set state = 'withdrawn', desk_id = null, decided_at = ?
          where id = ? and state = 'pending'",
    )
    .bind(clock.stamp())
    .bind(case)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::refused(format!(
            "{}现在的状态是“{}”，没有撤回。请刷新页面查看办理情况。",
            old.number,
            old.state.label()
        )));
    }
    record::step(&mut *tx, case, clock, Entry::by("withdraw", by, by.side)).await?;
    let case = record::mirror(&mut *tx, subject, case, false, clock).await?;
    record::trail(tx, &by.actor, clock, "review.withdraw", subject, &case, "撤回").await
}

/// Takes a pending case back whoever submitted it and however far it is, because what asked for it is
/// undone itself; `why` is what its history says. False if it is not pending any more.
///
/// # Errors
/// A fault if no module brings its subject.
pub async fn recall(
    tx: &mut SqliteConnection,
    modules: &Modules,
    case: CaseId,
    actor: &Actor,
    why: &str,
    clock: &Clock,
) -> Result<bool> {
    let changed = sqlx::query(
        "update review_case set state = 'withdrawn', desk_id = null, decided_at = ?
          where id = ? and state = 'pending'",
    )
    .bind(clock.stamp())
    .bind(case)
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    let subject = named(modules, &query::case(&mut *tx, case).await?.subject)?;
    let entry = Entry {
        act: "withdraw",
        account: actor.account,
        name: &actor.name,
        desk: actor.organization,
        opinion: why,
        decision: "null",
    };
    record::step(&mut *tx, case, clock, entry).await?;
    let case = record::mirror(&mut *tx, subject, case, false, clock).await?;
    record::trail(tx, actor, clock, "review.withdraw", subject, &case, why).await?;
    Ok(true)
}

/// 催办: the submitter pushes an overdue case, once a working day.
pub async fn remind(
    tx: &mut SqliteConnection,
    case: CaseId,
    by: impl Into<Submitter> + Send,
    clock: &Clock,
    settings: &Settings,
) -> Result<()> {
    let by: Submitter = by.into();
    let case = own(&mut *tx, case, &by).await?;
    let (CaseState::Pending, Some(desk)) = (case.state, case.desk_id) else {
        return Err(Error::refused(format!(
            "{}现在的状态是“{}”，不需要催办。",
            case.number,
            case.state.label()
        )));
    };
    let calendar = query::working_days(&mut *tx).await?;
    let days = settings.integer(&OVERDUE_DAYS);
    let waited = query::waited(&calendar, &case.waiting_since, clock);
    if waited <= days {
        return Err(Error::refused(format!(
            "{}已等 {waited} 个工作日，超过 {days} 个工作日才能催办。",
            case.number
        )));
    }
    if let Some(last) = &case.reminded_at
        && query::waited(&calendar, last, clock) < 1
    {
        return Err(Error::refused(format!(
            "{}已经催办过，下一个工作日可以再次催办。",
            case.number
        )));
    }
    sqlx::query("update review_case set reminded_at = ? where id = ? and state = 'pending'")
        .bind(clock.stamp())
        .bind(case.id)
        .execute(&mut *tx)
        .await?;
    record::step(&mut *tx, case.id, clock, Entry::by("remind", &by, Some(desk))).await?;
    let text = format!("催办 {}（{}）", case.number, case.title);
    crate::trail::write(tx, &by.actor, clock, "review.remind", &case.object(), &text).await
}
