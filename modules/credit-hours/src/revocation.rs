//! 撤销 and 更正 of approved entries (domain.md §2.18).

use kit::Module;

/// Its part of the module.
pub struct Revocations;

impl Module for Revocations {
    fn name(&self) -> &'static str {
        "credit-hours"
    }

    fn title(&self) -> &'static str {
        "学时"
    }
}
