//! Registrations of the demo county: some wait, some were approved or rejected.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;

/// Fills the four desks.
pub async fn fill(_tx: &mut SqliteConnection, _county: &mut Demo) -> Result<()> {
    Ok(())
}
