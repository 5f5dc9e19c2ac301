//! 减免: a year's requirement lowered for one person (domain.md §5.3), applied for by himself or by
//! his unit. One is in force per person and year: the next one approved takes its place.

mod demo;
mod edit;
mod end;
mod force;
mod form;
mod mine;
mod show;
mod store;
mod subject;
mod unit;

use kit::list::List;
use kit::module::{AccessCase, Demo, Group, MenuEntry, Who};
use kit::review::AnySubject;
use kit::{
    Action, Clock, Event, Grantable, Kinds, Leaf, Migration, Module, Permission, Result, permission,
};
use rocket::{Route, routes};
use sqlx::SqliteConnection;

pub use demo::clerk;
pub use store::{InForce, in_force};

use crate::revocation::EditRevocations;

/// 减免申报: a unit applies for its own people.
pub const UNIT_EXEMPTIONS: Leaf = Leaf {
    key: "credit-hours.unit-exemptions",
    title: "减免申报",
    group: Group::CreditHours,
    kinds: Kinds::STAFFED.own_unit(),
};

permission!(pub ViewUnitExemptions, UNIT_EXEMPTIONS, View);
permission!(pub EditUnitExemptions, UNIT_EXEMPTIONS, Edit);

/// 减免申请 of a person, and of a unit.
pub const MINE: &str = "/credit-hours/exemptions";
pub const UNIT: &str = "/credit-hours/unit-exemptions";

/// Its part of the module.
pub struct Exemptions;

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] =
    &[("exists (select 1 from exemption x where x.person_id = j.value)", "有减免申请")];

#[rocket::async_trait]
impl Module for Exemptions {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        let mine = routes![
            mine::all,
            mine::new,
            mine::create,
            mine::shown,
            mine::edited,
            mine::update,
            mine::withdraw,
            mine::remind,
            mine::delete,
        ];
        let unit = routes![
            unit::all,
            unit::new,
            unit::create,
            unit::shown,
            unit::edited,
            unit::update,
            unit::withdraw,
            unit::remind,
            unit::delete,
        ];
        [mine, unit, routes![end::ask, end::end]].concat()
    }

    fn permissions(&self) -> Vec<Grantable> {
        let action = |action| Grantable { leaf: UNIT_EXEMPTIONS, action };
        [Action::View, Action::Edit, Action::Export].map(action).to_vec()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let unit = |group, order, kinds| MenuEntry {
            group,
            order,
            title: UNIT_EXEMPTIONS.title,
            href: UNIT,
            permission: Some(ViewUnitExemptions::grantable()),
            subject: None,
            kinds,
        };
        vec![
            unit(Group::CreditHours, 540, Kinds::UNITS),
            unit(Group::System, 840, Kinds::BUREAU),
            MenuEntry {
                group: Group::Personal,
                order: 904,
                title: "减免申请",
                href: MINE,
                permission: None,
                subject: None,
                kinds: Kinds::ALL,
            },
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0041_exemption",
            sql: include_str!("../migrations/0041_exemption.sql"),
        }]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(subject::Exemptions)]
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&unit::LIST]
    }

    fn access(&self) -> Vec<AccessCase> {
        let view = Who::Holder(ViewUnitExemptions::grantable());
        let edit = Who::Holder(EditUnitExemptions::grantable());
        let end = Who::Holder(EditRevocations::grantable());
        let case = |method, route, who| AccessCase { method, route, who };
        vec![
            case("GET", "/credit-hours/exemptions", Who::Person),
            case("POST", "/credit-hours/exemptions", Who::Person),
            case("GET", "/credit-hours/exemptions/new", Who::Person),
            case("GET", "/credit-hours/exemptions/<id>", Who::Person),
            case("POST", "/credit-hours/exemptions/<id>", Who::Person),
            case("GET", "/credit-hours/exemptions/<id>/edit", Who::Person),
            case("POST", "/credit-hours/exemptions/<id>/withdraw", Who::Person),
            case("POST", "/credit-hours/exemptions/<id>/remind", Who::Person),
            case("POST", "/credit-hours/exemptions/<id>/delete", Who::Person),
            case("GET", "/credit-hours/unit-exemptions", view),
            case("GET", "/credit-hours/unit-exemptions/<id>", view),
            case("POST", "/credit-hours/unit-exemptions", edit),
            case("GET", "/credit-hours/unit-exemptions/new", edit),
            case("POST", "/credit-hours/unit-exemptions/<id>", edit),
            case("GET", "/credit-hours/unit-exemptions/<id>/edit", edit),
            case("POST", "/credit-hours/unit-exemptions/<id>/withdraw", edit),
            case("POST", "/credit-hours/unit-exemptions/<id>/remind", edit),
            case("POST", "/credit-hours/unit-exemptions/<id>/delete", edit),
            case("GET", "/credit-hours/ended-exemptions/<id>", end),
            case("POST", "/credit-hours/ended-exemptions/<id>", end),
        ]
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        store::hear(tx, event).await
    }
}
