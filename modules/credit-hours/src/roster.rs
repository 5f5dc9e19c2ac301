//! 名单: what others declare for people — an employer for its staff, a base for its trainees,
//! former years' hours. Rows are checked alike when they arrive and again when they are approved;
//! one accepted row becomes one entry of the ledger, a failing one is left out with its reason.

mod check;
mod enter;
mod seen;
mod store;
mod waiting;

pub use check::{NOT_OURS, Verdict, check};
pub use enter::{Entered, Entering, enter};
pub use store::{NewRow, Row, administrators, clear, of_case, put, rows, set_state};
pub use waiting::{Waiting, waiting};

/// 单位申报
pub const STAFF: &str = "staff";
/// 继续教育基地代申报
pub const PROXY: &str = "proxy";
/// 历史学时
pub const HISTORY: &str = "history";

/// What a roster's kind is called.
pub fn noun(subject: &str) -> &'static str {
    match subject {
        STAFF => "单位申报",
        PROXY => "继续教育基地代申报",
        _ => "历史学时导入",
    }
}

#[cfg(test)]
mod tests;
