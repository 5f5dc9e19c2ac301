//! Credit hours (学时): exact tenths in steps of half an hour, never floating point.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// Most hours one field may hold; a typing slip such as 4000 for 40.0 is caught by it.
const MOST: i64 = 20_000;
/// Half an hour, the smallest step (domain.md, Decisions).
const STEP: i64 = 5;

/// An amount of credit hours, kept as a whole number of tenths: 7.5 hours are `75`. Serialised,
/// stored and computed as that integer; shown as "7.5" or "40". Sums stop at the ends of `i64`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    sqlx::Type,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct Hours(i64);

impl Hours {
    /// No hours at all.
    pub const ZERO: Hours = Hours(0);

    /// From stored tenths of an hour, which are not checked for the step: the yearly requirement
    /// 90 is `from_tenths(900)`.
    pub const fn from_tenths(tenths: i64) -> Hours {
        Hours(tenths)
    }

    /// From whole hours.
    pub const fn whole(hours: i64) -> Hours {
        Hours(hours.saturating_mul(10))
    }

    /// Tenths of an hour, as stored.
    pub const fn tenths(self) -> i64 {
        self.0
    }

    /// Whether nothing is left (or owed).
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Reads "40", "7.5", "７．５", "40学时". Zero is allowed here; whether it makes sense is the
    /// screen's question.
    ///
    /// # Errors
    /// [`HoursError`]: empty, no number, negative, not a step of 0.5, or above 2000 hours.
    pub fn parse(typed: &str) -> Result<Hours, HoursError> {
        let plain: String = typed
            .chars()
            .map(crate::initials::half_width)
            .filter(|c| !c.is_whitespace() && !crate::initials::is_invisible(*c))
            .collect();
        let plain = ["个学时", "学时", "课时", "小时"]
            .iter()
            .find_map(|unit| plain.strip_suffix(unit))
            .unwrap_or(&plain);
        if plain.is_empty() {
            return Err(HoursError::Empty);
        }
        if let Some(amount) = plain.strip_prefix(['-', '−', '－']) {
            let number = amount.starts_with(|c: char| c.is_ascii_digit());
            return Err(if number { HoursError::Negative } else { HoursError::NotNumber });
        }
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(HoursError::NotNumber);
        }
        let fraction = fraction.trim_end_matches('0');
        let tenths = match fraction {
            "" => 0,
            "5" => STEP,
            _ => return Err(HoursError::Step),
        };
        let whole = whole.trim_start_matches('0');
        if whole.len() > 5 {
            return Err(HoursError::TooMany);
        }
        let hours: i64 = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(MOST) };
        let amount = hours * 10 + tenths;
        if amount > MOST { Err(HoursError::TooMany) } else { Ok(Hours(amount)) }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, tenth) = (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10);
        let text = match tenth {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{tenth}"),
        };
        f.pad(&text)
    }
}

impl Add for Hours {
    type Output = Hours;
    fn add(self, other: Hours) -> Hours {
        Hours(self.0.saturating_add(other.0))
    }
}

impl Sub for Hours {
    type Output = Hours;
    fn sub(self, other: Hours) -> Hours {
        Hours(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Hours {
    fn add_assign(&mut self, other: Hours) {
        *self = *self + other;
    }
}

impl SubAssign for Hours {
    fn sub_assign(&mut self, other: Hours) {
        *self = *self - other;
    }
}

impl Sum for Hours {
    fn sum<I: Iterator<Item = Hours>>(amounts: I) -> Hours {
        amounts.fold(Hours::ZERO, Hours::add)
    }
}

/// Why typed hours are refused, each a sentence for the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("请填写学时。")]
    Empty,
    #[error("学时应为数字，例如 40 或 7.5。")]
    NotNumber,
    #[error("学时不能小于 0。")]
    Negative,
    #[error("学时只能是整数或带 .5，例如 7 或 7.5。")]
    Step,
    #[error("学时太大，最多 2000，请检查是否多写了数字。")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::{Hours, HoursError};

    #[test]
    fn hours_are_read_as_people_type_them() {
        for (typed, tenths) in [
            ("40", 400),
            ("7.5", 75),
            ("７．５", 75),
            (" 40.0 ", 400),
            ("07.50", 75),
            (".5", 5),
            ("3.", 30),
            ("0", 0),
            ("40学时", 400),
            ("1.5 个学时", 15),
            ("2000", 20_000),
        ] {
            assert_eq!(Hours::parse(typed), Ok(Hours::from_tenths(tenths)), "{typed}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_a_reason() {
        for (typed, error) in [
            ("", HoursError::Empty),
            ("学时", HoursError::Empty),
            ("四十", HoursError::NotNumber),
            ("4e1", HoursError::NotNumber),
            (".", HoursError::NotNumber),
            ("1.5.5", HoursError::NotNumber),
            ("-3", HoursError::Negative),
            ("－3", HoursError::Negative),
            ("7.3", HoursError::Step),
            ("7.55", HoursError::Step),
            ("2000.5", HoursError::TooMany),
            ("99999999999999999999", HoursError::TooMany),
        ] {
            assert_eq!(Hours::parse(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_the_same() {
        for tenths in (0..=20_000).step_by(5) {
            let hours = Hours::from_tenths(tenths);
            assert_eq!(Hours::parse(&hours.to_string()), Ok(hours));
        }
        assert_eq!(Hours::from_tenths(-75).to_string(), "-7.5");
        assert_eq!(Hours::whole(40).to_string(), "40");
    }

    #[test]
    fn sums_are_exact_and_do_not_overflow() {
        let total: Hours = (0..100).map(|_| Hours::from_tenths(15)).sum();
        assert_eq!(total, Hours::whole(150));
        let mut left = Hours::whole(90);
        left -= Hours::from_tenths(75);
        left += Hours::from_tenths(5);
        assert_eq!(left.to_string(), "83");
        assert_eq!(Hours::whole(i64::MAX) + Hours::whole(1), Hours::from_tenths(i64::MAX));
    }
}
