//! 6 批量导入 › 未激活账户: who has not signed in yet, for how long he still can, slips to hand out.

mod card;
mod chosen;
mod demo;
mod list;
mod reach;
mod reopen;
mod sheets;
mod slips;
mod units;

use kit::list::List;
use kit::module::{AccessCase, Card, Demo, Group, Who};
use kit::{Clock, Grantable, Kinds, Leaf, Module, Permission, Result, Setting, User};
use rocket::Route;
use sqlx::SqliteConnection;

/// 未激活账户 in the role form; a tab of 批量导入.
pub const INACTIVE: Leaf = Leaf {
    key: "import.inactive",
    title: "未激活账户",
    group: Group::Import,
    kinds: Kinds::STAFFED,
};

kit::permission!(
    /// Sees who has not signed in yet.
    pub ViewInactive, INACTIVE, View
);
kit::permission!(
    /// Takes the list along.
    pub ExportInactive, INACTIVE, Export
);
kit::permission!(
    /// Prints 登录条.
    pub PrintSlips, INACTIVE, Print
);
kit::permission!(
    /// Opens initial passwords anew, of whom `reach` lets him.
    pub ReopenInactive, INACTIVE, Reset
);

/// Where its screens are.
const BASE: &str = "/import/inactive";

/// Its part of the module.
pub struct Inactive;

#[rocket::async_trait]
impl Module for Inactive {
    fn name(&self) -> &'static str {
        "import"
    }

    fn title(&self) -> &'static str {
        "未激活账户"
    }

    fn routes(&self) -> Vec<Route> {
        [list::routes(), units::routes(), slips::routes(), reopen::routes()].concat()
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![
            ViewInactive::grantable(),
            ExportInactive::grantable(),
            PrintSlips::grantable(),
            ReopenInactive::grantable(),
        ]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&list::LIST]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&reach::COUNTY_REOPENS]
    }

    fn access(&self) -> Vec<AccessCase> {
        let row = |method, route, holder| AccessCase { method, route, who: Who::Holder(holder) };
        let (view, print) = (ViewInactive::grantable(), PrintSlips::grantable());
        let reopen = ReopenInactive::grantable();
        vec![
            row("GET", "/import/inactive", view),
            row("GET", "/import/inactive/export", ExportInactive::grantable()),
            row("GET", "/import/inactive/units", view),
            row("POST", "/import/inactive/units", view),
            row("GET", "/import/inactive/slips", print),
            row("POST", "/import/inactive/slips", print),
            row("GET", "/import/inactive/reopen", reopen),
            row("POST", "/import/inactive/reopen", reopen),
            row("GET", "/import/inactive/<id>/reopen", reopen),
            row("POST", "/import/inactive/<id>/reopen", reopen),
        ]
    }

    async fn cards(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Card>> {
        card::cards(db, user, clock).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
