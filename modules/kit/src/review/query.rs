//! Reading cases.

use sqlx::SqliteConnection;

use super::{Case, Step};
use crate::{CaseId, Clock, OrganizationId, Result};

/// The case; `NotFound` if there is none.
pub async fn case(_db: &mut SqliteConnection, _id: CaseId) -> Result<Case> {
    Err(crate::Error::NotFound)
}

/// Its history, oldest first, all rounds.
pub async fn steps(_db: &mut SqliteConnection, _id: CaseId) -> Result<Vec<Step>> {
    Ok(vec![])
}

/// How many cases wait at a desk for a subject.
pub async fn waiting(_db: &mut SqliteConnection, _desk: OrganizationId, _subject: &str) -> Result<i64> {
    Ok(0)
}

/// `waiting_since` of the oldest case at a desk.
pub async fn oldest(_db: &mut SqliteConnection, _desk: OrganizationId, _subject: &str) -> Result<Option<String>> {
    Ok(None)
}

/// How many cases at a desk wait longer than `days` working days.
pub async fn overdue(_db: &mut SqliteConnection, _desk: OrganizationId, _subject: &str, _days: i64, _clock: &Clock) -> Result<i64> {
    Ok(0)
}
