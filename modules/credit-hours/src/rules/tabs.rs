//! The tabs of 学时规则: each is a screen of its own below one menu entry.

use kit::list::Tab;

/// 折算规则
pub const CONVERSION: &str = "/credit-hours/rules";
/// 测算
pub const TRIAL: &str = "/credit-hours/rules/try";

/// 年度要求
pub const REQUIREMENTS: &str = "/credit-hours/rules/requirements";
/// 申报时间
pub const WINDOWS: &str = "/credit-hours/rules/windows";
/// 科目
pub const SUBJECTS: &str = "/credit-hours/rules/categories";

/// (title, address), in order.
const ALL: &[(&str, &str)] = &[
    ("折算规则", CONVERSION),
    ("测算", TRIAL),
    ("年度要求", REQUIREMENTS),
    ("申报时间", WINDOWS),
    ("科目", SUBJECTS),
];

/// The tabs with the one at `current` (its address) marked: for `Extra::tabs` of a list, or for
/// the component `tabs` of a page.
pub fn tabs(current: &str) -> Vec<Tab> {
    ALL.iter()
        .map(|(title, href)| Tab {
            title: (*title).to_owned(),
            href: (*href).to_owned(),
            current: *href == current,
        })
        .collect()
}
