//! 减免: a year's requirement lowered for one person (domain.md §5.3).

use kit::Module;

/// Its part of the module.
pub struct Exemptions;

impl Module for Exemptions {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }
}
