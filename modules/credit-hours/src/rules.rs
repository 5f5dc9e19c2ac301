//! 学时规则: how a result of learning is converted to hours (domain.md §5.4), and the limits that
//! every way into the ledger keeps.

mod engine;
mod form;
mod held;
mod limits;
mod list;
mod pages;
mod rule;
mod store;
pub mod tabs;
mod trial;
mod typed;

use rocket::{Route, routes};

use kit::list::List;
use kit::module::{AccessCase, Group, MenuEntry, Who};
use kit::{Grantable, Migration, Module, Permission, Setting, permission};

use crate::leaves::{EditRules, RULES, ViewRules};

use held::CONVERSION_CAP;

pub use engine::{Standing, Suggestion, suggest};
pub use held::{Waiting, standing, standings};
pub use limits::{Limits, Wanted};
pub use rule::{Rule, all};
pub use store::version;
pub use trial::Shown;
pub use typed::{Asks, Query, Typed, asks, items};

permission!(pub ExportRules, RULES, Export);

/// Its part of the module.
pub struct Rules;

impl Module for Rules {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            list::page,
            trial::page,
            form::new,
            form::create,
            form::edit,
            form::update,
            pages::show,
            pages::version,
            pages::end_page,
            pages::end,
        ]
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewRules::grantable(), EditRules::grantable(), ExportRules::grantable()]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::System,
            order: 902,
            title: "学时规则",
            href: "/credit-hours/rules",
            permission: Some(ViewRules::grantable()),
            subject: None,
            kinds: kit::Kinds::BUREAU,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration { name: "0010_rules", sql: include_str!("../migrations/0010_rules.sql") },
            Migration {
                name: "0011_suggested",
                sql: include_str!("../migrations/0011_suggested.sql"),
            },
            Migration { name: "0012_sources", sql: include_str!("../migrations/0012_sources.sql") },
        ]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![&list::LIST]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&CONVERSION_CAP]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |method, route, who| AccessCase { method, route, who };
        let view = Who::Holder(ViewRules::grantable());
        let edit = Who::Holder(EditRules::grantable());
        vec![
            case("GET", "/credit-hours/rules", view),
            case("POST", "/credit-hours/rules", edit),
            case("GET", "/credit-hours/rules/new", edit),
            case("GET", "/credit-hours/rules/try", view),
            case("GET", "/credit-hours/rules/<id>", view),
            case("POST", "/credit-hours/rules/<id>", edit),
            case("GET", "/credit-hours/rules/<id>/edit", edit),
            case("GET", "/credit-hours/rules/<id>/versions/<number>", view),
            case("GET", "/credit-hours/rules/<id>/end", edit),
            case("POST", "/credit-hours/rules/<id>/end", edit),
        ]
    }
}
