//! 单位申报: a unit declares for its own people (domain.md §3.9). The header once, then the roster.

mod demo;
mod edit;
mod files;
mod header;
mod list;
mod measure;
mod mine;
mod own_people;
mod people;
mod problems;
mod read;
mod roster;
mod send;
mod show;
mod store;
mod subject;
mod template;
mod upload;

use kit::list::List;
use kit::module::{AccessCase, Demo, Task, Who};
use kit::review::AnySubject;
use kit::{
    Clock, Event, Grantable, Group, Kinds, MenuEntry, Migration, Module, Permission, Result,
};
use rocket::{Route, routes};
use sqlx::SqliteConnection;

use crate::leaves::{EditStaff, ExportStaff, ViewStaff};

pub use mine::pending;

/// Its pages.
pub const BASE: &str = "/credit-hours/staff";

/// Its part of the module.
pub struct Staff;

#[rocket::async_trait]
impl Module for Staff {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            list::page,
            edit::new,
            edit::suggested,
            edit::create,
            edit::edit,
            edit::update,
            files::open,
            roster::page,
            roster::change,
            people::page,
            people::add,
            people::everybody,
            upload::upload,
            template::download,
            show::show,
            send::submit,
            send::withdraw,
            send::remind,
            send::discard,
            send::copy,
        ]
    }

    fn permissions(&self) -> Vec<Grantable> {
        vec![ViewStaff::grantable(), EditStaff::grantable(), ExportStaff::grantable()]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let entry = |group, order, kinds| MenuEntry {
            group,
            order,
            title: "单位申报",
            href: BASE,
            permission: Some(ViewStaff::grantable()),
            subject: None,
            kinds,
        };
        vec![
            entry(Group::CreditHours, 510, Kinds::UNITS),
            // the bureau's menu is the manual's: there it stands among the screens that it lacks
            entry(Group::System, 907, Kinds::BUREAU),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration { name: "0030_staff", sql: include_str!("../migrations/0030_staff.sql") },
            Migration {
                name: "0031_staff_rules",
                sql: include_str!("../migrations/0031_staff_rules.sql"),
            },
        ]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(subject::StaffDeclarations)]
    }

    fn own_lists(&self) -> Vec<&'static List> {
        vec![&list::LIST, &people::LIST]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![problems::SWEEP]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |method, route, holder| AccessCase { method, route, who: Who::Holder(holder) };
        let (view, edit) = (ViewStaff::grantable(), EditStaff::grantable());
        vec![
            case("GET", "/credit-hours/staff", view),
            case("GET", "/credit-hours/staff/new", edit),
            case("GET", "/credit-hours/staff/suggest?<query..>", edit),
            case("POST", "/credit-hours/staff", edit),
            case("GET", "/credit-hours/staff/<id>", view),
            case("GET", "/credit-hours/staff/<id>/edit", edit),
            case("POST", "/credit-hours/staff/<id>", edit),
            case("GET", "/credit-hours/staff/<id>/files/<file>", view),
            case("GET", "/credit-hours/staff/<id>/roster?<page>", edit),
            case("POST", "/credit-hours/staff/<id>/roster?<page>", edit),
            case("GET", "/credit-hours/staff/<id>/people?<place>", edit),
            case("POST", "/credit-hours/staff/<id>/people/add", edit),
            case("POST", "/credit-hours/staff/<id>/people/all", edit),
            case("POST", "/credit-hours/staff/<id>/upload", edit),
            case("GET", "/credit-hours/staff/<id>/template?<names>", edit),
            case("POST", "/credit-hours/staff/<id>/submit", edit),
            case("POST", "/credit-hours/staff/<id>/withdraw", edit),
            case("POST", "/credit-hours/staff/<id>/remind", edit),
            case("POST", "/credit-hours/staff/<id>/discard", edit),
            case("POST", "/credit-hours/staff/<id>/copy", edit),
        ]
    }

    /// A declaration lies where its unit lies, and is found by the unit's name.
    async fn on(&self, tx: &mut SqliteConnection, event: &Event, _: &Clock) -> Result<()> {
        match event {
            Event::OrganizationChanged { organization } => store::moved(tx, *organization).await,
            _ => Ok(()),
        }
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }
}
