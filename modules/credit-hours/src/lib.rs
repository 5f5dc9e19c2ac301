//! Section 5 of the manual: declarations of hours, the ledger and its totals.

pub mod category;
mod declaration;
mod demo;
mod doctor;
pub mod ledger;
mod mine;
mod read;
mod subject;
mod year;

#[cfg(test)]
mod testing;

use rocket::{Route, routes};
use rust_embed::RustEmbed;
use sqlx::SqliteConnection;

use kit::list::List;
use kit::module::{AccessCase, Block, Card, Demo, Finding, Group, MenuEntry, Task, Template, Who};
use kit::review::AnySubject;
use kit::{Action, Clock, Event, Grantable, Migration, Module, Result, Setting, User, module};

pub use demo::example_sheet;
pub use ledger::totals::{Difference, recount};
pub use read::{CategoryTotal, EntryRow, YearTotal, entries, kind_label, year_totals};
pub use subject::{Content, Declarations, KIND_CELLS, KINDS, LEAF, Recognition};
pub use year::{OPEN_YEARS, open_years};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module.
pub struct CreditHours;

/// What only a person may call, as mounted.
const PERSONAL: [(&str, &str); 10] = [
    ("GET", "/credit-hours/mine"),
    ("GET", "/credit-hours/declarations?<year>"),
    ("GET", "/credit-hours/declarations/new"),
    ("POST", "/credit-hours/declarations"),
    ("GET", "/credit-hours/declarations/<id>"),
    ("GET", "/credit-hours/declarations/<id>/edit"),
    ("POST", "/credit-hours/declarations/<id>"),
    ("POST", "/credit-hours/declarations/<id>/withdraw"),
    ("POST", "/credit-hours/declarations/<id>/remind"),
    ("POST", "/credit-hours/declarations/<id>/delete"),
];

#[rocket::async_trait]
impl Module for CreditHours {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        use declaration::{acts, pages};
        routes![
            mine::mine,
            pages::list,
            pages::new,
            pages::edit,
            pages::show,
            acts::create,
            acts::update,
            acts::withdraw,
            acts::remind,
            acts::delete,
        ]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        let personal = |order, title, href| MenuEntry {
            group: Group::Personal,
            order,
            title,
            href,
            permission: None,
            subject: None,
            kinds: kit::Kinds::ALL,
        };
        vec![
            MenuEntry {
                group: Group::CreditHours,
                order: 501,
                title: "学时审批",
                href: "/desk/declarations",
                permission: Some(Grantable { leaf: LEAF, action: Action::View }),
                subject: Some("declarations"),
                kinds: kit::Kinds::ALL,
            },
            personal(902, "我的学时", "/credit-hours/mine"),
            personal(901, "我的学时申报", "/credit-hours/declarations"),
        ]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration { name: "0001_hours", sql: include_str!("../migrations/0001_hours.sql") }]
    }

    fn templates(&self) -> Vec<Template> {
        module::embedded::<Templates>("credit-hours")
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(Declarations)]
    }

    fn lists(&self) -> Vec<&'static List> {
        vec![]
    }

    fn settings(&self) -> Vec<&'static Setting> {
        vec![&OPEN_YEARS]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![year::NEW_YEAR]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |(method, route)| AccessCase { method, route, who: Who::Person };
        PERSONAL.into_iter().map(case).collect()
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
        year::hear(tx, event, clock).await
    }

    async fn cards(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Card>> {
        mine::cards(db, user, clock).await
    }

    async fn start(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Block>> {
        mine::start(db, user, clock).await
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        demo::fill(tx, county).await
    }

    async fn doctor(&self, db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        doctor::doctor(db).await
    }
}
