//! What an import did, kept line by line so that it can be shown and taken back.

use kit::{CaseId, Result};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// One thing an import did.
#[derive(Debug, Clone)]
pub struct Touch {
    /// `person`, `organization` or `internal-department`
    pub object: &'static str,
    pub object_id: i64,
    /// `created`, `updated`, `requested` (a change request in place of a change) or `approved` (a
    /// pending registration)
    pub what: &'static str,
    /// The spreadsheet's row.
    pub number: u32,
    /// JSON of what stood there; empty for what was created.
    pub before: String,
    /// JSON of what was written; empty for what was created.
    pub after: String,
    pub case: Option<CaseId>,
}

impl Touch {
    /// Something that was not there before.
    pub fn created(object: &'static str, object_id: i64, number: u32) -> Self {
        let (before, after) = (String::new(), String::new());
        Self { object, object_id, what: "created", number, before, after, case: None }
    }
}

/// Keeps what an import did.
pub async fn keep(tx: &mut SqliteConnection, import: i64, touches: &[Touch]) -> Result<()> {
    for chunk in touches.chunks(2_000) {
        let mut sql: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert into import_touch (import_id, object, object_id, what, number, before, after, case_id) ",
        );
        sql.push_values(chunk, |mut row, touch| {
            row.push_bind(import)
                .push_bind(touch.object)
                .push_bind(touch.object_id)
                .push_bind(touch.what)
                .push_bind(touch.number)
                .push_bind(&touch.before)
                .push_bind(&touch.after)
                .push_bind(touch.case);
        });
        sql.build().execute(&mut *tx).await?;
    }
    Ok(())
}
