//! Several parts as one module: one address, one name in the database, one folder of templates.

use rocket::{Build, Rocket, Route};
use sqlx::SqliteConnection;

use super::{AccessCase, Block, Card, Demo, Finding, MenuEntry, Module, Task, Template};
use crate::list::List;
use crate::review::AnySubject;
use crate::{Clock, Event, Grantable, Migration, Result, Setting, User};

/// A module whose screens are parts, each a `Module` with routes, menu, rows of the access test,
/// lists and demo of its own. Registrations and applicants stay with undivided modules.
pub struct Joined {
    pub name: &'static str,
    pub title: &'static str,
    /// In the order in which they stand on each other.
    pub parts: &'static [&'static dyn Module],
    /// The folder they share.
    pub templates: fn() -> Vec<Template>,
}

impl Joined {
    fn all<T>(&self, of: impl Fn(&'static dyn Module) -> Vec<T>) -> Vec<T> {
        self.parts.iter().flat_map(|part| of(*part)).collect()
    }
}

#[rocket::async_trait]
impl Module for Joined {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn routes(&self) -> Vec<Route> {
        self.all(|part| part.routes())
    }

    fn build(&self, rocket: Rocket<Build>) -> Rocket<Build> {
        self.parts.iter().fold(rocket, |rocket, part| part.build(rocket))
    }

    fn permissions(&self) -> Vec<Grantable> {
        self.all(|part| part.permissions())
    }

    fn menu(&self) -> Vec<MenuEntry> {
        self.all(|part| part.menu())
    }

    fn migrations(&self) -> Vec<Migration> {
        let mut all = self.all(|part| part.migrations());
        all.sort_by_key(|migration| migration.name);
        all
    }

    fn templates(&self) -> Vec<Template> {
        (self.templates)()
    }

    fn reviews(&self) -> Vec<Box<dyn AnySubject>> {
        self.all(|part| part.reviews())
    }

    fn lists(&self) -> Vec<&'static List> {
        self.all(|part| part.lists())
    }

    fn own_lists(&self) -> Vec<&'static List> {
        self.all(|part| part.own_lists())
    }

    fn settings(&self) -> Vec<&'static Setting> {
        self.all(|part| part.settings())
    }

    fn tasks(&self) -> Vec<Task> {
        self.all(|part| part.tasks())
    }

    fn access(&self) -> Vec<AccessCase> {
        self.all(|part| part.access())
    }

    async fn on(&self, tx: &mut SqliteConnection, event: &Event, clock: &Clock) -> Result<()> {
        for part in self.parts {
            part.on(&mut *tx, event, clock).await?;
        }
        Ok(())
    }

    async fn holds(
        &self,
        db: &mut SqliteConnection,
        people: &[crate::PersonId],
    ) -> Result<Vec<(crate::PersonId, String)>> {
        let mut held = vec![];
        for part in self.parts {
            held.extend(part.holds(&mut *db, people).await?);
        }
        Ok(held)
    }

    async fn cards(
        &self,
        db: &mut SqliteConnection,
        user: &User,
        clock: &Clock,
    ) -> Result<Vec<Card>> {
        let mut cards = Vec::new();
        for part in self.parts {
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
        for part in self.parts {
            blocks.extend(part.start(&mut *db, user, clock).await?);
        }
        Ok(blocks)
    }

    async fn home(&self, db: &mut SqliteConnection, clock: &Clock) -> Result<Vec<Block>> {
        let mut blocks = Vec::new();
        for part in self.parts {
            blocks.extend(part.home(&mut *db, clock).await?);
        }
        Ok(blocks)
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        for part in self.parts {
            part.demo(&mut *tx, county).await?;
        }
        Ok(())
    }

    async fn doctor(&self, db: &mut SqliteConnection) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for part in self.parts {
            findings.extend(part.doctor(&mut *db).await?);
        }
        Ok(findings)
    }
}
