//! 单位申报: an employer declares for its staff (domain.md §3.9).

use kit::Module;

/// Its part of the module.
pub struct Staff;

impl Module for Staff {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }
}
