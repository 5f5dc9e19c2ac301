//! What becomes of an approved plan: published, signed up for, held, ended with a roster.

mod course;
mod enrol;
mod find;
mod mine;
mod public;

use kit::module::{AccessCase, Block, Group, MenuEntry, Who};
use kit::{Clock, Kinds, Migration, Module, Result};
use rocket::{Route, routes};
use sqlx::SqliteConnection;

pub use course::plans as search_plans;

/// 公示, 报名, 开班, 结业.
pub struct Classes;

#[rocket::async_trait]
impl Module for Classes {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训报名"
    }

    fn routes(&self) -> Vec<Route> {
        routes![
            public::list,
            public::show,
            mine::list,
            mine::ask,
            mine::sign_up,
            mine::cancel_page,
            mine::cancel,
        ]
    }

    fn menu(&self) -> Vec<MenuEntry> {
        vec![MenuEntry {
            group: Group::Personal,
            order: 903,
            title: "培训报名",
            href: "/training/mine",
            permission: None,
            subject: None,
            kinds: Kinds::ALL,
        }]
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration {
            name: "0010_classes",
            sql: include_str!("../migrations/0010_classes.sql"),
        }]
    }

    fn access(&self) -> Vec<AccessCase> {
        let case = |method, route, who| AccessCase { method, route, who };
        vec![
            case("GET", "/training/courses", Who::Everyone),
            case("GET", "/training/courses/<id>", Who::Everyone),
            case("GET", "/training/mine", Who::Person),
            case("GET", "/training/courses/<id>/sign-up", Who::Person),
            case("POST", "/training/courses/<id>/sign-up", Who::Person),
            case("GET", "/training/mine/<id>/cancel", Who::Person),
            case("POST", "/training/mine/<id>/cancel", Who::Person),
        ]
    }

    async fn home(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<Block>> {
        public::home(db, clock).await
    }
}
