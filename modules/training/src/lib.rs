//! Bases' training: plans (4.9), who takes part in them, annual reports (4.5).
//!
//! Each part is a `kit::Module` of its own; `TRAINING` is what they are together.

pub mod classes;
mod leaves;
pub mod plans;
pub mod proxy;
pub mod reports;

pub use classes::{RosterRow, roster};

use kit::module::{Joined, Template};

pub use leaves::{
    ENROLMENTS, PLAN_REVIEWS, PLANS, PROXIES, PROXY_REVIEWS, REPORT_REVIEWS, REPORTS,
};

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

fn templates() -> Vec<Template> {
    kit::module::embedded::<Templates>("training")
}

/// The module of 培训计划 and 年度报告.
pub const TRAINING: Joined = Joined {
    name: "training",
    title: "培训管理",
    parts: &[&leaves::Leaves, &plans::Plans, &classes::Classes, &proxy::Proxies, &reports::Reports],
    templates,
};
