//! 为什么没完成: what is missing in a year, and whom to call.

use kit::Module;

/// Its part of the module.
pub struct Unfinished;

impl Module for Unfinished {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }
}
