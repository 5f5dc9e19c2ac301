//! Dictionaries as typed, remembered: a file repeats a few words many thousand times.

use std::collections::HashMap;

use kit::dictionary::{Dictionary, Entry, Title, TitleLevel, levels_of, title_named};

/// Most words remembered; beyond it the memory is emptied.
const MOST: usize = 20_000;

/// What each typed word was found to be.
#[derive(Default)]
pub struct Words {
    found: HashMap<(&'static str, String), Result<&'static Entry, String>>,
    titles: HashMap<(&'static str, String), Option<Title>>,
    levels: HashMap<&'static str, Vec<TitleLevel>>,
}

impl Words {
    /// The entry meant, or how to mend it.
    pub fn find(
        &mut self,
        dictionary: &'static Dictionary,
        typed: &str,
    ) -> Result<&'static Entry, String> {
        if self.found.len() > MOST {
            self.found.clear();
        }
        self.found
            .entry((dictionary.key, typed.to_owned()))
            .or_insert_with(|| dictionary.find(typed).ok_or_else(|| remedy(dictionary, typed)))
            .clone()
    }

    /// The title of a series meant.
    pub fn title(&mut self, series: &'static str, typed: &str) -> Option<Title> {
        if self.titles.len() > MOST {
            self.titles.clear();
        }
        *self.titles.entry((series, typed.to_owned())).or_insert_with(|| title_named(series, typed))
    }

    /// The levels that a series has.
    pub fn levels(&mut self, series: &'static str) -> &[TitleLevel] {
        self.levels.entry(series).or_insert_with(|| levels_of(series))
    }

    /// Whether the names of a series still await the official table.
    pub fn unsettled(&self, series: &str) -> bool {
        kit::dictionary::titles::titles().any(|title| title.series == series && !title.verified)
    }
}

/// The label that was probably meant, or where to find them.
fn remedy(dictionary: &Dictionary, typed: &str) -> String {
    let nearest = dictionary
        .labels()
        .map(|label| (distance(typed, label), label))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, label)| *distance <= 1 && label.chars().count() > 1);
    if let Some((_, label)) = nearest {
        return format!("改为“{label}”（可从下拉列表选择）");
    }
    let labels: Vec<&str> = dictionary.labels().collect();
    if labels.len() <= 9 {
        format!("改为{}之一", labels.join("、"))
    } else {
        format!("从下拉列表选择，或照“字典”表中的“{}”填写", dictionary.title)
    }
}

/// How many characters differ; of `a` the first 50 are looked at.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(50).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{Words, distance};

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        assert_eq!(distance("中极", "中级"), 1);
        assert_eq!(distance("", "ab"), 2);
        let mut words = Words::default();
        let remedy = words.find(&kit::dictionary::TITLE_LEVELS, "中极").unwrap_err();
        assert_eq!(remedy, "改为“中级”（可从下拉列表选择）");
        let remedy = words.find(&kit::dictionary::DEGREES, "教授").unwrap_err();
        assert_eq!(remedy, "改为博士、硕士、学士、无之一");
        let remedy = words.find(&kit::dictionary::NATIONS, "火星族人").unwrap_err();
        assert!(remedy.contains("“民族”"));
        assert_eq!(words.find(&kit::dictionary::NATIONS, "汉").unwrap().label, "汉族");
    }
}
