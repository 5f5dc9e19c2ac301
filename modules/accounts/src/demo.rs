//! The demo county: a bureau, its departments, employers and bases, their people and who signs in.
//! Everything is invented; identity numbers have the area code 419999, which nobody has.

mod names;
mod people;
mod sign_in;
mod trades;
mod units;

use kit::module::Demo;
use kit::{Actor, Result, trail};
use sqlx::SqliteConnection;

/// Fills the organizations and the people of the demo county.
pub async fn fill(tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
    (county.report)("正在建立单位……");
    let units = units::fill(&mut *tx, county).await?;
    people::fill(&mut *tx, county, &units).await?;
    sign_in::fill(&mut *tx, county, &units).await?;
    let text = format!(
        "装入示例县：{} 个单位，{} 名专业技术人员",
        units.all.len() + 1,
        county.people
    );
    trail::write(tx, &Actor::command("demo"), &county.clock, "accounts.demo", "", &text).await
}
