//! Bases' training: plans (4.9), who takes part in them, annual reports (4.5).
//!
//! Each part is a `kit::Module` of its own and brings its routes, menu, rows of the access test,
//! lists and demo itself; `Training` is what they are together: one address, one name in the
//! database, one folder of templates.

pub mod classes;
mod leaves;
pub mod plans;
pub mod reports;

pub use classes::{RosterRow, roster};

use kit::list::List;
use kit::module::{AccessCase, Block, Card, Demo, Finding, MenuEntry, Task};
use kit::review::AnySubject;
use kit::{Clock, Event, Grantable, Migration, Module, Result, Setting, Template, User};
use rocket::{Build, Rocket, Route};
use sqlx::SqliteConnection;

pub use leaves::{ENROLMENTS, PLAN_REVIEWS, PLANS, REPORT_REVIEWS, REPORTS};

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module of 培训计划 and 年度报告.
pub struct Training;

/// In the order in which they stand on each other.
const PARTS: [&dyn Module; 3] = [&plans::Plans, &classes::Classes, &reports::Reports];

#[rocket::async_trait]
impl Module for Training {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训管理"
    }

    fn routes(&self) -> Vec<Route> {
        PARTS.iter().flat_map(|part| part.routes()).collect()
    }

    fn build(&self, rocket: Rocket<Build>) -> Rocket<Build> {
        PARTS.iter().fold(rocket, |rocket, part| part.build(rocket))
    }

    fn permissions(&self) -> Vec<Grantable> {
        leaves::all()
    }

    fn menu(&self) -> Vec<MenuEntry> {
        PARTS.iter().flat_map(|part| part.menu()).collect()
    }

    fn migrations(&self) -> Vec<Migration> {
        PARTS.iter().flat_map(|part| part.migrations()).collect()
    }

    fn templates(&self) -> Vec<Template> {
        kit::module::embedded::<Templates>(self.name())
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        PARTS.iter().flat_map(|part| part.reviews()).collect()
    }

    fn lists(&self) -> Vec<&'static List> {
        PARTS.iter().flat_map(|part| part.lists()).collect()
    }

    fn own_lists(&self) -> Vec<&'static List> {
        PARTS.iter().flat_map(|part| part.own_lists()).collect()
    }

    fn settings(&self) -> Vec<&'static Setting> {
        PARTS.iter().flat_map(|part| part.settings()).collect()
    }

    fn tasks(&self) -> Vec<Task> {
        PARTS.iter().flat_map(|part| part.tasks()).collect()
    }

    fn access(&self) -> Vec<AccessCase> {
        PARTS.iter().flat_map(|part| part.access()).collect()
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
        for part in PARTS {
            part.on(&mut *tx, event, clock).await?;
        }
        Ok(())
    }

    async fn cards(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Card>> {
        let mut cards = Vec::new();
        for part in PARTS {
            cards.extend(part.cards(&mut *db, user, clock).await?);
        }
        Ok(cards)
    }

    async fn start(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Block>> {
        let mut blocks = Vec::new();
        for part in PARTS {
            blocks.extend(part.start(&mut *db, user, clock).await?);
        }
        Ok(blocks)
    }

    async fn home(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<Block>> {
        let mut blocks = Vec::new();
        for part in PARTS {
            blocks.extend(part.home(&mut *db, clock).await?);
        }
        Ok(blocks)
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        for part in PARTS {
            part.demo(&mut *tx, county).await?;
        }
        Ok(())
    }

    async fn doctor(&self, db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for part in PARTS {
            findings.extend(part.doctor(&mut *db).await?);
        }
        Ok(findings)
    }
}
