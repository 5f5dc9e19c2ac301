//! 年度计划数, 年度培训人数, 年度报告状态 of a base (domain.md §2.5): kept here for the list, written by
//! the module that knows.

use kit::{OrganizationId, Result};
use sqlx::SqliteConnection;

/// (stored, shown, class of its tag) of `Standing::report`; empty: none is asked for.
pub const REPORTS: &[(&str, &str, &str)] = &[
    ("", "—", ""),
    ("due", "待报送", "info"),
    ("overdue", "未交", "back"),
    ("pending", "审核中", "wait"),
    ("rejected", "已驳回", "back"),
    ("approved", "已通过", "pass"),
];

/// The subject's key whose rows `Standing::report_row` names.
pub const REPORT_SUBJECT: &str = "annual-reports";

/// How a base stands this year.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Standing {
    /// The calendar year of `plans` and `people`; 0 before the first count.
    pub year: i32,
    /// Approved plans of the year that were not cancelled.
    pub plans: i64,
    /// Trainees of these plans; who is in two classes counts twice.
    pub people: i64,
    /// The year the report is about.
    pub report_year: i32,
    /// A key of `REPORTS`.
    pub report: String,
    /// The report's row at the desk, once it was submitted.
    pub report_row: Option<i64>,
}

impl Standing {
    /// (shown, class of its tag) of the report.
    pub fn label(&self) -> (&'static str, &'static str) {
        let found = REPORTS.iter().find(|(key, _, _)| *key == self.report);
        found.map_or(("—", ""), |(_, label, class)| (*label, *class))
    }
}

/// Writes it in place of what was there.
pub async fn set(tx: &mut SqliteConnection, base: OrganizationId, new: &Standing) -> Result<()> {
    sqlx::query(
        "insert or replace into base_standing
           (organization_id, year, plans, people, report_year, report, report_row)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(base)
    .bind(new.year)
    .bind(new.plans)
    .bind(new.people)
    .bind(new.report_year)
    .bind(&new.report)
    .bind(new.report_row)
    .execute(tx)
    .await?;
    Ok(())
}

/// As written last; the default for a base nobody has counted yet.
pub async fn of(db: &mut SqliteConnection, base: OrganizationId) -> Result<Standing> {
    let found: Option<Standing> = sqlx::query_as(
        "select year, plans, people, report_year, report, report_row
           from base_standing where organization_id = ?",
    )
    .bind(base)
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or_default())
}
