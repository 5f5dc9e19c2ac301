//! 培训计划: what a base plans, version by version (domain.md §3.10).

mod content;

pub use content::{Content, Course, content_in_force};
