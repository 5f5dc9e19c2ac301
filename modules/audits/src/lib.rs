//! Section 4 of the manual, 审核账户: one file per audit.
//!
//! The review desk itself is the kit's engine and the core's screens. The audits 4.1–4.9 come as
//! subjects of this module, each with the screen that submits it; none is built yet, so the menu
//! shows no entry of the group.

use kit::Module;

/// The module of 审核账户.
pub struct Audits;

impl Module for Audits {
    fn name(&self) -> &'static str {
        "audits"
    }

    fn title(&self) -> &'static str {
        "审核账户"
    }
}
