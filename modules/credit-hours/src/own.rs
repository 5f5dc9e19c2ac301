//! 我的学时申报 and 我的学时 of a person, and the desk of 5.1 学时审批.

use rocket::{Route, routes};
use sqlx::SqliteConnection;

use kit::module::{AccessCase, Block, Card, Demo, Finding, Group, MenuEntry, Task, Who};
use kit::review::AnySubject;
use kit::{Action, Clock, Event, Grantable, Migration, Module, Result, User};

use crate::subject::{Declarations, LEAF};
use crate::{declaration, demo, doctor, mine, year};

/// Its part of the module.
pub struct Own;

/// What only a person may call, as mounted.
const PERSONAL: [(&str, &str); 12] = [
    ("GET", "/credit-hours/mine"),
    ("GET", "/credit-hours/declarations?<year>"),
    ("GET", "/credit-hours/declarations/new"),
    ("GET", "/credit-hours/suggest?<query..>"),
    ("POST", "/credit-hours/declarations"),
    ("GET", "/credit-hours/declarations/<id>"),
    ("GET", "/credit-hours/declarations/<id>/edit"),
    ("POST", "/credit-hours/declarations/<id>"),
    ("POST", "/credit-hours/declarations/<id>/withdraw"),
    ("POST", "/credit-hours/declarations/<id>/remind"),
    ("POST", "/credit-hours/declarations/<id>/delete"),
    ("POST", "/credit-hours/declarations/<id>/copy"),
];

/// What must not be lost with a person.
const HOLDS: &[(&str, &str)] = &[
    ("exists (select 1 from entry x where x.person_id = j.value)", "有学时记录"),
    ("exists (select 1 from declaration x where x.person_id = j.value)", "有学时申报"),
    ("exists (select 1 from roster_row x where x.person_id = j.value)", "在学时申报名单中"),
];

#[rocket::async_trait]
impl Module for Own {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        use declaration::{acts, copy, pages};
        routes![
            mine::mine,
            pages::list,
            pages::new,
            pages::edit,
            pages::show,
            declaration::suggest::as_typed,
            acts::create,
            acts::update,
            acts::withdraw,
            acts::remind,
            acts::delete,
            copy::copy,
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
        vec![
            Migration { name: "0001_hours", sql: include_str!("../migrations/0001_hours.sql") },
            Migration { name: "0002_shared", sql: include_str!("../migrations/0002_shared.sql") },
            Migration {
                name: "0015_evidence_slots",
                sql: include_str!("../migrations/0015_evidence_slots.sql"),
            },
            Migration {
                name: "0016_elsewhere",
                sql: include_str!("../migrations/0016_elsewhere.sql"),
            },
        ]
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        vec![Box::new(Declarations)]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![year::NEW_YEAR]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |(method, route)| AccessCase { method, route, who: Who::Person };
        PERSONAL.into_iter().map(case).collect()
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[kit::PersonId],
    ) -> Result<Vec<(kit::PersonId, String)>> {
        kit::module::held(db, people, HOLDS).await
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
