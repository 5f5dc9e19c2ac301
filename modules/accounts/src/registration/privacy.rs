//! 个人信息处理告知: the notice that every registration accepts, with its version (PD-08).

use kit::{Db, Page, Result, Visitor, organization};
use rocket::{Route, State, get, routes};

/// Version of the text in `registration_privacy.html`: change both together.
pub const VERSION: &str = "2026-11";

#[get("/registration/privacy")]
async fn notice(_visitor: Visitor, db: &State<Db>) -> Result<Page> {
    let bureau = organization::bureau(&mut *db.read().await?).await?;
    Ok(Page::new("accounts/registration_privacy.html")
        .with("bureau", &bureau.map(|o| o.name).unwrap_or_default())
        .with("version", VERSION))
}

pub fn routes() -> Vec<Route> {
    routes![notice]
}
