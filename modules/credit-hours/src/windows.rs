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

    /// The last day on which it may be declared at all.
    pub fn last_day(&self) -> &str {
        if self.makeup_to.is_empty() { &self.declare_to } else { &self.makeup_to }
    }

    /// Whether it may be declared on this day (`YYYY-MM-DD`).
    pub fn is_open(&self, today: &str) -> bool {
        self.declare_from.as_str() <= today && today <= self.last_day()
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
    }
}
