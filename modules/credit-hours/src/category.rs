//! 科目类别 and what a year asks for: read from their tables, never hard-coded.

use serde::Serialize;
use sqlx::SqliteConnection;

use kit::{Hours, Result};

/// A subject of learning: 公需科目, 专业科目, or what a province adds.
#[derive(Debug, Clone, Serialize, sqlx::FromRow)]
pub struct Category {
    pub id: i64,
    pub name: String,
    /// 公需
    pub short: String,
}

/// Those that can be declared now, in order.
pub async fn active(db: &mut SqliteConnection) -> Result<Vec<Category>> {
    Ok(sqlx::query_as(
        "select id, name, short from category where state = 'active' order by sort, id",
    )
    .fetch_all(db)
    .await?)
}

/// Every one that ever was, in order.
pub async fn all(db: &mut SqliteConnection) -> Result<Vec<Category>> {
    Ok(sqlx::query_as("select id, name, short from category order by sort, id")
        .fetch_all(db)
        .await?)
}

/// One row of `requirement`: the year's total (`category` none) or a subject's minimum.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Requirement {
    pub year_from: i32,
    pub year_to: i32,
    #[sqlx(rename = "category_id")]
    pub category: Option<i64>,
    /// 职称等级, stored code; empty: everybody who has none of his own.
    pub level: String,
    /// Tenths of an hour.
    pub hours: i64,
}

/// What the years ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements(pub Vec<Requirement>);

impl Requirements {
    pub async fn load(db: &mut SqliteConnection) -> Result<Self> {
        let rows = sqlx::query_as(
            "select year_from, year_to, category_id, level, hours from requirement
              order by year_from, category_id",
        )
        .fetch_all(db)
        .await?;
        Ok(Self(rows))
    }

    /// What exactly this level is asked (without the general rule); none: nothing of its own.
    pub fn own(&self, year: i32, level: &str, category: Option<i64>) -> Option<Hours> {
        self.0
            .iter()
            .find(|row| {
                (row.year_from..=row.year_to).contains(&year)
                    && row.category == category
                    && row.level == level
            })
            .map(|row| Hours::from_tenths(row.hours))
    }

    fn of(&self, year: i32, level: &str, category: Option<i64>) -> Hours {
        self.own(year, level, category)
            .or_else(|| self.own(year, "", category))
            .unwrap_or(Hours::ZERO)
    }

    /// The year's total for people of a title level; zero where nothing is asked.
    pub fn total(&self, year: i32, level: &str) -> Hours {
        self.of(year, level, None)
    }

    /// The subject's minimum in a year of which `exempt` is waived: reduced in proportion.
    pub fn category(&self, year: i32, level: &str, category: i64, exempt: Hours) -> Hours {
        reduced(self.of(year, level, Some(category)), self.total(year, level), exempt)
    }
}

/// The same sum as `ledger::totals::complete` makes in SQL.
fn reduced(hours: Hours, total: Hours, exempt: Hours) -> Hours {
    if total.tenths() <= 0 {
        return hours;
    }
    let left = (total.tenths() - exempt.tenths()).max(0);
    Hours::from_tenths(hours.tenths() * left / total.tenths())
}

#[cfg(test)]
mod tests {
    use super::{Hours, Requirement, Requirements, reduced};

    fn row(years: (i32, i32), category: Option<i64>, level: &str, hours: i64) -> Requirement {
        let (year_from, year_to) = years;
        Requirement { year_from, year_to, category, level: level.to_owned(), hours }
    }

    #[test]
    fn a_year_asks_for_what_was_in_force() {
        let rules = Requirements(vec![
            row((2016, 2025), None, "", 900),
            row((2016, 9999), Some(1), "", 300),
            row((2026, 9999), None, "", 720),
        ]);
        assert_eq!(rules.total(2015, ""), Hours::ZERO);
        assert_eq!(rules.total(2025, "middle"), Hours::whole(90));
        assert_eq!(rules.total(2026, ""), Hours::whole(72));
        assert_eq!(rules.category(2026, "", 1, Hours::ZERO), Hours::whole(30));
        assert_eq!(rules.category(2026, "", 2, Hours::ZERO), Hours::ZERO);
    }

    #[test]
    fn a_level_has_its_own_where_it_is_set_and_else_the_general_one() {
        let rules = Requirements(vec![
            row((2016, 9999), None, "", 900),
            row((2016, 9999), Some(1), "", 300),
            row((2016, 9999), Some(2), "", 600),
            row((2026, 9999), None, "junior", 720),
            row((2026, 9999), Some(2), "junior", 420),
        ]);
        let none = Hours::ZERO;
        assert_eq!(rules.total(2026, "junior"), Hours::whole(72));
        assert_eq!(rules.category(2026, "junior", 1, none), Hours::whole(30));
        assert_eq!(rules.category(2026, "junior", 2, none), Hours::whole(42));
        assert_eq!(rules.total(2025, "junior"), Hours::whole(90));
        assert_eq!(rules.category(2026, "senior", 2, none), Hours::whole(60));
        // 36 of 72 waived: half of 30
        assert_eq!(rules.category(2026, "junior", 1, Hours::whole(36)), Hours::whole(15));
    }

    #[test]
    fn an_exemption_reduces_each_subject_in_proportion() {
        assert_eq!(reduced(Hours::whole(60), Hours::whole(90), Hours::whole(45)), Hours::whole(30));
        assert_eq!(reduced(Hours::whole(60), Hours::whole(90), Hours::whole(95)), Hours::ZERO);
        assert_eq!(reduced(Hours::whole(60), Hours::ZERO, Hours::ZERO), Hours::whole(60));
    }
}
