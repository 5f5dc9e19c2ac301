//! The start page's part: a card per subject, and the cases that wait longest.

use serde::Serialize;
use sqlx::SqliteConnection;

use super::{AnySubject, OVERDUE_DAYS, query};
use crate::access::Grant;
use crate::module::Card;
use crate::{Action, Clock, Error, Grantable, Modules, Result, Settings, User, day};

/// A line of 等待时间最长的待办.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// Title of the subject's screen.
    pub subject: String,
    /// The case's one line.
    pub name: String,
    pub organization: String,
    /// Stored time of the submission.
    pub time: String,
    /// Working days at this desk.
    pub days: i64,
    pub late: bool,
    pub href: String,
}

fn reviews(grant: &Grant, subject: &dyn AnySubject) -> bool {
    grant.may(Grantable { leaf: subject.leaf(), action: Action::Review })
}

/// One card per subject the user reviews, in the menu's order; none on the personal side.
pub async fn cards(
    db: &mut SqliteConnection,
    modules: &Modules,
    user: &User,
    clock: &Clock,
    settings: &Settings,
) -> Result<Vec<Card>> {
    let Some(grant) = &user.grant else { return Ok(vec![]) };
    let calendar = query::working_days(&mut *db).await?;
    let before = query::overdue_before(&calendar, settings.integer(&OVERDUE_DAYS), clock.today());
    let limit = query::limit(grant);
    let rows: Vec<(String, i64, String, i64)> = sqlx::query_as(
        "select subject, count(*), min(waiting_since), sum(waiting_since < ?1) from review_case
          where desk_id = ?2 and state = 'pending' and (?3 is null or department_id = ?3)
            and (?4 is null or organization_id = ?4)
          group by subject",
    )
    .bind(before)
    .bind(grant.organization)
    .bind(limit.department)
    .bind(limit.organization)
    .fetch_all(db)
    .await?;
    let menu: Vec<_> = modules.all().iter().flat_map(|module| module.menu()).collect();
    let mut cards = Vec::new();
    for subject in modules.subjects().iter().filter(|s| reviews(grant, s.as_ref())) {
        // a subject without an entry of its own stands behind the one it shares
        let shown = subject.family().first().map_or(subject.key(), |(key, _)| key);
        let entry = menu.iter().find(|entry| entry.subject == Some(shown));
        let row = rows.iter().find(|row| row.0 == subject.key());
        let (count, late) = row.map_or((0, 0), |row| (row.1, row.3));
        let note = match row {
            Some(_) if late > 0 => format!("{late} 条超过时限"),
            Some((_, _, oldest, _)) => format!("最早 {} 提交", month_and_day(oldest)),
            None => "没有待办".to_owned(),
        };
        cards.push(Card {
            title: subject.title().to_owned(),
            count,
            unit: "条".to_owned(),
            note,
            href: format!("/desk/{}", subject.key()),
            late: late > 0,
            order: entry.map_or(u16::MAX, |entry| entry.order),
        });
    }
    cards.sort_by_key(|card| card.order);
    Ok(cards)
}

fn month_and_day(stamp: &str) -> String {
    day::shown_time(stamp).get(5..10).unwrap_or_default().to_owned()
}

/// The cases at the user's desk that wait longest, over all subjects he reviews.
pub async fn longest(
    db: &mut SqliteConnection,
    modules: &Modules,
    user: &User,
    clock: &Clock,
    settings: &Settings,
    most: u32,
) -> Result<Vec<Waiting>> {
    let Some(grant) = &user.grant else { return Ok(vec![]) };
    let calendar = query::working_days(&mut *db).await?;
    let (days, limit) = (settings.integer(&OVERDUE_DAYS), query::limit(grant));
    let mut found = Vec::new();
    for subject in modules.subjects().iter().filter(|s| reviews(grant, s.as_ref())) {
        let rows: Vec<(String, String, String, String, String)> = sqlx::query_as(
            "select c.waiting_since, c.title, o.name, c.submitted_at, c.content
               from review_case c join organization o on o.id = c.organization_id
              where c.desk_id = ?1 and c.subject = ?2 and c.state = 'pending'
                and (?3 is null or c.department_id = ?3)
                and (?4 is null or c.organization_id = ?4)
              order by c.waiting_since, c.id limit ?5",
        )
        .bind(grant.organization)
        .bind(subject.key())
        .bind(limit.department)
        .bind(limit.organization)
        .bind(most)
        .fetch_all(&mut *db)
        .await?;
        for (since, name, organization, time, content) in rows {
            let waited = query::waited(&calendar, &since, clock);
            let line = Waiting {
                subject: subject.title().to_owned(),
                name,
                organization,
                time,
                days: waited,
                late: waited > days,
                href: format!("/desk/{}/{}", subject.key(), subject.row(&content)?),
            };
            found.push((since, line));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let most = usize::try_from(most).map_err(|_| Error::Fault("too many lines".to_owned()))?;
    Ok(found.into_iter().take(most).map(|(_, line)| line).collect())
}
