//! What the desk is told of the person's other claims on the same days.

use kit::dictionary::learning_kind;
use kit::review::Check;
use kit::{Hours, day};
use time::Date;

use super::Content;
use crate::claims::{self, Existing};
use crate::declaration::{PER_DAY, rules};

/// 重复申报: the same learning stands against it, other things on the same days are to be looked at.
pub(super) fn repeated(existing: &[Existing], content: &Content) -> Vec<Check> {
    let claim = content.claim();
    let taken = claims::among(existing, &claim);
    let mut checks: Vec<Check> =
        taken.iter().map(|found| Check::refuse(format!("{}。", found.sentence))).collect();
    let likenesses = claims::likenesses(existing, &claim);
    match likenesses.iter().filter(|found| !found.how.certain()).count() {
        0 if taken.is_empty() => checks.push(Check::ok("没有重复申报同一项目")),
        0 => {}
        others => checks.push(Check::warn(format!(
            "同一时间段另有 {others} 条学时记录或申报，请对照“重复检测”逐条核对是否同一项目"
        ))),
    }
    checks
}

/// Classes on the same days that come to more hours together than the days have. None if this one
/// is no class, or no other is.
pub(super) fn crowded(existing: &[Existing], content: &Content) -> Option<Check> {
    let class = |kind: &str| learning_kind(kind).is_some_and(|kind| kind.class_like);
    if !class(&content.kind) {
        return None;
    }
    let (from, to) = (&content.started_on, &content.ended_on);
    let others: Vec<&Existing> = existing
        .iter()
        .filter(|one| one.declaration != Some(content.declaration) && class(&one.kind))
        .filter(|one| one.overlaps(from, to))
        .collect();
    let mut ranges = vec![range(from, to)?];
    ranges.extend(others.iter().filter_map(|one| range(&one.started_on, &one.ended_on)));
    let days = days_of(ranges);
    let most = Hours::from_tenths(days * PER_DAY);
    let sum = content.hours + others.iter().map(|one| one.hours).sum::<Hours>();
    (!others.is_empty() && sum > most).then(|| {
        Check::warn(format!(
            "同一时间段的培训类学时合计 {sum} 学时（本条 {}，另 {} 条 {}），这些日子共 {days} 天，按每天 {} 学时最多 {most} 学时，请核对",
            content.hours,
            others.len(),
            others.iter().map(|one| one.hours).sum::<Hours>(),
            Hours::from_tenths(PER_DAY),
        ))
    })
}

fn range(from: &str, to: &str) -> Option<(Date, Date)> {
    Some((day::stored_date(from)?, day::stored_date(to)?))
}

/// Days that lie in any of the ranges, each once.
fn days_of(mut ranges: Vec<(Date, Date)>) -> i64 {
    ranges.sort_unstable();
    let mut sum = 0;
    let mut reached: Option<Date> = None;
    for (from, to) in ranges {
        let from = match reached {
            Some(reached) if reached >= to => continue,
            Some(reached) => reached.next_day().map_or(from, |next| from.max(next)),
            None => from,
        };
        sum += rules::days(from, to).max(0);
        reached = Some(to);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{days_of, range};

    #[test]
    fn each_day_counts_once() {
        let ranges = |all: &[(&str, &str)]| -> i64 {
            days_of(all.iter().filter_map(|(from, to)| range(from, to)).collect())
        };
        assert_eq!(ranges(&[("2026-09-14", "2026-09-18")]), 5);
        assert_eq!(ranges(&[("2026-09-16", "2026-09-20"), ("2026-09-14", "2026-09-18")]), 7);
        assert_eq!(ranges(&[("2026-09-14", "2026-09-18"), ("2026-09-15", "2026-09-16")]), 5);
        assert_eq!(ranges(&[("2026-09-14", "2026-09-15"), ("2026-09-18", "2026-09-18")]), 3);
    }
}
