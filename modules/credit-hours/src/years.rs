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

use crate::windows::Window;

/// Its part of the module.
pub struct Years;

#[derive(PartialEq, Eq, Clone, Copy)]
enum Tabs {
    Requirements,
    Windows,
    Subjects,
}

fn tabs(current: Tabs) -> Vec<Tab> {
    [
        (Tabs::Requirements, "年度要求", "/credit-hours/rules/requirements"),
        (Tabs::Windows, "申报时间", "/credit-hours/rules/windows"),
        (Tabs::Subjects, "科目", "/credit-hours/rules/categories"),
    ]
    .map(|(tab, title, href)| Tab {
        title: title.to_owned(),
        href: href.to_owned(),
        current: tab == current,
    })
    .to_vec()
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
