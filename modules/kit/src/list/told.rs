//! Columns that the module's own code fills: for the rows of a page, or of a workbook's chunk.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;

use super::List;
use super::narrow::Row;
use crate::{Clock, Result};

/// By row id: (key of a column, its value as the column's cell takes it).
pub type Told = HashMap<i64, Vec<(&'static str, String)>>;

/// Tells what such columns hold, given the ids of the rows. Their own statement says `''`.
pub type Tell =
    for<'a> fn(&'a mut SqliteConnection, &'a [i64], &'a Clock) -> BoxFuture<'a, Result<Told>>;

/// Puts what is told into the rows.
pub(super) async fn fill(
    list: &List,
    rows: &mut [Row],
    tell: Option<Tell>,
    db: &mut SqliteConnection,
    clock: &Clock,
) -> Result<()> {
    let Some(tell) = tell else { return Ok(()) };
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut told = tell(db, &ids, clock).await?;
    for row in rows {
        for (key, text) in told.remove(&row.id).unwrap_or_default() {
            let at = list.columns.iter().position(|column| column.key == key);
            if let Some(value) = at.and_then(|at| row.values.get_mut(at)) {
                *value = text;
            }
        }
    }
    Ok(())
}
