//! The demo county's annual reports.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;

/// Filled below.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    super::standing::refresh_all(tx, &county.clock).await
}
