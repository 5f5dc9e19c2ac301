//! 3.6 角色管理: an organization's own roles, drawn from what the modules registered.

mod detail;
mod form;
mod list;
mod remove;
mod role;
mod tree;

use kit::{Actor, Clock, Result, RoleId, trail};
use rocket::Route;
use sqlx::SqliteConnection;

use crate::units::Crumb;

pub(crate) use role::{Held, Role, one, roles};

/// Address of the list.
pub const BASE: &str = "/accounts/roles";

pub fn routes() -> Vec<Route> {
    [list::routes(), detail::routes(), form::routes(), remove::routes()].concat()
}

/// 资料管理 > 角色管理 > the page itself.
fn crumbs(here: &str) -> Vec<Crumb> {
    vec![Crumb::new("资料管理", ""), Crumb::new("角色管理", BASE), Crumb::new(here, "")]
}

/// One row of the trail about a role.
async fn written(
    tx: &mut SqliteConnection,
    actor: &Actor,
    clock: &Clock,
    act: &str,
    role: RoleId,
    text: &str,
) -> Result<()> {
    let act = format!("accounts.role.{act}");
    trail::write(tx, actor, clock, &act, &format!("role:{role}"), text).await
}
