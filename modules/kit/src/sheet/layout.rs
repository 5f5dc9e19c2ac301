//! Which of a file's columns is which: found by the header's names, in any order.

use super::rows::{Cell, Row};

/// A column that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Title {
    pub title: &'static str,
    /// Other headers taken for the same column.
    pub aliases: &'static [&'static str],
    /// Without it the header is refused.
    pub required: bool,
}

impl Title {
    pub const fn required(title: &'static str, aliases: &'static [&'static str]) -> Self {
        Self { title, aliases, required: true }
    }

    pub const fn optional(title: &'static str, aliases: &'static [&'static str]) -> Self {
        Self { title, aliases, required: false }
    }
}

/// The sheet a reader looks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The template's sheet, tried before the others.
    pub sheet: &'static str,
    pub titles: Vec<Title>,
    /// Titles of `titles`: a row is a header if it names two columns, one of them one of these.
    pub marks: &'static [&'static str],
    /// Headers of ours that carry no data (a former reason).
    pub ignored: &'static [&'static str],
    /// Rows with content, below the header.
    pub rows: usize,
}

/// Where each wanted column stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    /// Of each title, in their order.
    places: Vec<Option<usize>>,
    /// Headers that mean nothing to us.
    pub unknown: Vec<String>,
    /// Titles found at two places.
    pub twice: Vec<&'static str>,
}

impl Layout {
    /// Finds the columns in a header.
    pub fn of<S: AsRef<str>>(header: &[S], titles: &[Title], ignored: &[&str]) -> Self {
        let mut layout = Self { places: vec![None; titles.len()], ..Self::default() };
        for (place, name) in header.iter().enumerate() {
            let plain = plain(name.as_ref());
            if plain.is_empty() || ignored.iter().any(|title| self::plain(title) == plain) {
                continue;
            }
            match named(&plain, titles) {
                None => layout.unknown.push(name.as_ref().trim().to_owned()),
                Some(at) if layout.places[at].is_some() => layout.twice.push(titles[at].title),
                Some(at) => layout.places[at] = Some(place),
            }
        }
        layout
    }

    /// Where in a row the column `titles[at]` stands.
    pub fn place(&self, at: usize) -> Option<usize> {
        self.places.get(at).copied().flatten()
    }

    /// The cell of the column `titles[at]`; none if the file lacks the column.
    pub fn cell<'a>(&self, row: &'a Row, at: usize) -> Option<&'a Cell> {
        row.cells.get(self.place(at)?)
    }

    /// How many columns were found.
    pub fn found(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// Titles of required columns that the file lacks.
    pub fn missing(&self, titles: &[Title]) -> Vec<&'static str> {
        let lacks = |(at, title): (usize, &Title)| {
            (title.required && self.place(at).is_none()).then_some(title.title)
        };
        titles.iter().enumerate().filter_map(lacks).collect()
    }
}

fn named(plain: &str, titles: &[Title]) -> Option<usize> {
    let is = |title: &&str| self::plain(title) == plain;
    let by_title = titles.iter().position(|t| is(&t.title));
    by_title.or_else(|| titles.iter().position(|t| t.aliases.iter().any(is)))
}

/// A header as it is compared: narrowed, lower case, without blanks, asterisks, brackets' content.
pub fn plain(name: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in name.chars().map(crate::initials::half_width) {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '*' | ':' | '/' | '、' | '\'' => {}
            c if c.is_whitespace() || crate::initials::is_invisible(c) => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Layout, Title};

    const TITLES: [Title; 3] = [
        Title::required("身份证号", &["身份证号码"]),
        Title::required("姓名", &[]),
        Title::optional("学时", &["认定学时"]),
    ];

    #[test]
    fn the_header_may_come_in_any_order_and_dress() {
        let layout =
            Layout::of(&["序号", "姓 名", "错误原因", " 身份证号码 *"], &TITLES, &["错误原因"]);
        assert_eq!((layout.place(0), layout.place(1), layout.place(2)), (Some(3), Some(1), None));
        assert_eq!(layout.unknown, ["序号"]);
        assert!(layout.missing(&TITLES).is_empty());
        let layout = Layout::of(&["认定学时", "学时（小时）"], &TITLES, &[]);
        assert_eq!(layout.twice, ["学时"]);
        assert_eq!(layout.missing(&TITLES), ["身份证号", "姓名"]);
    }
}
