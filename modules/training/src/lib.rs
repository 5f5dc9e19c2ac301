//! Bases' training: plans (4.9), who takes part in them, annual reports (4.5).

mod leaves;
pub mod plans;

use kit::{Grantable, Migration, Module, Template};
use rocket::Route;

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// The module of 培训计划 and 年度报告.
pub struct Training;

#[rocket::async_trait]
impl Module for Training {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训管理"
    }

    fn routes(&self) -> Vec<Route> {
        vec![]
    }

    fn permissions(&self) -> Vec<Grantable> {
        leaves::all()
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration { name: "0001_plans", sql: include_str!("../migrations/0001_plans.sql") }]
    }

    fn templates(&self) -> Vec<Template> {
        kit::module::embedded::<Templates>(self.name())
    }
}
