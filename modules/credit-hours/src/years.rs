//! 学时规则 › 年度要求, 申报时间, 科目: what a year asks for, when, and the subjects it has.

mod categories;
mod rebuild;
mod requirements;
mod windows;

use kit::list::Tab;
use kit::module::{AccessCase, Demo, Task};
use kit::{Migration, Module, Result};
use rocket::Route;
use sqlx::SqliteConnection;

use crate::rules::tabs as rules;
use crate::windows::Window;

/// Its part of the module.
pub struct Years;

#[derive(Clone, Copy)]
enum Tabs {
    Requirements,
    Windows,
    Subjects,
}

/// All tabs of 学时规则.
fn tabs(current: Tabs) -> Vec<Tab> {
    rules::tabs(match current {
        Tabs::Requirements => rules::REQUIREMENTS,
        Tabs::Windows => rules::WINDOWS,
        Tabs::Subjects => rules::SUBJECTS,
    })
}

#[rocket::async_trait]
impl Module for Years {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn routes(&self) -> Vec<Route> {
        [requirements::routes(), windows::routes(), categories::routes()].concat()
    }

    fn access(&self) -> Vec<AccessCase> {
        [requirements::access(), windows::access(), categories::access()].concat()
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration { name: "0020_years", sql: include_str!("../migrations/0020_years.sql") }]
    }

    fn tasks(&self) -> Vec<Task> {
        vec![rebuild::GO_ON]
    }

    async fn demo(&self, tx: &mut SqliteConnection, county: &mut Demo) -> Result<()> {
        let now = county.clock.year();
        for year in now - 5..=now {
            let window = Window {
                year,
                declare_from: format!("{year:04}-01-01"),
                declare_to: format!("{year:04}-12-31"),
                audit_to: format!("{:04}-01-31", year + 1),
                makeup_to: String::new(),
            };
            crate::windows::put(&mut *tx, &window).await?;
        }
        Ok(())
    }
}
