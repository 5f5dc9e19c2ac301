//! The installed modules, in dependency order: the one list.

use kit::Module;

/// Adding a feature is a line here and one in the root Cargo.toml.
pub fn installed() -> Vec<Box<dyn Module>> {
    vec![
        Box::new(accounts::Accounts),
        Box::new(credit_hours::CREDIT_HOURS),
        Box::new(audits::Audits),
        Box::new(import::IMPORT),
        Box::new(verification::Verification),
        Box::new(queries::Queries),
        Box::new(transfers::Transfers),
        Box::new(training::TRAINING),
        Box::new(notices::Notices),
    ]
}
