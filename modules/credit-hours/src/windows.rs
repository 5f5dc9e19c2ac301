//! 申报时间: when a year may be declared, and until when it is to be decided.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Clock, Result, day};

/// The window of one year; days as `YYYY-MM-DD`, the last ones included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Window {
    pub year: i32,
    pub declare_from: String,
    pub declare_to: String,
    /// 审核截止; empty: not set.
    pub audit_to: String,
    /// 补报截止; empty: no late declarations.
    pub makeup_to: String,
}

impl Window {
    /// A year nobody has set: from its first to its last day.
    fn usual(year: i32) -> Self {
        Self {
            year,
            declare_from: format!("{year:04}-01-01"),
            declare_to: format!("{year:04}-12-31"),
            audit_to: String::new(),
            makeup_to: String::new(),
        }
    }

    /// 2026-01-01 至 2026-12-31，不补报，审核截止未设
    pub fn words(&self) -> String {
        let makeup = match self.makeup_to.as_str() {
            "" => "不补报".to_owned(),
            day => format!("补报至 {day}"),
        };
        let audit = match self.audit_to.as_str() {
            "" => "审核截止未设".to_owned(),
            day => format!("审核至 {day}"),
        };
        format!("{} 至 {}，{makeup}，{audit}", self.declare_from, self.declare_to)
    }

    /// The last day on which it may be declared at all.
    pub fn last_day(&self) -> &str {
        if self.makeup_to.is_empty() { &self.declare_to } else { &self.makeup_to }
    }

    /// Of classes at its end: those that ended after the first day may be declared until the second.
    fn grace(&self) -> Option<(String, String)> {
        let last = day::stored_date(self.last_day())?;
        let days = time::Duration::days(AFTER_A_CLASS);
        let (from, to) = (last.checked_sub(days)?, last.checked_add(days)?);
        Some((day::date_text(from), day::date_text(to)))
    }

    /// Whether it may be declared on this day (`YYYY-MM-DD`).
    pub fn is_open(&self, today: &str) -> bool {
        self.declare_from.as_str() <= today && today <= self.last_day()
    }

    /// Why it may not be declared on this day for a class that ended on `ended_on`.
    fn shut_after_class(&self, ended_on: &str, today: &str) -> Option<String> {
        let sentence = self.shut(today)?;
        let Some((from, to)) = self.grace() else { return Some(sentence) };
        if today < self.declare_from.as_str() || ended_on <= from.as_str() {
            Some(sentence)
        } else if today <= to.as_str() {
            None
        } else {
            Some(format!("{sentence}这期培训班 {ended_on} 结业，代申报最晚到 {to}。"))
        }
    }

    /// Why it may not be declared on this day.
    fn shut(&self, today: &str) -> Option<String> {
        let year = self.year;
        if self.is_open(today) {
            None
        } else if today < self.declare_from.as_str() {
            Some(format!("{year} 年度从 {} 起申报，现在还不能提交。", self.declare_from))
        } else if self.makeup_to.is_empty() {
            Some(format!(
                "{year} 年度的申报已于 {} 截止，不能再提交；学时也不转入其他年度。",
                self.declare_to
            ))
        } else {
            Some(format!(
                "{year} 年度的补报已于 {} 截止，不能再提交；学时也不转入其他年度。",
                self.makeup_to
            ))
        }
    }
}

/// The window of a year.
pub async fn of(db: &mut SqliteConnection, year: i32) -> Result<Window> {
    let found: Option<Window> = sqlx::query_as(
        "select year, declare_from, declare_to, audit_to, makeup_to from year_window where year = ?",
    )
    .bind(year)
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or_else(|| Window::usual(year)))
}

/// Sets the window of its year.
pub async fn put(tx: &mut SqliteConnection, window: &Window) -> Result<()> {
    sqlx::query(
        "insert into year_window (year, declare_from, declare_to, audit_to, makeup_to)
         values (?, ?, ?, ?, ?)
         on conflict (year) do update set declare_from = excluded.declare_from,
           declare_to = excluded.declare_to, audit_to = excluded.audit_to,
           makeup_to = excluded.makeup_to",
    )
    .bind(window.year)
    .bind(&window.declare_from)
    .bind(&window.declare_to)
    .bind(&window.audit_to)
    .bind(&window.makeup_to)
    .execute(tx)
    .await?;
    Ok(())
}

/// The years that may be declared today, newest first; may be empty.
pub async fn open_years(db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<i32>> {
    let today = day::date_text(clock.today());
    let stored: Vec<Window> = sqlx::query_as(
        "select year, declare_from, declare_to, audit_to, makeup_to from year_window",
    )
    .fetch_all(db)
    .await?;
    let now = clock.year();
    let mut years: Vec<i32> = stored
        .iter()
        .filter(|window| window.is_open(&today) && window.year <= now)
        .map(|window| window.year)
        .collect();
    if !stored.iter().any(|window| window.year == now) && Window::usual(now).is_open(&today) {
        years.push(now);
    }
    years.sort_unstable_by(|a, b| b.cmp(a));
    Ok(years)
}

/// Why nothing of this year can be handed in today, or none; for every way in. What was handed in
/// before is decided all the same.
pub async fn closed(db: &mut SqliteConnection, year: i32, clock: &Clock) -> Result<Option<String>> {
    if year > clock.year() {
        return Ok(Some(format!("{year} 年度还没有到，不能申报。请核对年度。")));
    }
    let window = of(db, year).await?;
    let today = day::date_text(clock.today());
    Ok(window.shut(&today))
}

/// Days before a window's last one within which a class ends too late to be declared in time, and
/// days after it within which such a class may still be declared.
const AFTER_A_CLASS: i64 = 31;

/// As `closed`, for a base that declares for the trainees of a class which ended on `ended_on`
/// (`YYYY-MM-DD`). A base works after a class: one that ended within the last 31 days of the window
/// (补报 included), or behind it, may be declared until 31 days after the window's last day; any
/// other closes with the window.
pub async fn closed_after_class(
    db: &mut SqliteConnection,
    year: i32,
    ended_on: &str,
    clock: &Clock,
) -> Result<Option<String>> {
    if year > clock.year() {
        return closed(db, year, clock).await;
    }
    let today = day::date_text(clock.today());
    Ok(of(db, year).await?.shut_after_class(ended_on, &today))
}

/// That the year's decisions were to be made by now (审核截止), or none; a desk's warning.
pub async fn overdue(
    db: &mut SqliteConnection,
    year: i32,
    clock: &Clock,
) -> Result<Option<String>> {
    let window = of(db, year).await?;
    let late = !window.audit_to.is_empty() && window.audit_to < day::date_text(clock.today());
    Ok(late.then(|| format!("{year} 年度的审核已于 {} 截止，请尽快办理", window.audit_to)))
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn a_year_is_open_from_its_first_day_to_its_last_and_may_be_made_up() {
        let mut window = Window::usual(2026);
        assert!(window.is_open("2026-01-01") && window.is_open("2026-12-31"));
        assert!(!window.is_open("2025-12-31") && !window.is_open("2027-01-01"));
        window.declare_to = "2026-12-15".to_owned();
        assert!(!window.is_open("2026-12-16"));
        window.makeup_to = "2027-01-31".to_owned();
        assert!(window.is_open("2027-01-31") && !window.is_open("2027-02-01"));
        assert_eq!(window.shut("2027-01-31"), None);
        let shut = window.shut("2027-02-01").unwrap();
        assert_eq!(shut, "2026 年度的补报已于 2027-01-31 截止，不能再提交；学时也不转入其他年度。");
        window.makeup_to.clear();
        assert!(
            window.shut("2026-12-16").unwrap().starts_with("2026 年度的申报已于 2026-12-15 截止")
        );
        window.declare_from = "2026-03-01".to_owned();
        let early = window.shut("2026-02-28").unwrap();
        assert_eq!(early, "2026 年度从 2026-03-01 起申报，现在还不能提交。");
    }

    #[test]
    fn a_class_that_ends_late_is_declared_until_a_month_after_the_window() {
        let window = Window::usual(2026);
        let shut = |ended: &str, today: &str| window.shut_after_class(ended, today);
        assert_eq!(shut("2026-05-10", "2026-12-31"), None);
        let early = shut("2026-11-30", "2027-01-01").unwrap();
        assert!(early.starts_with("2026 年度的申报已于 2026-12-31 截止"), "{early}");
        assert_eq!(shut("2026-12-01", "2027-01-31"), None);
        let late = shut("2026-12-20", "2027-02-01").unwrap();
        assert!(late.ends_with("这期培训班 2026-12-20 结业，代申报最晚到 2027-01-31。"), "{late}");
        // 补报 counts as the window; what is not open yet is not opened by it
        let made_up = Window { makeup_to: "2027-01-31".to_owned(), ..Window::usual(2026) };
        assert_eq!(made_up.shut_after_class("2026-11-01", "2027-01-31"), None);
        assert!(made_up.shut_after_class("2026-12-31", "2027-02-01").is_some());
        assert!(window.shut_after_class("2025-12-31", "2025-12-31").is_some());
    }
}
