//! 年底倒计时: how long a year may still be declared and decided.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::settings::Kind;
use kit::{Clock, Result, Setting, day};

use super::phrase;
use crate::windows;

/// From how many days before the end it is told on the start pages.
pub const DAYS: Setting = Setting {
    key: "credit-hours.countdown-days",
    group: "学时",
    label: "截止前多少天开始提示",
    help: "申报、补报或审核截止前这么多天起，首页和名单上显示倒计时。",
    kind: Kind::Integer { least: 1, most: 365, unit: "天" },
    default: "60",
    check: None,
};

/// A year's end as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Countdown {
    pub year: i32,
    /// Until when it can be declared.
    pub sentence: String,
    /// Days until the last day of declaring; negative: over.
    pub left: i64,
    /// Until when desks should decide; empty: not set, or over for long.
    pub audit: String,
    /// Whether an end is near enough to be told to everybody.
    pub near: bool,
}

/// How a year's end stands today.
pub async fn of(db: &mut SqliteConnection, year: i32, clock: &Clock) -> Result<Countdown> {
    let before = accounts::credentials::days(&mut *db, &DAYS).await?;
    let window = windows::of(db, year).await?;
    let days = |last: &str| day::stored_date(last).map(|last| (last - clock.today()).whole_days());
    let left = days(window.last_day()).unwrap_or(-1);
    let audit_left = days(&window.audit_to);
    let audit = match audit_left {
        Some(0) => format!("审核截止 {}，今天是最后一天", window.audit_to),
        Some(left) if left > 0 => format!("审核截止 {}，还有 {left} 天", window.audit_to),
        Some(left) if left > -before => format!("审核已于 {} 截止", window.audit_to),
        _ => String::new(),
    };
    // what is over is told as long as it was told before
    let told = |left: i64| (-before..=before).contains(&left);
    let near =
        told(left) || days(&window.declare_to).is_some_and(told) || audit_left.is_some_and(told);
    Ok(Countdown { year, sentence: phrase::until(&window, clock), left, audit, near })
}

/// What a desk hears above its list while an end is near: until when it should decide, or, where
/// that is not set, until when people declare.
pub async fn desk_note(db: &mut SqliteConnection, clock: &Clock) -> Result<String> {
    let mut all = String::new();
    for year in [clock.year(), clock.year() - 1] {
        let told = of(&mut *db, year, clock).await?;
        if told.near && !told.audit.is_empty() {
            all.push_str(&format!("{year} 年度{}。", told.audit));
        } else if told.near && told.left >= 0 {
            all.push_str(&told.sentence);
        }
    }
    Ok(all)
}
