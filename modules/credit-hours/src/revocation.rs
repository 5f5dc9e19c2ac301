//! 撤销 and 更正 of approved entries (domain.md §2.18): the bureau alone, with a reason; never a
//! deletion.

mod acts;
mod case;
mod correct;
mod demo;
mod form;
mod limits;
mod list;
mod revoke;
mod show;
mod since;
mod store;
mod tell;

use kit::list::List;
use kit::module::{AccessCase, Demo, Group, MenuEntry, Who};
use kit::{Action, Grantable, Kinds, Leaf, Migration, Module, Permission, Result, permission};
use rocket::{Route, routes};
use sqlx::SqliteConnection;

pub use form::reason;
pub use show::entry_page;
pub use since::since;
pub use store::{Revoked, SHOWN_STATE, corrected_to, ended, facts, revoked, shown_state};
pub use tell::{account_of, administrators_of};

/// 学时撤销更正 in the role form, 学时撤销记录 in the menu.
pub const REVOCATIONS: Leaf = Leaf {
    key: "credit-hours.revocations",
    title: "学时撤销更正",
    group: Group::System,
    kinds: Kinds::BUREAU,
};

permission!(pub ViewRevocations, REVOCATIONS, View);
permission!(
    /// May revoke and correct approved entries of people in his scope.
    pub EditRevocations, REVOCATIONS, Edit
);

/// Its part of the module.
pub struct Revocations;

#[rocket::async_trait]
impl Module for Revocations {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            list::all,
            show::entry,
            case::case,
            case::revoke_all,
            revoke::ask,
            revoke::revoke,
            correct::ask,
            correct::correct,
        ]
    }

    fn permissions(&self) -> Vec<Grantable> {
        let action = |action| Grantable { leaf: REVOCATIONS, action };
        [Action::View, Action::Edit, Action::Export].map(action).to_vec()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::System,
            order: 830,
            title: "学时撤销记录",
            href: "/credit-hours/revocations",
            permission: Some(ViewRevocations::grantable()),
            subject: None,
            kinds: Kinds::BUREAU,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration {
                name: "0040_revocation",
                sql: include_str!("../migrations/0040_revocation.sql"),
            },
            Migration {
                name: "0042_reversals",
                sql: include_str!("../migrations/0042_reversals.sql"),
            },
        ]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&list::LIST]
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }

    fn access(&self) -> Vec<AccessCase> {
        let view = Who::Holder(ViewRevocations::grantable());
        let edit = Who::Holder(EditRevocations::grantable());
        let case = |method, route, who| AccessCase { method, route, who };
        vec![
            case("GET", "/credit-hours/revocations", view),
            case("GET", "/credit-hours/entries/<id>", view),
            case("GET", "/credit-hours/cases/<case>", edit),
            case("POST", "/credit-hours/cases/<case>/revoke", edit),
            case("GET", "/credit-hours/entries/<id>/revoke", edit),
            case("POST", "/credit-hours/entries/<id>/revoke", edit),
            case("GET", "/credit-hours/entries/<id>/correct", edit),
            case("POST", "/credit-hours/entries/<id>/correct", edit),
        ]
    }
}
