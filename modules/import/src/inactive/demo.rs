//! The demo county's initial passwords: some expired, some soon to end, as after a year.

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;
use time::Duration;

/// (every so manyth of those who have not signed in, days from today)
const ENDS: [(i64, i64); 3] = [(29, -12), (31, 5), (23, 24)];

/// Sets them.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    for (every, days) in ENDS {
        sqlx::query(
            "update account set initial_until = ?
              where state = 'initial' and initial_until is not null and person_id % ? = 7",
        )
        .bind(county.clock.stamp_in(Duration::days(days)))
        .bind(every)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
