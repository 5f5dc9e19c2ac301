//! The demo county's declarations of units.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;

#[expect(clippy::unused_async, reason = "written next")]
pub async fn fill(_: &mut SqliteConnection, _: &mut Demo) -> Result<()> {
    Ok(())
}
