//! The installed modules, in dependency order: the one list.

use kit::Module;

/// Adding a feature is a line here and one in the root Cargo.toml.
pub fn installed() -> Vec<Box<dyn Module>> {
    vec![
        Box::new(accounts::Accounts),
        Box::new(credit_hours::CreditHours),
        Box::new(audits::Audits),
        Box::new(import::Import),
        Box::new(verification::Verification),
        Box::new(queries::Queries),
        Box::new(transfers::Transfers),
        Box::new(training::Training),
        Box::new(notices::Notices),
    ]
}
