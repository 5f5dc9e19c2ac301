//! 调出本县: the unit records where a person goes; he becomes 调出 and takes a last 学时证明 and his
//! ledger along. Nobody reviews it.

mod demo;
mod form;
mod ledger;
mod mine;
mod show;
mod since;
mod store;
mod undo;

use kit::module::{AccessCase, Block, Who};
use kit::{Permission, Result, User};
use rocket::Route;
use serde::Serialize;
use serde_json::json;
use sqlx::SqliteConnection;

pub use demo::fill;

use crate::{EditTransfers, ViewTransfers};

/// The person's own page.
const MINE: &str = "/transfers/leaving";

pub fn routes() -> Vec<Route> {
    [form::routes(), show::routes(), mine::routes()].concat()
}

/// Who may call which route.
pub fn access() -> Vec<AccessCase> {
    let case = |method, route, who| AccessCase { method, route, who };
    let view = Who::Holder(ViewTransfers::grantable());
    let edit = Who::Holder(EditTransfers::grantable());
    vec![
        case("GET", "/transfers/leave/<person>", edit),
        case("POST", "/transfers/leave/<person>", edit),
        case("GET", "/transfers/left/<person>", view),
        case("GET", "/transfers/left/<person>/ledger", edit),
        case("POST", "/transfers/left/<person>/undo", edit),
        case("GET", "/transfers/leaving", Who::Person),
        case("GET", "/transfers/leaving/ledger", Who::Person),
    ]
}

/// What a person who left the county finds on his start page.
pub async fn start(db: &mut SqliteConnection, user: &User) -> Result<Vec<Block>> {
    let (Some(person), None) = (user.person, &user.grant) else { return Ok(vec![]) };
    let Some(leave) = store::last(db, person).await? else { return Ok(vec![]) };
    if !leave.now {
        return Ok(vec![]);
    }
    let context = json!({ "leave": leave, "href": MINE });
    Ok(vec![Block { order: 85, template: "transfers/leaving_start.html", context }])
}

/// A step of the path above a page.
#[derive(Serialize)]
struct Crumb {
    title: String,
    href: String,
}

impl Crumb {
    fn new(title: impl Into<String>, href: impl Into<String>) -> Self {
        Self { title: title.into(), href: href.into() }
    }
}
