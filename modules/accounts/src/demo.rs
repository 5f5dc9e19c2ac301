//! The demo county: a bureau, its departments, employers and bases, their people and who signs in.
//! Everything is invented; identity numbers have the area code 419999, which nobody has.

mod bases;
pub(crate) mod names;
mod people;
mod rights;
mod sign_in;
mod staff;
mod trades;
mod units;

use kit::Result;
use kit::module::Demo;
use sqlx::SqliteConnection;

/// Fills the organizations and the people of the demo county.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在建立单位……");
    let units = units::fill(&mut *tx, county).await?;
    people::fill(&mut *tx, county, &units).await?;
    sign_in::fill(&mut *tx, county, &units).await?;
    crate::registration::demo::fill(&mut *tx, county).await?;
    staff::fill(tx, county).await
}
