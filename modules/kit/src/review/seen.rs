//! What a reviewer had seen when he decided: the number of the newest step his page was drawn with.
//! A case that was submitted again since is another one, and his verdict is not about it.

use sqlx::SqliteConnection;

use super::{Case, CaseState};
use crate::{Error, Result};

/// Why a verdict on what was submitted again meanwhile has no effect, and what to do.
pub const AGAIN: &str = "申请已被撤回并重新提交，内容可能有变，请重新查看后再审核。";

/// The newest step of all cases: for a list, asked before its rows.
pub async fn seen(db: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("select coalesce(max(id), 0) from review_step").fetch_one(db).await?)
}

/// The newest step of the round that `case` shows.
pub async fn seen_of(db: &mut SqliteConnection, case: &Case) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select coalesce(max(id), 0) from review_step where case_id = ? and round <= ?",
    )
    .bind(case.id)
    .bind(case.round)
    .fetch_one(db)
    .await?)
}

/// Refuses a verdict on a pending case that was submitted after what the page showed; `seen` is
/// none of a request that no page made. Asked in the verdict's transaction.
pub async fn unchanged(db: &mut SqliteConnection, case: &Case, seen: Option<i64>) -> Result<()> {
    let (CaseState::Pending, Some(seen)) = (case.state, seen) else { return Ok(()) };
    let again: bool = sqlx::query_scalar(
        "select exists (select 1 from review_step where case_id = ? and id > ? and act = 'submit')",
    )
    .bind(case.id)
    .bind(seen)
    .fetch_one(db)
    .await?;
    if again { Err(Error::refused(AGAIN)) } else { Ok(()) }
}
