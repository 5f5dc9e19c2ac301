//! Cells of an upload that cannot be used. They hold what was typed, whole ID numbers too, so
//! only the uploader sees them, and they go when he uploads again, submits, or after a week.

use kit::module::{Task, TaskContext};
use kit::{AccountId, Clock, Result, mask};
use serde::Serialize;
use sqlx::SqliteConnection;
use time::Duration;

/// Days that they are kept.
const KEPT_DAYS: i64 = 7;

/// What is wrong with a cell and how to put it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Problem {
    /// The row, as the spreadsheet shows it.
    pub number: i64,
    /// The column.
    pub title: String,
    /// As typed.
    pub value: String,
    pub message: String,
    pub remedy: String,
}

impl Problem {
    pub fn new(
        number: u32,
        title: &str,
        value: &str,
        message: impl Into<String>,
        remedy: &str,
    ) -> Self {
        Self {
            number: i64::from(number),
            title: title.to_owned(),
            value: value.to_owned(),
            message: message.into(),
            remedy: remedy.to_owned(),
        }
    }
}

/// Those of the uploader's last upload are these from now on.
pub async fn keep(
    tx: &mut SqliteConnection,
    staff: i64,
    account: AccountId,
    file_name: &str,
    problems: &[Problem],
    clock: &Clock,
) -> Result<()> {
    sqlx::query("delete from staff_problem where staff_id = ? and account_id = ?")
        .bind(staff)
        .bind(account)
        .execute(&mut *tx)
        .await?;
    let name: String = mask::mask_numbers(file_name).chars().take(100).collect();
    for chunk in problems.chunks(1_000) {
        sqlx::query(
            "insert into staff_problem (staff_id, account_id, file_name, at, number, title, value,
               message, remedy)
             select ?, ?, ?, ?, j.value ->> 'number', j.value ->> 'title', j.value ->> 'value',
                    j.value ->> 'message', j.value ->> 'remedy' from json_each(?) j order by j.key",
        )
        .bind(staff)
        .bind(account)
        .bind(&name)
        .bind(clock.stamp())
        .bind(serde_json::to_string(chunk)?)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// Those of his own last upload: the file's name and the cells.
pub async fn of(
    db: &mut SqliteConnection,
    staff: i64,
    account: AccountId,
) -> Result<(String, Vec<Problem>)> {
    let cells: Vec<Problem> = sqlx::query_as(
        "select number, title, value, message, remedy from staff_problem
          where staff_id = ? and account_id = ? order by number, id",
    )
    .bind(staff)
    .bind(account)
    .fetch_all(&mut *db)
    .await?;
    let name: Option<String> = sqlx::query_scalar(
        "select file_name from staff_problem where staff_id = ? and account_id = ? limit 1",
    )
    .bind(staff)
    .bind(account)
    .fetch_optional(db)
    .await?;
    Ok((name.unwrap_or_default(), cells))
}

/// Forgets them, whoever uploaded.
pub async fn forget(tx: &mut SqliteConnection, staff: i64) -> Result<()> {
    sqlx::query("delete from staff_problem where staff_id = ?").bind(staff).execute(tx).await?;
    Ok(())
}

pub const SWEEP: Task = Task {
    name: "staff declarations' sweep",
    every: 6 * 3_600,
    run: |context| Box::pin(sweep(context)),
};

async fn sweep(context: TaskContext) -> Result<()> {
    let past = context.clock.stamp_in(-Duration::days(KEPT_DAYS));
    let mut tx = context.db.begin().await?;
    sqlx::query("delete from staff_problem where at < ?").bind(past).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
