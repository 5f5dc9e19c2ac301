//! 3.5 管理单位管理员: an organization's own administrators, for every kind with the same screens.

mod add;
mod basics;
mod detail;
mod edit;
mod hand_over;
mod list;
mod reset;
mod right;
mod sessions;
mod state;
mod team;
mod terms;

use kit::{Actor, Can, Clock, GrantId, Page, Permission, Result, trail};
use rocket::Route;
use sqlx::SqliteConnection;

use crate::units::Crumb;

pub(crate) use team::Team;

/// Address of the list.
pub const BASE: &str = "/accounts/administrators";
/// The act of a reset in the trail.
pub const RESET: &str = "accounts.administrator.reset";

pub fn routes() -> Vec<Route> {
    [
        list::routes(),
        add::routes(),
        detail::routes(),
        edit::routes(),
        state::routes(),
        reset::routes(),
        hand_over::routes(),
        sessions::routes(),
    ]
    .concat()
}

/// 资料管理 > 管理单位管理员 > the page itself.
fn crumbs(here: &str) -> Vec<Crumb> {
    vec![Crumb::new("资料管理", ""), Crumb::new("管理单位管理员", BASE), Crumb::new(here, "")]
}

/// One row of the trail about an administrator's right; his page shows them.
async fn written(
    tx: &mut SqliteConnection,
    actor: &Actor,
    clock: &Clock,
    act: &str,
    grant: GrantId,
    text: &str,
) -> Result<()> {
    let act = format!("accounts.administrator.{act}");
    trail::write(tx, actor, clock, &act, &format!("administrator:{grant}"), text).await
}

/// Whether the asker also holds `P`, on the side in use.
fn may<P: Permission, Q: Permission>(user: &Can<Q>) -> bool {
    user.user.may(P::grantable())
}

/// A one-time code with how many days it lasts (0 never ends), in the answer itself: never in an
/// address, a notice or the trail.
fn code_page(
    told: &str,
    organization: &str,
    (name, login): (&str, &str),
    (code, days): (&str, i64),
) -> Page {
    Page::new("accounts/administrator_code.html")
        .with("crumbs", &crumbs("一次性密码"))
        .with("told", told)
        .with("organization", organization)
        .with("name", name)
        .with("login", login)
        .with("code", code)
        .with("days", &days)
        .with("back", BASE)
}
