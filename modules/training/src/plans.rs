//! 培训计划: what a base plans, version by version (domain.md §3.10).

mod blocks;
mod content;

use kit::{Migration, Module};

pub use blocks::blocks;
pub use content::{Content, Course, content_in_force};

/// 4.9 and 培训计划申报.
pub struct Plans;

#[rocket::async_trait]
impl Module for Plans {
    fn name(&self) -> &'static str {
        "training"
    }

    fn title(&self) -> &'static str {
        "培训计划申报"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![
            Migration { name: "0001_plans", sql: include_str!("../migrations/0001_plans.sql") },
            Migration {
                name: "0002_plan_indexes",
                sql: include_str!("../migrations/0002_plan_indexes.sql"),
            },
        ]
    }
}
