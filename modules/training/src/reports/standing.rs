//! 年度报告状态 and 年度计划数 of the bases' list, and the reminder before the deadline.

use accounts::bases::{self, standing};
use kit::module::{Task, TaskContext};
use kit::{Clock, OrganizationId, Result, day, message};
use sqlx::SqliteConnection;
use time::Duration;

use super::{due, store};

/// How the base stands on this day.
async fn standing(
    db: &mut SqliteConnection,
    base: OrganizationId,
    clock: &Clock,
) -> Result<standing::Standing> {
    let (plans, people): (i64, i64) = sqlx::query_as(
        "select count(*), coalesce(sum(signed), 0) from plan
          where organization_id = ? and year = ? and version_id is not null
            and stage not in ('planned', 'cancelled')",
    )
    .bind(base)
    .bind(clock.year())
    .fetch_one(&mut *db)
    .await?;
    // what is overdue first, else the year that was last over
    let missing = due::missing(&mut *db, base, clock).await?;
    let year = missing.as_ref().map_or(clock.year() - 1, |missing| missing.year);
    let report = store::of_year(&mut *db, base, year).await?;
    let state = report.as_ref().map_or("", |report| report.state.as_str());
    let shown = match state {
        // sent back is not the same as never handed in, late or not
        "approved" | "pending" | "rejected" => state,
        _ if missing.is_some() => "overdue",
        _ if due::owes(&mut *db, base, year).await? => "due",
        _ => "",
    };
    Ok(standing::Standing {
        year: clock.year(),
        plans,
        people,
        report_year: year,
        report: shown.to_owned(),
        report_row: report.filter(|report| report.case_id.is_some()).map(|report| report.id),
    })
}

/// Tells the bases' list how a base stands now; to be called in the act that changed it.
pub async fn refresh(tx: &mut SqliteConnection, base: OrganizationId, clock: &Clock) -> Result<()> {
    let new = standing(&mut *tx, base, clock).await?;
    standing::set(tx, base, &new).await
}

/// Bases whose row says something else than is true today.
async fn stale(db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<OrganizationId>> {
    let bases: Vec<OrganizationId> =
        sqlx::query_scalar("select id from organization where kind = 'base' order by id")
            .fetch_all(&mut *db)
            .await?;
    let mut found = Vec::new();
    for base in bases {
        if standing(&mut *db, base, clock).await? != standing::of(&mut *db, base).await? {
            found.push(base);
        }
    }
    Ok(found)
}

/// Brings every base's row up to date: at the turn of the year, after a deadline, after a change
/// of the settings.
pub async fn refresh_all(tx: &mut SqliteConnection, clock: &Clock) -> Result<()> {
    for base in stale(&mut *tx, clock).await? {
        refresh(&mut *tx, base, clock).await?;
    }
    Ok(())
}

/// Every ten minutes; writes only if there is something to write.
pub const TASK: Task = Task {
    name: "training.reports",
    every: 600,
    run: |context: TaskContext| {
        Box::pin(async move {
            let mut reader = context.db.read().await?;
            let idle = stale(&mut reader, &context.clock).await?.is_empty()
                && forgotten(&mut reader, &context.clock).await?.is_empty();
            drop(reader);
            if idle {
                return Ok(());
            }
            let mut tx = context.db.begin().await?;
            refresh_all(&mut tx, &context.clock).await?;
            remind(&mut tx, &context.clock).await?;
            tx.commit().await?;
            Ok(())
        })
    },
};

/// Bases to be reminded today of last year's report: (base, its name).
async fn forgotten(
    db: &mut SqliteConnection,
    clock: &Clock,
) -> Result<Vec<(OrganizationId, String)>> {
    let year = clock.year() - 1;
    let days = accounts::credentials::days(&mut *db, &due::REMINDER_DAYS).await?;
    let deadline = due::deadline(&mut *db, year).await?;
    let today = clock.today();
    if days == 0 || today > deadline || today < deadline.saturating_sub(Duration::days(days)) {
        return Ok(vec![]);
    }
    let bases: Vec<(OrganizationId, String)> = sqlx::query_as(
        "select o.id, o.name from organization o
          where o.kind = 'base' and o.state = 'active'
            and not exists (select 1 from annual_report r where r.organization_id = o.id
              and r.year = ?1 and r.state in ('pending', 'approved'))
            and not exists (select 1 from annual_report_reminder m
              where m.organization_id = o.id and m.year = ?1)
          order by o.id",
    )
    .bind(year)
    .fetch_all(&mut *db)
    .await?;
    let mut found = Vec::new();
    for (base, name) in bases {
        if due::owes(&mut *db, base, year).await? {
            found.push((base, name));
        }
    }
    Ok(found)
}

/// Sends each such base's administrators one message; gives the number of bases.
pub async fn remind(tx: &mut SqliteConnection, clock: &Clock) -> Result<usize> {
    let year = clock.year() - 1;
    let bases = forgotten(&mut *tx, clock).await?;
    let deadline = day::date_text(due::deadline(&mut *tx, year).await?);
    for (base, name) in &bases {
        let title = format!("{year} 年度报告将于 {deadline} 截止");
        let text = format!(
            "“{name}”的 {year} 年度报告还没有报送，截止日是 {deadline}。培训数字系统已按通过的计划和名册填好，核对后提交即可。"
        );
        for account in bases::administrators(&mut *tx, *base).await? {
            message::send(&mut *tx, account, &title, &text, "/training/reports", clock).await?;
        }
        sqlx::query(
            "insert into annual_report_reminder (organization_id, year, sent_at) values (?, ?, ?)",
        )
        .bind(base)
        .bind(year)
        .bind(clock.stamp())
        .execute(&mut *tx)
        .await?;
    }
    Ok(bases.len())
}
