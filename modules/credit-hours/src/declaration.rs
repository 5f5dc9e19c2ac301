//! 我的学时申报: a person's own declarations, from the draft to where they stand.

pub mod acts;
pub mod copy;
pub mod evidence;
pub mod form;
pub mod pages;
pub mod rules;
pub mod slots;
pub mod store;
pub mod suggest;

use kit::review::CaseState;

/// Hours of one declaration at most (domain.md §5.4), in tenths.
pub const CAP: i64 = 900;
/// Hours of one day at most, of kinds that are time spent (domain.md, Decisions), in tenths.
pub const PER_DAY: i64 = 80;
/// Files of one declaration at most.
pub const MOST_FILES: usize = 10;

/// (shown, class of its tag) of a stored state.
pub fn state_label(state: &str) -> (&'static str, &'static str) {
    match state {
        "pending" => (CaseState::Pending.label(), CaseState::Pending.tag()),
        "approved" => (CaseState::Approved.label(), CaseState::Approved.tag()),
        "rejected" => (CaseState::Rejected.label(), CaseState::Rejected.tag()),
        "withdrawn" => (CaseState::Withdrawn.label(), CaseState::Withdrawn.tag()),
        "revoked" => ("已撤销", "back"),
        "corrected" => ("已更正", "pass"),
        _ => ("草稿", "info"),
    }
}
