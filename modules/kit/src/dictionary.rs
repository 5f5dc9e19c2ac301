//! Coded values and their Chinese labels. Constants here seed the tables a bureau may edit;
//! codes are stored and never change their meaning.

pub mod employment;
pub mod learning;
pub mod nations;
pub mod people;
pub mod titles;

pub use employment::{
    BASE_LEVELS, EMPLOYMENTS, INDUSTRIES, ORGANIZATION_NATURES, PERSON_STATES, TRAINING_FORMS,
    takes_part,
};
pub use learning::{
    DECLARATION_LEVELS, EvidenceSlot, LEARNING_KINDS, LearningKind, Need, SUBJECTS, learning_kind,
};
pub use nations::NATIONS;
pub use people::{DEGREES, EDUCATIONS, POLITICAL_STATUSES, SEX};
pub use titles::{
    TITLE_LEVELS, TITLE_SERIES, Title, TitleLevel, WITHOUT_TITLE, levels_of, title_named, titles_of,
};

/// One value of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is stored.
    pub code: &'static str,
    /// What is shown and exported.
    pub label: &'static str,
    /// Other spellings accepted when typed or imported.
    pub aliases: &'static [&'static str],
    /// Place in drop-downs, counting from 1.
    pub order: u16,
}

/// A list of coded values.
#[derive(Clone, Copy, Debug)]
pub struct Dictionary {
    /// The name of the dictionary in the database and in code.
    pub key: &'static str,
    /// What a clerk calls it.
    pub title: &'static str,
    /// In the order of drop-downs.
    pub entries: &'static [Entry],
}

impl Dictionary {
    /// The labels of codes joined by commas.
    pub fn labels_of(&self, codes: &str) -> String {
        let codes = codes.split(',').filter(|code| !code.is_empty());
        codes.map(|code| self.label(code)).collect::<Vec<_>>().join("、")
    }

    /// The entry meant by a typed label, alias or code (in this order of preference); blanks,
    /// full-width forms and the case of letters do not matter.
    pub fn find(&self, typed: &str) -> Option<&'static Entry> {
        let wanted = comparable(typed);
        if wanted.is_empty() {
            return None;
        }
        let is = |text: &str| comparable(text) == wanted;
        let entries = self.entries;
        let by_label = entries.iter().find(|entry| is(entry.label));
        let by_alias = || entries.iter().find(|entry| entry.aliases.iter().any(|alias| is(alias)));
        let by_code = || entries.iter().find(|entry| is(entry.code));
        by_label.or_else(by_alias).or_else(by_code)
    }

    /// The entry with exactly this stored code.
    pub fn entry(&self, code: &str) -> Option<&'static Entry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The label of a stored code; an unknown code is shown as it is.
    pub fn label<'a>(&self, code: &'a str) -> &'a str {
        self.entry(code).map_or(code, |entry| entry.label)
    }

    /// All labels, for drop-downs and for the 字典 sheet of the import template.
    pub fn labels(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.entries.iter().map(|entry| entry.label)
    }
}

/// Every dictionary with one list of entries, for seeding.
pub const ALL: &[&Dictionary] = &[
    &SEX,
    &NATIONS,
    &POLITICAL_STATUSES,
    &EDUCATIONS,
    &DEGREES,
    &ORGANIZATION_NATURES,
    &INDUSTRIES,
    &TITLE_SERIES,
    &TITLE_LEVELS,
    &PERSON_STATES,
    &EMPLOYMENTS,
    &BASE_LEVELS,
    &TRAINING_FORMS,
    &DECLARATION_LEVELS,
    &SUBJECTS,
];

/// Shorthand of the tables: an entry from its place, code, label and other spellings.
pub(crate) const fn entry(
    order: u16,
    code: &'static str,
    label: &'static str,
    aliases: &'static [&'static str],
) -> Entry {
    Entry { code, label, aliases, order }
}

/// A text as it is compared: narrowed, lower case, without blanks.
pub(crate) fn comparable(text: &str) -> String {
    text.chars()
        .map(crate::initials::half_width)
        .filter(|c| !c.is_whitespace() && !crate::initials::is_invisible(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{
        ALL, DEGREES, EDUCATIONS, NATIONS, POLITICAL_STATUSES, SEX, TITLE_SERIES, comparable,
    };

    #[test]
    fn no_dictionary_can_be_misread() {
        let mut keys = HashSet::new();
        for dictionary in ALL {
            assert!(keys.insert(dictionary.key), "{} twice", dictionary.key);
            let (mut codes, mut spellings) = (HashSet::new(), HashSet::new());
            for (entry, order) in dictionary.entries.iter().zip(1..) {
                assert_eq!(entry.order, order, "{} {}", dictionary.key, entry.label);
                assert!(codes.insert(entry.code), "{} code {}", dictionary.key, entry.code);
                for spelling in entry.aliases.iter().chain([&entry.label]) {
                    assert!(
                        spellings.insert(comparable(spelling)),
                        "{} {spelling}",
                        dictionary.key
                    );
                    assert_eq!(dictionary.find(spelling), Some(entry));
                }
                assert_eq!(dictionary.find(entry.code), Some(entry));
                assert_eq!(dictionary.label(entry.code), entry.label);
            }
        }
    }

    #[test]
    fn lists_are_as_long_as_their_standards() {
        assert_eq!(NATIONS.entries.len(), 58);
        assert_eq!(super::INDUSTRIES.entries.len(), 20);
        assert_eq!(POLITICAL_STATUSES.entries.len(), 13);
        assert_eq!(TITLE_SERIES.entries.len(), 28);
    }

    #[test]
    fn people_may_type_it_their_way() {
        let label = |found: Option<&super::Entry>| found.map(|entry| entry.label);
        assert_eq!(label(NATIONS.find("汉")), Some("汉族"));
        assert_eq!(label(NATIONS.find(" 维吾尔　族")), Some("维吾尔族"));
        assert_eq!(label(EDUCATIONS.find("本科")), Some("大学本科"));
        assert_eq!(label(DEGREES.find("硕士学位")), Some("硕士"));
        assert_eq!(label(POLITICAL_STATUSES.find("党员")), Some("中共党员"));
        assert_eq!(label(SEX.find("１")), Some("男"));
        assert_eq!(label(NATIONS.find("")), None);
        assert_eq!(label(EDUCATIONS.find("中极")), None);
        assert_eq!(NATIONS.label("99"), "99");
    }
}
