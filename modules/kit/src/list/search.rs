//! What somebody typed into the search box: an ID number, its end, a phone, a code or a name.

use super::Search;
use crate::initials;

/// What the typed text is, ready to be bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A whole ID number.
    Number(String),
    /// The last four of one, reversed: from the first, before the second. Not more of it: who is
    /// shown a masked number must not find the rest out, digit by digit.
    End(String, String),
    Phone(String),
    Code(String),
    /// An FTS query.
    Phrase(String),
    /// Nothing that any row could have.
    Nothing,
}

/// Characters of an ID number's end that may be looked for.
const END: usize = 4;

/// Tells by its shape what was typed; none if nothing was.
pub(super) fn recognise(search: &Search, typed: &str) -> Option<Shape> {
    let typed: String =
        typed.chars().map(initials::half_width).filter(|c| !initials::is_invisible(*c)).collect();
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    let plain: String =
        typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let length = plain.len();
    let body = plain.strip_suffix('X').unwrap_or(&plain);
    let numeric = !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_digit());
    let phone = numeric && body.len() == length && !search.phone.is_empty();
    let code = plain.contains('-')
        && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && plain.bytes().any(|byte| byte.is_ascii_digit());
    Some(if numeric && length == 18 && !search.number.is_empty() {
        Shape::Number(plain)
    } else if phone && length == 11 && plain.starts_with('1') {
        Shape::Phone(plain)
    } else if numeric && length == END && !search.number_end.is_empty() {
        let end: String = plain.chars().rev().collect();
        // digits and X all sort before Y
        let before = format!("{end}Y");
        Shape::End(end, before)
    } else if phone && (7..=11).contains(&length) {
        Shape::Phone(plain)
    } else if numeric && (END..18).contains(&length) && !search.number_end.is_empty() {
        Shape::Nothing
    } else if (code || numeric) && !search.code.is_empty() {
        Shape::Code(plain)
    } else if !search.phrase.is_empty() {
        initials::search_phrase(typed).map_or(Shape::Nothing, Shape::Phrase)
    } else if !search.code.is_empty() {
        Shape::Code(plain)
    } else {
        Shape::Nothing
    })
}

impl Shape {
    /// The condition and what to bind to it.
    pub fn condition(&self, search: &Search) -> (&'static str, Vec<&str>) {
        match self {
            Shape::Number(number) => (search.number, vec![number]),
            Shape::End(from, before) => (search.number_end, vec![from, before]),
            Shape::Phone(phone) => (search.phone, vec![phone]),
            Shape::Code(code) => (search.code, vec![code]),
            Shape::Phrase(phrase) => (search.phrase, vec![phrase]),
            Shape::Nothing => ("1 = 0", vec![]),
        }
    }

    /// One of each that the box knows, for the plan test.
    pub fn samples(search: &Search) -> Vec<(&'static str, Shape)> {
        [
            ("number", search.number, Shape::Number("419999198503150011".to_owned())),
            ("number_end", search.number_end, Shape::End("1100".to_owned(), "1100Y".to_owned())),
            ("phone", search.phone, Shape::Phone("13812345678".to_owned())),
            ("code", search.code, Shape::Code("XS20261123-0001".to_owned())),
            ("phrase", search.phrase, Shape::Phrase("\"王 建\"".to_owned())),
        ]
        .into_iter()
        .filter(|(_, condition, _)| !condition.is_empty())
        .map(|(name, _, shape)| (name, shape))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Search, Shape, recognise};

    const ALL: Search = Search {
        label: "查询",
        placeholder: "",
        phrase: "phrase ?",
        number: "number ?",
        number_end: "end ? ?",
        phone: "phone ?",
        code: "code ?",
    };

    #[test]
    fn what_is_typed_is_known_by_its_shape() {
        let end = |end: &str| Shape::End(end.to_owned(), format!("{end}Y"));
        for (typed, shape) in [
            ("41999919860520018x", Shape::Number("41999919860520018X".to_owned())),
            (" ４１９９９９ 19860520 018Ｘ ", Shape::Number("41999919860520018X".to_owned())),
            ("018x", end("X810")),
            ("0011", end("1100")),
            ("13812345678", Shape::Phone("13812345678".to_owned())),
            ("23812345678", Shape::Phone("23812345678".to_owned())),
            ("00110", Shape::Nothing),
            ("50011", Shape::Nothing),
            ("199603150011", Shape::Nothing),
            ("xs20261123-0001", Shape::Code("XS20261123-0001".to_owned())),
            ("123", Shape::Code("123".to_owned())),
            ("王建", Shape::Phrase("\"王 建\"".to_owned())),
            ("wj", Shape::Phrase("\"w j\"".to_owned())),
            ("第1中学", Shape::Phrase("\"第 1 中 学\"".to_owned())),
            ("'\"%", Shape::Nothing),
        ] {
            assert_eq!(recognise(&ALL, typed), Some(shape), "{typed}");
        }
        assert_eq!(recognise(&ALL, " \u{200b} "), None);
    }

    #[test]
    fn what_the_box_does_not_know_falls_to_the_phrase() {
        let names = Search { number: "", number_end: "", phone: "", code: "", ..ALL };
        for typed in ["41999919860520018x", "0011", "13812345678", "a-1"] {
            assert!(matches!(recognise(&names, typed), Some(Shape::Phrase(_))), "{typed}");
        }
    }
}
