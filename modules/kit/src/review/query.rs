//! Reading cases.

use sqlx::SqliteConnection;
use time::Date;

use super::{Case, Step};
use crate::access::{Grant, Scope};
use crate::calendar::{KindOfDay, WorkingDays};
use crate::{CaseId, Clock, Error, IdentityId, OrganizationId, OrganizationKind, Result, day};

/// The case; `NotFound` if there is none.
pub async fn case(db: &mut SqliteConnection, id: CaseId) -> Result<Case> {
    let case: Option<Case> = sqlx::query_as(
        "select id, subject, number, state, desk_id, route, stage, round, unattended, account_id,
                person_id, organization_id, department_id, title, content, decision, submitted_at,
                waiting_since, reminded_at, decided_at
           from review_case where id = ?",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    case.ok_or(Error::NotFound)
}

/// Its history, oldest first, all rounds.
pub async fn steps(db: &mut SqliteConnection, id: CaseId) -> Result<Vec<Step>> {
    Ok(sqlx::query_as(
        "select id, round, at, act, account_id, name, desk_id, desk_name, opinion, decision
           from review_step where case_id = ? order by id",
    )
    .bind(id)
    .fetch_all(db)
    .await?)
}

/// How many cases wait at a desk for a subject.
pub async fn waiting(
    db: &mut SqliteConnection,
    desk: OrganizationId,
    subject: &str,
) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*) from review_case where desk_id = ? and subject = ? and state = 'pending'",
    )
    .bind(desk)
    .bind(subject)
    .fetch_one(db)
    .await?)
}

/// How many of them this administrator decides on: a bureau's clerk may be limited to a department.
pub async fn waiting_for(db: &mut SqliteConnection, grant: &Grant, subject: &str) -> Result<i64> {
    let limit = limit(grant);
    if !limit.any() {
        return waiting(db, grant.organization, subject).await;
    }
    Ok(sqlx::query_scalar(
        "select count(*) from review_case
          where desk_id = ?1 and subject = ?2 and state = 'pending'
            and (?3 is null or department_id = ?3) and (?4 is null or organization_id = ?4)",
    )
    .bind(grant.organization)
    .bind(subject)
    .bind(limit.department)
    .bind(limit.organization)
    .fetch_one(db)
    .await?)
}

/// `waiting_since` of the oldest case at a desk.
pub async fn oldest(
    db: &mut SqliteConnection,
    desk: OrganizationId,
    subject: &str,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "select min(waiting_since) from review_case
          where desk_id = ? and subject = ? and state = 'pending'",
    )
    .bind(desk)
    .bind(subject)
    .fetch_one(db)
    .await?)
}

/// How many cases at a desk wait longer than `days` working days.
pub async fn overdue(
    db: &mut SqliteConnection,
    desk: OrganizationId,
    subject: &str,
    days: i64,
    clock: &Clock,
) -> Result<i64> {
    let before = overdue_before(&working_days(&mut *db).await?, days, clock.today());
    Ok(sqlx::query_scalar(
        "select count(*) from review_case
          where desk_id = ? and subject = ? and state = 'pending' and waiting_since < ?",
    )
    .bind(desk)
    .bind(subject)
    .bind(before)
    .fetch_one(db)
    .await?)
}

/// The stamp before which a case that waits is overdue.
pub(super) fn overdue_before(calendar: &WorkingDays, days: i64, today: Date) -> String {
    let mut last = today;
    while calendar.between(last, today) <= days {
        match last.previous_day() {
            Some(before) => last = before,
            None => break,
        }
    }
    day::stamps_of_day(last).1
}

/// The county's working days, by its table of holidays.
pub async fn working_days(db: &mut SqliteConnection) -> Result<WorkingDays> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select day, kind from holiday").fetch_all(db).await?;
    let days = rows
        .iter()
        .filter_map(|(day, kind)| Some((day::stored_date(day)?, KindOfDay::from_code(kind)?)));
    Ok(WorkingDays::new(days))
}

/// Working days from a stored time until today.
pub fn waited(calendar: &WorkingDays, since: &str, clock: &Clock) -> i64 {
    day::stored_time(since).map_or(0, |at| calendar.between(day::county_day(at), clock.today()))
}

/// The same in words: 已等 3 个工作日; before a working day is over, 今天提交 or 不到 1 个工作日.
pub fn waited_words(calendar: &WorkingDays, since: &str, clock: &Clock) -> String {
    match waited(calendar, since, clock) {
        days if days > 0 => format!("已等 {days} 个工作日"),
        _ if day::stored_time(since).map(day::county_day) == Some(clock.today()) => {
            "今天提交".to_owned()
        }
        _ => "不到 1 个工作日".to_owned(),
    }
}

/// Which of the cases at his desk an administrator is shown; without any limit, all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limit {
    /// 指定主管部门 of a bureau's clerk.
    pub department: Option<OrganizationId>,
    /// 本单位 of a bureau's or department's clerk.
    pub organization: Option<OrganizationId>,
}

impl Limit {
    /// Whether there is any.
    pub fn any(self) -> bool {
        self != Self::default()
    }

    /// Whether a case is among those shown.
    pub fn admits(self, case: &Case) -> bool {
        (self.department.is_none() || case.department_id == self.department)
            && self.organization.is_none_or(|own| case.organization_id == own)
    }
}

/// The limit of a right: its scope, where that is narrower than what its desk receives.
pub fn limit(grant: &Grant) -> Limit {
    use OrganizationKind::{Bureau, Department};
    match (grant.kind, grant.scope) {
        (Bureau, Scope::Department(id)) => Limit { department: Some(id), ..Limit::default() },
        (Bureau | Department, Scope::Organization(id)) => {
            Limit { organization: Some(id), ..Limit::default() }
        }
        _ => Limit::default(),
    }
}

/// The contents of the cases before and after this place in a desk's waiting order.
pub async fn neighbours(
    db: &mut SqliteConnection,
    grant: &Grant,
    case: &Case,
) -> Result<(Option<String>, Option<String>)> {
    let limit = limit(grant);
    let before = sqlx::query_scalar(
        "select content from review_case
          where desk_id = ?1 and subject = ?2 and state = 'pending'
            and (waiting_since, id) < (?3, ?4) and (?5 is null or department_id = ?5)
            and (?6 is null or organization_id = ?6)
          order by waiting_since desc, id desc limit 1",
    )
    .bind(grant.organization)
    .bind(&case.subject)
    .bind(&case.waiting_since)
    .bind(case.id)
    .bind(limit.department)
    .bind(limit.organization)
    .fetch_optional(&mut *db)
    .await?;
    let after = sqlx::query_scalar(
        "select content from review_case
          where desk_id = ?1 and subject = ?2 and state = 'pending'
            and (waiting_since, id) > (?3, ?4) and (?5 is null or department_id = ?5)
            and (?6 is null or organization_id = ?6)
          order by waiting_since, id limit 1",
    )
    .bind(grant.organization)
    .bind(&case.subject)
    .bind(&case.waiting_since)
    .bind(case.id)
    .bind(limit.department)
    .bind(limit.organization)
    .fetch_optional(&mut *db)
    .await?;
    Ok((before, after))
}

/// The identity that a case's content names.
pub(super) fn named_identity(case: &Case) -> Result<Option<IdentityId>> {
    let content: serde_json::Value = serde_json::from_str(&case.content)?;
    Ok(content.get("identity_id").and_then(serde_json::Value::as_i64).map(IdentityId))
}

/// The ID number of the one a case is about: by its content's `identity_id`, else by the
/// account of its person. To be shown masked; in full only by `reveal`.
pub async fn identity_number(db: &mut SqliteConnection, case: &Case) -> Result<Option<String>> {
    let named = named_identity(case)?;
    Ok(sqlx::query_scalar(
        "select number from identity
          where id = coalesce(?, (select identity_id from account where person_id = ?))",
    )
    .bind(named)
    .bind(case.person_id)
    .fetch_optional(db)
    .await?)
}
