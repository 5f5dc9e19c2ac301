//! Section 5 of the manual: the ways hours are declared, the ledger, its rules and its totals.

pub mod category;
mod claims;
mod declaration;
mod demo;
mod doctor;
mod exemption;
pub mod leaves;
pub mod ledger;
mod mine;
mod own;
mod read;
mod revocation;
pub mod roster;
mod rules;
mod staff;
mod subject;
mod unfinished;
pub mod windows;
mod year;
mod years;

#[cfg(test)]
mod testing;

use rust_embed::RustEmbed;

use kit::module::{self, Joined, Template};

pub use claims::{Claim, Existing, How, Origin, Taken, among, existing, taken};
pub use declaration::rules::{comparable, comparable_certificate};
pub use demo::example_sheet;
pub use exemption::{InForce, UNIT_EXEMPTIONS, in_force};
pub use ledger::source_label;
pub use ledger::totals::{Difference, recount};
pub use read::{CategoryTotal, EntryRow, YearTotal, entries, kind_label, year_totals};
pub use revocation::{
    EditRevocations, Revoked, ViewRevocations, entry_page, reason as revocation_reason, revoked,
    since,
};
pub use subject::{Content, Declarations, KIND_CELLS, KINDS, LEAF, Recognition};
pub use unfinished::{Explanation, Sentence, UNFINISHED, explain, explain_all};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

fn templates() -> Vec<Template> {
    module::embedded::<Templates>("credit-hours")
}

/// The module of 学时: each part brings its own screens.
pub const CREDIT_HOURS: Joined = Joined {
    name: "credit-hours",
    title: "学时",
    parts: &[
        &own::Own,
        &rules::Rules,
        &years::Years,
        &staff::Staff,
        &revocation::Revocations,
        &exemption::Exemptions,
        &unfinished::Unfinished,
    ],
    templates,
};
