//! 年度要求: what a year asks for, its windows, the subjects.

use kit::Module;

/// Its part of the module.
pub struct Years;

impl Module for Years {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }
}
