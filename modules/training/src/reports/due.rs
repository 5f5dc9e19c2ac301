//! When a report is due, who owes one, and what stands against a base that has not handed it in.

use kit::module::Card;
use kit::review::Check;
use kit::settings::Kind;
use kit::{
    Action, Clock, Grantable, OrganizationId, OrganizationKind, Permission, Result, Scope, Setting,
    User, day,
};
use sqlx::SqliteConnection;
use time::Date;

use crate::leaves::{EditReports, REPORT_REVIEWS, ViewReports};

/// The last day of the next year on which a year's report is in time, month and day.
pub const DEADLINE: Setting = Setting {
    key: "training.report-deadline",
    group: "继续教育基地",
    label: "年度报告截止日",
    help: "基地上一年度的年度报告须在每年的这一天以前（含当天）报送。写作月-日，例如 03-31。过了这一天还没有通过的，基地和它的上级会看到提醒。",
    kind: Kind::Text { most: 5 },
    default: "03-31",
    check: Some(month_and_day),
};

/// Days before the last day on which the administrators of a base get a message.
pub const REMINDER_DAYS: Setting = Setting {
    key: "training.report-reminder",
    group: "继续教育基地",
    label: "年度报告截止前提醒",
    help: "离截止日还有这么多天时，给还没有报送的基地的管理员发一条消息。0 表示不提醒。",
    kind: Kind::Integer { least: 0, most: 90, unit: "天" },
    default: "15",
    check: None,
};

/// Whether a missing report stands against new plans.
pub const BLOCKS: Setting = Setting {
    key: "training.report-blocks",
    group: "继续教育基地",
    label: "年度报告未通过时停止培训计划",
    help: "打开后，上一年度报告过了截止日还没有通过的基地，不能提交新的培训计划，已提交的也不能通过。",
    kind: Kind::Switch,
    default: "0",
    check: None,
};

/// As `03-31`, a day every year has.
fn month_and_day(typed: &str) -> Result<(), String> {
    match day::stored_date(&format!("2027-{typed}")) {
        Some(_) => Ok(()),
        None => Err("请按 03-31 的样子填写月和日，2 月 29 日不行。".to_owned()),
    }
}

async fn stored(db: &mut SqliteConnection, setting: &Setting) -> Result<String> {
    let stored: Option<String> = sqlx::query_scalar("select value from setting where key = ?")
        .bind(setting.key)
        .fetch_optional(db)
        .await?;
    Ok(stored.unwrap_or_else(|| setting.default.to_owned()))
}

/// The last day on which the report of `year` is in time.
pub async fn deadline(db: &mut SqliteConnection, year: i32) -> Result<Date> {
    let text = stored(db, &DEADLINE).await?;
    let found = day::stored_date(&format!("{:04}-{text}", year + 1));
    let fallback = day::stored_date(&format!("{:04}-{}", year + 1, DEADLINE.default));
    found.or(fallback).ok_or_else(|| kit::Error::Fault(format!("no deadline in year {year}")))
}

/// The latest year whose deadline is over today. Its report alone is asked after: an older one can
/// still be handed in, but flags nobody (domain.md §2.13: the previous report).
pub async fn last_due(db: &mut SqliteConnection, clock: &Clock) -> Result<i32> {
    let last = clock.year() - 1;
    Ok(if clock.today() > deadline(db, last).await? { last } else { last - 1 })
}

/// Bases that owe the report of year ?1. A base owes one for every calendar year in which it was
/// recognised, from the year on in which both its recognition (认定日期, if recorded) and its
/// registration in this system lie: what was before, the system has no figures of. It owes none for
/// years after the last day of its recognition, nor while it is disabled.
const OWING: &str = "o.kind = 'base' and o.state = 'active'
    and cast(substr(max(coalesce(b.recognized_on, ''), date(o.created_at, '+8 hours')), 1, 4)
        as integer) <= ?1
    and (coalesce(b.valid_until, '') = '' or cast(substr(b.valid_until, 1, 4) as integer) >= ?1)";

/// Whether the base owes the report of this year.
pub async fn owes(db: &mut SqliteConnection, base: OrganizationId, year: i32) -> Result<bool> {
    let sql = [
        "select exists (select 1 from organization o
           left join base_profile b on b.organization_id = o.id where o.id = ?2 and ",
        OWING,
        ")",
    ]
    .concat();
    let found = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(year).bind(base);
    Ok(found.fetch_one(db).await?)
}

/// A report that is overdue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub year: i32,
    pub deadline: Date,
    pub how: How,
}

/// How far an overdue report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Never submitted, or withdrawn.
    NotHandedIn,
    /// A desk sent it back.
    Rejected,
    /// It waits for its decision.
    Pending,
}

impl How {
    fn of(state: &str) -> Self {
        match state {
            "pending" => Self::Pending,
            "rejected" => Self::Rejected,
            _ => Self::NotHandedIn,
        }
    }
}

/// The report that fell due last, if the base owes it and it is not approved.
pub async fn missing(
    db: &mut SqliteConnection,
    base: OrganizationId,
    clock: &Clock,
) -> Result<Option<Missing>> {
    let year = last_due(&mut *db, clock).await?;
    if !owes(&mut *db, base, year).await? {
        return Ok(None);
    }
    let state = super::store::of_year(&mut *db, base, year).await?.map(|report| report.state);
    let state = state.unwrap_or_default();
    if state == "approved" {
        return Ok(None);
    }
    let deadline = deadline(db, year).await?;
    Ok(Some(Missing { year, deadline, how: How::of(&state) }))
}

/// What a missing report says against a plan of the base: a `Refuse` if the setting says so, else
/// a warning; nothing if none is missing.
pub async fn check(
    db: &mut SqliteConnection,
    base: OrganizationId,
    clock: &Clock,
) -> Result<Option<Check>> {
    let Some(missing) = missing(&mut *db, base, clock).await? else { return Ok(None) };
    let (year, day) = (missing.year, day::date_text(missing.deadline));
    let what = match missing.how {
        How::Pending => format!("基地的 {year} 年度报告（截止 {day}）还在审核"),
        How::Rejected => {
            format!("基地的 {year} 年度报告（截止 {day}）已驳回，还没有重新提交")
        }
        How::NotHandedIn => format!("基地的 {year} 年度报告未交，截止日是 {day}"),
    };
    Ok(Some(match stored(db, &BLOCKS).await?.as_str() {
        "1" => Check::refuse(format!("{what}；报告通过以后才能办理培训计划")),
        _ => Check::warn(what),
    }))
}

/// Bases whose report of the year that fell due last is not approved, within a scope.
#[derive(sqlx::FromRow)]
struct Counts {
    all: i64,
    pending: i64,
    rejected: i64,
}

async fn count(db: &mut SqliteConnection, year: i32, scope: Scope) -> Result<Counts> {
    let (department, own) = scope.values();
    let sql = [
        r#"select count(*) as "all", coalesce(sum(r.state = 'pending'), 0) as pending,
                coalesce(sum(r.state = 'rejected'), 0) as rejected
           from organization o left join base_profile b on b.organization_id = o.id
           left join annual_report r on r.organization_id = o.id and r.year = ?1
          where "#,
        OWING,
        " and coalesce(r.state, '') <> 'approved'
          and (?2 is null or o.department_id = ?2) and (?3 is null or o.id = ?3)",
    ]
    .concat();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(year)
        .bind(department)
        .bind(own)
        .fetch_one(db)
        .await?)
}

/// 年度报告未交 and 年度报告已驳回: for those above the bases, and for the base itself.
pub async fn cards(db: &mut SqliteConnection, user: &User, clock: &Clock) -> Result<Vec<Card>> {
    let Some(grant) = &user.grant else { return Ok(vec![]) };
    if grant.kind == OrganizationKind::Base {
        return own_card(db, user, grant.organization, clock).await;
    }
    if !grant.may(Grantable { leaf: REPORT_REVIEWS, action: Action::View }) {
        return Ok(vec![]);
    }
    let year = last_due(&mut *db, clock).await?;
    let counts = count(db, year, grant.scope).await?;
    let sees = grant.may(accounts::bases::VIEW);
    let card = |title: &str, count: i64, href: &str, note: String| Card {
        title: title.to_owned(),
        count,
        unit: "个".to_owned(),
        note,
        href: if sees { href } else { "/desk/annual-reports" }.to_owned(),
        late: true,
        order: 405,
    };
    let also = match counts.pending {
        0 => String::new(),
        pending => format!("，另有 {pending} 个在审核"),
    };
    let cards = [
        card(
            "年度报告未交",
            counts.all - counts.pending - counts.rejected,
            "/accounts/bases?report=overdue",
            format!("{year} 年度，已过截止日{also}"),
        ),
        card(
            "年度报告已驳回",
            counts.rejected,
            "/accounts/bases?report=rejected",
            format!("{year} 年度，已过截止日，还没有重新提交"),
        ),
    ];
    Ok(cards.into_iter().filter(|card| card.count > 0).collect())
}

/// Of the base: what it owes now, in time or late.
async fn own_card(
    db: &mut SqliteConnection,
    user: &User,
    base: OrganizationId,
    clock: &Clock,
) -> Result<Vec<Card>> {
    if !user.may(ViewReports::grantable()) {
        return Ok(vec![]);
    }
    let mut cards = Vec::new();
    let last = last_due(&mut *db, clock).await?;
    for year in last..clock.year() {
        if !owes(&mut *db, base, year).await? {
            continue;
        }
        let report = super::store::of_year(&mut *db, base, year).await?;
        let state = report.map(|report| report.state).unwrap_or_default();
        if matches!(state.as_str(), "approved" | "pending") {
            continue;
        }
        let deadline = deadline(&mut *db, year).await?;
        let late = clock.today() > deadline;
        let edits = user.may(EditReports::grantable());
        cards.push(Card {
            title: match (state.as_str(), late) {
                ("rejected", _) => "年度报告已驳回",
                (_, true) => "年度报告未交",
                (_, false) => "年度报告待报送",
            }
            .to_owned(),
            count: 1,
            unit: "份".to_owned(),
            note: format!("{year} 年度，截止 {}", day::date_text(deadline)),
            href: match edits {
                true => format!("/training/reporting/{year}"),
                false => "/training/reports".to_owned(),
            },
            late,
            order: 405,
        });
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::DEADLINE;

    #[test]
    fn the_deadline_is_a_day_that_every_year_has() {
        assert_eq!(DEADLINE.accept(" 03-31 "), Ok("03-31".to_owned()));
        for typed in ["02-29", "3-31", "13-01", "0331", "", "03/31"] {
            assert!(DEADLINE.accept(typed).is_err(), "{typed}");
        }
    }
}
