//! What is asked of whom in which years, as sets: how they are drawn, and how one is laid over
//! those that stand.

use kit::Hours;
use kit::dictionary::TITLE_LEVELS;
use serde::Serialize;

use crate::category::{Category, Requirement, Requirements};

/// The last year of a requirement that has no end.
pub const ALWAYS: i32 = 9999;

/// 全体, or the level's name.
pub fn whom(level: &str) -> &str {
    if level.is_empty() { "全体" } else { TITLE_LEVELS.label(level) }
}

/// The stored levels, the general rule first.
pub fn levels() -> Vec<&'static str> {
    std::iter::once("").chain(TITLE_LEVELS.entries.iter().map(|entry| entry.code)).collect()
}

/// 2026 年, 2016–2025 年, 2026 年起
pub fn years(from: i32, to: i32) -> String {
    match to {
        ALWAYS => format!("{from} 年起"),
        _ if from == to => format!("{from} 年"),
        _ => format!("{from}–{to} 年"),
    }
}

/// What one level is asked in years that ask the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Set {
    pub from: i32,
    pub to: i32,
    pub level: String,
    /// The year's total and each subject's minimum, in order; none: not set for this level.
    pub asked: Vec<Option<Hours>>,
}

impl Set {
    /// 全年 90，公需 30，专业 60
    pub fn words(&self, categories: &[Category]) -> String {
        words(&self.asked, &self.level, categories)
    }
}

fn words(asked: &[Option<Hours>], level: &str, categories: &[Category]) -> String {
    let names = std::iter::once("全年").chain(categories.iter().map(|one| one.short.as_str()));
    let told: Vec<String> = names
        .zip(asked)
        .filter_map(|(name, hours)| hours.map(|hours| format!("{name} {hours}")))
        .collect();
    match (told.is_empty(), level.is_empty()) {
        (false, _) => told.join("，"),
        (true, true) => "没有要求".to_owned(),
        (true, false) => "与全体相同".to_owned(),
    }
}

impl Requirements {
    /// The columns of a set: the total, then each subject.
    fn columns(categories: &[Category]) -> Vec<Option<i64>> {
        std::iter::once(None).chain(categories.iter().map(|one| Some(one.id))).collect()
    }

    /// The first year of each set of this level, and the year after the last.
    fn edges(&self, level: &str) -> Vec<i32> {
        let mut edges: Vec<i32> = self
            .0
            .iter()
            .filter(|row| row.level == level)
            .flat_map(|row| [row.year_from, row.year_to + 1])
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    /// The sets of a level, newest first.
    pub fn sets(&self, level: &str, categories: &[Category]) -> Vec<Set> {
        let columns = Self::columns(categories);
        let edges = self.edges(level);
        let pairs = edges.iter().zip(edges.iter().skip(1));
        let sets = pairs.map(|(from, next)| Set {
            from: *from,
            to: next - 1,
            level: level.to_owned(),
            asked: columns.iter().map(|column| self.own(*from, level, *column)).collect(),
        });
        let mut sets: Vec<Set> = sets.filter(|set| set.asked.iter().any(Option::is_some)).collect();
        sets.reverse();
        sets
    }

    /// What this level is asked from `from` on, however long; none set: empty fields.
    pub fn set(&self, from: i32, level: &str, categories: &[Category]) -> Set {
        let found = self.sets(level, categories).into_iter();
        found.clone().find(|set| (set.from..=set.to).contains(&from)).unwrap_or(Set {
            from,
            to: ALWAYS,
            level: level.to_owned(),
            asked: vec![None; categories.len() + 1],
        })
    }

    /// These rules with `set` laid over what its level had in its years.
    pub fn with(&self, set: &Set, categories: &[Category]) -> Requirements {
        let columns = Self::columns(categories);
        let mut rows: Vec<Requirement> = Vec::new();
        for row in &self.0 {
            let apart = row.year_to < set.from || row.year_from > set.to;
            if row.level != set.level || apart || !columns.contains(&row.category) {
                rows.push(row.clone());
                continue;
            }
            if row.year_from < set.from {
                rows.push(Requirement { year_to: set.from - 1, ..row.clone() });
            }
            if row.year_to > set.to {
                rows.push(Requirement { year_from: set.to + 1, ..row.clone() });
            }
        }
        for (category, hours) in columns.into_iter().zip(&set.asked) {
            let Some(hours) = hours else { continue };
            rows.push(Requirement {
                year_from: set.from,
                year_to: set.to,
                category,
                level: set.level.clone(),
                hours: hours.tenths(),
            });
        }
        Requirements(joined(rows))
    }

    /// What is said of these years before and after: 2016–2025 年：全年 90，公需 30 …
    pub fn words(&self, from: i32, to: i32, level: &str, categories: &[Category]) -> String {
        let mut told: Vec<String> = self
            .sets(level, categories)
            .iter()
            .filter(|set| set.from <= to && set.to >= from)
            .map(|set| {
                let span = years(set.from.max(from), set.to.min(to));
                format!("{span}：{}", set.words(categories))
            })
            .collect();
        told.reverse();
        if told.is_empty() { words(&[], level, categories) } else { told.join("；") }
    }

    /// A year of `from..=to` in which somebody's subjects ask for more than the year: (year,
    /// level, sum, total).
    pub fn contradiction(
        &self,
        from: i32,
        to: i32,
        categories: &[Category],
    ) -> Option<(i32, &'static str, Hours, Hours)> {
        let mut firsts: Vec<i32> = levels().iter().flat_map(|level| self.edges(level)).collect();
        firsts.retain(|year| (from..=to).contains(year));
        firsts.push(from);
        firsts.sort_unstable();
        firsts.iter().find_map(|year| {
            levels().into_iter().find_map(|level| {
                let sum = categories.iter().fold(Hours::ZERO, |sum, one| {
                    sum + self.category(*year, level, one.id, Hours::ZERO)
                });
                let total = self.total(*year, level);
                (sum > total).then_some((*year, level, sum, total))
            })
        })
    }
}

/// Rows that go on with the same hours become one.
fn joined(mut rows: Vec<Requirement>) -> Vec<Requirement> {
    rows.sort_by(|a, b| {
        (&a.level, a.category, a.year_from).cmp(&(&b.level, b.category, b.year_from))
    });
    let mut out: Vec<Requirement> = Vec::new();
    for row in rows {
        match out.last_mut() {
            Some(last)
                if last.level == row.level
                    && last.category == row.category
                    && last.hours == row.hours
                    && last.year_to + 1 == row.year_from =>
            {
                last.year_to = row.year_to;
            }
            _ => out.push(row),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use kit::Hours;

    use super::{ALWAYS, Set, years};
    use crate::category::{Category, Requirement, Requirements};

    fn categories() -> Vec<Category> {
        [(1, "公需"), (2, "专业"), (3, "选修")]
            .map(|(id, short)| Category {
                id,
                name: format!("{short}科目"),
                short: short.to_owned(),
            })
            .to_vec()
    }

    fn start() -> Requirements {
        let row = |category, hours| Requirement {
            year_from: 2016,
            year_to: ALWAYS,
            category,
            level: String::new(),
            hours,
        };
        Requirements(vec![row(None, 900), row(Some(1), 300), row(Some(2), 600)])
    }

    fn set(from: i32, to: i32, level: &str, asked: [Option<i64>; 4]) -> Set {
        let asked = asked.map(|hours| hours.map(Hours::whole)).to_vec();
        Set { from, to, level: level.to_owned(), asked }
    }

    #[test]
    fn a_set_cuts_what_stood_in_its_years_and_laid_back_leaves_no_seam() {
        let (rules, categories) = (start(), categories());
        let new = set(2020, 2021, "", [Some(72), Some(18), Some(42), Some(12)]);
        let changed = rules.with(&new, &categories);
        let spans: Vec<(i32, i32)> =
            changed.sets("", &categories).iter().map(|one| (one.from, one.to)).collect();
        assert_eq!(spans, [(2022, ALWAYS), (2020, 2021), (2016, 2019)]);
        assert_eq!(changed.total(2019, ""), Hours::whole(90));
        assert_eq!(changed.total(2020, "senior"), Hours::whole(72));
        assert_eq!(changed.total(2022, ""), Hours::whole(90));
        assert_eq!(
            changed.words(2019, 2022, "", &categories),
            "2019 年：全年 90，公需 30，专业 60；2020–2021 年：全年 72，公需 18，专业 42，选修 12；2022 年：全年 90，公需 30，专业 60"
        );
        let back =
            changed.with(&set(2020, 2021, "", [Some(90), Some(30), Some(60), None]), &categories);
        assert_eq!(back, Requirements(super::joined(rules.0)));
    }

    #[test]
    fn a_levels_set_leaves_the_general_one_and_an_empty_one_takes_it_back() {
        let (rules, categories) = (start(), categories());
        let own =
            rules.with(&set(2026, ALWAYS, "junior", [Some(72), None, Some(42), None]), &categories);
        assert_eq!(own.total(2026, "junior"), Hours::whole(72));
        assert_eq!(own.total(2026, ""), Hours::whole(90));
        assert_eq!(own.category(2026, "junior", 1, Hours::ZERO), Hours::whole(30));
        assert_eq!(own.contradiction(2026, ALWAYS, &categories), None);
        let back = own.with(&set(2026, ALWAYS, "junior", [None; 4]), &categories);
        assert_eq!(back, Requirements(super::joined(rules.0)));
        assert_eq!(back.words(2026, ALWAYS, "junior", &categories), "与全体相同");
    }

    #[test]
    fn subjects_that_ask_for_more_than_the_year_are_found_where_they_do() {
        let (rules, categories) = (start(), categories());
        // 员级 72 with the general 30 and 60 left: 90 of 72
        let own =
            rules.with(&set(2027, ALWAYS, "junior", [Some(72), None, None, None]), &categories);
        assert_eq!(
            own.contradiction(2026, ALWAYS, &categories),
            Some((2027, "junior", Hours::whole(90), Hours::whole(72)))
        );
        assert_eq!(own.contradiction(2026, 2026, &categories), None);
    }

    #[test]
    fn years_are_said_as_people_say_them() {
        let said = [years(2026, ALWAYS), years(2026, 2026), years(2016, 2025)];
        assert_eq!(said, ["2026 年起", "2026 年", "2016–2025 年"]);
    }
}
