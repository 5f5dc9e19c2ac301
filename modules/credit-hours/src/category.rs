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

/// What the years ask for, as rows of `requirement`.
#[derive(Debug, Clone)]
pub struct Requirements(Vec<(i32, i32, Option<i64>, i64)>);

impl Requirements {
    pub async fn load(db: &mut SqliteConnection) -> Result<Self> {
        let rows = sqlx::query_as("select year_from, year_to, category_id, hours from requirement")
            .fetch_all(db)
            .await?;
        Ok(Self(rows))
    }

    fn of(&self, year: i32, category: Option<i64>) -> Hours {
        let found = self
            .0
            .iter()
            .find(|(from, to, of, _)| (*from..=*to).contains(&year) && *of == category);
        Hours::from_tenths(found.map_or(0, |row| row.3))
    }

    /// The year's total; zero where nothing is asked.
    pub fn total(&self, year: i32) -> Hours {
        self.of(year, None)
    }

    /// The subject's minimum in a year of which `exempt` is waived: reduced in proportion.
    pub fn category(&self, year: i32, category: i64, exempt: Hours) -> Hours {
        reduced(self.of(year, Some(category)), self.total(year), exempt)
    }
}

/// The same sum as `ledger::totals::COMPLETE` makes in SQL.
fn reduced(hours: Hours, total: Hours, exempt: Hours) -> Hours {
    if total.tenths() <= 0 {
        return hours;
    }
    let left = (total.tenths() - exempt.tenths()).max(0);
    Hours::from_tenths(hours.tenths() * left / total.tenths())
}

#[cfg(test)]
mod tests {
    use super::{Hours, Requirements, reduced};

    #[test]
    fn a_year_asks_for_what_was_in_force() {
        let rules = Requirements(vec![
            (2016, 2025, None, 900),
            (2016, 9999, Some(1), 300),
            (2026, 9999, None, 720),
        ]);
        assert_eq!(rules.total(2015), Hours::ZERO);
        assert_eq!(rules.total(2025), Hours::whole(90));
        assert_eq!(rules.total(2026), Hours::whole(72));
        assert_eq!(rules.category(2026, 1, Hours::ZERO), Hours::whole(30));
        assert_eq!(rules.category(2026, 2, Hours::ZERO), Hours::ZERO);
    }

    #[test]
    fn an_exemption_reduces_each_subject_in_proportion() {
        assert_eq!(reduced(Hours::whole(60), Hours::whole(90), Hours::whole(45)), Hours::whole(30));
        assert_eq!(reduced(Hours::whole(60), Hours::whole(90), Hours::whole(95)), Hours::ZERO);
        assert_eq!(reduced(Hours::whole(60), Hours::ZERO, Hours::ZERO), Hours::whole(60));
    }
}
