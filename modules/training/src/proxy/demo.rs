//! The demo county's declared classes.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;

pub async fn fill(_tx: &mut SqliteConnection, _county: &mut Demo) -> Result<()> {
    Ok(())
}
