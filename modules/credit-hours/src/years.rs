//! 学时规则 › 年度要求, 申报时间, 科目: what a year asks for, when, and the subjects it has.

use kit::{Migration, Module};

/// Its part of the module.
pub struct Years;

impl Module for Years {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration { name: "0020_years", sql: include_str!("../migrations/0020_years.sql") }]
    }
}
