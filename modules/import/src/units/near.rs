//! Units that a name which is none may have meant.

use std::collections::HashMap;

use kit::OrganizationId;

use super::plain;
use crate::check::distance;

/// Names told at most.
const MOST: usize = 3;

/// Whether a name is a unit's own without the county before it, or with something more before it:
/// 第一小学, 河南省云川县第一小学. Both plain.
pub fn same(typed: &str, name: &str) -> bool {
    typed.chars().count() >= 3 && (name.ends_with(typed) || typed.ends_with(name))
}

/// The units whose names are close to what was typed (already plain): those that hold it (the
/// county's prefix was left out) or lie in it (something was put before), else one slip away.
pub fn names<'u>(typed: &str, units: &'u HashMap<OrganizationId, String>) -> Vec<&'u str> {
    let length = typed.chars().count();
    if length < 2 {
        return vec![];
    }
    let plain: Vec<(String, &str)> = units.values().map(|n| (plain(n), n.as_str())).collect();
    let of = |near: &dyn Fn(&str) -> bool| -> Vec<&'u str> {
        let mut found: Vec<&str> =
            plain.iter().filter(|(plain, _)| near(plain)).map(|(_, name)| *name).collect();
        found.sort_unstable_by_key(|name| (name.chars().count(), *name));
        found.truncate(MOST);
        found
    };
    let ends = of(&|name| name.ends_with(typed));
    if !ends.is_empty() {
        return ends;
    }
    let slips = if length < 5 { 1 } else { 2 };
    let slipped = of(&|name| {
        let other = name.chars().count();
        other.abs_diff(length) <= slips && other > slips && distance(typed, name) <= slips
    });
    if !slipped.is_empty() {
        return slipped;
    }
    let holds = of(&|name| name.contains(typed));
    if !holds.is_empty() {
        return holds;
    }
    // the longest name that what was typed ends with: 河南省云川县第一小学
    let mut within = of(&|name| name.chars().count() >= 3 && typed.contains(name));
    within.reverse();
    within.truncate(1);
    within
}
