//! The leaves of section 5 beside the desk's own, and what may be done on them.

use kit::{Group, Kinds, Leaf, permission};

/// 学时规则: conversion rules, requirements, windows, subjects.
pub const RULES: Leaf = Leaf {
    key: "credit-hours.rules",
    title: "学时规则",
    group: Group::System,
    kinds: Kinds::BUREAU.whole_county(),
};

permission!(pub ViewRules, RULES, View);
permission!(pub EditRules, RULES, Edit);

/// The subjects that share the menu's entry 学时审批: (key, title of its switch).
pub const FAMILY: &[(&str, &str)] = &[
    ("declarations", "个人申报"),
    ("staff-declarations", "单位申报"),
    ("history-hours", "历史学时"),
    ("exemptions", "减免"),
];

/// 单位申报: a unit declares for its own people.
pub const STAFF: Leaf = Leaf {
    key: "credit-hours.staff",
    title: "单位申报",
    group: Group::CreditHours,
    kinds: Kinds::ALL.own_unit(),
};

permission!(pub ViewStaff, STAFF, View);
permission!(
    /// Writes and submits declarations of the unit's, keeps their rosters.
    pub EditStaff, STAFF, Edit
);
permission!(pub ExportStaff, STAFF, Export);
